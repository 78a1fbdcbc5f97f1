"""The list of changes under the time bar, written in one go: a member of some years has two hundred of them.

Example: `<li><a href="?known_at=2026-03-14T09%3A12%3A00">14 March 2026, 09:12</a> <span …>2 enrolments</span></li>`
"""

from __future__ import annotations

from urllib.parse import quote_plus

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from avenant.desk.moments import Steps, instant_text
from avenant.flows.instants import SubjectChange


def changes_as_items(steps: Steps, language: str, technical: bool, address: str) -> SafeString:
    """The changes of ``steps``, newest first. address: of this page at an instant, up to the instant.

    technical: also who did it and why, as the system recorded it.
    """
    current = steps.current.rev if steps.current else None
    before = escape(address)
    items = [
        f'<li {_mark(one.rev == current)}><a href="{before}{escape(quote_plus(at))}">'
        f"{escape(instant_text(one.at, language))}</a> "
        f'<span class="quiet">{escape(one.said(language))}</span>{_recorded(one) if technical else ""}</li>'
        for at, one in steps.changes
    ]
    return mark_safe("".join(items))


def _mark(is_current: bool) -> str:
    return 'aria-current="true"' if is_current else ""


def _recorded(change: SubjectChange) -> str:
    return f' <span class="faint small-text">{escape(change.actor)} · {escape(change.reason)}</span>'

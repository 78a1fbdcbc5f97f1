"""The moment of a page: ``?known_at=`` as flows.instants resolves it, as links carry it, and its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from avenant.core.wording.figures import day_text
from avenant.flows.instants import Moment, SubjectChange, around
from avenant.store.database import PARIS

SHOWN_CHANGES = 200


def link_text(at: datetime | None) -> str:
    """An instant as links carry it: Paris, without a zone, exact to the microsecond; '' for now."""
    return "" if at is None else at.astimezone(PARIS).replace(tzinfo=None).isoformat()


def instant_text(at: datetime, language: str, seconds: bool = False) -> str:
    """An instant in Paris as people read it: ``14 March 2026, 09:12``. One without a zone is Paris already."""
    local = at.astimezone(PARIS) if at.tzinfo else at
    clock = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    return f"{day_text(local.date(), language)}, {clock}"


@dataclass(frozen=True, slots=True)
class Steps:
    """The time bar: where previous and next lead ('' nowhere, ``now``), and the changes to choose from.

    current: the last change this state contains.
    """

    previous: str
    next: str
    current: SubjectChange | None
    changes: tuple[tuple[str, SubjectChange], ...]


def steps(changes: Sequence[SubjectChange], moment: Moment) -> Steps:
    """The steps from ``moment`` along the changes of what a page shows (oldest first)."""
    found = around(changes, moment.rev)
    after = found.next
    following = "" if after is None else link_text(after.at)
    if after is None and moment.is_past:
        following = "now"
    before = found.previous
    if before is None:
        previous = ""
    else:
        previous = link_text(before.at)
    newest = list(reversed(changes))[:SHOWN_CHANGES]
    return Steps(previous, following, found.current, tuple((link_text(one.at), one) for one in newest))


def just_before(at: datetime) -> str:
    """The link to the state just before the change sealed at ``at``."""
    return link_text(at - timedelta(microseconds=1))

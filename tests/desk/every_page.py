"""Every page of the desk with examples of it: who may see it, with which arguments; and what is no page.

``address("care", PAGES["care"][0], things)``: /members/M0000001/care, with ``things`` of ``busy_book.things_of``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest

Things = dict[str, str]
FETCHES = "what the page fetches by itself"
BEGUN = ("rerun", "rerun_changed", "preview")
"""Things that only a machine has where runs can be isolated."""


@dataclass(frozen=True, slots=True)
class Example:
    """One page to look at. role: who looks, None nobody. args, query: their {blanks} are filled from the things.

    case: what is particular about it. status: what it answers. opens: what is clicked or pressed
    before one looks, or FETCHES.
    """

    role: str | None
    args: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    case: str = ""
    status: int = 200
    opens: str = ""


MEMBER = {"ref": "{member}"}
EVENT = {"ref": "{member}", "event": "{event}"}
INVOICE, PAYOUT = {"number": "{invoice}"}, {"number": "{payout}"}
PREMIUM = {"ref": "{covered}", "month": "{month}"}
PAST = "known_at={past}"

PAGES: dict[str, tuple[Example, ...]] = {
    "home": (
        *(Example(role, case=role) for role in ("care", "claims", "engineering")),
        *(Example(role, case=role) for role in ("operations", "administrator", "auditor")),
    ),
    "find": (
        Example("care"),
        Example("care", query="q=martin", case="name"),
        Example("care", query="q=zzzzqq", case="nothing"),
        Example("care", case="palette", opens="Control+k"),
    ),
    "care": (
        Example("care", MEMBER),
        Example("care", MEMBER, case="open", opens=".card summary"),
        Example("care", MEMBER, "pending=1&amount=999999", case="nothing"),
        Example("claims", MEMBER, PAST, case="past"),
        Example("engineering", MEMBER, case="pseudonym"),
        Example("care", {"ref": "NOBODY"}, case="unknown", status=404),
        Example("administrator", MEMBER, case="refused", status=403),
        Example("care", MEMBER, "known_at=never", case="bad-moment", status=400),
    ),
    "care-event": (Example("care", EVENT), Example("engineering", EVENT, PAST, case="past")),
    "act-why": (Example("care", {"act": "{event}"}),),
    "cover": (
        Example("care", {"ref": "{covered}"}),
        Example("care", {"ref": "{covered}"}, case="why", opens="a[data-why]"),
        Example("operations", {"ref": "{covered}"}, PAST, case="past"),
    ),
    "premium": (Example("care", PREMIUM), Example("engineering", PREMIUM, case="technical")),
    "premium-why": (Example("care", PREMIUM),),
    "contract": (
        Example("care", {"ref": "{contract}"}),
        Example("care", {"ref": "{company}"}, case="company"),
        Example("auditor", {"ref": "{contract}"}, PAST, case="past"),
    ),
    "next-invoice": (
        Example("care", {"ref": "{contract}"}),
        Example("care", {"ref": "{company}"}, case="company"),
    ),
    "invoice": (Example("care", INVOICE), Example("care", {"number": "{company_invoice}"}, case="company")),
    "invoice-line": (Example("care", {**INVOICE, "line": "1"}),),
    "payout": (Example("care", PAYOUT), Example("care", {"number": "{provider_payout}"}, case="provider")),
    "payout-line": (Example("engineering", {**PAYOUT, "line": "1"}),),
    "premium-moved": (
        Example("care", PREMIUM, opens=FETCHES),
        Example("engineering", PREMIUM, "since={begin}&now=1", case="code"),
    ),
    "care-event-moved": (Example("care", EVENT, opens=FETCHES),),
    "invoice-line-moved": (Example("care", {**INVOICE, "line": "1"}, opens=FETCHES),),
    "payout-line-moved": (Example("care", {**PAYOUT, "line": "1"}, "now=1"),),
    "run-moved": (Example("operations", {"run": "{run}"}, opens=FETCHES),),
    "rerun": (Example("engineering"), Example("engineering", query="subject=act:{event}", case="act")),
    "reruns": (Example("engineering"), Example("auditor", case="nothing")),
    "rerun-result": (
        Example("engineering", {"number": "{rerun}"}),
        Example("engineering", {"number": "{rerun_changed}"}, case="as-if"),
        Example("engineering", {"number": "0" * 32}, case="unknown", status=404),
    ),
    "rerun-compare": (Example("engineering", query="one={rerun}&other={rerun_changed}"),),
    "preview": (Example("operations", {"number": "{preview}"}),),
    "previews": (Example("administrator"),),
    "runs": (
        Example("operations"),
        Example("engineering", case="technical"),
        Example("operations", query="kind=invoices", case="invoices"),
    ),
    "run": (
        Example("operations", {"run": "{run}"}),
        Example("engineering", {"run": "{stopped}"}, case="stopped"),
    ),
    "work": (
        Example("operations"),
        Example("claims", case="open", opens=".item summary"),
        Example("auditor", query="known_at={begin}", case="nothing"),
    ),
    "work-item": (
        *(
            Example("operations", {"kind": kind, "ref": f"{{{kind}}}"}, case=kind.replace("_", "-"))
            for kind in ("undecided_match", "held_change", "parked_family")
        ),
    ),
    "tell": (
        Example("operations", case="whom"),
        Example("operations", query="member={covered}"),
        Example("operations", query="contract={company}", case="company"),
    ),
    "tell-form": (
        *(
            Example("operations", {"what": what}, "member={covered}", case=what)
            for what in ("late-start", "changed-start", "departure", "new-dependant", "birth-date")
        ),
        *(
            Example("operations", {"what": what}, "member={member}", case=what)
            for what in ("changed-plan", "withdrawal", "document", "cancellation", "exception", "approval")
        ),
        Example(
            "operations",
            {"what": "departure"},
            "member={covered}",
            case="preview",
            opens="form button.second",
        ),
    ),
    "cases": (
        Example("care"),
        Example("operations"),
        Example("auditor", query="level=all&state=closed", case="closed"),
    ),
    "case": (Example("operations", {"number": "{case}"}),),
    "escalate": (Example("care", query="from=/members/{member}/care&member={member}"),),
    "case-statistics": (Example("operations"),),
    "graph": (
        Example("claims", {"name": "{event}"}),
        Example("engineering", {"name": "{event}"}, case="code"),
    ),
    "checks": (Example("operations"),),
    "check": (
        Example("operations", {"name": "taxes"}),
        Example("operations", {"name": "balances"}, case="kept"),
    ),
    "users": (Example("administrator"), Example("administrator", case="change", opens="details.act summary")),
    "rulebooks": (Example("administrator"), Example("auditor", case="auditor")),
    "rulebook": (Example("operations", {"publication": "1"}),),
    "rulebook-folder": (
        Example("administrator", {"name": "shipped"}),
        Example("administrator", {"name": "spring"}, case="changed"),
        Example("administrator", {"name": "torn"}, case="refused"),
    ),
    "breaker": (Example("administrator"),),
    "erasure": (Example("administrator"),),
    "erasure-member": (Example("administrator", MEMBER),),
    "visits": (Example("auditor"), Example("auditor", query="day=2001-01-01", case="nothing")),
    "keys": (Example("care"),),
    "account": (Example("care"), Example("engineering", case="engineering")),
    "reveal": (Example("engineering", MEMBER),),
    "account_login": (Example(None),),
    "account_logout": (Example("care"),),
    "account_inactive": (Example(None),),
    "account_reauthenticate": (Example("care"),),
    "account_change_password": (Example("care"),),
    "mfa_index": (Example("care"), Example("auditor", case="active")),
    "mfa_reauthenticate": (Example("auditor"),),
    "mfa_activate_totp": (Example("care"),),
    "mfa_deactivate_totp": (Example("auditor"),),
    "mfa_view_recovery_codes": (Example("auditor"),),
    "mfa_generate_recovery_codes": (Example("auditor"),),
    "socialaccount_login_cancelled": (Example(None),),
    "socialaccount_login_error": (Example(None, status=401),),
}
"""The name of each page, and who looks at what of it."""

NO_PAGES: dict[str, str] = {
    **dict.fromkeys(("answer", "work-withdraw", "retry", "tell-preview", "tell-save", "case-step"), "form"),
    **dict.fromkeys(("user-add", "user-change", "rulebook-ask", "rulebook-decide"), "form"),
    **dict.fromkeys(("breaker-ask", "breaker-decide", "language"), "form"),
    **dict.fromkeys(("rerun-start", "preview-start"), "form"),
    **dict.fromkeys(("invoice-file", "payout-file", "mfa_download_recovery_codes"), "file"),
    **dict.fromkeys(
        ("rerun-json", "preview-file", "rerun-trace", "rerun-events", "rerun-case", "rerun-flame-file"),
        "file",
    ),
    "rerun-flame": "drawn by others",
    **dict.fromkeys(("rerun-verdict", "preview-progress"), "part"),
    **dict.fromkeys(("health", "health-desk", "metrics"), "machine"),
    **dict.fromkeys(("find-quick", "find-care"), "leads on"),
    **dict.fromkeys(("mfa_authenticate", "socialaccount_signup"), "within a sign-in"),
    **dict.fromkeys(("openid_connect_login", "openid_connect_callback"), "within a sign-in"),
}
"""What has an address and is no page of its own, and why."""


def names() -> Iterator[tuple[str, list[str]]]:
    """The name of every address, with the names of its arguments."""
    from django.urls import get_resolver

    yield from _names(get_resolver().url_patterns)


def _names(patterns: list[Any]) -> Iterator[tuple[str, list[str]]]:
    for one in patterns:
        if hasattr(one, "url_patterns"):
            yield from _names(one.url_patterns)
        else:
            yield one.name, list(one.pattern.converters)


def examples() -> list[Any]:
    """Every example as a parameter of a test: the name of its page, and the example."""
    return [
        pytest.param(name, one, id="-".join(filter(None, (name.replace("_", "-"), one.case))))
        for name, some in PAGES.items()
        for one in some
    ]


def address(name: str, one: Example, things: Things) -> str:
    """Where the example is found."""
    from django.urls import reverse

    if any(f"{{{begun}}}" in f"{one.args}{one.query}" and begun not in things for begun in BEGUN):
        pytest.skip("nothing isolates a run on this machine")
    quoted = {key: quote(value) for key, value in things.items()}
    args = {key: value.format(**things) for key, value in one.args.items()}
    query = one.query.format(**quoted)
    return reverse(name, kwargs=args) + (f"?{query}" if query else "")

"""Every page and search of the desk, as the role that works with it asks for it, about a drawn subject."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import quote, urlencode

from benchmarks.bars.desk_subjects import Subject

PAGE_MS, PREVIEW_MS = 150, 300


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: an address; ``form``: sent by POST where there is one; ``part``: fetched by htmx."""

    path: str
    form: dict[str, str] | None = None
    part: bool = False


Asks = Callable[[Subject], Asked]


@dataclass(frozen=True, slots=True)
class Page:
    """What is measured: a name, the role that asks, what it asks about a subject, its bar, statuses it may have."""

    name: str
    role: str
    asks: Asks
    bar_ms: int = PAGE_MS
    statuses: frozenset[int] = field(default=frozenset({200, 302}))


def _get(template: str, **query: str) -> Asks:
    """An address, and its query, with fields of the subject in braces."""

    def asked(one: Subject) -> Asked:
        values = {name: str(getattr(one, name)) for name in Subject.__slots__}
        values["month"] = f"{one.month:%Y-%m}"
        path = template.format(**{name: quote(text, safe="") for name, text in values.items()})
        typed = urlencode({name: text.format(**values) for name, text in query.items()})
        return Asked(f"{path}?{typed}" if typed else path)

    return asked


def _filtered(company: str) -> Asked:
    return Asked(f"/contracts/{company}", {"filter": "mar"})


def _past(template: str) -> Asks:
    return _get(template, known_at="{past}")


def _search(text: Callable[[Subject], str], quick: bool = True) -> Asks:
    return lambda one: Asked("/find/quick" if quick else "/find", {"q": text(one)}, quick)


def _tell(what: str, form: Callable[[Subject], dict[str, str]], live: bool = True) -> Asks:
    return lambda one: Asked(
        f"/tell/{what}/preview", {"about": one.member, "reason": "told"} | form(one), live
    )


def _lately(one: Subject) -> str:
    return str(one.today - timedelta(days=20))


ROLES = ("care", "claims", "operations", "engineering", "administrator", "auditor")
EMPTY = frozenset({200, 302, 404})
TOLD = frozenset({200, 422})
PEOPLE = (
    Page("care events", "care", _get("/members/{patient}/care")),
    Page("care events, pending ones", "care", _get("/members/{patient}/care", pending="1")),
    Page("care events, in the past", "care", _past("/members/{patient}/care")),
    Page("care event", "claims", _get("/members/{patient}/care/{act}"), statuses=EMPTY),
    Page("why, of an act", "claims", _get("/acts/{act}/why")),
    Page("cover", "care", _get("/members/{member}/cover")),
    Page("cover, in the past", "care", _past("/members/{member}/cover")),
    Page("premium of a month", "care", _get("/members/{member}/premiums/{month}")),
    Page("why, of a premium", "operations", _get("/members/{member}/premiums/{month}/why")),
)
MONEY = (
    Page("contract", "care", _get("/contracts/{contract}")),
    Page("contract of a company", "operations", _get("/contracts/{company}")),
    Page(
        "contract of a company, filtered",
        "care",
        lambda one: Asked(f"/contracts/{one.company}", {"filter": "mar"}),
    ),
    Page("contract of a company, in the past", "care", _past("/contracts/{company}")),
    Page("next invoice", "care", _get("/contracts/{contract}/next-invoice")),
    Page("next invoice of a company", "operations", _get("/contracts/{company}/next-invoice")),
    Page("next invoice of a large company", "operations", _get("/contracts/{largest}/next-invoice")),
    Page("invoice", "care", _get("/invoices/{invoice}")),
    Page("invoice, in the past", "care", _past("/invoices/{invoice}"), statuses=EMPTY),
    Page("invoice as PDF", "care", _get("/invoices/{invoice}/file/pdf")),
    Page("invoice as CSV", "care", _get("/invoices/{invoice}/file/csv")),
    Page("line of an invoice", "care", _get("/invoices/{invoice}/lines/1"), statuses=EMPTY),
    Page("payout", "care", _get("/payouts/{payout}")),
    Page("payout as PDF", "care", _get("/payouts/{payout}/file/pdf")),
    Page("line of a payout", "care", _get("/payouts/{payout}/lines/1"), statuses=EMPTY),
)
FINDING = (
    Page("find", "care", _get("/find")),
    Page("search: a name", "care", _search(lambda one: one.name)),
    Page("search: a name, whole page", "care", _search(lambda one: one.name, quick=False)),
    Page("search: beginning of a name", "care", _search(lambda one: one.name[:4])),
    Page("search: a name with a typo", "care", _search(lambda one: one.typo)),
    Page("search: nobody's name", "care", _search(lambda one: f"{one.name[:3]}qzxv {one.name[-3:]}wkj")),
    Page("search: name and birth date", "care", _search(lambda one: f"{one.name} {one.birth_date:%d/%m/%Y}")),
    Page("search: member's number", "care", _search(lambda one: one.member)),
    Page("search: beginning of a number", "care", _search(lambda one: one.member[:4])),
    Page("search: contract", "care", _search(lambda one: one.contract)),
    Page("search: invoice", "care", _search(lambda one: one.invoice)),
    Page("search: payout", "care", _search(lambda one: one.payout)),
    Page("search: document", "care", _search(lambda one: one.document)),
    Page("search: act", "care", _search(lambda one: one.line)),
    Page("search: a bare number", "care", _search(lambda one: str(one.act))),
    Page("from a document to its care", "care", _get("/find/document/{document}")),
    Page("from an act to its care", "care", _get("/find/act/{line}")),
)
GRAPHS = (
    Page("graph of an act", "claims", _get("/graph/{line}")),
    Page("graph of an act, engineering", "engineering", _get("/graph/{act}")),
    Page("graph of an act, in the past", "claims", _past("/graph/{line}"), statuses=EMPTY),
    Page("graph of an invoice", "engineering", _get("/graph/{invoice}"), statuses=EMPTY | {400}),
    Page("graph of a payout", "claims", _get("/graph/{payout}"), statuses=EMPTY | {400}),
    Page("graph of a member's month", "claims", _get("/graph/{member}/{month}")),
)
MOVED = (
    Page(
        "what moved a premium", "operations", _get("/members/{member}/premiums/{month}/moved"), statuses=EMPTY
    ),
    Page("what moved an act", "operations", _get("/members/{patient}/care/{act}/moved"), statuses=EMPTY),
    Page(
        "what moved a line of an invoice", "care", _get("/invoices/{invoice}/lines/1/moved"), statuses=EMPTY
    ),
    Page("what moved a line of a payout", "care", _get("/payouts/{payout}/lines/1/moved"), statuses=EMPTY),
)
WORK = (
    Page("runs", "operations", _get("/runs")),
    Page("nightly runs", "operations", _get("/runs", kind="nightly")),
    Page("run", "engineering", _get("/runs/{run}")),
    Page("work list", "operations", _get("/work")),
    Page("re-runs", "engineering", _get("/reruns")),
    Page("previews", "engineering", _get("/previews")),
    Page("work list, page 5", "operations", _get("/work", page="5")),
    Page("work list, in the past", "operations", _past("/work")),
    Page("checks", "operations", _get("/checks")),
    Page("checks, in the past", "operations", _past("/checks")),
    Page("check", "engineering", _get("/checks/{check}")),
    Page("cases", "operations", _get("/cases", level="all")),
    Page("case", "operations", _get("/cases/{case}")),
    Page("statistics of cases", "operations", _get("/cases/statistics")),
    Page("escalate", "care", _get("/cases/new", member="{member}", **{"from": "/members/{member}/care"})),
)
ADMINISTRATION = (
    Page("users", "administrator", _get("/users")),
    Page("rulebooks", "administrator", _get("/rulebooks")),
    Page("rulebook", "administrator", _get("/rulebooks/1")),
    Page("breaker", "administrator", _get("/breaker")),
    Page("erasure of a member", "administrator", _get("/erasure/{member}")),
    Page("visits", "auditor", _get("/visits")),
    Page("visits of a member", "auditor", _get("/visits", kind="member", ref="{member}")),
    Page("account", "care", _get("/account")),
    Page("keys", "care", _get("/keys")),
)
MACHINES = (
    Page("health", "operations", _get("/health"), statuses=frozenset({200, 503})),
    Page("metrics", "operations", _get("/metrics")),
)
TELLING = (
    Page("facts in: what", "operations", _get("/tell", member="{member}")),
    Page("facts in: a form", "operations", _get("/tell/departure", member="{member}")),
    Page(
        "preview: departure",
        "operations",
        _tell(
            "departure",
            lambda one: {
                "enrolment": one.enrolment,
                "last_day": str(one.today - timedelta(days=100)),
                "with_family": "on",
            },
        ),
        PREVIEW_MS,
        TOLD,
    ),
    Page(
        "preview: birth date",
        "operations",
        _tell(
            "birth-date",
            lambda one: {"member": one.member, "birth_date": str(one.birth_date - timedelta(days=400))},
        ),
        PREVIEW_MS,
        TOLD,
    ),
    Page(
        "preview: new child",
        "operations",
        _tell(
            "new-dependant",
            lambda one: {
                "role": "child",
                "name": "Ada Durand",
                "contract": one.contract,
                "cover": "",
                "birth_date": _lately(one),
                "first_day": _lately(one),
            },
        ),
        PREVIEW_MS,
        TOLD,
    ),
    Page(
        "preview: document",
        "operations",
        _tell(
            "document",
            lambda one: {
                "member": one.member,
                "kind": "member_invoice",
                "act_code": "G",
                "charged": "30",
                "received_on": _lately(one),
                "care_from": _lately(one),
            },
        ),
        PREVIEW_MS,
        TOLD,
    ),
)
HOME = tuple(Page(f"home, {role}", role, _get("/")) for role in ROLES)
PAGES = (*HOME, *FINDING, *PEOPLE, *MONEY, *GRAPHS, *MOVED, *WORK, *TELLING, *ADMINISTRATION, *MACHINES)

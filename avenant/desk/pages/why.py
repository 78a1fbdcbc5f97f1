"""How an amount came from one instant to another: each cause in its order with the cents it moved, and their sum."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse

from avenant.core.coverage.arrivals import field_text, value_text
from avenant.core.coverage.model import Arrival, Learnt
from avenant.core.timeline import wording
from avenant.core.why.model import Cause
from avenant.core.wording.figures import month_text
from avenant.desk.context import Desk, PageRefused, desk_of, page
from avenant.desk.doors import door
from avenant.desk.forms import month_asked
from avenant.desk.moments import steps
from avenant.desk.pages.papers import known
from avenant.desk.roles import Permission
from avenant.desk.words import all_words, say
from avenant.flows.documents_opened import OpenedInvoice, OpenedPayout, invoice_entries, payout_entries
from avenant.flows.events import family_events
from avenant.flows.instants import MomentRefused, changes_about, moment
from avenant.flows.why_between import (
    LineMoved,
    Movement,
    event_movements,
    invoice_line_moved,
    payout_line_moved,
    premium_movements,
)
from avenant.flows.why_runs import MovedBy, run_causes
from avenant.store.readers.heads import MemberHead, member_head

MOST_OF_A_RUN = 30


@dataclass(frozen=True, slots=True)
class NewsRow:
    """One piece of a cause: what it is called, who told it when (null: the program), what it changed and moved.

    changes: field, before ('' in what is new) and after, in words.
    """

    word: str
    ref: str
    learnt: Learnt | None
    changes: tuple[tuple[str, str, str], ...]
    moved_cents: int


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One version with its cause."""

    cause: Cause
    rows: tuple[NewsRow, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One key of a book between both instants, under a title."""

    title: str
    movement: Movement
    steps: tuple[ShownStep, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What a search found: movements, each under a title; line: of a paper, what they make together."""

    movements: Sequence[Movement]
    titles: Sequence[str]
    line: LineMoved | None = None


@door(Permission.SEE_COVER, looks_at="member")
def premium_moved(request: HttpRequest, ref: str, month: str) -> HttpResponse:
    """The premiums of a member's month."""
    desk = desk_of(request)
    head, of, since = member_head(desk.db, ref, desk.rev), month_asked(desk, month), _since(request, desk)
    slot = request.GET.get("slot") or None
    context = {
        "head": head,
        "tab": "cover",
        "title": month_text(of, desk.language),
        "back": reverse("premium", args=[ref, f"{of:%Y-%m}"]),
        "steps": steps(changes_about(desk.db, "member", ref), desk.moment),
    }

    def found() -> Told:
        names = _names(desk, head)
        moved = premium_movements(desk.db, ref, of, slot, since, desk.rev, desk.language, names)
        return Told(moved, [_slot_title(desk, one) for one in moved])

    return _page(request, desk, context, found)


@door(Permission.SEE_CARE, looks_at="member")
def event_moved(request: HttpRequest, ref: str, event: int) -> HttpResponse:
    """All acts of a care event, per payee; ``act``: one alone."""
    desk = desk_of(request)
    seen = family_events(desk.db, ref, desk.today, desk.rev)
    shown = next((one for one in seen.events if event in {act.act_id for act in one.acts}), None)
    if shown is None:
        raise PageRefused(say(desk.language, "care.unknown_event"), status=404)
    names = {act.act_id: wording.act_name(act, desk.language) for act in shown.acts}
    wanted = [act for act in names if request.GET.get("act", str(act)) == str(act)]
    since = _since(request, desk)
    context = {
        "head": member_head(desk.db, ref, desk.rev),
        "tab": "care",
        "title": wording.title(shown, desk.language),
        "back": reverse("care-event", args=[ref, event]),
        "steps": steps(changes_about(desk.db, "member", shown.member), desk.moment),
    }

    def found() -> Told:
        moved = event_movements(desk.db, wanted, since, desk.rev, desk.language)
        return Told(moved, [_act_title(desk, names, one) for one in moved])

    return _page(request, desk, context, found)


@door(Permission.SEE_MONEY, looks_at="invoice", by="number")
def invoice_line_why(request: HttpRequest, number: str, line: int) -> HttpResponse:
    """A line of an invoice: what moved since its premiums were last invoiced."""
    desk = desk_of(request)
    return _line_page(request, desk, "invoice", number, line, invoice_entries, invoice_line_moved)


@door(Permission.SEE_MONEY, looks_at="payout", by="number")
def payout_line_why(request: HttpRequest, number: str, line: int) -> HttpResponse:
    """A line of a payout: what moved since its act was last paid."""
    desk = desk_of(request)
    return _line_page(request, desk, "payout", number, line, payout_entries, payout_line_moved)


@door(Permission.SEE_RUNS)
def run_moved(request: HttpRequest, run: int) -> HttpResponse:
    """What a run moved, by cause: the page at once, the search when the page asks for it (``now``)."""
    desk = desk_of(request)
    asked = bool(request.GET.get("now"))
    context: dict[str, Any] = {"run": run, "most": MOST_OF_A_RUN, "asked": asked}
    if asked:
        found = run_causes(desk.db, run, MOST_OF_A_RUN, desk.language)
        context |= {"found": found, "moved": [_moved_by(desk, one) for one in found.moved]}
    part = request.headers.get("HX-Request") and asked
    return page(request, "why/run_part.html" if part else "why/run.html", context)


def _moved_by(desk: Desk, told: MovedBy) -> dict[str, Any]:
    """A kind of cause in words, with the way to its largest change for whoever may see it."""
    opens = ""
    if told.member is not None and told.month is not None and desk.may(Permission.SEE_COVER):
        opens = reverse("premium-moved", args=[told.member, f"{told.month:%Y-%m}"])
    elif told.act is not None and desk.may(Permission.SEE_CARE):
        opens = reverse("find-care", args=["act", told.act])
    return {
        "told": told,
        "book": say(desk.language, f"why.book_{told.book}"),
        "news": ", ".join(say(desk.language, f"why.news_{kind}") for kind in told.news),
        "door": opens,
    }


def _line_page(
    request: HttpRequest,
    desk: Desk,
    kind: str,
    number: str,
    line: int,
    opened: Callable[..., OpenedInvoice | OpenedPayout],
    read: Callable[..., LineMoved],
) -> HttpResponse:
    amounts: dict[str, Any] = {}
    told = Told((), ())
    if _asked(request):
        moved = known(desk, lambda: read(desk.db, number, line, desk.rev, desk.language))
        told = Told(moved.movements, [_line_title(desk, one) for one in moved.movements], moved)
    else:
        paper = known(desk, lambda: opened(desk.db, number, line, desk.rev))
        amounts = {"amount_cents": paper.lines[0].amount_cents, "currency": paper.header.currency}
    context: dict[str, Any] = amounts | {
        "title": say(desk.language, "papers.line_of", line=line or "–", paper=number),
        "back": reverse(f"{kind}-line", args=[number, line]),
        "steps": steps(changes_about(desk.db, kind, number), desk.moment),
    }
    return _page(request, desk, context, lambda: told)


def _page(
    request: HttpRequest, desk: Desk, context: dict[str, Any], found: Callable[[], Told]
) -> HttpResponse:
    """The page at once; the search when it is asked for (``now``), by the page itself or by a link.

    Fetched for another page: the sentences of what replaced something alone.
    """
    if not _asked(request):
        query = request.GET.copy()
        query["now"] = "1"
        return page(request, "why/moved.html", context | {"answer": f"{request.path}?{query.urlencode()}"})
    told = found()
    shown = [_shown(desk, title, one) for title, one in zip(told.titles, told.movements, strict=True)]
    context |= {"shown": shown, "line": told.line, "asked": True} | _sums(told.movements)
    if told.line is not None:
        context |= {"amount_cents": told.line.amount_cents, "currency": told.line.currency}
    part = "moved_body.html" if request.GET.get("now") else "moved_part.html"
    return page(request, f"why/{part if request.headers.get('HX-Request') else 'moved.html'}", context)


def _asked(request: HttpRequest) -> bool:
    """Whether the search is to be made now: by its page, by another one, or by somebody without JavaScript."""
    return bool(request.headers.get("HX-Request") or request.GET.get("now"))


def _since(request: HttpRequest, desk: Desk) -> int:
    """The revision of the earlier instant; nothing typed: before everything."""
    typed = request.GET.get("since", "")
    if not typed:
        return 0
    try:
        earlier = moment(desk.db, typed).rev
    except MomentRefused as refused:
        raise PageRefused(refused.said(desk.language)) from refused
    return desk.moment.head if earlier is None else earlier


def _names(desk: Desk, head: MemberHead) -> dict[str, str]:
    return {person.ref: desk.name(person.ref, person.name) for person in head.family}


def _sums(moved: Sequence[Movement]) -> dict[str, Any]:
    """What all movements come to per currency, where there are several, and whether each is proven."""
    sums: dict[str, tuple[int, int]] = {}
    for one in moved:
        before, after = sums.get(one.currency, (0, 0))
        sums[one.currency] = (before + (one.before_cents or 0), after + one.after_cents)
    together = [(currency, before, after, after - before) for currency, (before, after) in sums.items()]
    return {"sums": together if len(moved) > 1 else [], "proven": all(one.adds_up for one in moved)}


def _shown(desk: Desk, title: str, movement: Movement) -> Shown:
    return Shown(title, movement, tuple(ShownStep(step, tuple(_rows(desk, step))) for step in movement.steps))


def _rows(desk: Desk, step: Cause) -> list[NewsRow]:
    rows = [_news(desk, told, cents) for told, cents in zip(step.arrived, step.moved, strict=True)]
    if step.found in ("code", "news_and_code"):
        before, after = step.code
        changed = (("", before or "–", after or "–"),) if before != after else ()
        rows.append(NewsRow(say(desk.language, "why.news_code"), "", None, changed, step.code_cents))
    return rows


def _news(desk: Desk, told: Arrival, cents: int) -> NewsRow:
    language = desk.language
    changes = tuple(
        (
            field_text(one.field, language),
            "" if one.before is None and told.version == 1 else value_text(one.before, language),
            value_text(one.after, language),
        )
        for one in told.changes
    )
    return NewsRow(say(language, f"why.news_{told.kind}"), told.ref, told.learnt, changes, cents)


def _slot_title(desk: Desk, one: Movement) -> str:
    """Level, component and tier of a premium; its contract, too."""
    assert one.slot is not None
    _, level, component, tier, status = one.slot.split(".")
    words = [level, _word(desk, "component", component), _word(desk, "tier", tier)]
    words += [] if status == "pays" else [_word(desk, "status", status)]
    return f"{', '.join(words)} · {one.contract}"


def _act_title(desk: Desk, names: dict[int, str], one: Movement) -> str:
    assert one.act is not None
    to_member = one.payee == "member"
    payee = (
        say(desk.language, "care.to_member")
        if to_member
        else say(desk.language, "care.to_provider", provider=one.payee)
    )
    return f"{names[one.act]}, {payee}"


def _line_title(desk: Desk, one: Movement) -> str:
    if one.slot is not None and one.month is not None:
        return f"{month_text(one.month, desk.language)}, {_slot_title(desk, one)}"
    return say(desk.language, "why.act", act=one.act)


def _word(desk: Desk, group: str, key: str) -> str:
    name = f"{group}_{key}"
    return say(desk.language, name) if name in all_words() else key.replace("_", " ")


urlpatterns = [
    path("runs/<int:run>/moved", run_moved, name="run-moved"),
    path("members/<str:ref>/premiums/<str:month>/moved", premium_moved, name="premium-moved"),
    path("members/<str:ref>/care/<int:event>/moved", event_moved, name="care-event-moved"),
    path("invoices/<str:number>/lines/<int:line>/moved", invoice_line_why, name="invoice-line-moved"),
    path("payouts/<str:number>/lines/<int:line>/moved", payout_line_why, name="payout-line-moved"),
]

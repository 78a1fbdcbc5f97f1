"""What waits for a person, answered in place: same or different act, a reasoned exception, an approval."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path

from avenant.core.wording.figures import amount_text
from avenant.desk.context import Desk, PageRefused, desk_of, page
from avenant.desk.doors import door
from avenant.desk.forms import cents_asked, one_of
from avenant.desk.models import Visit
from avenant.desk.pages.work_shown import TYPED, Shown, shown_item
from avenant.desk.roles import Permission
from avenant.desk.words import say
from avenant.flows import acts
from avenant.flows.learn import LearnReport, NewsRefused
from avenant.flows.work import work_item as item_waiting
from avenant.flows.work import work_list
from avenant.flows.work_answers import answers_of, approve_held
from avenant.flows.work_model import KINDS, WorkItem
from avenant.store.readers.history import UnknownRef

PER_PAGE = 20
LONGEST_REASON = 1_000


class Refused(ValueError):
    """An answer that cannot be saved: sentences by field; '' is the whole form."""

    def __init__(self, **wrong: str) -> None:
        """``wrong``: field, sentence in the person's language."""
        super().__init__(", ".join(wrong))
        self.wrong = wrong


@door(Permission.SEE_WORK)
def work(request: HttpRequest) -> HttpResponse:
    """One page of what waits, oldest first; tabs count each kind."""
    desk = desk_of(request)
    kind = one_of(desk, request.GET.get("kind", ""), KINDS)
    typed = request.GET.get("page", "")
    number = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 7 else 1
    found = work_list(desk.db, kind or None, number, PER_PAGE, desk.rev)
    said = answers_of(desk.db, found.items, desk.rev)
    _record(request, desk, found.items)
    tabs = [("", say(desk.language, "work.kind_all"), sum(found.counts.values()))]
    tabs += [(one, say(desk.language, f"work.kind_{one}"), count) for one, count in found.counts.items()]
    context = {
        "items": [shown_item(item, said[item.key], desk) for item in found.items],
        "tabs": tabs,
        "kind": kind,
        "found": found,
        "previous": found.page - 1 if found.page > 1 else None,
        "following": found.page + 1 if found.page < found.pages else None,
    }
    return page(request, "work/list.html", context)


@door(Permission.SEE_WORK)
def work_item(request: HttpRequest, kind: str, ref: str) -> HttpResponse:
    """One item on its own page."""
    desk = desk_of(request)
    shown = _shown(desk, kind, ref)
    if shown is None:
        raise PageRefused(say(desk.language, "work.never"), status=404)
    _record(request, desk, [shown.item])
    return page(request, "work/item.html", {"one": shown})


@door(Permission.ANSWER, changes=True)
def answer(request: HttpRequest, kind: str, ref: str) -> HttpResponse:
    """Save an answer to an item, if it still waits as it did when the form was opened."""
    desk = desk_of(request)
    shown = _shown(desk, kind, ref)
    if shown is None:
        return _gone(request, desk)
    typed = {name: request.POST.get(name, "").strip() for name in TYPED}
    try:
        report = _saved(desk, shown, request.POST.get("answer", ""), typed, request.POST.get("seen", ""))
    except Refused as refused:
        status = 409 if set(refused.wrong) == {"meanwhile"} else 422
        notice = refused.wrong.get("meanwhile") or say(desk.language, "work.wrong")
        again = replace(shown, typed=typed, wrong=refused.wrong, notice=notice, level="error")
        return _answered(request, again, status)
    done = "work.done" if report.rev is not None else "work.done_before"
    return _after(request, desk, kind, ref, done)


@door(Permission.ANSWER, changes=True)
def withdraw(request: HttpRequest, kind: str, ref: str) -> HttpResponse:
    """Take an answer to an item back."""
    desk = desk_of(request)
    shown = _shown(desk, kind, ref)
    if shown is None:
        return _gone(request, desk)
    wanted = request.POST.get("answer", "")
    done = "work.withdrawn_before"
    if any(said.ref == wanted for said, _ in shown.said if said.ref):
        report = acts.withdraw_answer(desk.db, wanted, desk.user.username)
        done = "work.withdrawn" if report.rev is not None else done
    return _after(request, desk, kind, ref, done)


def _shown(desk: Desk, kind: str, ref: str) -> Shown | None:
    """The item at this address as it waits now, or at the page's moment; None where it does not."""
    number, _, other = ref.partition("-")
    parts = [int(part) for part in (number, other) if part.isascii() and part.isdecimal() and len(part) < 19]
    if kind not in KINDS or len(parts) != 1 + bool(other) or (kind == "held_change") != bool(other):
        return None
    if max(parts[1:], default=0) >= 2**31:
        return None
    item = item_waiting(desk.db, kind, parts[0], parts[1] if other else None, desk.rev)
    return None if item is None else shown_item(item, answers_of(desk.db, [item], desk.rev)[item.key], desk)


def _saved(desk: Desk, shown: Shown, kind: str, typed: dict[str, str], seen: str) -> LearnReport:
    """Check every field, then learn the answer. Errors: Refused."""
    item = shown.item
    if kind not in item.answers or kind in ("news", "retry"):
        raise Refused(answer=say(desk.language, "work.no_such_answer"))
    amount = _amount(desk, item, typed["amount"]) if kind == "exception" else None
    reason = _reason(desk, typed["reason"], needed=kind == "exception")
    other = typed["other"] if kind in ("same", "different") else None
    if other is not None and other not in [line.ref for line in item.candidates]:
        raise Refused(other=say(desk.language, "work.no_candidate"))
    told = acts.Answered(kind, item.ref, other, amount, reason)
    if seen != shown.seen:
        if _said_before(shown, told):
            return LearnReport()
        raise Refused(meanwhile=_meanwhile(desk, shown))
    try:
        if item.held is not None:
            return approve_held(desk.db, item, item.held, desk.user.username)
        return acts.answer(desk.db, told, desk.user.username)
    except (NewsRefused, UnknownRef) as error:
        raise Refused(answer=say(desk.language, "work.refused", said=str(error))) from error


def _said_before(shown: Shown, told: acts.Answered) -> bool:
    """Whether the very same was said: a second click, or two people of one mind."""
    mine = (told.kind, told.other, told.amount_cents, told.reason)
    return any((one.kind, one.other, one.amount_cents, one.reason or "") == mine for one, _ in shown.said)


def _meanwhile(desk: Desk, shown: Shown) -> str:
    """Who was quicker, as far as it shows."""
    latest = max((one for one, _ in shown.said), key=lambda one: one.at, default=None)
    if latest is None:
        return say(desk.language, "work.changed")
    return say(desk.language, "work.overtaken", actor=latest.actor)


def _amount(desk: Desk, item: WorkItem, typed: str) -> int | None:
    """What an exception pays in cents; at most what was charged. None: the rules decide. Errors: Refused."""
    try:
        cents = cents_asked(desk, typed)
    except PageRefused as refused:
        raise Refused(amount=str(refused)) from refused
    charged = item.line.charged_cents if item.line is not None else None
    if cents is not None and charged is not None and cents > charged:
        told = amount_text(charged, "EUR", desk.language)
        raise Refused(amount=say(desk.language, "work.too_much", charged=told))
    return cents


def _reason(desk: Desk, typed: str, needed: bool) -> str:
    if needed and not typed:
        raise Refused(reason=say(desk.language, "form.required"))
    if len(typed) > LONGEST_REASON or "\x00" in typed:
        raise Refused(reason=say(desk.language, "form.too_long", count=LONGEST_REASON))
    return typed


def _gone(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The item is gone meanwhile: a sentence in place, or a page with a way back."""
    said = say(desk.language, "work.gone")
    if request.headers.get("HX-Request"):
        return page(request, "work/said.html", {"said": said, "level": "warning"})
    return page(request, "work/gone.html", {"said": said}, status=409)


def _answered(request: HttpRequest, shown: Shown, status: int) -> HttpResponse:
    """The item again; in place always with 200, for htmx puts nothing else where it belongs."""
    if request.headers.get("HX-Request"):
        return page(request, "work/inside.html", {"one": shown})
    return page(request, "work/item.html", {"one": shown}, status=status)


def _after(request: HttpRequest, desk: Desk, kind: str, ref: str, done: str) -> HttpResponse:
    """What stands after an act: in place, or on the item's page, which a reload does not send again."""
    level = "warning" if done.endswith("_before") else "success"
    if not request.headers.get("HX-Request"):
        getattr(messages, level)(request, say(desk.language, done))
        return redirect("work-item", kind=kind, ref=ref)
    shown = _shown(desk, kind, ref)
    if shown is None:
        return _gone(request, desk)
    return _answered(request, replace(shown, notice=say(desk.language, done), level=level), 200)


def _record(request: HttpRequest, desk: Desk, items: Any) -> None:
    """Write down whom the page is about: each member once."""
    members = {item.member for item in items if item.member}
    match: Any = request.resolver_match
    seen = {"username": desk.user.username, "role": desk.role.key, "kind": "member", "page": match.url_name}
    case = {"known_at": desk.known_at, "reason": request.GET.get("case", "")[:300]}
    Visit.objects.bulk_create([Visit(ref=ref[:200], **seen, **case) for ref in sorted(members)])


urlpatterns = [
    path("work", work, name="work"),
    path("work/<str:kind>/<str:ref>", work_item, name="work-item"),
    path("work/<str:kind>/<str:ref>/answer", answer, name="answer"),
    path("work/<str:kind>/<str:ref>/withdraw", withdraw, name="work-withdraw"),
]

"""Cases: a question that travels from care to operations to engineering, and back with its answer."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path

from avenant.desk.case_work import (
    KINDS,
    LEVEL_OF_ROLE,
    MOVES,
    NoSuchMove,
    Overtaken,
    Question,
    linked,
    moved_case,
    opened_case,
    statistics,
)
from avenant.desk.context import Desk, PageRefused, desk_of, page
from avenant.desk.doors import door
from avenant.desk.forms import one_of, own_path
from avenant.desk.models import Case, User
from avenant.desk.models.cases import LEVELS
from avenant.desk.moments import link_text
from avenant.desk.roles import ROLES, Permission
from avenant.desk.words import say
from avenant.flows.instants import moment

CASES_ON_A_PAGE = 50
LONGEST_PATH = 500
ONLY_NOW = ("/tell", "/users", "/account")
"""Pages that show no past."""
LONGEST = {"title": 200, "note": 4_000}


@door(Permission.SEE_CASES)
def cases(request: HttpRequest) -> HttpResponse:
    """The cases of a level, newest change first; one's own level by default."""
    desk = desk_of(request)
    level = one_of(desk, request.GET.get("level", ""), (*LEVELS, "all")) or _own_level(desk)
    state = one_of(desk, request.GET.get("state", ""), ("open", "closed", "all")) or "open"
    found = Case.objects.order_by("-changed_at")
    if level != "all":
        found = found.filter(level=level)
    if state != "all":
        found = found.filter(state=state)
    if request.GET.get("mine"):
        found = found.filter(assignee=desk.user.username)
    shown = Paginator(found, CASES_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"cases": shown, "level": level, "state": state, "levels": (*LEVELS, "all")}
    return page(request, "cases/list.html", context)


@door(Permission.SEE_CASES, looks_at="case", by="number")
def case(request: HttpRequest, number: int) -> HttpResponse:
    """One case: what was asked, its links, every step, and what one may do next."""
    return _shown(request, _case(desk_of(request), number))


@door(Permission.ESCALATE)
def escalate(request: HttpRequest) -> HttpResponse:
    """Ask somebody one level up about a page, as it is known at its moment; or add the page to an open case."""
    desk = desk_of(request)
    where = _as_seen(desk, own_path(request, request.GET.get("from", "") or request.POST.get("from", "")))
    desk.moment = moment(desk.db)  # a question is asked now, whatever moment it is about
    member = (request.GET.get("member", "") or request.POST.get("member", ""))[:100]
    if request.method == "POST":
        return _asked(request, desk, where, member)
    open_cases = Case.objects.filter(state="open", member_ref=member)[:10] if member else []
    return page(
        request, "cases/escalate.html", _form(desk, where, member, {}, {}) | {"open_cases": open_cases}
    )


@door(Permission.ESCALATE, changes=True)
def case_step(request: HttpRequest, number: int) -> HttpResponse:
    """Comment on a case, move it up or back with an answer, take it, close or reopen it."""
    desk = desk_of(request)
    found = _case(desk, number)
    move = one_of(desk, request.POST.get("move", ""), MOVES)
    edition = request.POST.get("edition", "")
    if not (edition.isascii() and edition.isdecimal() and len(edition) < 10) or not move:
        raise PageRefused(say(desk.language, "error.form_expired"))
    typed = {name: request.POST.get(name, "").strip() for name in ("note", "assignee")}
    if wrong := _wrong_step(desk, move, typed):
        return _shown(request, found, typed, wrong, 422)
    try:
        moved_case(found, desk.user, int(edition), move, typed["note"], typed["assignee"])
    except Overtaken:
        return _shown(request, _case(desk, number), typed, "cases.overtaken", 409)
    except NoSuchMove:
        return _shown(request, _case(desk, number), typed, "cases.no_such_move", 409)
    messages.success(request, say(desk.language, f"cases.done_{move}"))
    return redirect("case", number=number)


@door(Permission.SEE_CASES)
def case_statistics(request: HttpRequest) -> HttpResponse:
    """Which kinds of question reach which level."""
    return page(request, "cases/statistics.html", {"rows": statistics()})


def _shown(
    request: HttpRequest, found: Case, typed: dict[str, str] | None = None, wrong: str = "", status: int = 200
) -> HttpResponse:
    """A case's page; after a step that was not done, with the reason and what was typed."""
    desk = desk_of(request)
    context = {
        "case": found,
        "steps_done": found.steps.order_by("id"),
        "moves": _moves(found) if desk.may(Permission.ESCALATE) else [],
        "people": _people() if desk.may(Permission.ESCALATE) else [],
        "typed": typed or {},
        "said": say(desk.language, wrong, count=LONGEST["note"]) if wrong else "",
    }
    return page(request, "cases/case.html", context, status=status)


def _wrong_step(desk: Desk, move: str, typed: dict[str, str]) -> str:
    """The words for what is wrong with a step; '' where nothing is."""
    if len(typed["note"]) > LONGEST["note"]:
        return "form.too_long"
    if move in ("comment", "sent_back", "escalated") and not typed["note"]:
        return "cases.note_needed"
    if typed["assignee"] and typed["assignee"] not in _people():
        return "cases.nobody"
    return ""


def _asked(request: HttpRequest, desk: Desk, where: str, member: str) -> HttpResponse:
    said = {
        name: request.POST.get(name, "").strip()
        for name in ("title", "kind", "level", "note", "page_title", "case")
    }
    if said["case"].isascii() and said["case"].isdecimal():
        return _linked(request, desk, said, where)
    wrong = _wrong(desk, said)
    if wrong:
        return page(request, "cases/escalate.html", _form(desk, where, member, said, wrong), status=422)
    question = Question(
        said["title"], said["kind"], said["level"], said["note"], where, said["page_title"][:200], member
    )
    found = opened_case(desk.user, question)
    messages.success(request, say(desk.language, "cases.opened", number=found.pk))
    return redirect("case", number=found.pk)


def _linked(request: HttpRequest, desk: Desk, said: dict[str, str], where: str) -> HttpResponse:
    """Add the page to the open case that was chosen."""
    found = _case(desk, int(said["case"][:20]))
    try:
        linked(found, desk.user, said["note"][: LONGEST["note"]], where, said["page_title"][:200])
    except Overtaken as error:
        raise PageRefused(say(desk.language, "cases.overtaken"), status=409) from error
    return redirect("case", number=found.pk)


def _wrong(desk: Desk, said: dict[str, str]) -> dict[str, str]:
    wrong = {name: say(desk.language, "form.required") for name in ("title", "note") if not said[name]}
    for name, longest in LONGEST.items():
        if len(said[name]) > longest:
            wrong[name] = say(desk.language, "form.too_long", count=longest)
    if said["kind"] not in KINDS:
        wrong["kind"] = say(desk.language, "form.unknown_choice", seen=said["kind"][:40])
    if said["level"] not in LEVELS[1:]:
        wrong["level"] = say(desk.language, "form.unknown_choice", seen=said["level"][:40])
    return wrong


def _form(desk: Desk, where: str, member: str, said: dict[str, str], wrong: dict[str, str]) -> dict[str, Any]:
    above = LEVELS[min(LEVELS.index(_own_level(desk)) + 1, len(LEVELS) - 1)]
    return {"where": where, "member": member, "said": said, "wrong": wrong, "kinds": KINDS} | {
        "levels": LEVELS[1:],
        "level": said.get("level") or above,
    }


def _as_seen(desk: Desk, where: str) -> str:
    """The address of a page with the moment at which it was seen, so that it shows the same for ever."""
    parts = urlsplit(where)
    query = QueryDict(parts.query, mutable=True)
    seen_at = link_text(desk.moment.head_at)
    if "known_at" not in query and seen_at and parts.path and not parts.path.startswith(ONLY_NOW):
        query["known_at"] = seen_at
    return urlunsplit(("", "", parts.path, query.urlencode(safe="/:"), ""))[:LONGEST_PATH]


def _own_level(desk: Desk) -> str:
    return LEVEL_OF_ROLE.get(desk.role.key, "care")


def _case(desk: Desk, number: int) -> Case:
    found = Case.objects.filter(pk=number).first() if number < 2**62 else None
    if found is None:
        raise PageRefused(say(desk.language, "cases.unknown", number=number), status=404)
    return found


def _moves(found: Case) -> list[str]:
    if found.state != "open":
        return ["reopened", "comment"]
    place = LEVELS.index(found.level)
    moves = ["comment", "assigned"]
    if place < len(LEVELS) - 1:
        moves.append("escalated")
    if place > 0:
        moves.append("sent_back")
    return [*moves, "closed"]


def _people() -> list[str]:
    may = [key for key, role in ROLES.items() if role.may(Permission.ESCALATE)]
    users = User.objects.filter(is_active=True, role__in=may).order_by("username")
    return list(users.values_list("username", flat=True)[:500])


urlpatterns = [
    path("cases", cases, name="cases"),
    path("cases/new", escalate, name="escalate"),
    path("cases/statistics", case_statistics, name="case-statistics"),
    path("cases/<int:number>", case, name="case"),
    path("cases/<int:number>/step", case_step, name="case-step"),
]

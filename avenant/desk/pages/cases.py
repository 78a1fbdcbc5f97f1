"""Cases: a question that travels from care to operations to engineering, and back with its answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme

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
from avenant.desk.forms import one_of
from avenant.desk.models import Case, User
from avenant.desk.models.cases import LEVELS
from avenant.desk.roles import ROLES, Permission
from avenant.desk.words import say

CASES_ON_A_PAGE = 50
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
    desk = desk_of(request)
    found = _case(desk, number)
    context = {
        "case": found,
        "steps_done": found.steps.order_by("id"),
        "moves": _moves(found) if desk.may(Permission.ESCALATE) else [],
        "people": _people() if desk.may(Permission.ESCALATE) else [],
    }
    return page(request, "cases/case.html", context)


@door(Permission.ESCALATE)
def escalate(request: HttpRequest) -> HttpResponse:
    """Ask somebody one level up about a page, as it is known at its moment; or add the page to an open case."""
    desk = desk_of(request)
    where = _own_path(request, request.GET.get("from", "") or request.POST.get("from", ""))
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
    note = request.POST.get("note", "").strip()[: LONGEST["note"]]
    edition = request.POST.get("edition", "")
    if not edition.isdecimal() or not move:
        raise PageRefused(say(desk.language, "error.form_expired"))
    if move in ("comment", "sent_back", "escalated") and not note:
        raise PageRefused(say(desk.language, "cases.note_needed"))
    assignee = request.POST.get("assignee", "")
    if assignee and not User.objects.filter(username=assignee, is_active=True).exists():
        raise PageRefused(say(desk.language, "cases.nobody"))
    try:
        moved_case(found, desk.user, int(edition), move, note, assignee)
    except Overtaken as error:
        raise PageRefused(say(desk.language, "cases.overtaken"), status=409) from error
    except NoSuchMove as error:
        raise PageRefused(say(desk.language, "cases.no_such_move"), status=409) from error
    messages.success(request, say(desk.language, f"cases.done_{move}"))
    return redirect("case", number=number)


@door(Permission.SEE_CASES)
def case_statistics(request: HttpRequest) -> HttpResponse:
    """Which kinds of question reach which level."""
    return page(request, "cases/statistics.html", {"rows": statistics()})


def _asked(request: HttpRequest, desk: Desk, where: str, member: str) -> HttpResponse:
    said = {
        name: request.POST.get(name, "").strip()
        for name in ("title", "kind", "level", "note", "page_title", "case")
    }
    if said["case"].isdecimal():
        found = _case(desk, int(said["case"]))
        linked(found, desk.user, said["note"][: LONGEST["note"]], where, said["page_title"][:200])
        return redirect("case", number=found.pk)
    wrong = _wrong(desk, said)
    if wrong:
        return page(request, "cases/escalate.html", _form(desk, where, member, said, wrong), status=422)
    question = Question(
        said["title"], said["kind"], said["level"], said["note"], where, said["page_title"][:200], member
    )
    found = opened_case(desk.user, question)
    messages.success(request, say(desk.language, "cases.opened", number=found.pk))
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


def _own_path(request: HttpRequest, where: str) -> str:
    """A page of ours; anything else is dropped."""
    ours = url_has_allowed_host_and_scheme(where, allowed_hosts={request.get_host()})
    return where[:500] if ours and where.startswith("/") else ""


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

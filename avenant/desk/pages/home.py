"""Home: what needs me, by role: cases, what waits, the last night, findings, people I looked at last."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path

from avenant.desk.case_work import LEVEL_OF_ROLE
from avenant.desk.charts import around_zero
from avenant.desk.context import Desk, desk_of, page
from avenant.desk.doors import door
from avenant.desk.models import Case, Visit
from avenant.desk.pages.runs import night_charts, shown
from avenant.desk.roles import Permission
from avenant.desk.words import say
from avenant.flows.overview import Overview, PlanMoved, overview
from avenant.flows.work import work_counts
from avenant.store.readers.check_results import last_check_run, open_findings
from avenant.store.readers.names_shown import names_shown

SHOWN = 8
VISITS_READ = 300
"""So many of my latest visits are looked through for people."""
RANKS = ("critical", "high", "attention")


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody I looked at, and when last."""

    ref: str
    name: str | None
    at: datetime


@door(Permission.ENTER)
def home(request: HttpRequest) -> HttpResponse:
    """One's own page: each part only for roles that may see where it leads."""
    desk = desk_of(request)
    context: dict[str, Any] = {"people": _people(desk)}
    if desk.may(Permission.SEE_CASES):
        context |= _cases(desk)
    if desk.may(Permission.SEE_RUNS):
        told = overview(desk.db, desk.rev)
        context |= _night(told, desk) | {"work": _work(told.work, desk)}
    elif desk.may(Permission.SEE_WORK):
        context["work"] = _work(work_counts(desk.db, desk.rev), desk)
    if desk.may(Permission.SEE_CHECKS):
        context |= _findings(desk)
    return page(request, "home/home.html", context)


def _cases(desk: Desk) -> dict[str, Any]:
    """Open cases given to me, and those at my level that nobody has taken; of each the latest changed."""
    still = Case.objects.filter(state="open").order_by("-changed_at")
    level = LEVEL_OF_ROLE.get(desk.role.key, "care")
    return {
        "cases": True,
        "mine": list(still.filter(assignee=desk.user.username)[:SHOWN]),
        "at_level": list(still.filter(level=level, assignee="")[:SHOWN]),
    }


def _work(counts: dict[str, int], desk: Desk) -> list[tuple[str, str, int]]:
    """Kinds of which something waits: key, words, how many."""
    return [(kind, say(desk.language, f"work.kind_{kind}"), count) for kind, count in counts.items() if count]


def _night(told: Overview, desk: Desk) -> dict[str, Any]:
    last = told.last_night
    broke = last is not None and last.state in ("stopped", "dead")
    return {
        "runs": True,
        "night": None if told.night is None else shown(told.night, desk),
        "broke": shown(last, desk) if broke and last is not None else None,
        "moves": _moves(told.moved),
        "charts": night_charts(told.nights, desk)[:1],
        "unpaid": told.unpaid,
    }


def _moves(moved: tuple[PlanMoved, ...]) -> list[dict[str, Any]]:
    """Each plan with its bar, all plans of a currency to one scale."""
    most: dict[str, int] = {}
    for plan in moved:
        most[plan.currency] = max(most.get(plan.currency, 0), plan.up_cents, -plan.down_cents)
    found = []
    for plan in moved:
        left, right, start = around_zero(plan.down_cents, plan.up_cents, most[plan.currency])
        found.append({"plan": plan, "left": left, "right": right, "start": start})
    return found


def _findings(desk: Desk) -> dict[str, Any]:
    """The open findings of the checks, the gravest first, if a run of checks was kept."""
    with desk.db.snapshot() as connection:
        checked = last_check_run(connection, desk.rev)
        found = open_findings(connection, desk.rev) if checked is not None else []
    ranks = Counter(one.rank for one in found)
    return {
        "checks": True,
        "checked": checked,
        "findings": [(one, say(desk.language, f"home.rank_{one.rank}")) for one in found[:SHOWN]],
        "finding_count": len(found),
        "ranks": [
            (rank, say(desk.language, f"home.rank_{rank}"), ranks[rank]) for rank in RANKS if ranks[rank]
        ],
    }


def _people(desk: Desk) -> list[Seen]:
    """Members I looked at last, each once; the work list shows many at once and does not count."""
    visits = Visit.objects.filter(username=desk.user.username, kind="member").order_by("-id")
    latest: dict[str, datetime] = {}
    for ref, where, at in visits.values_list("ref", "page", "at")[:VISITS_READ]:
        if where != "work" and ref not in latest and len(latest) < SHOWN:
            latest[ref] = at
    if not latest:
        return []
    with desk.db.snapshot() as connection:
        names = names_shown(connection, list(latest))
    return [Seen(ref, names[ref], at) for ref, at in latest.items() if ref in names]


urlpatterns = [
    path("", home, name="home"),
]

"""A member's cover and billing: bars on a time axis, premiums per month, and the why of each amount."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path

from avenant.core.coverage.model import Bar, MonthPremium, PersonCovered, SlotStory
from avenant.core.periods import add_months
from avenant.desk.context import Desk, PageRefused, desk_of, page
from avenant.desk.doors import door
from avenant.desk.forms import month_asked
from avenant.desk.moments import steps
from avenant.desk.roles import Permission
from avenant.desk.words import say
from avenant.flows.coverage import member_coverage, premium_story
from avenant.flows.instants import changes_about
from avenant.store.readers.heads import member_head

MONTHS_SHOWN = 18
MONTHS_AHEAD = 2
AXIS = 1000
"""Width of the time axis in units of its drawing."""


@dataclass(frozen=True, slots=True)
class DrawnBar:
    """An enrolment drawn on the axis: where it begins, how wide it is; open: it goes on."""

    bar: Bar
    x: float
    width: float
    open: bool
    late: bool
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """One person's bars."""

    person: PersonCovered
    bars: tuple[DrawnBar, ...]


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month of one person: what it comes to, per slot, and on which invoices."""

    month: date
    currency: str
    cents: int
    corrected: bool
    parts: tuple[MonthPremium, ...]


@door(Permission.SEE_COVER, looks_at="member")
def cover(request: HttpRequest, ref: str) -> HttpResponse:
    """Enrolments of the family as bars, premiums per person and month, the newest first."""
    desk = desk_of(request)
    first = add_months(desk.today.replace(day=1), -_months(request, desk) + MONTHS_AHEAD + 1)
    people = member_coverage(desk.db, ref, desk.rev, first)
    context = {
        "head": member_head(desk.db, ref, desk.rev),
        "tab": "cover",
        "axis": _axis(people, desk.today),
        "rows": [(person, _rows(person)) for person in people],
        "more": _months(request, desk) + 24,
        "since": first,
        "steps": steps(changes_about(desk.db, "family", ref), desk.moment),
    }
    return page(request, "member/cover.html", context)


@door(Permission.SEE_COVER, looks_at="member")
def premium(request: HttpRequest, ref: str, month: str) -> HttpResponse:
    """One month's premium: every version of every slot, and what arrived between two of them."""
    desk = desk_of(request)
    context = {
        "head": member_head(desk.db, ref, desk.rev),
        "tab": "cover",
        "month": month_asked(desk, month),
        "stories": _stories(request, desk, ref, month),
        "steps": steps(changes_about(desk.db, "member", ref), desk.moment),
    }
    return page(request, "member/premium.html", context)


@door(Permission.SEE_COVER, looks_at="member")
def premium_why(request: HttpRequest, ref: str, month: str) -> HttpResponse:
    """The sentence behind an amount, as a popover; a second click leads to the whole story."""
    desk = desk_of(request)
    context = {"ref": ref, "month": month_asked(desk, month), "stories": _stories(request, desk, ref, month)}
    if not request.headers.get("HX-Request"):
        return premium(request, ref=ref, month=month)
    return page(request, "member/premium_part.html", context)


def _stories(request: HttpRequest, desk: Desk, ref: str, month: str) -> tuple[SlotStory, ...]:
    slot = request.GET.get("slot") or None
    try:
        return premium_story(desk.db, ref, month_asked(desk, month), slot, desk.rev, desk.language)
    except ValueError as error:
        raise PageRefused(say(desk.language, "cover.unknown_slot"), status=404) from error


def _months(request: HttpRequest, desk: Desk) -> int:
    typed = request.GET.get("months", "")
    return min(int(typed), 600) if typed.isdecimal() and len(typed) < 4 else MONTHS_SHOWN


def _rows(person: PersonCovered) -> list[MonthRow]:
    months: dict[tuple[date, str], list[MonthPremium]] = defaultdict(list)
    for one in person.premiums:
        months[one.month, one.currency].append(one)
    return [
        MonthRow(
            month,
            currency,
            sum(one.amount_cents for one in parts),
            any(one.charges > 1 for one in parts),
            tuple(parts),
        )
        for (month, currency), parts in sorted(months.items(), reverse=True)
    ]


def _axis(people: tuple[PersonCovered, ...], today: date) -> dict[str, Any]:
    """The time axis from the first cover (at most ten years back) to some months from now, with its years."""
    starts = [bar.now.valid_from for person in people for bar in person.bars]
    begin = max(min(starts, default=today), date(today.year - 10, 1, 1)).replace(day=1)
    end = add_months(today.replace(day=1), 6)
    days = max((end - begin).days, 1)

    def place(day: date) -> float:
        return round(AXIS * min(max((day - begin).days / days, 0), 1), 1)

    lanes = tuple(
        Lane(person, tuple(_drawn(bar, place, end) for bar in person.bars if not _over(bar, begin)))
        for person in people
    )
    years = [(place(date(year, 1, 1)), year) for year in range(begin.year + 1, end.year + 1)]
    return {"lanes": lanes, "years": years, "today": place(today), "begin": begin, "end": end}


def _over(bar: Bar, begin: date) -> bool:
    return bar.now.last_day is not None and bar.now.last_day < begin


def _drawn(bar: Bar, place: Any, end: date) -> DrawnBar:
    now = bar.now
    x, until = place(now.valid_from), place(now.last_day or end)
    late = any(version.late for version in bar.versions[1:]) or bar.versions[0].late
    return DrawnBar(bar, x, max(round(until - x, 1), 4), now.last_day is None, late, now.withdrawn)


urlpatterns = [
    path("members/<str:ref>/cover", cover, name="cover"),
    path("members/<str:ref>/premiums/<str:month>", premium, name="premium"),
    path("members/<str:ref>/premiums/<str:month>/why", premium_why, name="premium-why"),
]

"""Visits: who looked at whom, when, what of them, and why they came; for auditors."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path

from avenant.desk.context import Desk, PageRefused, desk_of, page
from avenant.desk.doors import door
from avenant.desk.forms import day_asked, one_of
from avenant.desk.models import Visit
from avenant.desk.roles import Permission
from avenant.desk.words import say
from avenant.store.database import PARIS
from avenant.store.readers.named_members import members_called

KINDS = ("member", "contract", "invoice", "payout", "act", "case", "user", "rerun")
VISITS_ON_A_PAGE = 50


@door(Permission.SEE_VISITS)
def visits(request: HttpRequest) -> HttpResponse:
    """Visits, newest first, of a person, by a user, of a kind, on a day; pages follow each other by number."""
    desk = desk_of(request)
    found = _chosen(request, desk)
    rows = list(found.order_by("-id")[: VISITS_ON_A_PAGE + 1])
    shown = rows[:VISITS_ON_A_PAGE]
    with desk.db.snapshot() as connection:
        people = members_called(connection, {row.ref for row in shown if row.kind == "member"})
    context = {
        "visits": [(row, people.get(row.ref) if row.kind == "member" else None) for row in shown],
        "before": shown[-1].pk if len(rows) > VISITS_ON_A_PAGE else None,
        "kinds": KINDS,
    }
    return page(request, "administration/visits.html", context)


def _chosen(request: HttpRequest, desk: Desk) -> QuerySet[Visit]:
    """The visits the filters leave; each filter has an index, none counts everything."""
    asked = request.GET
    kind = one_of(desk, asked.get("kind", ""), KINDS)
    found = Visit.objects.all()
    if ref := asked.get("ref", "").strip():
        found = found.filter(kind=kind or "member", ref=_bare(ref))
    elif kind:
        found = found.filter(kind=kind)
    if user := asked.get("user", "").strip():
        found = found.filter(username=_bare(user))
    if day := day_asked(desk, asked.get("day", "")):
        if not 1900 < day.year < 9000:
            raise PageRefused(say(desk.language, "form.day", seen=str(day)))
        starts = datetime.combine(day, time(), PARIS)
        ends = datetime.combine(day + timedelta(days=1), time(), PARIS)
        found = _between(found, starts, ends)
    before = asked.get("before", "")
    if before.isascii() and before.isdecimal() and len(before) < 19:
        found = found.filter(id__lt=int(before))
    return found


def _between(found: QuerySet[Visit], starts: datetime, ends: datetime) -> QuerySet[Visit]:
    """On a day: by the numbers of its first and last visit, so that the newest first are found without a scan."""
    on_day = Visit.objects.filter(at__gte=starts, at__lt=ends)
    first = on_day.order_by("at").values_list("id", flat=True).first()
    last = on_day.order_by("-at").values_list("id", flat=True).first()
    if first is None or last is None:
        return found.none()
    return found.filter(id__range=(min(first, last), max(first, last)), at__gte=starts, at__lt=ends)


def _bare(typed: str) -> str:
    return typed.replace("\0", "")[:200]


urlpatterns = [path("visits", visits, name="visits")]

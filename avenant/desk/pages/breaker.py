"""The breaker: nights that stopped because they would cancel too much, and letting one pass with a second person."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path

from avenant.desk import overriding
from avenant.desk.context import Desk, PageRefused, desk_of, page
from avenant.desk.doors import door
from avenant.desk.models import TwoPersonRequest
from avenant.desk.pages.asking import number_asked, reason_asked, refused
from avenant.desk.roles import Permission
from avenant.desk.two_persons import Undecidable, ask, deciding, latest_requests, open_requests
from avenant.desk.words import say
from avenant.flows.runs import RunRow, runs

NIGHTS_LOOKED_AT = 200


@door(Permission.OVERRIDE)
def breaker(request: HttpRequest) -> HttpResponse:
    """Nights the breaker stopped, the latest first; what was asked, and how the confirmed night goes."""
    desk = desk_of(request)
    nights = runs(desk.db, kind="nightly", limit=NIGHTS_LOOKED_AT, rev=desk.rev).rows
    pending = {one.what: one.state for one in open_requests("override")}
    night = _open(nights)
    context = {
        "stopped": [one for one in nights if _stopped(one)],
        "open": night,
        "asked": night is not None and str(night.run_id) in pending,
        "requests": [_told(one, nights) for one in latest_requests("override")],
        "under_way": "running" in pending.values(),
    }
    return page(request, "administration/breaker.html", context)


@door(Permission.OVERRIDE, changes=True)
def breaker_ask(request: HttpRequest) -> HttpResponse:
    """Ask a second administrator to let the night of a stopped run pass."""
    desk = desk_of(request)
    number = number_asked(desk, request, "run")
    nights = runs(desk.db, kind="nightly", limit=NIGHTS_LOOKED_AT).rows
    night = _open(nights)
    if night is None or night.run_id != number:
        raise PageRefused(say(desk.language, "breaker.moved_on"), status=409)
    try:
        ask("override", str(number), reason_asked(desk, request), desk.user.username)
    except Undecidable as error:
        raise refused(desk, error) from error
    messages.success(request, say(desk.language, "two.asked"))
    return redirect("breaker")


@door(Permission.OVERRIDE, changes=True)
def breaker_decide(request: HttpRequest) -> HttpResponse:
    """Confirm, and start the night without the breaker; or refuse."""
    desk = desk_of(request)
    confirmed = request.POST.get("decision") == "confirm"
    try:
        with deciding(number_asked(desk, request), "override", desk.user.username) as asked:
            if confirmed:
                _still_open(desk, asked)
            asked.state = "running" if confirmed else "refused"
    except Undecidable as error:
        raise refused(desk, error) from error
    if confirmed:
        _begin(desk, asked)
    messages.success(request, say(desk.language, f"breaker.{asked.state}"))
    return redirect("breaker")


def _begin(desk: Desk, asked: TwoPersonRequest) -> None:
    try:
        overriding.begin(asked, desk.db.url)
    except OSError as error:
        asked.state, asked.outcome = "failed", str(error)
        asked.save(update_fields=["state", "outcome"])


def _still_open(desk: Desk, asked: TwoPersonRequest) -> None:
    """Errors: PageRefused where a later night came to its end since it was asked."""
    night = _open(runs(desk.db, kind="nightly", limit=NIGHTS_LOOKED_AT).rows)
    if night is None or str(night.run_id) != asked.what:
        raise PageRefused(say(desk.language, "breaker.moved_on"), status=409)


def _stopped(night: RunRow) -> bool:
    return night.state == "stopped" and "would_cancel" in night.counts


def _open(nights: tuple[RunRow, ...]) -> RunRow | None:
    """The latest night the breaker stopped, unless a later one came to its end."""
    for night in nights:
        if night.state == "done":
            return None
        if _stopped(night):
            return night
    return None


def _told(asked: TwoPersonRequest, nights: tuple[RunRow, ...]) -> dict[str, Any]:
    """A request with the night it stands for, and the one that was started for it."""
    known = {str(night.run_id): night for night in nights}
    return {"request": asked, "night": known.get(asked.what), "started": known.get(asked.outcome)}


urlpatterns = [
    path("breaker", breaker, name="breaker"),
    path("breaker/ask", breaker_ask, name="breaker-ask"),
    path("breaker/decide", breaker_decide, name="breaker-decide"),
]

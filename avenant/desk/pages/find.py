"""Find: people, contracts, papers and care, by name or number; a page, and a palette that answers as one types.

What was typed may be somebody's name, so it never stands in an address: forms send it, and the page that answers is
found again by a token of the session.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path, reverse

from avenant.core.finding import wording
from avenant.core.finding.found import Found
from avenant.core.finding.ranking import NUMBER_SHORT
from avenant.desk.context import Desk, PageRefused, desk_of, page
from avenant.desk.doors import door
from avenant.desk.models import Visit
from avenant.desk.roles import Permission
from avenant.desk.words import say
from avenant.flows.acts import act_view
from avenant.flows.events import homes_of_lines
from avenant.flows.finding import MOST, found
from avenant.store.readers.named_members import members_called

SHOWN, SHOWN_QUICKLY, RECENT = 20, 8, 8
VISITS_LOOKED_THROUGH = 200
SEARCHES_KEPT = 20
LONGEST_KEPT = 200


@dataclass(frozen=True, slots=True)
class Hit:
    """One result as the page shows it; ``address`` '' where this role may not open it."""

    kind: str
    title: str
    ref: str
    detail: str
    address: str
    sure: bool = False


@door(Permission.FIND)
def find(request: HttpRequest) -> HttpResponse:
    """Search by a form; one thing found by its whole number opens at once."""
    desk = desk_of(request)
    if request.method == "POST":
        typed = request.POST.get("q", "")
        hits, _ = _search(desk, typed, 2)
        if len(sure := [hit for hit in hits if hit.sure and hit.address]) == 1:
            return redirect(sure[0].address)
        return redirect(_address(desk, "find", search=_kept(request, typed)))
    typed = _typed(request)
    limit = MOST if request.GET.get("more") else SHOWN
    hits, problem = _search(desk, typed, limit)
    context = {
        "find_typed": typed[:LONGEST_KEPT],
        "hits": hits,
        "problem": problem,
        "more": len(hits) == limit and limit < MOST,
        "nothing": wording.word(desk.language, "nothing", typed=typed.strip()[:60]),
        "recent": [] if typed.strip() else _recent(desk),
    }
    return page(request, "find/page.html", context)


@door(Permission.FIND)
def find_quick(request: HttpRequest) -> HttpResponse:
    """The palette: people looked at last; results as one types (q by POST)."""
    desk = desk_of(request)
    typed = request.POST.get("q", request.GET.get("q", ""))
    if not request.headers.get("HX-Request"):
        return redirect(_address(desk, "find"))
    if "q" not in request.POST and not typed:
        return page(request, "find/palette.html", {"hits": _recent(desk), "recent": True})
    hits, problem = _search(desk, typed, SHOWN_QUICKLY)
    blank = not typed.strip()
    context = {
        "hits": _recent(desk) if blank else hits,
        "problem": problem,
        "recent": blank,
        "nothing": wording.word(desk.language, "nothing", typed=typed.strip()[:60]),
    }
    return page(request, "find/hits.html", context)


@door(Permission.SEE_CARE)
def find_care(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """Lead from a document or an act to the care event it is about; to the member's care where nothing is decided."""
    desk = desk_of(request)
    line = _line_told(desk, f"{name}#" if kind == "document" else name)
    if line.about is None:
        raise PageRefused(say(desk.language, "find.nobodys", name=name[:60]), status=404)
    told = homes_of_lines(desk.db, line.about, desk.rev)
    act = told.get(line.ref) or act_view(desk.db, line.ref, desk.rev).act_id
    if act in told.values():
        return redirect(_address(desk, "care-event", line.about, act))
    return redirect(_address(desk, "care", line.about))


def _line_told(desk: Desk, named: str) -> Found:
    """The line of care that is called so, or the first of a document."""
    try:
        lines = [one for one in found(desk.db, named, SHOWN, desk.rev, names=False) if one.kind == "act"]
    except ValueError:
        lines = []
    if not lines:
        raise PageRefused(say(desk.language, "find.no_lines", name=named.rstrip("#")[:60]), status=404)
    return lines[0]


def _typed(request: HttpRequest) -> str:
    kept = request.session.get("searches", {}).get(request.GET.get("search", ""))
    return str(kept if kept is not None else request.GET.get("q", ""))


def _kept(request: HttpRequest, typed: str) -> str:
    """The token under which the session keeps what was typed; '' for nothing."""
    if not typed.strip():
        return ""
    before = list(request.session.get("searches", {}).items())[-SEARCHES_KEPT + 1 :]
    token = secrets.token_urlsafe(6)
    request.session["searches"] = {**dict(before), token: typed[:LONGEST_KEPT]}
    return token


def _search(desk: Desk, typed: str, limit: int) -> tuple[list[Hit], str]:
    """What is found, and a sentence about what cannot be looked for."""
    try:
        some = found(desk.db, typed, limit, desk.rev, names=desk.may(Permission.SEE_NAMES))
    except ValueError:
        return [], say(desk.language, "find.unreadable")
    return [_hit(desk, one) for one in some], ""


def _hit(desk: Desk, one: Found) -> Hit:
    if one.kind == "member":
        one = replace(one, about=None if one.about == one.ref else one.about)
        if not desk.sees_name(one.ref):
            one = replace(one, day=None)
    return Hit(
        wording.word(desk.language, one.kind),
        desk.name(one.ref, one.name) if one.kind == "member" else one.ref,
        one.ref if one.kind == "member" else "",
        wording.detail(one, desk.language),
        _leads_to(desk, one.kind, one.ref),
        one.score >= NUMBER_SHORT,
    )


def _leads_to(desk: Desk, kind: str, ref: str) -> str:
    """The page of what was found, for this role."""
    match kind:
        case "member":
            return member_address(desk, ref)
        case "contract" | "invoice" | "payout" if desk.may(Permission.SEE_MONEY):
            return _address(desk, kind, ref)
        case "document" | "act" if desk.may(Permission.SEE_CARE):
            return _address(desk, "find-care", kind, ref)
    return ""


def member_address(desk: Desk, ref: str) -> str:
    """Where this role looks at a member: care, else cover, else erasure; '' nowhere."""
    for permission, name in (
        (Permission.SEE_CARE, "care"),
        (Permission.SEE_COVER, "cover"),
        (Permission.ERASE, "erasure-member"),
    ):
        if desk.may(permission):
            return _address(desk, name, ref)
    return ""


def _recent(desk: Desk) -> list[Hit]:
    """People this person looked at last, the latest first."""
    mine = Visit.objects.filter(username=desk.user.username).order_by("-id")
    visited = mine.values_list("kind", "ref")[:VISITS_LOOKED_THROUGH]
    refs = list(dict.fromkeys(ref for kind, ref in visited if kind == "member"))[:RECENT]
    return list(_people(desk, refs))


def _people(desk: Desk, refs: list[str]) -> Iterable[Hit]:
    if not refs:
        return
    with desk.db.snapshot() as connection:
        known = members_called(connection, refs)
    for ref in refs:
        if (one := known.get(ref)) is not None:
            yield _hit(desk, Found("member", ref, 0, one.name, None, one.role, one.birth_date))


def _address(desk: Desk, name: str, *args: Any, **query: str) -> str:
    asked = QueryDict(mutable=True)
    asked.update({key: value for key, value in {**query, "known_at": desk.known_at}.items() if value})
    address = reverse(name, args=args)
    return f"{address}?{asked.urlencode()}" if asked else address


urlpatterns = [
    path("find", find, name="find"),
    path("find/quick", find_quick, name="find-quick"),
    path("find/<str:kind>/<path:name>", find_care, name="find-care"),
]

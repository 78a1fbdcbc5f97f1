"""The door of every page: who may enter, at which moment they look, and the record that they looked.

@door(Permission.SEE_CARE, looks_at="member")
def care(request, ref): ...
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from avenant.desk.context import Desk, PageRefused, book, book_settings, page
from avenant.desk.legible import legible, make_legible
from avenant.desk.models import Reveal, User, Visit
from avenant.desk.roles import Permission
from avenant.desk.words import say
from avenant.flows.instants import Moment, MomentRefused, moment

View = Callable[..., HttpResponse]
ANYBODY = "anybody"


def door(
    permission: Permission, looks_at: str | None = None, by: str = "ref", changes: bool = False
) -> Callable[[View], View]:
    """Let only those in who hold ``permission``; put ``request.desk`` on the request.

    looks_at: what the page shows (member, contract, invoice, payout, act, case), so that the visit is recorded under
    the URL's argument ``by``. changes: the page acts, so only POST is let in, and only at the present moment.
    """

    def with_door(view: View) -> View:
        @wraps(view)
        def through(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_login(request)
            make_legible(request)
            kwargs = {name: legible(value) for name, value in kwargs.items()}
            desk = opened(request)
            request.desk = desk
            if not desk.may(permission):
                return page(request, "refused.html", {"permission": permission}, status=403)
            desk.moment = _moment(desk, request.GET.get("known_at", ""))
            if changes and (refusal := _not_now(request, desk)):
                return refusal
            if looks_at is not None:
                _record(request, desk, looks_at, str(kwargs[by]))
            return view(request, **kwargs)

        through.permission = permission  # type: ignore[attr-defined]
        return through

    return with_door


def open_to_anybody(view: View) -> View:
    """Declare that a page has no door: health and the like."""
    view.permission = ANYBODY  # type: ignore[attr-defined]
    return view


def opened(request: HttpRequest) -> Desk:
    """The desk for the person of this request, looking at now."""
    user = request.user
    assert isinstance(user, User)
    return Desk(book(), book_settings(), user, user.duty, user.language, moment(book()), _revealed(user))


def _moment(desk: Desk, typed: str) -> Moment:
    try:
        return moment(desk.db, typed) if typed else desk.moment
    except MomentRefused as refused:
        raise PageRefused(refused.said(desk.language)) from refused


def _revealed(user: User) -> frozenset[str]:
    if not user.duty.may(Permission.REVEAL):
        return frozenset()
    valid = Reveal.objects.filter(user=user, until__gt=timezone.now())
    return frozenset(valid.values_list("member_ref", flat=True))


def _to_login(request: HttpRequest) -> HttpResponse:
    target = f"{settings.LOGIN_URL}?{urlencode({'next': _after_login(request)})}"
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=401)
        answer["HX-Redirect"] = target
        return answer
    return redirect(target)


def _after_login(request: HttpRequest) -> str:
    """The page to come back to: not a form's target or a part of a page, which cannot be opened alone."""
    if request.method == "GET" and not request.headers.get("HX-Request"):
        return request.get_full_path()
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, allowed_hosts={request.get_host()}):
        return "/"
    came_from = urlsplit(referer)
    return urlunsplit(("", "", came_from.path, came_from.query, ""))


def _not_now(request: HttpRequest, desk: Desk) -> HttpResponse | None:
    if request.method != "POST":
        answer = page(request, "refused.html", {"permission": None}, status=405)
        answer["Allow"] = "POST"
        return answer
    if desk.moment.is_past:
        raise PageRefused(say(desk.language, "moment.acts_now"), status=409)
    return None


def _record(request: HttpRequest, desk: Desk, kind: str, ref: str) -> None:
    """Write down the visit, once per page and not for each part of it that is fetched later."""
    if request.headers.get("HX-Request"):
        return
    match: Any = request.resolver_match
    Visit.objects.create(
        username=desk.user.username,
        role=desk.role.key,
        kind=kind,
        ref=ref[:200],
        page=(match.url_name or "")[:60] if match else "",
        known_at=desk.known_at,
        reason=request.GET.get("case", "")[:300],
    )

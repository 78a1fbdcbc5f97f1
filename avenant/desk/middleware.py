"""Around every request: refusals become pages, the answer is never kept by others, MFA where it is demanded."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable

from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from avenant.desk.context import PageRefused, language_of, page
from avenant.desk.words import say
from avenant.store.readers.history import UnknownRef

Next = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger("avenant.desk")
OF_OTHERS = (SuspiciousOperation, Http404, PermissionDenied, ImmediateHttpResponse, ReauthenticationRequired)
"""What others answer: the failure pages of the settings, and allauth, who asks for the password once more."""
WITHOUT_MFA = ("/account/", "/static/", "/health", "/metrics", "/language")


class Refusals:
    """What a flow refuses becomes a page with a sentence and a way back; everything else a number to look up."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        milliseconds = 1000 * (time.perf_counter() - started)
        response["Server-Timing"] = f"desk;dur={milliseconds:.1f}"
        if not request.path.startswith("/static/"):
            response.setdefault("Cache-Control", "no-store")
            _log(request, response, milliseconds)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A page for what was refused; for what broke, one with a number that the log has too."""
        if isinstance(error, OF_OTHERS):
            return None
        if isinstance(error, PageRefused):
            return _told(request, "error.html", str(error), error.status)
        if isinstance(error, UnknownRef):
            return _told(request, "not_found.html", str(error), 404)
        number = secrets.token_hex(4)
        log.exception("broken", extra={"number": number, "route": _route(request)})
        text = say(language_of(request), "error.ours_text", number=number)
        return _told(request, "error.html", text, 500, ours=True)


def _told(request: HttpRequest, template: str, said: str, status: int, ours: bool = False) -> HttpResponse:
    """A page with the sentence; within a page that asked for a part of itself, the sentence alone."""
    if request.headers.get("HX-Request"):
        return page(request, "work/said.html", {"said": said, "level": "error"}, status=status)
    return page(request, template, {"said": said, "ours": ours}, status=status)


def _log(request: HttpRequest, response: HttpResponse, milliseconds: float) -> None:
    """One line per request: the route, never the address, which may hold what somebody typed."""
    user = getattr(request, "user", None)
    log.info(
        "request",
        extra={
            "method": request.method,
            "route": _route(request),
            "status": response.status_code,
            "milliseconds": round(milliseconds, 1),
            "user": user.username if user is not None and user.is_authenticated else None,
        },
    )


def _route(request: HttpRequest) -> str:
    match = getattr(request, "resolver_match", None)
    return match.route if match else "?"


class SecondFactor:
    """Where the settings demand it, somebody without a second factor is led to set one up first."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.REQUIRE_MFA and request.user.is_authenticated and not _excepted(request.path):
            from allauth.mfa.utils import is_mfa_enabled

            if not is_mfa_enabled(request.user):
                return redirect(reverse("mfa_activate_totp"))
        return self.get_response(request)


def _excepted(path: str) -> bool:
    return path.startswith(WITHOUT_MFA)

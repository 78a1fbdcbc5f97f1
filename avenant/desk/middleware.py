"""Around every request: refusals become pages, the answer is never kept by others, MFA where it is demanded."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from avenant.desk.context import PageRefused, language_of, page
from avenant.desk.words import say
from avenant.store.readers.history import UnknownRef

Next = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger("avenant.desk")
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
        if isinstance(error, PageRefused):
            return page(request, "error.html", {"said": str(error)}, status=error.status)
        if isinstance(error, UnknownRef):
            return page(request, "not_found.html", {"said": str(error)}, status=404)
        number = secrets.token_hex(4)
        log.exception("broken", extra={"number": number, "route": _route(request)})
        text = say(language_of(request), "error.ours_text", number=number)
        return page(request, "error.html", {"said": text, "ours": True}, status=500)


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

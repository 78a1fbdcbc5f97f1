"""What the forms of two-person requests hold: a reason, the number of a request, and why it cannot be decided."""

from __future__ import annotations

from django.http import HttpRequest

from avenant.desk.context import Desk, PageRefused
from avenant.desk.two_persons import Undecidable
from avenant.desk.words import say

SHORTEST_REASON, LONGEST_REASON = 10, 2_000


def reason_asked(desk: Desk, request: HttpRequest) -> str:
    """The reason somebody gives. Errors: PageRefused for one that says nothing."""
    reason = request.POST.get("reason", "").strip()
    if len(reason) < SHORTEST_REASON:
        raise PageRefused(say(desk.language, "two.reason_short"))
    return reason.replace("\0", "")[:LONGEST_REASON]


def number_asked(desk: Desk, request: HttpRequest, name: str = "request") -> int:
    """A whole number of a form. Errors: PageRefused."""
    typed = request.POST.get(name, "")
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 18):
        raise PageRefused(say(desk.language, "error.form_expired"))
    return int(typed)


def refused(desk: Desk, error: Undecidable) -> PageRefused:
    """The page that says why a request cannot be made or decided."""
    return PageRefused(say(desk.language, error.key), status=409)

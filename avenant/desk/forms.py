"""What people type into filters and forms, turned into values; what cannot be right is said in a sentence."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from avenant.desk.context import Desk, PageRefused
from avenant.desk.words import say

AMOUNT = re.compile(r"(\d{1,9})(?:[.,](\d{1,2}))?")


def cents_asked(desk: Desk, typed: str) -> int | None:
    """``1 234,50 €``, ``1234.5`` or ``12`` as cents; '' is None. Errors: PageRefused."""
    bare = re.sub(r"[\s\u00a0\u202f€$]", "", typed)
    if not bare:
        return None
    found = AMOUNT.fullmatch(bare)
    if found is None:
        raise PageRefused(say(desk.language, "form.amount", seen=typed[:20]))
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


def day_asked(desk: Desk, typed: str) -> date | None:
    """``2026-03-14`` or ``14/03/2026`` as a day; '' is None. Errors: PageRefused."""
    typed = typed.strip()
    if not typed:
        return None
    if found := re.fullmatch(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", typed):
        typed = f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}"
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise PageRefused(say(desk.language, "form.day", seen=typed[:20])) from None


def month_asked(desk: Desk, typed: str) -> date:
    """``2026-03`` as its first day. Errors: PageRefused."""
    if re.fullmatch(r"\d{4}-\d{2}", typed):
        found = day_asked(desk, f"{typed}-01")
        if found is not None:
            return found
    raise PageRefused(say(desk.language, "form.month", seen=typed[:20]))


def own_path(request: HttpRequest, typed: str) -> str:
    """``typed`` if it is the address of a page of ours, else ''."""
    ours = url_has_allowed_host_and_scheme(typed, allowed_hosts={request.get_host()})
    return typed if ours and typed.startswith("/") else ""


def one_of(desk: Desk, typed: str, known: Collection[str]) -> str:
    """``typed`` if it is known or ''. Errors: PageRefused."""
    if typed and typed not in known:
        raise PageRefused(say(desk.language, "form.unknown_choice", seen=typed[:40]))
    return typed

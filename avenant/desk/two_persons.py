"""What one administrator asks for and a second one decides: nobody confirms their own request, nothing is done twice.

with deciding(7, "bob") as request:     # locked; asked by somebody else, not decided yet
    request.state, request.outcome = "done", "version 3f9c…"
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from avenant.desk.models import TwoPersonRequest

UNDER_WAY = timedelta(hours=6)
"""A confirmed request whose process has not reported for so long is taken for dead."""


class Undecidable(ValueError):
    """The request cannot be made or decided; ``key``: the desk's words that say why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def open_requests(kind: str) -> QuerySet[TwoPersonRequest]:
    """Requests that wait for their second person, or are at work."""
    alive = Q(state="asked") | Q(state="running", decided_at__gt=timezone.now() - UNDER_WAY)
    return TwoPersonRequest.objects.filter(alive, kind=kind).order_by("id")


def latest_requests(kind: str, count: int = 20) -> list[TwoPersonRequest]:
    """The last requests, newest first, decided or not."""
    return list(TwoPersonRequest.objects.filter(kind=kind).order_by("-id")[:count])


def ask(kind: str, what: str, reason: str, by: str) -> TwoPersonRequest:
    """Ask a second person. Errors: Undecidable where the same is asked already."""
    with transaction.atomic():
        _one_at_a_time()
        if open_requests(kind).filter(what=what).exists():
            raise Undecidable("two.asked_already")
        return TwoPersonRequest.objects.create(kind=kind, what=what, reason=reason, asked_by=by)


@contextmanager
def deciding(number: int, kind: str, by: str) -> Iterator[TwoPersonRequest]:
    """The request, locked until the block has set its state and outcome. Errors: Undecidable."""
    with transaction.atomic():
        request = TwoPersonRequest.objects.select_for_update().filter(pk=number, kind=kind).first()
        if request is None:
            raise Undecidable("two.unknown")
        if request.state != "asked":
            raise Undecidable("two.decided_already")
        if request.asked_by == by:
            raise Undecidable("two.own")
        request.decided_by, request.decided_at = by, timezone.now()
        yield request
        request.save()


def both_names(request: TwoPersonRequest) -> str:
    """Who did it: as the books record the actor of a change."""
    return f"{request.asked_by}, confirmed by {request.decided_by}"


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('two persons'))")

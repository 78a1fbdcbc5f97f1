"""Every page has a bound of questions to the databases, so that no page asks once per row.

Two counts: what Django asks (the person, the record of visits, cases) and what is asked of the book. A page that
needs more than its bound says why here; a page without a bound fails.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.desk.busy_book import signed_in
from tests.desk.every_page import PAGES, Example, address, examples

if TYPE_CHECKING:
    from tests.desk.conftest import Busy

pytestmark = pytest.mark.xdist_group("desk")

MOST: dict[str, tuple[int, int]] = {
    "home": (9, 24),
    "find": (6, 12),
    "care": (6, 20),
    "care-event": (6, 20),
    "act-why": (6, 8),
    "cover": (6, 16),
    "premium": (6, 18),
    "premium-why": (6, 18),
    "premium-moved": (6, 24),
    "care-event-moved": (6, 32),
    "contract": (6, 14),
    "next-invoice": (6, 18),
    "invoice": (6, 18),
    "invoice-line": (6, 16),
    "invoice-line-moved": (6, 32),
    "payout": (6, 16),
    "payout-line": (6, 14),
    "payout-line-moved": (6, 32),
    "runs": (6, 10),
    "run": (6, 14),
    "run-moved": (6, 6),
    "rerun": (6, 8),
    "reruns": (6, 6),
    "previews": (6, 8),
    "rerun-result": (6, 6),
    "rerun-compare": (6, 6),
    "preview": (6, 6),
    "work": (7, 16),
    "work-item": (7, 14),
    "tell": (6, 10),
    "tell-form": (6, 18),
    "cases": (7, 6),
    "case": (9, 6),
    "escalate": (7, 6),
    "case-statistics": (10, 6),
    "graph": (6, 28),  # one for each table, none by COPY, which is not counted: always the same number
    "checks": (6, 10),
    "check": (6, 10),
    "users": (6, 6),
    "rulebooks": (6, 8),
    "rulebook": (6, 10),
    "rulebook-folder": (7, 10),
    "breaker": (7, 10),
    "erasure": (6, 6),
    "erasure-member": (8, 12),
    "visits": (8, 8),
    "keys": (6, 6),
    "account": (6, 6),
    "reveal": (6, 6),
    "account_login": (4, 2),
    "account_logout": (6, 2),
    "account_inactive": (4, 2),
    "account_reauthenticate": (8, 2),
    "account_change_password": (6, 2),
    "mfa_index": (8, 2),
    "mfa_reauthenticate": (9, 2),
    "mfa_activate_totp": (10, 2),
    "mfa_deactivate_totp": (8, 2),
    "mfa_view_recovery_codes": (8, 2),
    "mfa_generate_recovery_codes": (8, 2),
    "socialaccount_login_cancelled": (4, 2),
    "socialaccount_login_error": (4, 2),
}
"""Page -> most questions of Django, most questions to the book."""


def test_every_page_has_a_bound() -> None:
    assert set(MOST) == set(PAGES)


@pytest.mark.parametrize(("name", "one"), examples())
def test_a_page_asks_a_bounded_number_of_questions(
    name: str, one: Example, busy: Busy, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(raise_request_exception=False) if one.role is None else signed_in(one.role)
    book: list[str] = []
    for owner, method in ((psycopg.Connection, "execute"), (psycopg.Cursor, "copy")):
        monkeypatch.setattr(owner, method, counted(getattr(owner, method), book))
    book.clear()
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address(name, one, busy.things)).status_code == one.status
    of_desk, of_book = MOST.get(name, (0, 0))
    assert len(asked) <= of_desk, f"{len(asked)} questions of Django: {asked.captured_queries}"
    assert len(book) <= of_book, f"{len(book)} questions to the book: {book}"


def counted(method: Callable[..., Any], asked: list[str]) -> Callable[..., Any]:
    """The method of a connection to the book, which writes down what it was asked."""

    def asking(self: Any, query: Any, *given: Any, **more: Any) -> Any:
        asked.append(str(query)[:80])
        return method(self, query, *given, **more)

    return asking

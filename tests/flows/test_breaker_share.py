"""The breaker: a named share holds for a book of any size; without one, a small book may change as a whole."""

from collections.abc import Callable
from datetime import date

import pytest

from avenant.core.rulebook.loading import read_inline
from avenant.core.rulebook.model import Rulebook
from avenant.flows import learn, nightly, publishing
from avenant.flows.nightly import Breaker, BreakerOpen
from avenant.store.database import Database
from tests.flows.checked_books import MARCH, people


def at(price: int) -> Rulebook:
    """Everybody pays as much, dependants under the family price of their primary."""
    staff = {"isole": price, "duo": 2 * price, "famille": 2 * price}
    return read_inline(
        {
            "plans": {
                "solo": {"currency": "EUR", "prices": [{"valid_from": "2026-01", "everyone": price}]},
                "staff": {
                    "currency": "EUR",
                    "components": {"health": "family"},
                    "prices": [{"valid_from": "2026-01", **staff}],
                },
            }
        }
    )


def entries(book: Database) -> int:
    with book.connect() as connection:
        return int(connection.execute("SELECT count(*) FROM premium").fetchone()[0])  # type: ignore[index]


def test_a_named_share_stops_the_run_of_a_small_book_before_it_writes(
    new_book: Callable[..., Database],
) -> None:
    book = new_book(opens=date(2026, 1, 1))
    publishing.publish(book, at(50))
    learn.learn(book, people(), "operations", "signed")
    nightly.run(book, MARCH, breaker_share=0.5)
    booked = entries(book)
    assert booked > 0

    publishing.publish(book, at(60))
    with pytest.raises(BreakerOpen, match="more than 50% of the book"):
        nightly.run(book, MARCH, breaker_share=0.5)
    assert entries(book) == booked
    assert nightly.run(book, MARCH, breaker_share=1.0).cancels > booked / 2


def test_without_a_named_share_a_small_book_may_change_as_a_whole(new_book: Callable[..., Database]) -> None:
    book = new_book(opens=date(2026, 1, 1))
    publishing.publish(book, at(50))
    learn.learn(book, people(), "operations", "signed")
    nightly.run(book, MARCH)
    publishing.publish(book, at(60))
    assert nightly.run(book, MARCH).cancels > 0


@pytest.mark.parametrize(
    ("breaker", "cancels", "live", "stops"),
    [
        (Breaker(), 1_001, 5_000, True),
        (Breaker(), 1_000, 1_500, False),
        (Breaker(), 1_001, 5_005, False),
        (Breaker(0.5, floor=0), 6, 10, True),
        (Breaker(0.5, floor=0), 5, 10, False),
        (Breaker(0.0, floor=0), 1, 10, True),
        (Breaker(1.0, floor=0), 10, 10, False),
    ],
)
def test_more_than_the_share_and_more_than_the_floor_stop_a_run(
    breaker: Breaker, cancels: int, live: int, stops: bool
) -> None:
    assert breaker.stops(cancels, live) is stops

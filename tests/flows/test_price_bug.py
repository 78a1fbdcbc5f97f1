"""A bug in a price rule is booked, invoiced, fixed, and healed by the next run, with no manual step.

The bug is the one that happened to others: a partner priced by the primary's age instead of their own.
"""

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from avenant.core.frames.news import TABLES, News
from avenant.core.premiums import Facts, Terms, expected
from avenant.core.premiums.coverage import coverage
from avenant.core.rulebook.loading import read_inline
from avenant.flows import invoicing, learn, nightly, publishing
from avenant.store.database import Database
from avenant.store.readers.history import current_premiums, premium_history
from avenant.store.readers.invoices import invoice_list

PRICES = {
    "plans": {
        "by-age": {
            "currency": "EUR",
            "prices": [
                {"valid_from": "2026-01", "everyone": {"0-39": 40, "40+": 70}},
            ],
        }
    }
}
YOUNG, OLD = 4_000, 7_000


def news(table: str, *rows: tuple[object, ...]) -> pl.DataFrame:
    """Rows of one news table."""
    return pl.DataFrame(list(rows), schema=TABLES[table], orient="row")


def couple() -> News:
    """Nora, 50, and her partner Sam, 30, from January."""
    enrolled = ("by-age", "standard", "active", date(2026, 1, 1), None, False)
    return News(
        contracts=news("contracts", ("C1", "individual", None, "EUR", False)),
        members=news(
            "members",
            ("Nora", "primary", date(1976, 5, 1), None, False),
            ("Sam", "partner", date(1996, 5, 1), "Nora", False),
        ),
        enrolments=news("enrolments", ("E1", "C1", "Nora", *enrolled), ("E2", "C1", "Sam", *enrolled)),
    )


def partners_as_old_as_the_primary(facts: Facts, terms: Terms) -> pl.DataFrame:
    """The bug: every partner gets the birth date of their family's primary."""
    born = facts.members.filter(pl.col("role") == "primary").select("family_id", primary_born="birth_date")
    partner = pl.col("role") == "partner"
    members = facts.members.join(born, on="family_id", how="left").with_columns(
        birth_date=pl.when(partner).then("primary_born").otherwise("birth_date")
    )
    return coverage(Facts(facts.contracts, members.drop("primary_born"), facts.enrolments), terms)


def totals(book: Database) -> list[int]:
    """Totals of all invoices so far."""
    with book.connect() as connection:
        return invoice_list(connection)["total_cents"].to_list()


def premiums_of_sam(book: Database) -> list[int]:
    """Sam's current premium of each month, in cents."""
    with book.connect() as connection:
        return current_premiums(premium_history(connection, member="Sam"))["amount_cents"].to_list()


def test_a_price_bug_heals_on_the_next_run_and_the_next_invoice_carries_the_adjustment(
    new_book: Callable[..., Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    book = new_book(opens=date(2026, 1, 1))
    publishing.publish(book, read_inline(PRICES))
    learn.learn(book, couple(), "operations", "signed")

    with monkeypatch.context() as patched:
        patched.setattr(expected, "coverage", partners_as_old_as_the_primary)
        for month in (date(2026, 1, 1), date(2026, 2, 1)):
            nightly.run(book, month)
            invoicing.run(book, "individual", month, month)
    assert totals(book) == [OLD + OLD, OLD + OLD]
    assert premiums_of_sam(book) == [OLD, OLD]

    healed = nightly.run(book, date(2026, 3, 1))
    assert (healed.charges, healed.cancels) == (2 + 2, 2)  # two months restated, two people's March
    assert premiums_of_sam(book) == [YOUNG, YOUNG, YOUNG]
    invoicing.run(book, "individual", date(2026, 3, 1), date(2026, 3, 1))
    assert totals(book)[-1] == (OLD + YOUNG) - 2 * (OLD - YOUNG)

    assert nightly.run(book, date(2026, 3, 1)).written_rows == 0

"""Promise 3: the latest row of every key equals a fresh recompute.

    contract C-1, member M-1, June 2026, slot 4: the book says 54.60, a fresh recompute 21.84 (covered_days 30, 12)

What a recompute would write is handed in; a book that keeps its promise needs nothing written. Families that
are parked, differences that are held for approval, and families with news that no run has seen yet are
explained, and reported as notes.
"""

from functools import partial
from typing import Any, Final

import polars as pl

from avenant.core.book.entries import Book
from avenant.core.checks.finding import NOTE, Finding, Row, cents, listed, place
from avenant.core.checks.ranks import CRITICAL, ENGINEERING

NAME: Final = "recompute"
SENTENCE: Final = "The latest row of every key equals a fresh recompute."
SEVERITY: Final = CRITICAL
OWNER: Final = ENGINEERING

REMEDY: Final = "run `avenant nightly`; if this comes back, the book was changed around the guards"


def differing_rows(book: Book, entries: pl.DataFrame) -> list[Finding]:
    """One finding per key that a recompute would cancel and restate.

    ``entries``: the rows it would write (columns ``book.entry``): a cancel of what is booked, if anything is, and a
    charge of what is due.
    """
    cancels = entries.filter(pl.col("version") % 2 == 0)
    charges = entries.filter(pl.col("version") % 2 == 1)
    both = charges.join(cancels, on=list(book.key), how="left", suffix="_cancelled").sort(book.key)
    return listed(NAME, both, partial(_told, book))


def _told(book: Book, row: Row) -> str:
    if row["version_cancelled"] is None:
        return f"nothing is booked, a fresh recompute gives {cents(row['amount_cents'])}; {REMEDY}"
    booked = {name: _booked(book, name, row) for name in book.values}
    changed = [
        f"{name} {booked[name]} → {row[name]}" for name in book.values[1:] if booked[name] != row[name]
    ]
    because = f" ({', '.join(changed)})" if changed else ""
    amounts = f"the book says {cents(booked['amount_cents'])}, a fresh recompute {cents(row['amount_cents'])}"
    return f"{amounts}{because}; {REMEDY}"


def _booked(book: Book, name: str, row: Row) -> Any:
    cancelled = row[f"{name}_cancelled"]
    return -cancelled if name in book.amounts else cancelled


def strangers(booked: pl.DataFrame, enrolled: pl.DataFrame) -> list[Finding]:
    """Members with entries in a contract in which no version of any enrolment ever named them.

    booked, enrolled: contract_id, member_id. A recompute by families would never look at such entries.
    """
    pairs = ["contract_id", "member_id"]
    alone = booked.select(pairs).unique().join(enrolled, on=pairs, how="anti", nulls_equal=True).sort(pairs)
    message = (
        "has entries, but was never enrolled in this contract: the entries or the enrolments were changed"
    )
    return listed(NAME, alone, lambda row: f"{message} around the guards")


def unnoted(held: pl.DataFrame, parking: pl.DataFrame) -> list[Finding]:
    """What a recompute would hold or park although the last run did not, and the other way round.

    held: the columns of table held (months 0: no longer held). parking: family_id, state, reason.
    """
    now_held, cleared = held.filter(pl.col("months") > 0), held.filter(pl.col("months") == 0)
    now_parked = parking.filter(pl.col("state") == "parked")
    released = parking.filter(pl.col("state") != "parked")
    return [
        *listed(
            NAME,
            now_held,
            lambda row: f"a change of {cents(row['difference_cents'])} waits unnoted; {REMEDY}",
        ),
        *listed(NAME, cleared, lambda row: f"noted as held, but nothing differs any more; {REMEDY}"),
        *listed(
            NAME, now_parked, lambda row: f"cannot be right, yet is not parked: {row['reason']}; {REMEDY}"
        ),
        *listed(NAME, released, lambda row: f"is parked, but its facts are possible now; {REMEDY}"),
    ]


def explained(parked: pl.DataFrame, held: pl.DataFrame, news: pl.DataFrame) -> list[Finding]:
    """Notes on what was not compared, and why.

    parked: family_id, reason. held: the columns of table held. news: family_id, why.
    """
    return [
        *(_note(row, f"parked: {row['reason']}") for row in parked.iter_rows(named=True)),
        *(_note(row, _waits(row)) for row in held.iter_rows(named=True)),
        *(_note(row, f"{row['why']}: the next nightly run sees to it") for row in news.iter_rows(named=True)),
    ]


def _note(row: Row, message: str) -> Finding:
    return Finding(NAME, NOTE, place(row), message, row)


def _waits(row: Row) -> str:
    months = f"{row['first_month']:%Y-%m} to {row['last_month']:%Y-%m}"
    return f"a change of {cents(row['difference_cents'])} in {months} waits for an approval"

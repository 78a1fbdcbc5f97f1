"""Diff: expected rows against booked ones; what differs is cancelled and restated.

Booked for June: version 1, 54.60 €. Expected: 21.84 €, because the cover starts on the 19th. Written:
version 2 cancels −54.60 €, version 3 charges 21.84 €. The latest row is the truth, all before it sum to 0.
"""

from dataclasses import dataclass

import polars as pl

from avenant.core.book.entries import Book


@dataclass(frozen=True, slots=True)
class Difference:
    """``changed``: key, values expected (suffix ``_new``; null where nothing is due any more) and booked."""

    book: Book
    changed: pl.DataFrame

    def entries(self) -> pl.DataFrame:
        """The rows to write, in key order: cancels of what is booked, charges of what is due."""
        book = self.book
        if self.changed.is_empty():
            return pl.DataFrame(schema={name: book.columns[name] for name in book.entry})
        cancels = self.changed.filter(pl.col("version").is_not_null()).select(
            *book.key,
            pl.col("version") + 1,
            *(-pl.col(name) for name in book.amounts),
            *book.explanation,
        )
        charges = self.changed.select(
            *book.key,
            pl.col("version").fill_null(-1) + 2,
            *(_charged(name, name in book.kept) for name in book.values),
        )
        entries = pl.concat([cancels, charges], how="vertical_relaxed")
        return entries.select(book.entry).sort(*book.key, "version")

    def money_moved(self) -> pl.Expr:
        """Expected minus booked amount of each changed key, in cents."""
        return pl.col("amount_cents_new").fill_null(0) - pl.col("amount_cents").fill_null(0)


def _charged(name: str, kept: bool) -> pl.Expr:
    """The expected value; where nothing is due any more, 0, or what the row keeps."""
    due = pl.col("amount_cents_new").is_not_null()
    gone = pl.col(name) if kept else pl.lit(0)
    return pl.when(due).then(pl.col(f"{name}_new")).otherwise(gone).alias(name)


def difference(book: Book, expected: pl.DataFrame, booked: pl.DataFrame) -> Difference:
    """What separates ``expected`` (columns ``book.expected``) from the latest ``booked`` rows (``book.entry``).

    Equal means the amounts and every explaining value. A booked row that is not alive says that nothing is due;
    it equals an absent expectation.
    """
    both = expected.rename({name: f"{name}_new" for name in book.values}).join(
        booked, on=list(book.key), how="full", coalesce=True, nulls_equal=True
    )
    absent = pl.col("amount_cents_new").is_null()
    void = pl.col("version").is_null() | (pl.col(book.alive) == 0)
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_new")) for name in book.values)
    return Difference(book, both.filter(pl.when(absent).then(~void).otherwise(differs)).sort(book.key))


def no_difference(book: Book) -> Difference:
    """What separates equal rows: nothing."""
    due = {f"{name}_new": book.columns[name] for name in book.values}
    booked = {name: book.columns[name] for name in ("version", *book.values)}
    return Difference(
        book, pl.DataFrame(schema={name: book.columns[name] for name in book.key} | due | booked)
    )

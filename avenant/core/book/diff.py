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

    def keys(self) -> pl.DataFrame:
        """``changed`` with its columns in an order of their own, so that several can be put together."""
        due = [f"{name}_new" for name in self.book.values]
        return self.changed.select(*self.book.key, *due, "version", *self.book.values)

    def restated(self) -> pl.DataFrame:
        """The same as before and after: what `restating.restated` tells of ``entries``, without making these."""
        book = self.book
        return self.changed.select(
            *book.key,
            *(pl.col(name).alias(f"before_{name}") for name in book.values),
            *(_charged(name, name in book.kept).alias(f"after_{name}") for name in book.values),
        )

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
    both = _side_by_side(book, expected.rename({name: f"{name}_new" for name in book.values}), booked)
    absent = pl.col("amount_cents_new").is_null()
    void = pl.col("version").is_null() | (pl.col(book.alive) == 0)
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_new")) for name in book.values)
    return Difference(book, both.filter(pl.when(absent).then(~void).otherwise(differs)).sort(book.key))


def _side_by_side(book: Book, expected: pl.DataFrame, booked: pl.DataFrame) -> pl.DataFrame:
    """Each key once with the values of both; what comes in the same order needs no join."""
    if expected.select(book.key).equals(booked.select(book.key)):
        return expected.hstack(booked.drop(book.key))
    return expected.join(booked, on=list(book.key), how="full", coalesce=True, nulls_equal=True)


def together(one: Difference, other: Difference) -> Difference:
    """Two differences of the same book that share no key as one; one after the other, not in key order."""
    found = [each.changed for each in (one, other) if len(each.changed)]
    if len(found) < 2:
        return other if len(other.changed) else one
    columns = found[0].columns
    return Difference(one.book, pl.concat([each.select(columns) for each in found]))


def no_difference(book: Book) -> Difference:
    """What separates equal rows: nothing."""
    due = {f"{name}_new": book.columns[name] for name in book.values}
    booked = {name: book.columns[name] for name in ("version", *book.values)}
    return Difference(
        book, pl.DataFrame(schema={name: book.columns[name] for name in book.key} | due | booked)
    )

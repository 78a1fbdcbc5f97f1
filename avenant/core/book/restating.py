"""Restating: what some new rows of a book change, key by key, as before and after.

Written for June: version 2 cancels −54.60 €, version 3 charges 21.84 €. Told: before 54.60 €, after 21.84 €.
"""

import polars as pl

from avenant.core.book.entries import Book


def restated(book: Book, entries: pl.DataFrame) -> pl.DataFrame:
    """One row per key of ``entries`` (columns ``book.entry``, as a difference writes them), in key order.

    Columns: the key, ``before_<value>`` and ``after_<value>`` for each of ``book.values``. All before values are
    null for a key that had no entry.
    """
    charges, cancels = pl.col("version") % 2 == 1, pl.col("version") % 2 == 0
    after = entries.filter(charges).select(*book.key, *(pl.col(n).alias(f"after_{n}") for n in book.values))
    taken = {name: -pl.col(name) if name in book.amounts else pl.col(name) for name in book.values}
    before = entries.filter(cancels).select(*book.key, *(taken[n].alias(f"before_{n}") for n in book.values))
    both = after.join(before, on=list(book.key), how="left").sort(book.key)
    sides = [f"{side}_{name}" for side in ("before", "after") for name in book.values]
    return both.select(*book.key, *sides)


def against(book: Book, entries: pl.DataFrame, anyway: pl.DataFrame) -> pl.DataFrame:
    """``entries`` restated, beside what would be written ``anyway``: both what a run would write to one book.

    Columns of `restated`, and ``anyway_amount_cents``: the amount that would stand without the reason for
    ``entries``; ``written``: whether ``entries`` say anything about the key (else it stays, and only ``anyway``
    would have changed it); ``because``: whether the reason makes a difference to any value of the key.
    """
    new = restated(book, entries).with_columns(written=pl.lit(True))
    if anyway.is_empty():  # mostly: without the reason nothing moves
        both = new.with_columns(pl.col(f"before_{name}").alias(f"anyway_{name}") for name in book.values)
    else:
        both = _beside(book, new, anyway)
    differs = [pl.col(f"after_{name}").ne_missing(pl.col(f"anyway_{name}")) for name in book.values]
    told = both.with_columns(because=pl.any_horizontal(differs)).sort(book.key)
    sides = [f"{side}_{name}" for side in ("before", "after") for name in book.values]
    return told.select(*book.key, *sides, "anyway_amount_cents", "written", "because")


def _beside(book: Book, new: pl.DataFrame, anyway: pl.DataFrame) -> pl.DataFrame:
    """``new`` and what would be written anyway, key by key: before_, after_ and anyway_<value>, written."""
    key = list(book.key)
    old = restated(book, anyway).rename({f"after_{name}": f"anyway_{name}" for name in book.values})
    old = old.rename({f"before_{name}": f"stood_{name}" for name in book.values})
    both = new.join(old.with_columns(moved=pl.lit(True)), on=key, how="full", coalesce=True)
    both = both.with_columns(pl.col("written", "moved").fill_null(False))
    written, moved = pl.col("written"), pl.col("moved")
    both = both.with_columns(
        pl.when(written).then(f"before_{name}").otherwise(f"stood_{name}").alias(f"before_{name}")
        for name in book.values
    )
    return both.with_columns(
        *(_else_before(written, "after", name) for name in book.values),
        *(_else_before(moved, "anyway", name) for name in book.values),
    )


def _else_before(there: pl.Expr, side: str, name: str) -> pl.Expr:
    return pl.when(there).then(f"{side}_{name}").otherwise(f"before_{name}").alias(f"{side}_{name}")

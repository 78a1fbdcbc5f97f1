"""Promise 2: per key, versions run 1..n without gaps, charge and cancel by turns; each cancel mirrors the row
before it; so all rows but the last charge sum to 0, and the last row says what is due.

    version 1   charge    54.60
    version 2   cancel   -54.60   the mirror of version 1, with the same explanation
    version 3   charge    21.84   what is due
"""

from typing import Final

import polars as pl

from avenant.core.book.entries import PREMIUMS, Book
from avenant.core.checks.finding import Finding, Row, cents, listed
from avenant.core.checks.ranks import CRITICAL, ENGINEERING

NAME: Final = "versions"
CARE_NAME: Final = "reimbursement-versions"
SENTENCE: Final = (
    "Versions have no gap, charge and cancel by turns, and each cancel mirrors the row before it."
)
SEVERITY: Final = CRITICAL
OWNER: Final = ENGINEERING

RESTORE: Final = "rows were changed around the guards: `avenant check --chain` says in which revision"
GAP, KIND, MIRROR, OPEN_END = "gap", "kind", "mirror", "open end"


def findings(book: Book, entries: pl.DataFrame) -> list[Finding]:
    """``entries``: every row of some keys (columns of ``book.entry`` and kind), in any order."""
    check = NAME if book is PREMIUMS else CARE_NAME
    rows = entries.sort(*book.key, "version")
    first = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in book.key)
    last = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(-1)) for name in book.key)
    before = pl.when(first).then(0).otherwise(pl.col("version").shift(1))
    is_cancel = pl.col("version") % 2 == 0
    problem = (
        pl.when(pl.col("version").ne_missing(before + 1))
        .then(pl.lit(GAP))
        .when(
            pl.col("kind").ne_missing(pl.when(is_cancel).then(pl.lit("cancel")).otherwise(pl.lit("charge")))
        )
        .then(pl.lit(KIND))
        .when(is_cancel & ~_mirrors_the_row_before(book))
        .then(pl.lit(MIRROR))
        .when(is_cancel & last)
        .then(pl.lit(OPEN_END))
    )
    marked = rows.with_columns(
        problem=problem, version_before=before, amount_before=pl.col("amount_cents").shift(1)
    )
    wrong = marked.filter(pl.col("problem").is_not_null())
    return listed(
        check, wrong.select(*book.key, "version", "kind", "problem", "version_before", *_SHOWN), _told
    )


_SHOWN: Final = ("amount_cents", "amount_before")


def _mirrors_the_row_before(book: Book) -> pl.Expr:
    return pl.all_horizontal(
        *((-pl.col(name)).eq_missing(pl.col(name).shift(1)) for name in book.amounts),
        *(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in book.explanation),
    )


def _told(row: Row) -> str:
    problem, before = row["problem"], row["version_before"]
    if problem == GAP and before == 0:
        return f"is the first of its key and should be version 1; {RESTORE}"
    if problem == GAP:
        return f"stands right after version {before}, where {before + 1} should be; {RESTORE}"
    if problem == KIND:
        return f"is a {row['kind']}; odd versions charge, even versions cancel"
    if problem == OPEN_END:
        return f"cancels, and no charge after it says what is due; {RESTORE}"
    return (
        f"cancels {cents(row['amount_cents'])} and is not the mirror of the {cents(row['amount_before'])} "
        f"before it, in amounts or explanation; {RESTORE}"
    )

"""Promise 5, second part: numbers follow each other without gaps, and their dates never decrease.

AV-2026: 1 of 1 June, 2 of 1 June, 4 of 1 July      number 3 is missing
"""

from typing import Final

import polars as pl

from avenant.core.checks.finding import Finding, Row, listed
from avenant.core.checks.ranks import CRITICAL, OPERATIONS

NAME: Final = "invoice-numbers"
SENTENCE: Final = "Invoice numbers have no gap, and their dates never decrease."
SEVERITY: Final = CRITICAL
OWNER: Final = OPERATIONS


def findings(invoices: pl.DataFrame) -> list[Finding]:
    """``invoices``: the columns of table invoice; ``number`` is null where there is no document."""
    rows = invoices.sort("series", "year", "number", "invoice_id", nulls_last=True).with_columns(
        problem=_problem()
    )
    wrong = rows.filter(pl.col("problem").is_not_null())
    shown = wrong.select(*("invoice_id", "contract_id", "series", "year", "number", "issue_date", "problem"))
    return listed(NAME, shown, lambda row: str(row["problem"]), _where)


def _problem() -> pl.Expr:
    number, total = pl.col("number"), pl.col("total_cents")
    same = (pl.col("series") == pl.col("series").shift(1)) & (pl.col("year") == pl.col("year").shift(1))
    before = pl.when(same).then(number.shift(1)).fill_null(0)
    date_before = pl.when(same).then(pl.col("issue_date").shift(1))
    kind = (
        pl.when(total > 0)
        .then(pl.lit("invoice"))
        .when(total < 0)
        .then(pl.lit("credit_note"))
        .otherwise(pl.lit("settlement"))
    )
    return (
        pl.when(pl.col("kind").ne_missing(kind))
        .then(pl.format("is a {}, but its total makes it a {}", pl.col("kind").fill_null("?"), kind))
        .when(number.is_null() != (pl.col("kind") == "settlement"))
        .then(pl.lit("documents have a number, and nothing else has"))
        .when(number.is_not_null() & (number != before + 1))
        .then(pl.format("stands right after number {}: a number between them is gone, or told twice", before))
        .when(number.is_not_null() & (pl.col("issue_date") < date_before))
        .then(pl.format("is dated {}, before the number before it ({})", "issue_date", date_before))
        .when(number.is_not_null() & (pl.col("issue_date").dt.year() != pl.col("year")))
        .then(pl.format("is dated {}, in another year than its number", "issue_date"))
    )


def _where(row: Row) -> str:
    if row["number"] is None:
        return f"settlement {row['invoice_id']}"
    return f"document {row['series']}-{row['year']}-{row['number']:06d}"

"""Unusual movements of runs: the last run of its kind moved far more, or far less, than the runs before it.

invoices to individuals: 80,000 to 90,000 a month      this month 410,000       outside the band: a person should look
nightly, premiums: at most 85,000 in a night           last night 70,000        usual
"""

from typing import Final

import polars as pl

from avenant.core.checks.finding import WARNING, Finding, Row, cents, listed
from avenant.core.checks.ranks import ATTENTION, OPERATIONS

NAME: Final = "unusual-runs"
SENTENCE: Final = "The last run of each kind moved a total within the usual band of the runs before it."
SEVERITY: Final = ATTENTION
OWNER: Final = OPERATIONS

RUNS_NEEDED: Final = 5
TIMES: Final = 3
FLOOR_CENTS: Final = 1_000_00
"""Totals below this are never too much."""
KEY: Final = ("series", "currency")


def findings(moved: pl.DataFrame) -> list[Finding]:
    """``moved``: run_id, series (the kind of run and what it moved), currency, amount_cents, of runs that ended well,
    the latest of each series and those before it.

    The band: at most three times the largest of the runs before; and for ``invoices``, whose every month is like the
    one before, at least a third of the smallest.
    """
    rows = moved.sort(*KEY, "run_id").with_columns(size=pl.col("amount_cents").abs())
    last = rows.group_by(KEY, maintain_order=True).last()
    before = rows.join(last.select(*KEY, "run_id"), on=[*KEY, "run_id"], how="anti")
    band = before.group_by(KEY).agg(
        most=pl.col("size").max() * TIMES, least=pl.col("size").min() // TIMES, runs=pl.len()
    )
    both = last.join(band, on=KEY).filter(pl.col("runs") >= RUNS_NEEDED)
    monthly = pl.col("series").str.starts_with("invoices")
    outside = ((pl.col("size") > pl.col("most")) & (pl.col("size") >= FLOOR_CENTS)) | (
        monthly & (pl.col("size") < pl.col("least")) & (pl.col("least") >= FLOOR_CENTS)
    )
    return listed(NAME, both.filter(outside).sort(KEY), _said, _where, severity=WARNING)


def _said(row: Row) -> str:
    side = f"at most {cents(row['most'])}" if row["size"] > row["most"] else f"at least {cents(row['least'])}"
    return (
        f"{row['series']}: it moved {cents(row['amount_cents'])} {row['currency']}; after the {row['runs']} runs "
        f"before it, {side} would be usual"
    )


def _where(row: Row) -> str:
    return f"run {row['run_id']}"

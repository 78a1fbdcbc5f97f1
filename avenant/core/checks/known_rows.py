"""Promise 6, second part: every row of every append-only table was written under a change that became a revision.

table premium, change 40: 12 rows, and no revision sealed that change: they are known at no instant
"""

from typing import Final

import polars as pl

from avenant.core.checks.finding import Finding, listed
from avenant.core.checks.ranks import CRITICAL, ENGINEERING

NAME: Final = "known-rows"
SENTENCE: Final = "Every row was written under a change, and every change became a revision."
SEVERITY: Final = CRITICAL
OWNER: Final = ENGINEERING


def findings(written: pl.DataFrame, changes: pl.DataFrame) -> list[Finding]:
    """``written``: table_name, change_id, row_count as they stand. ``changes``: change_id, rev (null: unsealed)."""
    rows = written.join(changes.with_columns(opened=True), on="change_id", how="left", nulls_equal=True)
    rows = rows.sort("table_name", "change_id")
    empty = (
        changes.filter(pl.col("rev").is_null()).join(written, on="change_id", how="anti").sort("change_id")
    )
    orphans = rows.filter(pl.col("opened").is_null())
    unsealed = rows.filter(pl.col("opened").is_not_null() & pl.col("rev").is_null())
    shown = ["table_name", "change_id", "row_count"]
    return [
        *listed(
            NAME,
            orphans.select(shown),
            lambda row: f"{row['row_count']} rows name a change that does not exist",
        ),
        *listed(
            NAME,
            unsealed.select(shown),
            lambda row: (
                f"{row['row_count']} rows, and no revision sealed that change: they are known at no instant"
            ),
        ),
        *listed(NAME, empty.select("change_id"), lambda row: "no revision sealed it"),
    ]

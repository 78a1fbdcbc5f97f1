"""Promise 1 again, on the rows themselves: each change still has as many rows as it wrote.

table premium, change 40: 12 rows were written, 11 are there      somebody deleted one around the guards
"""

from typing import Final

import polars as pl

from avenant.core.checks.finding import Finding, listed
from avenant.core.checks.ranks import CRITICAL, ENGINEERING

NAME: Final = "row-counts"
SENTENCE: Final = "Every change still has as many rows as it wrote."
SEVERITY: Final = CRITICAL
OWNER: Final = ENGINEERING


def findings(written: pl.DataFrame, recorded: pl.DataFrame, uncounted: list[str]) -> list[Finding]:
    """``written``, ``recorded``: table_name, change_id, row_count as they stand and as noted before commit.

    ``uncounted``: tables whose rows are not noted.
    """
    counted = written.filter(~pl.col("table_name").is_in(uncounted))
    both = counted.join(
        recorded, on=["table_name", "change_id"], how="full", coalesce=True, suffix="_noted", nulls_equal=True
    ).with_columns(pl.col("row_count", "row_count_noted").fill_null(0))
    wrong = both.filter(pl.col("row_count") != pl.col("row_count_noted")).sort("change_id", "table_name")
    return listed(
        NAME,
        wrong.select("table_name", "change_id", "row_count", "row_count_noted"),
        lambda row: (
            f"{row['row_count_noted']} rows were written, {row['row_count']} are there: "
            "rows were added or deleted around the guards"
        ),
    )

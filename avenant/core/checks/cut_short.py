"""Promise 10: whatever is killed, the next run leaves the same books: so a next run must come, and come to its end.

nightly run 12 of 3 May was killed      run 13 of the same kind ended well      fine
"""

from typing import Final

import polars as pl

from avenant.core.checks.finding import Finding, listed
from avenant.core.checks.ranks import HIGH, OPERATIONS

NAME: Final = "cut-short"
SENTENCE: Final = "A run that was cut short is followed by one of its kind that comes to its end."
SEVERITY: Final = HIGH
OWNER: Final = OPERATIONS
MOST_DAYS: Final = 1
"""So long a run may be under way, or wait for the next."""


def findings(unended: pl.DataFrame, most_days: int = MOST_DAYS) -> list[Finding]:
    """``unended``: run_id, kind, business_date, days since it was opened, of runs that nobody closed and after which
    none of their kind ended well."""
    old = unended.filter(pl.col("days") > most_days).sort("run_id")
    return listed(
        NAME,
        old,
        lambda row: (
            f"{row['kind']} of {row['business_date']} was cut short {row['days']} days ago, and none of its kind "
            "ended well since: run it again"
        ),
        lambda row: f"run {row['run_id']}",
    )

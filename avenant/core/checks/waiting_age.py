"""No act waits unseen for longer than people can answer for.

received 10 January, two acts fit, nobody answered      on 30 April: 110 days, longer than 90
"""

from datetime import date
from typing import Final

import polars as pl

from avenant.core.checks.finding import Finding, listed
from avenant.core.checks.ranks import CLAIMS, HIGH

NAME: Final = "waiting-age"
SENTENCE: Final = "No act waits for an answer for longer than the days that are allowed."
SEVERITY: Final = HIGH
OWNER: Final = CLAIMS
MOST_DAYS: Final = 90


def findings(waiting: pl.DataFrame, today: date, most_days: int = MOST_DAYS) -> list[Finding]:
    """``waiting``: ref, member_id, reason, received_on of every line that waits for a person or for news."""
    days = (pl.lit(today) - pl.col("received_on")).dt.total_days()
    old = waiting.with_columns(days=days).filter(pl.col("days") > most_days).sort("received_on", "ref")
    return listed(
        NAME,
        old,
        lambda row: (
            f"waits since {row['received_on']}, {row['days']} days ({row['reason']}): "
            "`avenant acts waiting` shows it, `avenant acts answer` decides it"
        ),
        lambda row: f"line {row['ref']}",
    )

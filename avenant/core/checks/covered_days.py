"""Promise 4, first part: every covered day, counted independently day by day, is accounted for by entries.

covered 19 June … 30 June, counted: 12 days      booked for June: slot pays 12 days          fine
covered all June, counted: 30 days               booked: pays 14 days, free 15 days          a day is lost
"""

from typing import Final

import polars as pl

from avenant.core.checks.finding import Finding, differs, listed
from avenant.core.checks.ranks import CRITICAL, ENGINEERING

NAME: Final = "covered-days"
SENTENCE: Final = "Every covered day, counted day by day, is accounted for by entries."
SEVERITY: Final = CRITICAL
OWNER: Final = ENGINEERING


def findings(days: pl.DataFrame) -> list[Finding]:
    """``days``: both counts side by side (``day_count.compared``), without what is explained."""
    wrong = days.filter(differs("covered", "covered_booked") | pl.col("component").is_null())
    shown = wrong.select(
        *("contract_id", "member_id", "month", "plan", "level", "component", "covered", "covered_booked")
    ).sort("contract_id", "member_id", "month")
    return listed(
        NAME,
        shown,
        lambda row: f"{row['covered']} days are covered, the entries account for {row['covered_booked']}",
    )

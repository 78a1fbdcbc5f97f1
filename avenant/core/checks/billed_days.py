"""Promise 4, second part: billed days are exactly what the plan's convention makes of the covered days.

Covered 10 to 20 June, 11 of 30 days:

    days                        11 billed
    month_if_covered_on_first    0 billed, the 1st is not covered
    departure_month_due         21 billed, the 10 days after the departure are due
"""

from typing import Final

import polars as pl

from avenant.core.checks.finding import Finding, differs, listed
from avenant.core.checks.ranks import CRITICAL, ENGINEERING

NAME: Final = "billed-days"
SENTENCE: Final = "Billed days are what the plan's convention makes of the covered days."
SEVERITY: Final = CRITICAL
OWNER: Final = ENGINEERING


def findings(days: pl.DataFrame) -> list[Finding]:
    """``days``: both counts side by side (``day_count.compared``) with the plan's ``proration``."""
    wrong = days.with_columns(due=_due()).filter(differs("due", "billed_booked"))
    shown = wrong.select(
        *("contract_id", "member_id", "month", "plan", "level", "component", "proration"),
        *("covered", "due", "billed_booked"),
    ).sort("contract_id", "member_id", "month")
    return listed(
        NAME,
        shown,
        lambda row: (
            f"{row['covered']} covered days are {row['due']} billed days by {row['proration']}, "
            f"the entries bill {row['billed_booked']}"
        ),
    )


def _due() -> pl.Expr:
    """The plan's convention on the independent count; an unknown convention gives null, which is a finding."""
    leaves = pl.col("last_day") == pl.col("member_last_day")
    after = pl.when(leaves).then(pl.col("month_days") - pl.col("last_day")).otherwise(0)
    by_convention = (
        pl.when(pl.col("proration") == "days")
        .then("covered")
        .when(pl.col("proration") == "month_if_covered_on_first")
        .then(pl.when("on_first").then("month_days").otherwise(0))
        .when(pl.col("proration") == "departure_month_due")
        .then(pl.col("covered") + after)
    )
    return pl.when(pl.col("covered") == 0).then(0).otherwise(by_convention)

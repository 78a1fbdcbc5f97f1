"""Nobody is covered unbilled: each month of cover has an entry, and what has a price is charged.

covered all March, 50.00 a month      booked: 50.00 for 31 days                     fine
covered all March                     booked: nothing                               covered and not billed
covered all March, 50.00 a month      booked: 0.00 for 31 days in a slot that pays  covered and not billed
"""

from typing import Final

import polars as pl

from avenant.core.checks.finding import Finding, cents, listed
from avenant.core.checks.ranks import HIGH, OPERATIONS

NAME: Final = "unbilled-cover"
SENTENCE: Final = "Nobody is covered unbilled: each month of cover is charged, or says why it is free."
SEVERITY: Final = HIGH
OWNER: Final = OPERATIONS

MEMBER_MONTH: Final = ("contract_id", "member_id", "month")


def findings(days: pl.DataFrame, standing: pl.DataFrame, slots: pl.DataFrame) -> list[Finding]:
    """Months of cover without an entry, and priced entries that charge nothing.

    days: both counts side by side (``day_count.compared``). standing: the latest row of each key.
    slots: slot_id, status (``pays`` where nothing makes it free).
    """
    return [*_without_entry(days, standing), *_priced_at_nothing(standing, slots)]


def _without_entry(days: pl.DataFrame, standing: pl.DataFrame) -> list[Finding]:
    covered = days.filter(pl.col("covered") > 0).group_by(MEMBER_MONTH).agg(pl.col("covered").max())
    alive = standing.filter(pl.col("covered_days") > 0)
    missing = covered.join(alive, on=MEMBER_MONTH, how="anti").sort(MEMBER_MONTH)
    return listed(
        NAME,
        missing,
        lambda row: (
            f"{row['covered']} days are covered and nothing is booked: run `avenant nightly`; "
            "if it stays so, report it as a defect"
        ),
    )


def _priced_at_nothing(standing: pl.DataFrame, slots: pl.DataFrame) -> list[Finding]:
    """Rows that pay by their slot, at a price worth a cent or more, and charge nothing."""
    paying = slots.filter(pl.col("status") == "pays").select("slot_id")
    worth = pl.col("unit_price_cents").cast(pl.Int64) * pl.col("billed_days") * 2
    free = standing.join(paying, on="slot_id", how="semi").filter(
        (pl.col("amount_cents") == 0) & (worth >= pl.col("days_in_month"))
    )
    shown = free.select(*MEMBER_MONTH, "slot_id", "unit_price_cents", "billed_days").sort(MEMBER_MONTH)
    return listed(
        NAME,
        shown,
        lambda row: (
            f"{row['billed_days']} days at {cents(row['unit_price_cents'])} a month are billed at nothing: "
            "report it as a defect"
        ),
    )

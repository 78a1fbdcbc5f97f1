"""Unusual movements of members: a premium far outside what the same member paid in the months before.

January to May 50.00 a month, June 54.00       a birthday: usual
January to May 50.00 a month, June 350.00      seven times as much: a person should look
"""

from datetime import date
from typing import Final

import polars as pl

from avenant.core.checks.finding import WARNING, Finding, cents, listed
from avenant.core.checks.ranks import ATTENTION, OPERATIONS

NAME: Final = "unusual-premiums"
SENTENCE: Final = "A member's premium of the last month is within the usual band of the months before."
SEVERITY: Final = ATTENTION
OWNER: Final = OPERATIONS

MONTHS_BEFORE: Final = 12
MONTHS_NEEDED: Final = 3
TIMES: Final = 2
FLOOR_CENTS: Final = 20_00
"""Differences below this are never unusual."""


def findings(standing: pl.DataFrame, slots: pl.DataFrame, last_month: date) -> list[Finding]:
    """``standing``: the latest row of each key. slots: slot_id, status. Whole months that are paid are compared."""
    months = _whole_months(standing, slots)
    begin = pl.lit(last_month).dt.offset_by(f"-{MONTHS_BEFORE}mo")
    before = months.filter(pl.col("month").is_between(begin, pl.lit(last_month), closed="left"))
    usual = before.group_by("contract_id", "member_id").agg(
        usual_cents=pl.col("amount_cents").median().cast(pl.Int64), months=pl.len()
    )
    last = months.filter(pl.col("month") == last_month)
    both = last.join(usual, on=["contract_id", "member_id"]).filter(pl.col("months") >= MONTHS_NEEDED)
    now, was = pl.col("amount_cents"), pl.col("usual_cents")
    outside = ((now > TIMES * was) | (TIMES * now < was)) & ((now - was).abs() >= FLOOR_CENTS)
    return listed(
        NAME,
        both.filter(outside).sort("contract_id", "member_id"),
        lambda row: (
            f"{cents(row['amount_cents'])}, where {cents(row['usual_cents'])} were usual in the {row['months']} "
            "months before: `avenant premiums show` says why"
        ),
        severity=WARNING,
    )


def _whole_months(standing: pl.DataFrame, slots: pl.DataFrame) -> pl.DataFrame:
    """contract_id, member_id, month, amount_cents of months that are billed in full and free in no part."""
    status = slots.select("slot_id", "status")
    rows = standing.filter(pl.col("covered_days") > 0).join(status, on="slot_id", how="left")
    whole = (pl.col("billed_days") == pl.col("days_in_month")) & (pl.col("status") == "pays").fill_null(False)
    return (
        rows.group_by("contract_id", "member_id", "month")
        .agg(pl.col("amount_cents").sum(), whole=whole.all())
        .filter("whole")
        .drop("whole")
    )

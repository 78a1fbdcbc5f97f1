"""Months: each segment becomes one row per month and slot, with covered and billed days.

19 June to 31 August is three rows of 12, 31 and 31 covered days. A slot left and rejoined in one month is
one row: its days add up, so cutting a period in two adjacent ones changes nothing.
"""

import numpy as np
import polars as pl

from avenant.core.premiums.calendar import Calendar

KEY = ["contract_id", "member_id", "month", "slot_id"]
WHOLE = [
    "contract_id",
    "member_id",
    "family_id",
    "slot_id",
    "variant",
    "pays",
    "age_anchor",
    "child_rank",
]


def monthly(slotted: pl.DataFrame, calendar: Calendar) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One row per contract, member, month and slot: adds ``month`` (number), covered, billed and month days.

    First the months that one piece covers from their first day to their last, then all others.
    """
    months = _months(slotted, calendar)
    all_days = pl.col("to_day") - pl.col("from_day") == pl.col("days_in_month")
    whole, parts = months.filter(all_days), months.filter(~all_days)
    days = whole["days_in_month"]
    full = slotted.select(WHOLE)[whole["piece"]].with_columns(
        whole["month"], days, days.alias("covered_days"), days.alias("billed_days")
    )
    cut = slotted.select(*WHOLE, "proration", "tax_mode")[parts["piece"]].with_columns(
        *parts.drop("piece"), covered_days=parts["to_day"] - parts["from_day"]
    )
    return full, _billed(_added_up(cut))


def _months(slotted: pl.DataFrame, calendar: Calendar) -> pl.DataFrame:
    """Each piece (row number) in each month it touches: month number, days from and to, days in the month."""
    starts, from_day, to_day = calendar.starts, slotted["from_day"].to_numpy(), slotted["to_day"].to_numpy()
    first = calendar.month_of(from_day).astype(np.int32)
    counts = calendar.month_of(to_day - 1).astype(np.int32) - first + 1
    piece = np.repeat(np.arange(len(slotted), dtype=np.uint32), counts)
    skipped = np.cumsum(counts, dtype=np.int32) - counts - first
    month = np.arange(len(piece), dtype=np.int32) - np.repeat(skipped, counts)
    begin = starts[month]
    days = np.diff(starts)[month]
    return pl.DataFrame(
        {
            "piece": piece,
            "month": month + np.int32(calendar.first),
            "from_day": np.maximum(from_day[piece] - begin, 0),
            "to_day": np.minimum(to_day[piece] - begin, days),
            "days_in_month": days,
        }
    )


def _added_up(parts: pl.DataFrame) -> pl.DataFrame:
    """The pieces of one slot in one month as one row: days added, smallest rank, outermost days."""
    same = [
        name
        for name in parts.columns
        if name not in (*KEY, "covered_days", "child_rank", "from_day", "to_day")
    ]
    return parts.group_by(KEY, maintain_order=True).agg(
        pl.col("covered_days").sum(),
        pl.col("child_rank").min(),
        pl.col("from_day").min(),
        pl.col("to_day").max(),
        pl.col(same).first(),
    )


def _billed(parts: pl.DataFrame) -> pl.DataFrame:
    """Billed days of months that are covered in part, by the plan's convention.

    - ``days``: the covered days.
    - ``month_if_covered_on_first``: the whole month if the slot covers the 1st, else nothing.
    - ``departure_month_due``: the covered days, and the days after a departure up to the month's end.
    """
    month_days = pl.col("days_in_month")
    last_day = pl.col("to_day").max().over("contract_id", "member_id", "month")
    rest = pl.when(pl.col("to_day") == last_day).then(month_days - last_day).otherwise(0)
    return parts.with_columns(
        billed_days=pl.when(pl.col("proration") == "month_if_covered_on_first")
        .then(pl.when(pl.col("from_day") == 0).then(month_days).otherwise(0))
        .when(pl.col("proration") == "departure_month_due")
        .then(pl.col("covered_days") + rest)
        .otherwise("covered_days")
        .cast(pl.Int32)
    )

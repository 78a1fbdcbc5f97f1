"""Holding back: differences that reach further back than the plan allows wait for operations.

A plan allows 3 months. In June an end on 31 January is learnt: March, April, May and June are booked; February
waits until somebody approves it.
"""

import hashlib

import polars as pl

from avenant.core.book.diff import Difference
from avenant.core.book.entries import PREMIUMS
from avenant.core.periods import add_months


def too_far_back(
    changed: pl.DataFrame, slot_plans: pl.DataFrame, approvals: pl.DataFrame, business_month: pl.Expr
) -> pl.DataFrame:
    """``changed`` with a column ``held``.

    slot_plans: slot_id, retro_months (null: no limit). approvals: contract_id, member_id, from_month,
    through_month. business_month: the first of the month of the business date.
    """
    floor = add_months(business_month, -pl.col("retro_months"))
    approved = (
        changed.select(*PREMIUMS.key)
        .join(approvals, on=["contract_id", "member_id"])
        .filter(pl.col("month").is_between("from_month", "through_month"))
        .select(*PREMIUMS.key, approved=True)
        .unique()
    )
    return (
        changed.join(slot_plans, on="slot_id", how="left")
        .join(approved, on=list(PREMIUMS.key), how="left")
        .with_columns(held=(pl.col("month") < floor).fill_null(False) & pl.col("approved").is_null())
        .drop("retro_months", "approved")
    )


def held_members(held: pl.DataFrame) -> pl.DataFrame:
    """What waits, one row per member of a contract: months, first and last, the money, a content fingerprint."""
    keys = {"contract_id": pl.Int32, "member_id": pl.Int32}
    if held.is_empty():
        months = {"first_month": pl.Date, "last_month": pl.Date, "months": pl.Int32}
        return pl.DataFrame(schema=keys | months | {"difference_cents": pl.Int64, "fingerprint": pl.Int64})
    moved = Difference(PREMIUMS, held).money_moved()
    summed = held.group_by("contract_id", "member_id", maintain_order=True).agg(
        first_month=pl.col("month").min(),
        last_month=pl.col("month").max(),
        months=pl.col("month").n_unique().cast(pl.Int32),
        difference_cents=moved.sum(),
    )
    prints = [
        {"contract_id": contract, "member_id": member, "fingerprint": _content(rows)}
        for (contract, member), rows in held.group_by("contract_id", "member_id", maintain_order=True)
    ]
    fingerprinted = pl.DataFrame(prints, schema=keys | {"fingerprint": pl.Int64})
    return summed.join(fingerprinted, on=["contract_id", "member_id"], how="left")


def _content(rows: pl.DataFrame) -> int:
    expected = rows.sort(PREMIUMS.key).select(*PREMIUMS.key, *(f"{name}_new" for name in PREMIUMS.values))
    digest = hashlib.sha256(expected.write_csv().encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)

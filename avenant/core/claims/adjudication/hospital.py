"""Step 10, hospital stays: the daily charge and the patient's share of one stay are not added (CSS L174-4).

If the patient's share is at least the daily charge, it absorbs the daily charge; otherwise it is absorbed by
it. Example: five days at 20.00 € and a share of 229.07 €: only the share is due. With a share of 0.00 €,
because a heavy act replaced it by a flat sum, the daily charge of 100.00 € is due, and so is the flat sum. Of a
share that is absorbed nothing is paid, nor instead of it anything above the base; what the guarantee grants beyond
the share stays. An act that a person pays by exception is part of its stay: what is due depends on the bill alone.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from avenant.core.claims.adjudication.joining import beside, without
from avenant.core.claims.adjudication.waiting import explained
from avenant.core.claims.reasons import LIMITS

CHARGE: Final = "daily_charge"
SHARED: Final = ("hospital_stay", "hospital_fees")
PLACE: Final = ("member_id", "provider_id")
INPUTS: Final = (
    "act_id",
    *PLACE,
    "family",
    "care_from",
    "care_last_day",
    "charged_cents",
    "patient_share_cents",
)


def with_offset(frame: pl.DataFrame) -> pl.DataFrame:
    """Lowers wanted_cents where L174-4 says that an amount of a stay is not due.

    A stay: acts of these families, of one member at one provider, whose days overlap.
    """
    if not (frame["family"] == CHARGE).any():
        return frame
    families = pl.col("family").is_in([CHARGE, *SHARED]).fill_null(False)
    due = families & pl.col("waits").is_null() & pl.col("covered") & ~pl.col("cancelled")
    acts = frame.select(*INPUTS, due=due).filter("due")
    if not acts.select((pl.col("family") == CHARGE).any()).item():
        return frame
    stays = _stays(acts).with_columns(_charges(), _shares())
    absorbs = pl.col("share") >= pl.col("charge")
    dues = stays.filter(pl.col("charge") > 0).select(
        "act_id",
        charge_absorbed=absorbs & (pl.col("family") == CHARGE),
        share_absorbed=~absorbs & (pl.col("family") != CHARGE) & (pl.col("patient_share_cents") > 0),
    )
    return _lowered(beside(frame, dues))


def _charges() -> pl.Expr:
    of_charge = pl.when(pl.col("family") == CHARGE).then("charged_cents").otherwise(0)
    return of_charge.sum().over(*PLACE, "stay").alias("charge")


def _shares() -> pl.Expr:
    of_share = pl.when(pl.col("family") == CHARGE).then(0).otherwise("patient_share_cents")
    return of_share.sum().over(*PLACE, "stay").alias("share")


def _stays(acts: pl.DataFrame) -> pl.DataFrame:
    """``acts`` with ``stay``: a number that changes where a day lies after all days before it."""
    last = pl.coalesce("care_last_day", "care_from")
    ordered = acts.sort(*PLACE, "care_from", "act_id").with_columns(last=last)
    reached = pl.col("last").cum_max().shift(1).over(PLACE)
    starts = (pl.col("care_from") > reached).fill_null(False).cast(pl.Int32)
    return ordered.with_columns(starts=starts).with_columns(stay=pl.col("starts").cum_sum().over(PLACE))


def _lowered(frame: pl.DataFrame) -> pl.DataFrame:
    charge, share = pl.col("charge_absorbed").fill_null(False), pl.col("share_absorbed").fill_null(False)
    above = (pl.col("wanted_cents") - pl.col("patient_share_cents")).clip(lower_bound=0)
    due = pl.when(charge).then(0).when(share).then(above).otherwise("wanted_cents")
    bound = due < pl.col("wanted_cents")
    frame = explained(frame, daily_charge_absorbed=charge, patient_share_absorbed=share)
    return frame.with_columns(
        limit_kind=pl.when(bound).then(LIMITS["left"]).otherwise("limit_kind").cast(pl.Int16),
        limit_left_cents=pl.when(bound).then(due).otherwise("limit_left_cents"),
        wanted_cents=due,
    ).pipe(without, "charge_absorbed", "share_absorbed")

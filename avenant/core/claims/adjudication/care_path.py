"""Step 5, the care path: what the Sécu pays less outside it.

CSS R160-6: outside the coordinated path the patient's share rises by 40 points of the base, at most by 40 %
of a specialist's consultation. It stays with the member under a responsible contract (L871-1). Example: a
visit of 30.00 € outside the path costs the member 12.00 € more; an act of 100.00 € with a consultation at
31.50 €, 12.60 € more.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import polars as pl

from avenant.core.claims.adjudication.dated_values import DatedValues
from avenant.core.claims.adjudication.joining import beside, without
from avenant.core.claims.adjudication.providers import OPTAM
from avenant.core.claims.adjudication.tariffs import TariffTable
from avenant.core.claims.adjudication.waiting import explained, waiting
from avenant.core.money import PPM, round_half_up_div

INPUTS: Final = (
    *("act_id", "care_from", "quantity", "base_cents", "rate_ppm", "standard_rate_ppm", "told_rate_ppm"),
)
SHARE: Final = "outside_path_increase_share_ppm"
CONSULTATIONS: Final = ("CS+MCS", "CS")
"""Act codes of a specialist's consultation, the first one known on the day counts."""
ADULT: Final = 40
FREE_CHOICE_UNDER: Final = 16
"""Who is under 16 is always inside the path (domain facts A7)."""


def with_increase(frame: pl.DataFrame, table: TariffTable, values: DatedValues) -> pl.DataFrame:
    """Adds ``increase_cents``: what the Sécu pays less for having been consulted outside the care path.

    Where the Sécu told its rate, the increase is what separates it from the standard rate; else it follows from
    R160-6 and lowers rate_ppm, but for a capped increase, which no rate can express.
    Waits: ``tariff_unknown``, ``parameter_unknown`` where the cap or the share is not known for that day.
    """
    outside = pl.col("path_matters") & (pl.col("care_path") == "out") & (pl.col("age") >= FREE_CHOICE_UNDER)
    frame = frame.with_columns(outside=outside.fill_null(False))
    if not frame["outside"].any():
        return frame.with_columns(increase_cents=pl.lit(0, pl.Int64)).pipe(without, "outside")
    rows = _outside(frame.select(*INPUTS, "outside").filter("outside"), table, values)
    frame = beside(frame, rows)
    ours = pl.col("by_rules") & pl.col("outside") & pl.col("told_rate_ppm").is_null()
    frame = waiting(
        frame,
        parameter_unknown=ours & pl.col(SHARE).is_null(),
        tariff_unknown=ours & pl.col("consultation_cents").is_null(),
    )
    lowered = pl.when(pl.col("lower").fill_null(False)).then(SHARE).otherwise(0)
    frame = frame.with_columns(pl.col("increase_cents").fill_null(0), rate_ppm=pl.col("rate_ppm") - lowered)
    frame = explained(frame, outside_path=pl.col("increase_cents") > 0)
    return frame.pipe(without, "outside", "lower", SHARE, "consultation_cents")


def _outside(rows: pl.DataFrame, table: TariffTable, values: DatedValues) -> pl.DataFrame:
    """act_id, what the increase of each act outside the path is and follows from, and whether it lowers the rate."""
    rows = rows.hstack(values.on(rows["care_from"], SHARE))
    rows = rows.with_columns(consultation_cents=_consultation(rows, table))
    return rows.select("act_id", SHARE, "consultation_cents", increase_cents=_increase(), lower=_lower())


@cache
def _increase() -> pl.Expr:
    told = pl.col("told_rate_ppm").is_not_null()
    usual = round_half_up_div(pl.col("base_cents") * pl.col("standard_rate_ppm"), PPM)
    lost = usual - round_half_up_div(pl.col("base_cents") * pl.col("rate_ppm"), PPM)
    return pl.when(told).then(lost.fill_null(0).clip(lower_bound=0)).otherwise(_legal_increase())


def _legal_increase() -> pl.Expr:
    """40 points of the base, at most 40 % of a specialist's consultation, at most what the Sécu would pay."""
    of_base = round_half_up_div(pl.col("base_cents") * pl.col(SHARE), PPM)
    usual = round_half_up_div(pl.col("base_cents") * pl.col("rate_ppm"), PPM)
    return pl.min_horizontal(of_base, _cap(), usual)


@cache
def _cap() -> pl.Expr:
    return round_half_up_div(pl.col("consultation_cents") * pl.col("quantity") * pl.col(SHARE), PPM)


@cache
def _lower() -> pl.Expr:
    """Whether the rate itself falls: the increase was not told and neither cap binds."""
    of_base = round_half_up_div(pl.col("base_cents") * pl.col(SHARE), PPM)
    uncapped = (of_base <= _cap()) & (pl.col("rate_ppm") >= pl.col(SHARE))
    return (pl.col("told_rate_ppm").is_null() & uncapped).fill_null(False)


def _consultation(frame: pl.DataFrame, table: TariffTable) -> pl.Series:
    """The base of a specialist's consultation for an adult on each day of care; null: not known."""
    asked = frame.select("care_from", age=pl.lit(ADULT, pl.Int32), status=pl.lit(OPTAM, pl.Int8))
    found = [
        table.lines["unit_base_cents"].gather(_known_row(table, asked.with_columns(act_code=pl.lit(code))))
        for code in CONSULTATIONS
    ]
    return pl.select(pl.coalesce(*found)).to_series()


def _known_row(table: TariffTable, asked: pl.DataFrame) -> pl.Series:
    empty = len(table.lines) - 1
    position = table.positions(asked)
    return pl.select(pl.when(position >= 0).then(position).otherwise(empty)).to_series()

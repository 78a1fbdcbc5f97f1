"""Step 4, base and rate: what the Sécu's return says, else the tariff of the day of care.

The base (BR) depends on act, day of care, age of the patient and whether the doctor is in OPTAM (domain facts
A2). Example: a visit to a general practitioner (G) had a base of 26.50 € on 21 December 2024 and has 30.00 €
from the 22nd on, at a rate of 70 % (CSS R160-5).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import numpy as np
import polars as pl

from avenant.core.claims.adjudication.dated_lines import (
    NONE,
    UNDECIDED,
    Axes,
    Cells,
    axes_of,
    laid_out,
    positions,
    taken,
    with_empty_row,
)
from avenant.core.claims.adjudication.dated_values import DatedValues
from avenant.core.claims.adjudication.joining import without
from avenant.core.claims.adjudication.providers import NON_OPTAM, OPTAM, UNKNOWN
from avenant.core.claims.adjudication.waiting import first_of, with_bits
from avenant.core.money import PPM
from avenant.core.rulebook.care_model import CareRules

FULLY_COVERED: Final = ("ald", "maternity", "work_accident", "newborn")
WITHOUT_BASE: Final = ("implant", "private_room", "daily_charge", "heavy_act_sum", "soft_medicine")
"""Families for which the Sécu has no price unless a tariff says so: domain facts A5, A11."""
COLUMNS: Final = {"any": (OPTAM, NON_OPTAM), "optam": (OPTAM,), "non_optam": (NON_OPTAM,)}
STATUSES: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class TariffTable:
    """Tariffs laid out by act, status of the provider, day of care and age."""

    codes: pl.DataFrame
    lines: pl.DataFrame
    axes: Axes
    cells: Cells

    def positions(self, frame: pl.DataFrame) -> pl.Series:
        """The position of the line that answers for act_code, status, care_from and age of each row."""
        numbered = frame[["act_code"]].join(self.codes, on="act_code", how="left", maintain_order="left")
        slot = numbered["code"] * STATUSES + frame["status"]
        return positions(self.cells, self.axes, [slot], frame)[0]


@lru_cache(maxsize=4)
def tariff_table(rules: CareRules) -> TariffTable:
    """The tariffs of ``rules`` laid out. Errors: ``ValueError`` when two answer for one day, age and status."""
    tariffs = rules.tariffs.with_row_index("position")
    codes = tariffs.select("act_code").unique().sort("act_code").with_row_index("code")
    codes = codes.cast({"code": pl.Int32})
    status = pl.col("optam").replace_strict(COLUMNS, return_dtype=pl.List(pl.Int32))
    lines = tariffs.join(codes, on="act_code", how="left", maintain_order="left")
    lines = lines.with_columns(status=status, name="act_code").explode("status")
    axes = axes_of(lines)
    slot = pl.col("code") * STATUSES + pl.col("status")
    cells = laid_out(lines.with_columns(slot=slot), len(codes) * STATUSES, axes, "tariff")
    optam, non_optam = cells[OPTAM::STATUSES], cells[NON_OPTAM::STATUSES]
    cells[UNKNOWN::STATUSES] = np.where(optam == non_optam, optam, UNDECIDED)
    content = rules.tariffs.select(
        tariff_line_id="line_id",
        unit_base_cents="base_cents",
        tariff_rate_ppm="rate_ppm",
        unit_limit_cents="price_limit_cents",
    )
    return TariffTable(codes, with_empty_row(content), axes, cells)


def with_base_and_rate(frame: pl.DataFrame, table: TariffTable, values: DatedValues) -> pl.DataFrame:
    """Adds base_cents (for the whole quantity), rate_ppm, standard_rate_ppm (before anything is told or
    raised), tariff_line_id (0: the message itself), limit_cents (the price limit, null: none known).

    CSS R160-5 and dated tariffs: base × quantity; the rate is the tariff's or else the family's on the day of
    care. Long illness, maternity, work accident, newborn: 100 % of the base (domain facts A6), where the Sécu
    did not say. Waits: ``tariff_unknown`` for a day without tariff; ``provider_status_unknown`` where it
    decides the tariff.
    """
    position = table.positions(frame)
    family_rate = values.by_name(frame["care_from"], frame["rate_parameter"])
    beside_it = [position.alias("position"), family_rate.alias("family_rate")]
    frame = frame.hstack(taken(table.lines, position)).hstack(beside_it)
    frame = frame.with_columns(**_found())
    frame = frame.with_columns(**_answers())
    told = pl.col("told_base_cents").is_not_null()
    return frame.with_columns(
        pl.col("base_cents", "rate_ppm").fill_null(0),
        waits=first_of(
            provider_status_unknown=pl.col("by_rules") & _lacking() & (pl.col("position") == UNDECIDED),
            tariff_unknown=pl.col("by_rules") & _lacking(),
        ),
        reasons=with_bits(
            told_by_secu=told,
            by_tariff=~told & (pl.col("position") >= 0),
            no_base=pl.col("base_cents") == 0,
            full_cover=pl.col("base_cents").gt(0) & (pl.col("rate_ppm") == PPM) & _exempt(),
        ),
    ).pipe(
        without,
        "position",
        "tariff_base",
        "unit_base_cents",
        "unit_limit_cents",
        "tariff_rate_ppm",
        "family_rate",
    )


@cache
def _exempt() -> pl.Expr:
    return pl.col("exemption").is_in(FULLY_COVERED).fill_null(False)


@cache
def _lacking() -> pl.Expr:
    return pl.col("base_cents").is_null() | pl.col("rate_ppm").is_null()


@cache
def _found() -> dict[str, pl.Expr]:
    """What the dated tables say, 0 where the Sécu has no price for the whole family."""
    free = (pl.col("position") == NONE) & pl.col("family").is_in(WITHOUT_BASE)
    tariff_base = pl.col("unit_base_cents") * pl.col("quantity")
    rate = pl.coalesce("tariff_rate_ppm", "family_rate")
    return {
        "tariff_base": pl.when(free).then(0).otherwise(tariff_base),
        "standard_rate_ppm": pl.when(free).then(0).when(_exempt()).then(PPM).otherwise(rate),
        "limit_cents": pl.col("unit_limit_cents") * pl.col("quantity"),
    }


@cache
def _answers() -> dict[str, pl.Expr]:
    """The Sécu's own word stands before the tables; a base of 0 has a rate of 0."""
    base = pl.coalesce("told_base_cents", "tariff_base")
    told = pl.col("told_base_cents").is_not_null()
    rate = pl.coalesce("told_rate_ppm", "standard_rate_ppm")
    return {
        "base_cents": base,
        "rate_ppm": pl.when(base == 0).then(0).otherwise(rate).cast(pl.Int64),
        "tariff_line_id": pl.when(told).then(0).otherwise(pl.col("tariff_line_id").fill_null(0)),
    }

"""How a step says that an act cannot be decided, or why it is decided as it is."""

from __future__ import annotations

from functools import reduce
from operator import or_

import polars as pl

from avenant.core.claims.reasons import bit_of
from avenant.core.frames.care import WAITING


def waiting(frame: pl.DataFrame, **conditions: pl.Expr) -> pl.DataFrame:
    """``frame`` with ``waits`` set to the first code whose condition holds, where nothing was found before.

    In: codes of ``core.claims.reasons`` as keywords, each with its condition (null counts as not met).
    """
    waits = pl.col("waits")
    for code, condition in conditions.items():
        waits = pl.when(waits.is_null() & condition).then(pl.lit(code)).otherwise(waits)
    return frame.with_columns(waits=waits)


def explained(frame: pl.DataFrame, **conditions: pl.Expr) -> pl.DataFrame:
    """``frame`` with the bit of each code added to ``reasons`` where its condition holds (null: it does not)."""
    bits = [
        condition.fill_null(False).cast(pl.Int64) * (1 << bit_of(code))
        for code, condition in conditions.items()
    ]
    return frame.with_columns(reasons=reduce(or_, bits, pl.col("reasons")))


def waiting_acts(frame: pl.DataFrame) -> pl.DataFrame:
    """The acts that wait, as WAITING rows. What was booked stands, unless the act has no contract any more."""
    rows = frame.filter(pl.col("waits").is_not_null()).select(
        line_id="act_id",
        member_id="member_id",
        reason="waits",
        candidates=pl.lit(None, pl.String),
        keeps_booked=pl.col("waits") != "no_contract",
    )
    return rows.select(pl.col(name).cast(dtype) for name, dtype in WAITING.items())

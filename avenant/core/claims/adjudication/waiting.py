"""How a step says that an act cannot be decided, or why it is decided as it is."""

from __future__ import annotations

from functools import cache, reduce
from operator import or_

import polars as pl

from avenant.core.claims.reasons import bit_of
from avenant.core.frames.care import WAITING

NOBODY_WAITS = pl.DataFrame(schema=WAITING)
WAITS = pl.col("waits")
NO_BIT = pl.lit(0, pl.Int64)


def waiting(frame: pl.DataFrame, **conditions: pl.Expr) -> pl.DataFrame:
    """``frame`` with ``waits`` set to the first code whose condition holds, where nothing was found before.

    In: codes of ``core.claims.reasons`` as keywords, each with its condition (null counts as not met).
    """
    return frame.with_columns(waits=first_of(**conditions))


def first_of(waits: pl.Expr = WAITS, **conditions: pl.Expr) -> pl.Expr:
    """What ``waiting`` makes of ``waits``, for a step that sets other columns in the same query."""
    for code, condition in conditions.items():
        waits = pl.when(waits.is_null() & condition).then(pl.lit(code)).otherwise(waits)
    return waits


def explained(frame: pl.DataFrame, **conditions: pl.Expr) -> pl.DataFrame:
    """``frame`` with the bit of each code added to ``reasons`` where its condition holds (null: it does not)."""
    return frame.with_columns(reasons=with_bits(**conditions))


def with_bits(**conditions: pl.Expr) -> pl.Expr:
    """What ``explained`` makes of ``reasons``, for a step that sets other columns in the same query."""
    bits = [pl.when(condition).then(_bit(code)).otherwise(NO_BIT) for code, condition in conditions.items()]
    return reduce(or_, bits, pl.col("reasons"))


@cache
def _bit(code: str) -> pl.Expr:
    return pl.lit(1 << bit_of(code), pl.Int64)


def waiting_acts(frame: pl.DataFrame) -> pl.DataFrame:
    """The acts that wait, as WAITING rows. What was booked stands, unless the act has no contract any more."""
    if frame["waits"].null_count() == len(frame):
        return NOBODY_WAITS
    rows = frame.filter(pl.col("waits").is_not_null()).select(
        line_id="act_id",
        member_id="member_id",
        reason="waits",
        candidates=pl.lit(None, pl.String),
        keeps_booked=pl.col("waits") != "no_contract",
    )
    return rows.select(pl.col(name).cast(dtype) for name, dtype in WAITING.items())

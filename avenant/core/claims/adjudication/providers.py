"""Step 3, the provider: which column of tariffs and guarantees counts, OPTAM or not.

Sector 1 has no free fees; who practises in sector 2 and signed OPTAM is treated like it (domain facts A8). The
status is a dated property of the provider, unless the message says it.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import polars as pl

from avenant.core.claims.adjudication.joining import beside, without

OPTAM: Final = 0
NON_OPTAM: Final = 1
UNKNOWN: Final = 2


def with_status(frame: pl.DataFrame, statuses: pl.DataFrame) -> pl.DataFrame:
    """Adds ``status``: OPTAM (also sector 1, and all care that is not doctors' fees), NON_OPTAM or UNKNOWN.

    ``statuses``: provider_id, sector, optam, valid_from, valid_to. Several that contradict each other on the
    day of care are as good as none.
    """
    said = pl.when(pl.col("fees")).then(_status()).otherwise(OPTAM)
    frame = frame.with_columns(status=said.cast(pl.Int8))
    silent = frame.filter(pl.col("status").is_null()).select("act_id", "provider_id", "care_from")
    if silent.is_empty():
        return frame
    found = beside(frame, _known(silent, statuses))
    status = pl.coalesce("status", "known_status", pl.lit(UNKNOWN, pl.Int8))
    return found.with_columns(status=status).pipe(without, "known_status")


@cache
def _status() -> pl.Expr:
    """From sector and optam; null: they do not say."""
    like_sector_1 = (pl.col("sector") == 1) | pl.col("optam")
    return pl.when(like_sector_1).then(OPTAM).when(~pl.col("optam")).then(NON_OPTAM)


def _known(silent: pl.DataFrame, statuses: pl.DataFrame) -> pl.DataFrame:
    """act_id, known_status: what was known of the provider on the day of care."""
    day = pl.col("care_from")
    inside = (pl.col("valid_from") <= day) & (pl.col("valid_to").is_null() | (day < pl.col("valid_to")))
    told = statuses.select("provider_id", "valid_from", "valid_to", known_status=_status().cast(pl.Int8))
    return (
        silent.join(told.filter(pl.col("known_status").is_not_null()), on="provider_id")
        .filter(inside)
        .unique(["act_id", "known_status"])
        .group_by("act_id")
        .agg(pl.col("known_status").first(), several=pl.len() > 1)
        .filter(~pl.col("several"))
        .select("act_id", "known_status")
    )

"""Which line belongs to which act, and as what.

A visit told by the Sécu, repeated by it, and billed: three links to one act, as basis, duplicate and invoice.
"""

from __future__ import annotations

import polars as pl

from avenant.core.claims.matching.columns import CANCELLATION, ROLES
from avenant.core.frames.care import LINK


def links(lines: pl.DataFrame) -> pl.DataFrame:
    """LINK of ``lines`` (piece, line_id, role or null, authority)."""
    by_kind = pl.lit(pl.Series(ROLES)).gather(pl.col("authority"))
    return lines.select(act_id="piece", line_id="line_id", role=pl.coalesce("role", by_kind))


def single_links(lines: pl.DataFrame) -> pl.DataFrame:
    """LINK of ``lines`` that wait each on its own: held ones, and cancellations of what nobody told."""
    if lines.is_empty():
        return pl.DataFrame(schema=LINK)
    alone = lines.with_columns(
        piece="line_id",
        role=pl.when("takes_back").then(pl.lit(CANCELLATION)).otherwise(pl.lit(None, pl.String)),
    )
    return links(alone)

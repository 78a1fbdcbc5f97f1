"""Documents that cannot be right, to test refusal: charges below 0, care to come, rates above 100 %, no member."""

from __future__ import annotations

import numpy as np
import polars as pl

from avenant.core.frames.news import News
from avenant.core.generating.days import happens

FAULTS = ("negative amount", "care in the future", "rate out of range", "member_ref missing")
FULL_PPM = 1_000_000


def impossible_care(dice: np.random.Generator, care: News, share: float) -> News:
    """For `share` of the documents of `care` one more that must be refused, whole.

    Their refs begin with `X-`, so that they can be counted among what was refused. Each has one of `FAULTS`.
    """
    picked = care.documents.filter(pl.Series(happens(dice, share, care.documents.height)))
    picked = picked.filter((pl.col("kind") != "quote") & ~pl.col("withdrawn")).with_row_index("fault")
    picked = picked.with_columns(pl.col("fault") % len(FAULTS), was=pl.col("ref"))
    lines = care.care_lines.join(
        picked.select("fault", "received_on", document_ref="was"), on="document_ref", maintain_order="left"
    )
    lines = lines.filter(pl.col("quantity") > 0).with_columns(
        _where(0, "charged_cents", -pl.col("charged_cents")),
        _where(1, "care_from", pl.col("received_on").dt.offset_by("1y")),
        _where(1, "care_last_day", pl.lit(None)),
        _where(2, "rate_ppm", pl.lit(FULL_PPM + 50_000)),
        (pl.lit("X-") + pl.col("document_ref")).alias("document_ref"),
    )
    documents = picked.with_columns(
        _where(3, "member_ref", pl.lit(None)), (pl.lit("X-") + pl.col("ref")).alias("ref")
    ).join(lines, left_on="ref", right_on="document_ref", how="semi")
    return News(
        documents=documents.select(care.documents.columns), care_lines=lines.select(care.care_lines.columns)
    )


def _where(fault: int, column: str, wrong: pl.Expr) -> pl.Expr:
    return pl.when(pl.col("fault") == fault).then(wrong).otherwise(column).alias(column)

"""Rows that cannot be right, to test refusal: an end before its start, an unknown member, a birth to come."""

from __future__ import annotations

import numpy as np
import polars as pl

from avenant.core.frames.news import News


def impossible_news(
    dice: np.random.Generator, enrolments: pl.DataFrame, members: pl.DataFrame, share: float
) -> News:
    """For `share` of the rows (news columns and known_on) one more of the same night that must be refused.

    Their refs begin with `X-`, so that they can be counted among what was refused.
    """
    ended, unknown = pl.col("number") % 2 == 0, pl.col("number") % 2 == 1
    wrong = _picked(dice, enrolments, share).with_columns(
        pl.when(ended).then(pl.col("valid_from").dt.offset_by("-1d")).otherwise("last_day").alias("last_day"),
        pl.when(unknown)
        .then(pl.lit("X-") + pl.col("member_ref"))
        .otherwise("member_ref")
        .alias("member_ref"),
    )
    unborn = _picked(dice, members, share).with_columns(
        pl.col("known_on").dt.offset_by("1y").alias("birth_date")
    )
    return News(enrolments=wrong.select(enrolments.columns), members=unborn.select(members.columns))


def _picked(dice: np.random.Generator, rows: pl.DataFrame, share: float) -> pl.DataFrame:
    picked = rows.filter(pl.Series(dice.random(rows.height) < share)).with_row_index("number")
    return picked.with_columns(
        (pl.lit("X-") + pl.col("ref") + "-" + pl.col("number").cast(pl.String)).alias("ref")
    )

"""Acts gathered into events: which belong together as one thing that happened."""

from __future__ import annotations

import polars as pl

from avenant.core.timeline.kinds import BY_LOCATION, BY_PROVIDER, DAYS, GATHERING

KEY = ("member_id", "gathering", "who", "where")


def with_events(pieces: pl.DataFrame) -> pl.DataFrame:
    """``pieces`` (``pieces.pieces``) with ``gathering`` and ``event_id``, the smallest act_id of its event.

    Each act is in exactly one event; the order of the rows is irrelevant. An act whose provider, or tooth, nobody
    tells is gathered with those of the same document alone.
    """
    if pieces.is_empty():
        return pieces.with_columns(gathering=pl.lit(None, pl.String), event_id=pl.lit(None, pl.Int64))
    gathering = pl.col("family").replace_strict(GATHERING, default="other", return_dtype=pl.String)
    keyed = pieces.with_columns(gathering=gathering).with_columns(who=_who(), where=_where())
    days = pl.col("gathering").replace_strict(DAYS, return_dtype=pl.Int64)
    ordered = keyed.with_columns(days=days).sort(*KEY, "care_from", "act_id")
    reach = pl.col("care_last_day").cum_max().shift(1).over(KEY)
    apart = (pl.col("care_from") - reach).dt.total_days() > pl.col("days")
    numbered = ordered.with_columns(nth=apart.fill_null(True).cum_sum().over(KEY))
    event = pl.col("act_id").min().over(*KEY, "nth").alias("event_id")
    return numbered.with_columns(event).drop("who", "where", "days", "nth").sort("care_from", "act_id")


def _who() -> pl.Expr:
    """The provider where it matters; unknown ones differ by their document."""
    document = pl.format("document {}", pl.col("document_id").fill_null(0))
    provider = pl.coalesce(pl.col("provider_id").cast(pl.String), document)
    return pl.when(pl.col("gathering").is_in(BY_PROVIDER)).then(provider).otherwise(pl.lit(""))


def _where() -> pl.Expr:
    """The tooth where it matters; unknown ones differ by their document."""
    document = pl.format("document {}", pl.col("document_id").fill_null(0))
    place = pl.coalesce("location", document)
    return pl.when(pl.col("gathering").is_in(BY_LOCATION)).then(place).otherwise(pl.lit(""))

"""The columns of an act, from the messages that count, by the authority of who speaks.

The Sécu says 30.00 € charged, 19.00 € paid; the bill says 32.00 €, tooth 11: the act is charged 30.00 €, tooth 11.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from avenant.core.claims.adjudication.joining import beside, typed
from avenant.core.claims.matching.columns import (
    AUTHORITY,
    CANCELLED,
    DUPLICATE,
    INSURER,
    INVOICE,
    KEY,
    REQUEST,
    SAID,
    SECU,
)
from avenant.core.frames.care import ACT

TOLD = (
    *("member_id", "act_code", "family", "care_from", "care_last_day", "quantity", "charged_cents"),
    *("exemption", "care_path", "provider_id", "sector", "optam", "basket", "location"),
)
"""Told by whoever says it with the highest authority."""

AFTER_US = 4
"""Payers from this rank on pay after us, so that nothing is deducted for them (2 and 3 come before us, 5 after)."""

AUTHORITY_ORDER = ("authority", "payer_rank", "insurer")


def acts(lines: pl.DataFrame, families: pl.DataFrame, exceptions: pl.DataFrame) -> pl.DataFrame:
    """ACT of ``lines`` (piece, role, counts). families: act_code, family, basket; exceptions: ref, amount_cents.

    An act of which nothing counts any more is cancelled, and tells what was taken back.
    """
    heads = lines[["line_id", "piece", "role", "counts", *AUTHORITY_ORDER]]
    silent = heads.filter(~heads["counts"])
    dead = silent
    if len(silent):
        dead = silent.filter(pl.col("role") == CANCELLED)
        dead = dead.join(heads.filter("counts"), on="piece", how="anti")
    speaking = lines.select("piece", *AUTHORITY_ORDER, "received_on", "ref", *_words())
    speaking = speaking[_in_order(heads, dead)]
    unheard = silent.join(dead, on="line_id", how="anti").group_by("piece").agg(silent=pl.len())
    return _acts(_with_care(_merged(speaking, lines), families), unheard, _decided(lines, exceptions))


@cache
def _words() -> list[pl.Expr]:
    """What a line contributes to its act, by who says it.

    Only the Sécu's own word counts for base, rate and retention; else the tariff of the day does. What it paid may be
    stated by a request or a bill. What others paid is in their own statements, or else in a request or a bill.
    """
    who = pl.col("authority")
    claims = who.is_in([REQUEST, INVOICE])
    before_us = (who == INSURER) & (pl.col("payer_rank").fill_null(0) < AFTER_US)
    told_once = pl.col("counts") & (pl.col("role").is_null() | (pl.col("role") != DUPLICATE))
    return [
        *(pl.col(name) for name in TOLD),
        *(
            pl.when(who == SECU).then(name).alias(name)
            for name in ("base_cents", "rate_ppm", "retention_cents")
        ),
        pl.when(who == SECU).then("secu_cents").alias("secu_cents"),
        pl.when(claims).then("secu_cents").alias("stated_secu"),
        pl.when(before_us & told_once).then("others_cents").alias("others_cents"),
        pl.when(claims).then("others_cents").alias("stated_others"),
        pl.when(who == REQUEST).then("asked_cents").alias("asked_cents"),
        (who == SECU).alias("told_by_secu"),
        (~pl.col("counts")).alias("cancelled"),
    ]


def _in_order(heads: pl.DataFrame, dead: pl.DataFrame) -> pl.Series:
    """The places of the lines that speak, by piece and authority."""
    speaks = pl.col("counts")
    if len(dead):
        speaks = speaks | pl.col("line_id").is_in(dead["line_id"].implode())
    rank = pl.col("piece") * len(AUTHORITY) + pl.col("authority")
    rows = heads.select(rank=rank, speaks=speaks).with_row_index("row")
    return rows.filter("speaks").sort("rank")["row"]


def _merged(speaking: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """One row per piece of ``speaking``, which is in order: what a single message says, or several together."""
    same = pl.col("piece") == pl.col("piece").shift()
    twice = same & (pl.col("authority") == pl.col("authority").shift())
    marks = speaking.select(
        "piece", same=(same | same.shift(-1)).fill_null(False), twice=twice.fill_null(False)
    )
    single = speaking.filter(~marks["same"]).with_columns(lines=pl.lit(1, pl.UInt32))
    if not marks["twice"].any():
        return pl.concat([single, _together(speaking.filter(marks["same"]))], how="diagonal")
    tied = marks["piece"].is_in(marks.filter("twice")["piece"].unique().implode())
    several = _together(speaking.filter(marks["same"] & ~tied))
    repeated = _together(_by_content(speaking.filter(tied), lines))
    return pl.concat([single, several, repeated], how="diagonal")


def _by_content(tied: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """``tied`` by piece and authority; what one authority says several times in the order in which matching reads it
    everywhere: by day of arrival, then by content. So the line that heads the act is the first that it speaks by.
    """
    order = ["received_on", *SAID, *KEY, "ref"]
    told = lines.select(order).filter(pl.col("ref").is_in(tied["ref"].implode())).sort(order)
    return (
        told.select("ref")
        .join(tied, on="ref", maintain_order="left")
        .sort("piece", *AUTHORITY_ORDER, maintain_order=True)
    )


def _together(speaking: pl.DataFrame) -> pl.DataFrame:
    """One row per piece: the first word of each column in the order of authority, sums over other payers."""
    special = ("others_cents", "stated_others", "told_by_secu", "cancelled")
    first = [name for name in speaking.columns if name not in ("piece", *special)]
    paid = pl.col("others_cents")
    grouped = speaking.with_columns(pl.col("piece").set_sorted()).group_by("piece", maintain_order=True)
    return grouped.agg(
        *(pl.col(name).first(ignore_nulls=True) for name in first),
        pl.when(paid.count() > 0).then(paid.sum()).alias("others_cents"),
        pl.col("stated_others").max(),
        pl.col("told_by_secu").any(),
        pl.col("cancelled").all(),
        lines=pl.len(),
    )


def _with_care(rows: pl.DataFrame, families: pl.DataFrame) -> pl.DataFrame:
    """Family and basket of the act code where no message says them."""
    known = families.select("act_code", known="family", usual="basket")
    return beside(rows, known, "act_code").with_columns(
        family=pl.coalesce("family", "known"), basket=pl.coalesce("basket", "usual")
    )


def _decided(lines: pl.DataFrame, exceptions: pl.DataFrame) -> pl.DataFrame:
    """piece, exception_cents: what persons decided that we pay."""
    if exceptions.is_empty():
        return pl.DataFrame(schema={"piece": pl.Int64, "exception_cents": pl.Int64})
    named = lines.select("piece", "ref").join(exceptions.drop_nulls(), on="ref")
    return named.group_by("piece").agg(exception_cents=pl.col("amount_cents").max())


def _acts(rows: pl.DataFrame, unheard: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    counted = beside(beside(rows, unheard, "piece"), decided, "piece")
    told = counted.with_columns(
        act_id="piece",
        lines=pl.col("lines") + pl.col("silent").fill_null(0),
        secu_cents=pl.when("told_by_secu").then("secu_cents").otherwise("stated_secu"),
        others_cents=pl.coalesce("others_cents", "stated_others", 0),
    )
    return typed(told, ACT)

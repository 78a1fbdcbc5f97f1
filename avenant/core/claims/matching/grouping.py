"""Exact keys: which lines are, without any doubt, about the same act.

Nearly every act has one Sécu return and perhaps one bill with the same member, act code, day, provider and tooth:
these are put together in columns. So are repeated documents and several sessions of one day on which all speakers
agree. What is left, cancellations, contradictions, answered lines, is read message by message.
"""

from __future__ import annotations

import polars as pl

from avenant.core.claims.matching.columns import DUPLICATE, KEY, SAID, SPEAKER
from avenant.core.claims.matching.untangling import Untangled, untangled
from avenant.core.claims.matching.verdicts import Verdicts

PLACED = ("piece", "role", "counts")


def pieces(lines: pl.DataFrame, answered: Verdicts) -> Untangled:
    """``lines`` (see Heard) with piece, role (null: by its kind) and counts, and the troubles found on the way."""
    shared = lines.select(pl.struct(KEY).hash().is_duplicated() | pl.col("takes_back")).to_series()
    alone, several = lines.filter(~shared), lines.filter(shared)
    keys = several.group_by(KEY).agg(
        piece=pl.col("line_id").min(),
        once=pl.col("authority").n_unique() == pl.len(),
        tangled=(pl.col("takes_back") | pl.col("party").is_not_null()).any(),
    )
    several = several.join(keys, on=KEY, nulls_equal=True)
    plain = several.filter(pl.col("once") & ~pl.col("tangled"))
    sessions, mixed = _sessions(several.filter(~pl.col("once") & ~pl.col("tangled")))
    rest = untangled(pl.concat([several.filter("tangled").select(lines.columns), mixed]), answered)
    columns = [*lines.columns, *PLACED]
    placed = [
        alone.with_columns(piece="line_id", role=pl.lit(None, pl.String), counts=True).select(columns),
        plain.with_columns(role=pl.lit(None, pl.String), counts=True).select(columns),
        sessions.select(columns),
        rest.lines.select(columns),
    ]
    return Untangled(pl.concat(placed), rest.troubles)


def _sessions(lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Keys of which some speaker tells more than once: those that columns can tell, placed; and all others.

    Identical keys are counted within one document, so that two equal sessions on one day stay two; the nth of one
    document meets the nth of another.
    """
    told = lines.drop("piece", "once", "tangled")
    alike = [*KEY, *SPEAKER, *SAID]
    counted = told.sort("received_on", "ref").with_columns(
        nth=pl.int_range(pl.len()).over([*alike, "document_id"])
    )
    counted = counted.with_columns(head=pl.col("line_id").first().over([*alike, "nth"]))
    first = counted.filter(pl.col("line_id") == pl.col("head"))
    regular = first.filter(_all_agree()).sort(*SAID, "ref")
    regular = regular.with_columns(nth=pl.int_range(pl.len()).over([*KEY, "charged_cents", *SPEAKER]))
    heads = regular.select("head", piece=pl.col("line_id").min().over([*KEY, "charged_cents", "nth"]))
    repeats = pl.col("line_id") != pl.col("head")
    placed = counted.join(heads, on="head").with_columns(
        role=pl.when(repeats).then(pl.lit(DUPLICATE)), counts=~repeats
    )
    placed = placed.with_columns(piece=pl.col("line_id").min().over("piece"))
    return placed, told.join(placed.select("line_id"), on="line_id", how="anti")


def _all_agree() -> pl.Expr:
    """Whether each speaker about a key speaks in one document, and all of them of the same charges."""
    documents = pl.col("document_id").n_unique().over([*KEY, *SPEAKER])
    speakers = pl.struct(SPEAKER).n_unique().over(KEY)
    mine = pl.len().over([*KEY, "charged_cents", *SPEAKER])
    agree = (documents == 1) & (mine * speakers == pl.len().over([*KEY, "charged_cents"]))
    return agree.all().over(KEY)

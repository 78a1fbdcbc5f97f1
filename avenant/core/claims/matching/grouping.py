"""Exact keys: which lines are, without any doubt, about the same act.

Nearly every act has one Sécu return and perhaps one bill with the same member, act code, day, provider and tooth:
these are put together in columns. So are repeated documents and several sessions of one day on which all speakers
agree. What is left, cancellations, contradictions, answered lines, is read message by message.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from avenant.core.claims.adjudication.joining import beside
from avenant.core.claims.matching.columns import DUPLICATE, KEY, SAID, SPEAKER
from avenant.core.claims.matching.untangling import PLACE, Untangled, untangled
from avenant.core.claims.matching.verdicts import Verdicts

PLACED = ("piece", "role", "counts")


def pieces(lines: pl.DataFrame, answered: Verdicts) -> Untangled:
    """``lines`` (see Heard) with piece, role (null: by its kind) and counts, and the troubles found on the way.

    The rows stay where they are: of many only a few columns are moved, and only of the few others all.
    """
    keys = beside(lines.select(*KEY, "line_id"), _shared_keys(lines), KEY, nulls_equal=True)
    tangled, once = pl.col("tangled").fill_null(False), pl.col("once").fill_null(True)
    apart = keys.select(several=~once & ~tangled, tangled=tangled)
    sessions, mixed = _sessions(lines.filter(apart["several"]))
    rest = untangled(pl.concat([lines.filter(apart["tangled"]), mixed]), answered)
    places = [placed.select("line_id", *PLACED) for placed in (sessions, rest.lines)]
    own = keys.select("line_id", own=pl.coalesce("piece", "line_id"))
    placed = beside(own, pl.concat(places), "line_id")
    placed = placed.select(pl.coalesce("piece", "own"), "role", pl.col("counts").fill_null(True))
    return Untangled(lines.hstack(placed), rest.troubles)


def _shared_keys(lines: pl.DataFrame) -> pl.DataFrame:
    """Keys of several lines or of a cancellation: KEY, piece, once (each speaks once at most), tangled."""
    shared = pl.struct(KEY).hash().is_duplicated() | pl.col("takes_back")
    tangled = pl.col("takes_back") | pl.col("party").is_not_null()
    told = lines.select(*KEY, "line_id", "authority", tangled=tangled, shared=shared).filter("shared")
    return told.group_by(KEY).agg(
        piece=pl.col("line_id").min(),
        once=pl.col("authority").n_unique() == pl.len(),
        tangled=pl.col("tangled").any(),
    )


def _sessions(lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Keys of which some speaker tells more than once: those that columns can tell, placed; and all others.

    Identical keys are counted within one document, so that two equal sessions on one day stay two; the nth of one
    document meets the nth of another.
    """
    if lines.is_empty():
        return pl.DataFrame(schema=PLACE), lines
    alike = [*KEY, *SPEAKER, *SAID]
    counted = lines.sort("received_on", "ref").with_columns(
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
    return placed, lines.join(placed.select("line_id"), on="line_id", how="anti")


@cache
def _all_agree() -> pl.Expr:
    """Whether each speaker about a key speaks in one document, and all of them of the same charges."""
    documents = pl.col("document_id").n_unique().over([*KEY, *SPEAKER])
    speakers = pl.struct(SPEAKER).n_unique().over(KEY)
    mine = pl.len().over([*KEY, "charged_cents", *SPEAKER])
    agree = (documents == 1) & (mine * speakers == pl.len().over([*KEY, "charged_cents"]))
    return agree.all().over(KEY)

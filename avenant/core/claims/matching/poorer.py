"""Poorer lines of one day: without act code but family, without provider, without tooth, eye or ear.

They join the one act of that member with the same day, the same charge and compatible fields, if exactly one fits
and only this line of its kind fits it. As many equal lines as there are acts join one each: two Sécu lines for
hearing aids that name no ear meet the bills for the left and for the right one. Of equal acts the one with the
highest authority is met first, then they go by what that authority says, of equal words by its ref.
"""

from __future__ import annotations

import polars as pl

from avenant.core.claims.matching.columns import PERHAPS_SAME_ACT, SAID, SEVERAL_ACTS_FIT, SPEAKER
from avenant.core.claims.matching.fitting import (
    NODE,
    charges_agree,
    compatible,
    mixed,
    nodes,
    not_apart,
    said,
)
from avenant.core.claims.matching.trouble import TROUBLE
from avenant.core.claims.matching.untangling import Untangled, relabelled
from avenant.core.claims.matching.verdicts import Verdicts

DAY = ["member_id", "care_from"]
CHARGE = [*DAY, "charged_cents"]


def with_poorer_joined(found: Untangled, families: pl.DataFrame, answered: Verdicts) -> Untangled:
    """``found`` with poorer pieces joined to the acts they fit; those that fit in several ways wait."""
    lines = mixed(found.lines, DAY if found.lines["charged_cents"].has_nulls() else CHARGE)
    if lines.is_empty():
        return found
    twins = _twins(nodes(lines, families))
    fits = _fits(twins, answered)
    if fits.is_empty():
        return found
    joined = _joined(twins, fits, _decided(twins, fits, lines, answered))
    waiting = _waiting(twins, fits).join(joined, on="piece", how="anti")
    if answered.excepted:
        excepted = lines.filter(pl.col("ref").is_in(list(answered.excepted)))
        waiting = waiting.join(excepted, on="piece", how="anti")
    return relabelled(Untangled(found.lines, pl.concat([found.troubles, waiting])), joined)


def _twins(pieces: pl.DataFrame) -> pl.DataFrame:
    """``pieces`` with ``twins`` (numbers sets of equal keys in the order of their content), nth and size in them."""
    named = pieces.with_columns(party=pl.col("parties").list.join("\n"))
    alike = [*NODE, "party"]
    sets = named.sort(alike).with_columns(twins=pl.struct(alike).rle_id())
    sets = sets.with_columns(size=pl.len().over("twins"))
    several = sets.filter(pl.col("size") > 1).sort("twins", "authority", "words", "head")
    ordered = pl.concat([sets.filter(pl.col("size") == 1), several])
    return ordered.with_columns(nth=pl.int_range(pl.len()).over("twins"))


def _fits(twins: pl.DataFrame, answered: Verdicts) -> pl.DataFrame:
    """twins, twins_other: which poorer sets of twins fit which richer ones that fit no richer ones themselves.

    Richer is who says more fields; with equally many, who speaks with more authority.
    """
    strength = said() * 100 + (9 - pl.col("authority").cast(pl.Int32)) * 10 + pl.col("pattern")
    sets = twins.filter(pl.col("nth") == 0).select(
        "twins", "size", "pattern", "parties", *NODE, strength=strength
    )
    pairs = sets.join(sets, on=DAY, suffix="_other").filter(
        (pl.col("pattern") != pl.col("pattern_other")) & (pl.col("strength") < pl.col("strength_other"))
    )
    if len(pairs):
        pairs = not_apart(pairs.filter(compatible() & charges_agree()), answered)
    pairs = pairs.select("twins", "twins_other", "size", "size_other")
    if pairs.is_empty():
        return pairs
    return pairs.join(pairs.select(twins_other="twins"), on="twins_other", how="anti")


def _decided(
    twins: pl.DataFrame, fits: pl.DataFrame, lines: pl.DataFrame, answered: Verdicts
) -> pl.DataFrame:
    """twins: the poorer sets that fit in one way only.

    Nobody else of their kind speaks or could speak in the acts they fit, nor anybody who does not fit them; and these
    are one act, or equal ones, or as many as there are lines that all say the same.
    """
    speaking = twins.select("twins", speaker="speakers").explode("speaker").unique()
    claims = fits.join(speaking, on="twins")
    rivals = claims.filter(pl.col("twins").n_unique().over("twins_other", "speaker") > 1)
    present = claims.join(
        speaking.rename({"twins": "twins_other"}), on=["twins_other", "speaker"], how="semi"
    )
    ways = fits.group_by("twins", "size").agg(sets=pl.len(), acts=pl.col("size_other").sum())
    several = twins.join(ways.filter(pl.col("sets") > 1), on="twins", how="semi").select("piece", "twins")
    told = lines.filter("counts").join(several, on="piece").group_by("twins", *SPEAKER)
    unlike = told.agg(words=pl.struct(SAID).n_unique()).filter(pl.col("words") > 1)
    one_each = (pl.col("size") == pl.col("acts")) & ~pl.col("twins").is_in(unlike["twins"].implode())
    single = ways.filter((pl.col("sets") == 1) | one_each)
    undecided = [frame.select("twins") for frame in (rivals, present, _at_odds(twins, fits, answered))]
    return single.select("twins").join(pl.concat(undecided), on="twins", how="anti")


def _at_odds(twins: pl.DataFrame, fits: pl.DataFrame, answered: Verdicts) -> pl.DataFrame:
    """twins: poorer sets that fit an act together with others that do not fit them."""
    named = twins.filter(pl.col("nth") == 0).select("twins", "parties", *NODE)
    sets = fits.select("twins", into="twins_other").join(named, on="twins")
    pairs = sets.join(sets, on="into", suffix="_other").filter(pl.col("twins") != pl.col("twins_other"))
    agreeing = not_apart(pairs.filter(compatible() & charges_agree()), answered)
    return pairs.join(agreeing, on=["twins", "twins_other"], how="anti").select("twins").unique()


def _joined(twins: pl.DataFrame, fits: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """piece, into: the nth of the decided poorer pieces joins the nth of the acts its set fits."""
    acts = fits.join(decided, on="twins", how="semi").select("twins", "twins_other")
    acts = acts.join(twins.select(twins_other="twins", into="piece", order="nth"), on="twins_other")
    acts = acts.sort("twins", "twins_other", "order").with_columns(nth=pl.int_range(pl.len()).over("twins"))
    return twins.select("twins", "nth", "piece").join(acts, on=["twins", "nth"]).select("piece", "into")


def _waiting(twins: pl.DataFrame, fits: pl.DataFrame) -> pl.DataFrame:
    """TROUBLE for all pieces that fit something, with the heads of what they fit."""
    heads = fits.join(twins.select(twins_other="twins", head="head"), on="twins_other").sort("head")
    heads = heads.group_by("twins", maintain_order=True).agg(
        candidates=pl.col("head").str.join(" "), acts=pl.len()
    )
    several = pl.col("acts") > 1
    reason = pl.when(several).then(pl.lit(SEVERAL_ACTS_FIT)).otherwise(pl.lit(PERHAPS_SAME_ACT))
    return (
        twins.join(heads, on="twins").select("piece", reason=reason, candidates="candidates").select(*TROUBLE)
    )

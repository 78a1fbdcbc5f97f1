"""What persons joined: pieces of one party become one.

The Sécu dates a visit on 3 March, the bill on the 5th: a person answers `same`, and both are one act.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from avenant.core.claims.matching.columns import (
    ANSWERS_CONTRADICT,
    CANCELLATION,
    CANCELS_NOTHING,
    SEVERAL_ACTS_FIT,
)
from avenant.core.claims.matching.connected import connected
from avenant.core.claims.matching.trouble import NO_TROUBLE, TROUBLE
from avenant.core.claims.matching.untangling import Untangled, as_one_act
from avenant.core.claims.matching.verdicts import Verdicts

WAITING_ALONE: Final = (CANCELS_NOTHING, SEVERAL_ACTS_FIT)
"""Why a cancellation waits, before poorer lines are looked at."""


def united(found: Untangled, answered: Verdicts) -> Untangled:
    """The pieces whose lines answers call the same, made one and read again as one act.

    Cancellations that wait alone and are the same as each other only make no act: each waits as it did.
    """
    if answered.parties.is_empty():
        return found
    named = found.lines.select("piece", "party").drop_nulls().unique()
    pairs = named.join(named, on="party", suffix="_other").filter(pl.col("piece") < pl.col("piece_other"))
    if pairs.is_empty():
        return found
    above = connected(pairs.select("piece", "piece_other").rows())
    alone = set(found.troubles.filter(pl.col("reason").is_in(WAITING_ALONE))["piece"])
    acts = {top for piece, top in above.items() if piece not in alone}
    above = {piece: top for piece, top in above.items() if top in acts}
    if not above:
        return found
    joined = pl.col("piece").is_in(list(above))
    again = found.lines.filter(joined).with_columns(pl.col("piece").replace_strict(above))
    one = as_one_act(again, answered)
    return Untangled(
        pl.concat([found.lines.filter(~joined), one.lines.select(found.lines.columns)]),
        pl.concat([found.troubles.filter(~joined), one.troubles]),
    )


def contradictory(lines: pl.DataFrame, answered: Verdicts) -> pl.DataFrame:
    """TROUBLE for pieces of ``lines`` (piece, ref, party, role) whose answers cannot all be true together.

    That is where lines are both the same and different, where lines that are different ended in one act, and where
    two exceptions set different amounts for it. The candidates are the lines that those answers name. A cancellation
    that waits alone is no act: it waits for what it takes back, whatever was answered, and nothing booked stands.
    """
    if answered.parties.is_empty() and answered.exceptions.is_empty():
        return NO_TROUBLE
    named = lines.select("piece", "ref", "party").drop_nulls()
    parties = named.group_by("piece").agg("party").rows()
    apart = [piece for piece, present in parties if _torn(set(present), answered)]
    amounts = lines.select("piece", "ref").join(answered.exceptions.drop_nulls(), on="ref")
    amounts = amounts.filter(pl.col("amount_cents").n_unique().over("piece") > 1).select("piece", "ref")
    refs = pl.concat([named.filter(pl.col("piece").is_in(apart)).select("piece", "ref"), amounts])
    return (
        refs.join(_told(lines, refs["piece"]), on="piece", how="semi")
        .unique()
        .sort("piece", "ref")
        .group_by("piece")
        .agg(reason=pl.lit(ANSWERS_CONTRADICT), candidates=pl.col("ref").str.join(" "))
        .select(*TROUBLE)
        .cast(TROUBLE)  # type: ignore[arg-type]
    )


def _told(lines: pl.DataFrame, pieces: pl.Series) -> pl.DataFrame:
    """piece: those of ``pieces`` that tell anything but a cancellation."""
    telling = pl.col("role").is_null() | (pl.col("role") != CANCELLATION)
    return lines.select("piece", "role").filter(pl.col("piece").is_in(pieces.implode()) & telling)


def _torn(parties: set[str], answered: Verdicts) -> bool:
    return bool(parties & answered.contradictory) or any(
        answered.keep_apart(one, other) for one in parties for other in parties
    )

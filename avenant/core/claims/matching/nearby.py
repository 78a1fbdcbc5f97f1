"""Lines that fit no act of their day, but one of the days around it: perhaps the date is wrong, so a person decides.

A bill of 30.00 € without a provider, dated 4 March, and a Sécu return of 30.00 € dated 3 March: the bill waits.
Statements of other insurers that fit no act wait in any case: a statement alone is no claim.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from avenant.core.claims.matching.columns import (
    INSURER,
    PERHAPS_SAME_ACT,
    SEVERAL_ACTS_FIT,
    STATEMENT_WITHOUT_ACT,
)
from avenant.core.claims.matching.fitting import compatible, mixed, nodes, not_apart, said
from avenant.core.claims.matching.trouble import NO_TROUBLE, TROUBLE
from avenant.core.claims.matching.untangling import Untangled
from avenant.core.claims.matching.verdicts import Verdicts

NEAR_DAYS: Final = 3


def nearby(found: Untangled, families: pl.DataFrame, answered: Verdicts) -> pl.DataFrame:
    """TROUBLE for pieces that are perhaps the same as one within NEAR_DAYS, of the same charge and compatible.

    Of the two the one with less authority waits; of equals the one that says less. Nobody waits for an act in which
    its own speaker has spoken already.
    """
    lines = mixed(found.lines, ["member_id", "charged_cents"])
    if lines.is_empty():
        return NO_TROUBLE
    if len(found.troubles):
        waiting = found.troubles.filter(pl.col("reason").is_in([SEVERAL_ACTS_FIT, PERHAPS_SAME_ACT]))
        lines = lines.join(waiting, on="piece", how="anti")
        if lines.is_empty():
            return NO_TROUBLE
    strength = (9 - pl.col("authority").cast(pl.Int32)) * 100 + said() * 10 + pl.col("pattern")
    pieces = nodes(lines, families).drop("words").with_columns(strength=strength)
    days = (pl.col("care_from") - pl.col("care_from_other")).dt.total_days().abs()
    pairs = pieces.join(pieces, on=["member_id", "charged_cents"], suffix="_other").filter(
        (pl.col("pattern") != pl.col("pattern_other"))
        & (pl.col("strength") < pl.col("strength_other"))
        & days.is_between(1, NEAR_DAYS)
    )
    if pairs.is_empty():
        return NO_TROUBLE
    strangers = pl.col("speakers").list.set_intersection("speakers_other").list.len() == 0
    pairs = pairs.filter(compatible() & strangers)
    near = not_apart(pairs, answered).sort("head_other").group_by("piece", maintain_order=True)
    found_near = near.agg(reason=pl.lit(PERHAPS_SAME_ACT), candidates=pl.col("head_other").str.join(" "))
    return _not_excepted(found_near.select(*TROUBLE), lines, answered)


def statements(lines: pl.DataFrame, answered: Verdicts) -> pl.DataFrame:
    """TROUBLE for pieces of ``lines`` in which only other insurers speak."""
    if not (lines["authority"] == INSURER).any():
        return NO_TROUBLE
    counting = lines.select("piece", "ref", "counts", insurer=pl.col("authority") == INSURER).filter("counts")
    insured = counting.join(counting.filter("insurer").select("piece"), on="piece", how="semi")
    alone = insured.filter(pl.col("insurer").all().over("piece"))
    waiting = alone.select("piece", reason=pl.lit(STATEMENT_WITHOUT_ACT), candidates=pl.lit(None, pl.String))
    return _not_excepted(waiting.unique(), lines, answered)


def _not_excepted(troubles: pl.DataFrame, lines: pl.DataFrame, answered: Verdicts) -> pl.DataFrame:
    """An exception that names a line decides it: it is an act of its own."""
    if not answered.excepted:
        return troubles
    named = lines.filter(pl.col("ref").is_in(list(answered.excepted)))
    return troubles.join(named, on="piece", how="anti")

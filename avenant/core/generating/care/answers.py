"""Answers: what people decide about some of what waits, days or weeks after it arrived.

Example: two bills of one visit say 30.00 € and 42.00 €; three weeks later somebody answers that both are about the
same act, so the later one holds. A quarter of all questions stays open.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from avenant.core.frames.news import ANSWERS
from avenant.core.generating.care.mix import CareMix
from avenant.core.generating.care.troubles import (
    BILL,
    CONTRADICTED,
    CONTRADICTS,
    DOUBTFUL,
    GOODWILL,
    MISDATED,
    RETURN,
)
from avenant.core.generating.days import happens

GOODWILL_CENTS = 2_000
DAYS = (5, 45)
REVOKED_SHARE = 0.03


def told_answers(
    dice: np.random.Generator, lines: pl.DataFrame, refs: pl.Series, mix: CareMix
) -> pl.DataFrame:
    """Answer news with known_on, about `lines` (from `numbered`) whose refs are `refs`; a few are revoked later."""
    known = lines.select(
        "act", "kind", "part", "puzzle", "received", "quantity", "charged_cents"
    ).with_columns(refs)
    asked = pl.concat([_about_bills(known), _about_acts(dice, known), _doubts(known), _goodwill(known)])
    asked = asked.sort("line_ref").unique("line_ref", keep="first", maintain_order=True)
    given = asked.filter(pl.Series(happens(dice, mix.answered_share, asked.height)))
    lag = pl.Series(dice.integers(DAYS[0], DAYS[1] + 1, given.height).astype(np.int32))
    answered = given.with_columns(
        ref=pl.lit("W-") + pl.col("line_ref").str.replace("#", ".", literal=True),
        known_on=(pl.col("received") + lag).cast(pl.Date),
        withdrawn=pl.lit(False),
    )
    revoked = answered.filter(pl.Series(happens(dice, REVOKED_SHARE, answered.height)))
    revoked = revoked.with_columns(pl.col("known_on").dt.offset_by("40d"), withdrawn=pl.lit(True))
    return pl.concat([answered, revoked]).select("known_on", *ANSWERS).sort("known_on", "ref")


def _question(rows: pl.DataFrame, kind: pl.Expr, reason: str, amount: pl.Expr | None = None) -> pl.DataFrame:
    """line_ref, other_ref (or null), received; as answers of a kind."""
    other = pl.col("other_ref") if "other_ref" in rows.columns else pl.lit(None, pl.String).alias("other_ref")
    cents = pl.lit(None, pl.Int64) if amount is None else amount
    return rows.select(
        "line_ref",
        other,
        "received",
        kind.alias("kind"),
        cents.alias("amount_cents"),
        pl.lit(reason).alias("reason"),
    )


def _about_bills(known: pl.DataFrame) -> pl.DataFrame:
    """Of two bills that contradict each other the later one holds."""
    bills = known.filter(BILL & (pl.col("puzzle") == CONTRADICTS))
    later = bills.filter(pl.col("part") == CONTRADICTED).select("act", "received", line_ref="ref")
    first = bills.filter(pl.col("part") == 0).select("act", other_ref="ref")
    return _question(later.join(first, on="act"), pl.lit("same"), "the second bill corrects the first")


def _about_acts(dice: np.random.Generator, known: pl.DataFrame) -> pl.DataFrame:
    """A bill of another day is about the act that the Sécu returned, or in one case of five about another."""
    bills = known.filter(pl.col("puzzle") == MISDATED).select("act", billed="received", line_ref="ref")
    returns = known.filter(RETURN & (pl.col("part") == 0) & (pl.col("quantity") > 0))
    both = bills.join(returns.select("act", "received", other_ref="ref"), on="act").with_columns(
        received=pl.max_horizontal("billed", "received")
    )
    other = pl.Series(happens(dice, 1 / 5, both.height))
    kind = pl.when(other).then(pl.lit("different")).otherwise(pl.lit("same"))
    return _question(both, kind, "asked the member by telephone")


def _doubts(known: pl.DataFrame) -> pl.DataFrame:
    rows = known.filter(pl.col("puzzle") == DOUBTFUL).select("received", line_ref="ref")
    return _question(rows, pl.lit("exception"), "the provider confirmed the amounts")


def _goodwill(known: pl.DataFrame) -> pl.DataFrame:
    rows = known.filter((pl.col("puzzle") == GOODWILL) & (pl.col("part") == 0))
    amount = pl.min_horizontal("charged_cents", GOODWILL_CENTS)
    return _question(
        rows.select("received", "charged_cents", line_ref="ref"), pl.lit("exception"), "goodwill", amount
    )

"""What waits: pieces of acts and single lines that nobody can decide, with the reason and the candidates.

Two crowns of 600.00 € on one day and a bill of 600.00 € that names no tooth: the bill waits, its candidates are
both crowns. What was booked stands only where the act itself is in doubt, not where another line may join it.
"""

from typing import Final

import polars as pl

from avenant.core.claims.matching.columns import (
    ANSWERS_CONTRADICT,
    CANCELS_NOTHING,
    MESSAGES_CONTRADICT,
    PERHAPS_SAME_ACT,
    SEVERAL_ACTS_FIT,
    STATEMENT_WITHOUT_ACT,
)
from avenant.core.frames.care import WAITING

TROUBLE: Final = {"piece": pl.Int64, "reason": pl.String, "candidates": pl.String}
"""A piece that waits. candidates: refs, in order, separated by spaces."""

REASONS: Final = (
    ANSWERS_CONTRADICT,
    MESSAGES_CONTRADICT,
    SEVERAL_ACTS_FIT,
    PERHAPS_SAME_ACT,
    STATEMENT_WITHOUT_ACT,
    CANCELS_NOTHING,
)
"""Of several reasons the first one is told."""

STANDS: Final = (ANSWERS_CONTRADICT, MESSAGES_CONTRADICT)
"""Reasons for which what was booked for the act stands until somebody decides."""

NOBODY_WAITS: Final = pl.DataFrame(schema=WAITING)
NO_TROUBLE: Final = pl.DataFrame(schema=TROUBLE)


def first_reasons(troubles: pl.DataFrame) -> pl.DataFrame:
    """One row of ``troubles`` (TROUBLE) per piece: the first reason, with all candidates that were found for it.

    A poorer act in which two requests contradict each other joins one in which two bills do: all four are named.
    """
    if troubles.is_empty():
        return troubles
    order = pl.col("reason").replace_strict(REASONS, range(len(REASONS)), return_dtype=pl.Int8)
    told = troubles.sort("piece", order, "candidates")
    first = told.unique("piece", keep="first", maintain_order=True)
    return first if len(first) == len(told) else _with_all_candidates(first, told)


def _with_all_candidates(first: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """``first`` with the candidates of all rows of ``told`` of the same piece and reason."""
    named = told.join(first, on=["piece", "reason"], how="semi").drop_nulls("candidates")
    named = named.select("piece", pl.col("candidates").str.split(" ")).explode("candidates").unique()
    together = named.sort("piece", "candidates").group_by("piece").agg(pl.col("candidates").str.join(" "))
    return first.drop("candidates").join(together, on="piece", how="left", maintain_order="left")


def waiting_pieces(troubles: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """WAITING for pieces of ``lines`` that wait."""
    if troubles.is_empty():
        return NOBODY_WAITS
    members = lines.select("piece", "member_id").join(troubles, on="piece", how="semi").unique("piece")
    return troubles.join(members, on="piece").select(
        pl.col("piece").alias("line_id"),
        "member_id",
        "reason",
        "candidates",
        pl.col("reason").is_in(STANDS).alias("keeps_booked"),
    )


def waiting_alone(lines: pl.DataFrame, reason: str) -> pl.DataFrame:
    """WAITING for ``lines`` that wait each on its own, without candidates; nothing is booked for them."""
    if lines.is_empty():
        return NOBODY_WAITS
    return lines.select(
        "line_id",
        "member_id",
        pl.lit(reason).alias("reason"),
        pl.lit(None, pl.String).alias("candidates"),
        pl.lit(False).alias("keeps_booked"),
    )


def waiting_holds(
    held: pl.DataFrame, lines: pl.DataFrame, lost: pl.DataFrame, key: tuple[str, ...]
) -> pl.DataFrame:
    """WAITING for held lines. What was booked stands unless other ``lines`` tell of the same act (same ``key``), all
    but those of the pieces ``lost``."""
    if held.is_empty():
        return NOBODY_WAITS
    told = lines.join(lost, on="piece", how="anti").select("line_id", *key)
    told = told.join(held, on=list(key), how="semi", nulls_equal=True)
    told = held.join(told, on=list(key), how="semi", nulls_equal=True)
    return held.select(
        "line_id",
        "member_id",
        pl.col("hold").alias("reason"),
        pl.lit(None, pl.String).alias("candidates"),
        ~pl.col("line_id").is_in(told["line_id"].implode()).alias("keeps_booked"),
    )

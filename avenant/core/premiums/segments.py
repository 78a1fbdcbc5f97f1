"""Segments: coverage cut wherever the family around a person changes, with child ranks and head counts.

Only the first child pays: when Léa's last day is the 14th, Tom, until then second and free, is first from
the 15th. His June is cut into two segments, ranks 2 and 1.
"""

import polars as pl

GROUP = ["contract_id", "family_id", "plan"]


def segments(covered: pl.DataFrame, family_plans: list[str]) -> pl.DataFrame:
    """``covered`` cut at every change in the family; adds ``child_rank`` and ``heads``.

    child_rank: 1 for the oldest ranked child covered then; 0 for anybody who is not a ranked child.
    heads: covered people of the same family, contract, plan and level (counted in ``family_plans`` only).
    """
    child = pl.col("role") == "child"
    groups = covered.group_by(GROUP).agg(
        cut=(child.sum() > 1)
        | (pl.col("plan").first().is_in(family_plans) & (pl.len() > 1))
        | (child & (pl.col("limit_day") < pl.col("to_day"))).any()
    )
    marked = covered.join(groups, on=GROUP, how="left")
    ranked = (child & (pl.col("basis") == "active")).cast(pl.Int16)
    whole = marked.filter(~pl.col("cut")).with_columns(child_rank=ranked, heads=pl.lit(1, pl.UInt32))
    if len(whole) == len(marked):
        return whole.drop("cut")
    pieces = _with_heads(_with_ranks(_cut(marked.filter(pl.col("cut")))))
    return pl.concat([whole, pieces.select(whole.columns)]).drop("cut")


def _cut(covered: pl.DataFrame) -> pl.DataFrame:
    """Cut each row at every day on which any row of its group starts, ends or reaches the age limit."""
    rows = covered.with_row_index("piece")
    edges = [rows.select(*GROUP, at=pl.col(edge)) for edge in ("from_day", "to_day", "limit_day")]
    inside = (
        rows.select("piece", "from_day", "to_day", *GROUP)
        .join(pl.concat(edges).unique(), on=GROUP)
        .filter((pl.col("from_day") < pl.col("at")) & (pl.col("at") < pl.col("to_day")))
        .select("piece", "at")
    )
    starts = pl.concat([rows.select("piece", at="from_day"), inside]).sort("piece", "at")
    next_at = pl.when(pl.col("piece") == pl.col("piece").shift(-1)).then(pl.col("at").shift(-1))
    return (
        starts.with_columns(until=next_at)
        .join(rows, on="piece", how="left")
        .with_columns(from_day="at", to_day=pl.coalesce("until", "to_day"))
        .drop("piece", "at", "until")
    )


def _with_ranks(pieces: pl.DataFrame) -> pl.DataFrame:
    """Rank the children of each group on each stretch by birth date, twins by their number."""
    ranked = (
        (pl.col("role") == "child")
        & (pl.col("basis") == "active")
        & (pl.col("from_day") < pl.col("limit_day"))
    )
    ordered = pieces.filter(ranked).sort(*GROUP, "from_day", "birth_date", "member_ref")
    ranks = ordered.with_columns(
        child_rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int16).over(*GROUP, "from_day")
    )
    others = pieces.filter(~ranked).with_columns(child_rank=pl.lit(0, pl.Int16))
    return pl.concat([ranks, others])


def _with_heads(pieces: pl.DataFrame) -> pl.DataFrame:
    return pieces.with_columns(heads=pl.len().over(*GROUP, "level", "from_day"))

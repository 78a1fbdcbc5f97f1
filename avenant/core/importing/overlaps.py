"""Two enrolments of one member in one contract never cover the same day.

    E-1: 1 January to 31 March     E-2: 15 March to open     both cover 15 to 31 March: one must be wrong

Which of two told rows is wrong cannot be known, so both are refused; against a stored enrolment the told
row is refused.
"""

import polars as pl

from avenant.core.importing.problem import Rule, broken_rules, sentence

_FOR_EVER = 2**31 - 1
_MARK = 2**32

OVERLAP = Rule(
    column="valid_from",
    reason="overlapping enrolments",
    broken=pl.col("other").is_not_null(),
    seen=sentence("{} to {}", "valid_from", pl.col("last_day").cast(pl.String).fill_null("open")),
    message=sentence(
        "member {} is covered twice in contract {}: also by enrolment {}, {} to {}",
        "member_ref",
        "contract_ref",
        "other",
        "other_from",
        pl.col("other_last_day").cast(pl.String).fill_null("open"),
    ),
    remedy=sentence("end one before the other begins; to replace an enrolment, tell it again under its ref"),
)


def overlap_problems(enrolments: pl.DataFrame) -> pl.DataFrame:
    """Problems of told enrolments that overlap another one in `enrolments` (those of `State`)."""
    told = enrolments.filter(pl.col("row_index").is_not_null())
    touched = enrolments.join(told, on=["contract_ref", "member_ref"], how="semi")
    return broken_rules("enrolments", overlapping(touched), [OVERLAP])


def overlapping(enrolments: pl.DataFrame) -> pl.DataFrame:
    """Told enrolments that share a day with another of the same member and contract.

    Added columns: last_day, other (a ref that overlaps), other_from, other_last_day. Sorted by first day, a
    period overlaps a later one exactly if it reaches into the next; and an earlier one exactly if the
    furthest end before it reaches into it.
    """
    pair = ["contract_ref", "member_ref"]
    rows = enrolments.filter(pl.col("valid_to").is_null() | (pl.col("valid_to") > pl.col("valid_from")))
    rows = rows.sort(*pair, "valid_from", "ref").with_row_index("place")
    end = pl.col("valid_to").to_physical().cast(pl.Int64).fill_null(_FOR_EVER)
    rows = rows.with_columns((end * _MARK + pl.col("place").cast(pl.Int64)).alias("reach"))
    rows = rows.with_columns(
        pl.col("reach").cum_max().shift(1).over(pair).alias("reach_before"),
        pl.col("valid_from").shift(-1).over(pair).alias("next_from"),
        pl.col("place").shift(-1).over(pair).alias("next_place"),
    )
    from_day = pl.col("valid_from").to_physical().cast(pl.Int64)
    into_next = pl.col("next_from") < pl.col("valid_to").fill_null(pl.date(9999, 12, 31))
    into_this = pl.col("reach_before") // _MARK > from_day
    place = (
        pl.when(into_this)
        .then((pl.col("reach_before") % _MARK).cast(pl.UInt32))
        .when(into_next)
        .then("next_place")
    )
    return _with_the_other(rows, place)


def _with_the_other(rows: pl.DataFrame, place: pl.Expr) -> pl.DataFrame:
    rows = rows.with_columns(
        place.alias("other_place"), pl.col("valid_to").dt.offset_by("-1d").alias("last_day")
    )
    others = rows.select(
        pl.col("place").alias("other_place"),
        pl.col("ref").alias("other"),
        pl.col("valid_from").alias("other_from"),
        pl.col("last_day").alias("other_last_day"),
    )
    found = rows.filter(pl.col("row_index").is_not_null() & pl.col("other_place").is_not_null())
    return found.join(others, on="other_place", how="left", maintain_order="left")

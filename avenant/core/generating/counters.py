"""What a story contains, counted from its news alone, so that a reader knows how lively it is.

News is late when it reaches us after the first day whose cover it changes.
"""

from __future__ import annotations

import polars as pl

from avenant.core.generating.days import YEAR
from avenant.core.generating.window import Window


def counted(window: Window, members: pl.DataFrame, versions: pl.DataFrame) -> dict[str, int]:
    """Counters of member news (ref, role, family, known_on) and enrolment news (see `told_enrolments`)."""
    first_told = members.unique(subset="ref", keep="first", maintain_order=True)
    dated = with_first_change(versions).join(first_told.select("member", "family"), on="member")
    late = dated.filter(is_late(window))
    corrected = members.height - first_told.height
    return {
        "contracts": versions["contract"].n_unique(),
        "families": first_told["family"].n_unique(),
        "members": first_told.height,
        "enrolments": versions["ref"].n_unique(),
        "enrolment_versions": versions.height,
        "withdrawn": versions.filter("withdrawn").height,
        "portability": versions.filter(pl.col("basis") == "portability")["ref"].n_unique(),
        "birth_dates_corrected": corrected,
        "late_news": late.select("family", "known_on").unique().height + corrected,
        "late_families_per_mille_yearly": _late_families(window, late, dated),
    }


def with_first_change(versions: pl.DataFrame) -> pl.DataFrame:
    """Adds first_change: the first day whose cover a version changes (rows in order of known_on per ref)."""
    after_last = pl.col("last_day").dt.offset_by("1d")
    previous_end = after_last.shift(1).over("ref")
    previous_start = pl.col("valid_from").shift(1).over("ref")
    first = previous_start.is_null()
    moved = first | (pl.col("valid_from") != previous_start) | pl.col("withdrawn")
    start = pl.when(moved).then(pl.min_horizontal("valid_from", previous_start))
    ended = pl.when(~first & after_last.ne_missing(previous_end)).then(
        pl.min_horizontal(after_last, previous_end)
    )
    return versions.with_columns(pl.min_horizontal(start, ended).alias("first_change"))


def is_late(window: Window) -> pl.Expr:
    """Told after the first changed day, and after the book opened."""
    opened = pl.col("known_on") >= pl.lit(window.opens, pl.Int32).cast(pl.Date)
    return opened & (pl.col("first_change") < pl.col("known_on"))


def _late_families(window: Window, late: pl.DataFrame, dated: pl.DataFrame) -> int:
    """Of a thousand families covered for a year, about how many see late news in it."""
    year = (pl.col("known_on").to_physical() - window.opens) // 365
    touched = late.select("family", year.alias("year")).unique().height
    return round(1_000 * touched / max(_covered_family_years(window, dated), 1.0))


def _covered_family_years(window: Window, dated: pl.DataFrame) -> float:
    """Years between a family's first and last covered day within the story, summed."""
    latest = dated.unique(subset="ref", keep="last", maintain_order=True).filter(~pl.col("withdrawn"))
    ends = (pl.col("last_day").to_physical() + 1).fill_null(window.ends).max()
    spans = latest.group_by("family").agg(
        pl.col("valid_from").to_physical().min().clip(window.opens, window.ends).alias("from"),
        ends.clip(window.opens, window.ends).alias("until"),
    )
    return float((spans["until"] - spans["from"]).sum()) / YEAR

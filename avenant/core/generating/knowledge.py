"""Knowledge: which enrolments were known on which day, given what was known of their terms.

Example: a departure on 10 March, told as 31 March on 2 April and corrected on 20 April, gives three
versions: open, ending on 30 March, ending on 9 March.
"""

from __future__ import annotations

import polars as pl

from avenant.core.generating.days import ALWAYS, NEVER

TOLD = (
    "joins_told",
    "leaves_told",
    "starts_told",
    "ends_told",
    "first_ends_told",
    "opens_told",
    "shuts_told",
)


def known_versions(terms: pl.DataFrame, until: int) -> pl.DataFrame:
    """Every version of every enrolment learnt before the day `until`.

    Adds: known_on, starts_on, ends_on (day numbers, NEVER = open), withdrawn. A version differs from the
    one before it; an enrolment that turns out never to have been is withdrawn with its last content.
    """
    instants = (
        terms.select("enrolment", *TOLD)
        .unpivot(index="enrolment", value_name="known_on")
        .filter(pl.col("known_on").is_between(ALWAYS, until, closed="none"))
        .select("enrolment", "known_on")
        .unique()
    )
    states = with_state(instants.join(terms, on="enrolment")).sort("enrolment", "known_on")
    return _changes_only(_as_withdrawals(states))


def known_state(terms: pl.DataFrame, until: int) -> pl.DataFrame:
    """The enrolments known before the day `until`, as `with_state` describes them; none withdrawn."""
    known = with_state(terms.with_columns(pl.lit(until - 1, pl.Int32).alias("known_on")))
    return known.filter(~pl.col("withdrawn"))


def with_state(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds starts_on, ends_on, withdrawn (= not there) as known on each row's day `known_on`."""
    day = pl.col("known_on")
    portable = pl.col("basis") == "portability"
    heard = _heard_all(day, "starts_told", "opens_told", "joins_told")
    rows = rows.with_columns(
        _as_known(day, "ends", "first_ends").alias("known_end"),
        _as_known(day, "free_until", "first_free_until").alias("known_free_until"),
        _known_or_never(day, "shuts").alias("known_shut"),
        _known_or_never(day, "leaves").alias("known_leave"),
    )
    starts = pl.when(portable).then("known_end").otherwise(pl.max_horizontal("starts", "opens"))
    ends = pl.when(portable).then("known_free_until").otherwise(pl.min_horizontal("known_end", "known_shut"))
    rows = rows.with_columns(
        pl.max_horizontal(starts, "joins").alias("starts_on"),
        pl.min_horizontal(ends, "known_leave").alias("ends_on"),
    )
    there = heard & (pl.col("starts_on") < pl.col("ends_on"))
    return rows.with_columns((~there).alias("withdrawn"))


def _heard_all(day: pl.Expr, *told: str) -> pl.Expr:
    return pl.all_horizontal(*(pl.col(name) <= day for name in told))


def _as_known(day: pl.Expr, value: str, first_value: str) -> pl.Expr:
    """The end of the spell as known on a day: corrected, as first told, or not known."""
    return (
        pl.when(pl.col("ends_told") <= day)
        .then(value)
        .when(pl.col("first_ends_told") <= day)
        .then(first_value)
        .otherwise(pl.lit(NEVER, pl.Int32))
    )


def _known_or_never(day: pl.Expr, name: str) -> pl.Expr:
    return pl.when(pl.col(f"{name}_told") <= day).then(name).otherwise(pl.lit(NEVER, pl.Int32))


def _as_withdrawals(states: pl.DataFrame) -> pl.DataFrame:
    """Drops what was not there yet; gives what is no longer there the content it had."""
    there = ~pl.col("withdrawn")
    content = [
        pl.when(there).then(name).forward_fill().over("enrolment").alias(name)
        for name in ("starts_on", "ends_on")
    ]
    return states.with_columns(content).filter(pl.col("starts_on").is_not_null())


def _changes_only(states: pl.DataFrame) -> pl.DataFrame:
    """Drops versions that say what the version before them said (rows sorted by enrolment, known_on)."""
    same = pl.lit(True)
    for name in ("enrolment", "starts_on", "ends_on", "withdrawn"):
        same &= pl.col(name) == pl.col(name).shift(1)
    return states.filter(~same.fill_null(False))

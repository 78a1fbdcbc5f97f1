"""Which envelopes an act draws on, and their limits on its care date.

Example: a pair of glasses bought at 15 falls under the line "one pair in 12 months" of the envelope ``glasses``,
the next one at 16 under "one pair in 24 months" of the same envelope. Both draw from one pot: what the first
used up counts against the second.
"""

from functools import cache, lru_cache
from typing import Final

import polars as pl

from avenant.core.claims.adjudication.joining import beside
from avenant.core.money import PPM, round_half_up_div
from avenant.core.rulebook.care_model import CareRules

AMOUNT: Final = 2
COUNT: Final = 3
RENEWAL: Final = 4
"""What can limit an act here, in the numbers of ``limit_kind``."""

NO_CEILINGS: Final = pl.DataFrame(schema={"care_from": pl.Date, "ceiling_cents": pl.Int64})

NEVER: Final = -(2**30)
"""The day before all days: as if a pot that nothing was drawn from had been opened then."""

POT: Final = ("member_id", "plan", "envelope", "place", "year")
"""One pot per member and envelope of a plan, whatever the level and the line's version; per location and per
calendar year where the envelope says so."""


def draws(wanted: pl.DataFrame, rules: CareRules, parameters: pl.DataFrame) -> pl.DataFrame:
    """One row per act and envelope line that binds it; acts under no envelope have none.

    Adds to the act's columns: ``envelope``, ``line_id``, ``months`` (null: calendar year), ``max_cents`` (the
    lowest of the line's sums, null: no sum), ``max_count``, ``count_kind`` (what a bar by count is called),
    ``over_by`` (see ``_over_by``), ``excepted`` (false where not told), ``unknown`` (the monthly ceiling of that
    day is not known) and ``pot``.
    """
    bound = _bound(wanted, rules).with_columns(
        place=pl.when(pl.col("scope") == "location").then(pl.col("location")),
        year=pl.when(pl.col("period") == "calendar_year").then(pl.col("care_from").dt.year()),
        quantity=pl.col("quantity").fill_null(1).clip(lower_bound=1),
        excepted=pl.col("excepted") if "excepted" in wanted.columns else pl.lit(False),
    )
    known = beside(bound, _monthly_ceilings(bound, parameters), "care_from")
    of_ceiling = round_half_up_div(pl.col("ceiling_cents") * pl.col("pmss_ppm"), PPM)
    windowed = pl.col("months").is_not_null()
    return known.with_columns(
        max_cents=pl.min_horizontal("max_cents", of_ceiling),
        unknown=pl.col("pmss_ppm").is_not_null() & pl.col("ceiling_cents").is_null(),
        count_kind=pl.when(windowed).then(RENEWAL).otherwise(COUNT),
        over_by=pl.when(windowed).then(_over_by()).otherwise(NEVER),
        pot=pl.struct(POT).rank("dense").cast(pl.UInt32) - 1,
    )


def _bound(wanted: pl.DataFrame, rules: CareRules) -> pl.DataFrame:
    """Acts with the envelope lines of their plan, level, family, basket, care date and age."""
    members = rules.envelope_families.rename({"basket": "only_basket"})
    day, age = pl.col("care_from"), pl.col("age")
    in_force = (pl.col("valid_from") <= day) & (pl.col("valid_to").is_null() | (day < pl.col("valid_to")))
    return (
        wanted.join(members, on=["plan", "level", "family"])
        .filter(pl.col("only_basket").is_null() | (pl.col("only_basket") == pl.col("basket")))
        .join(_lines(rules), on=["plan", "level", "envelope"])
        .filter(in_force & (pl.col("age_from") <= age) & (age < pl.col("age_to")))
    )


@lru_cache(maxsize=4)
def _lines(rules: CareRules) -> pl.DataFrame:
    return rules.envelopes.select(
        *("plan", "level", "envelope", "line_id", "period", "scope", "max_cents", "pmss_ppm", "max_count"),
        *("age_from", "age_to", "valid_from", "valid_to"),
        months=pl.when(pl.col("period") == "window").then("months"),
    )


def _monthly_ceilings(bound: pl.DataFrame, parameters: pl.DataFrame) -> pl.DataFrame:
    """The monthly Social Security ceiling (PMSS) on each care date that needs it: care_from, ceiling_cents."""
    if bound["pmss_ppm"].null_count() == len(bound):
        return NO_CEILINGS
    ceilings = parameters.filter(pl.col("parameter") == "pmss_cents")
    ceilings = ceilings.select("valid_from", "valid_to", ceiling_cents="value")
    days = bound.filter(pl.col("pmss_ppm").is_not_null()).select("care_from").unique()
    in_force = (pl.col("valid_from") <= pl.col("care_from")) & (
        pl.col("valid_to").is_null() | (pl.col("care_from") < pl.col("valid_to"))
    )
    return days.join(ceilings, how="cross").filter(in_force).select("care_from", "ceiling_cents")


@cache
def _over_by() -> pl.Expr:
    """A window that was opened on this day (a day number) or before is over on the care date.

    A window of 24 months opened on 15 March 2024 is over from 15 March 2026; one opened on 29 February 2024
    from 28 February 2026, the last day of that month. So the last day of a month ends all windows of its month.
    """
    day = pl.col("care_from")
    back = day.dt.offset_by(pl.format("-{}mo", pl.col("months")))
    ends_month = day == day.dt.month_end()
    return pl.when(ends_month).then(back.dt.month_end()).otherwise(back).to_physical().cast(pl.Int32)

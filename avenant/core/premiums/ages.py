"""Age conventions: one number per person says from which month on they count as aged 0.

Every convention steps on the first of a month, so ``age = (month - anchor) // 12``, never below 0:

- ``calendar_year``: year of the month minus year of birth (*différence de millésimes*). Born June 1992: 34 in
  all of 2026.
- ``last_birthday``: age reached on the first of the month. Born 15 June 1992: 34 from July 2026; born on
  1 June: from June.
- ``plan_year``: that age on the first day of the plan year; it stays until the next plan year begins.

Born 29 February: the birthday has been reached on 1 March, in any year.
"""

import polars as pl

from avenant.core.periods import month_index


def age_anchor() -> pl.Expr:
    """Month number at which the person turns 0; from birth_date, age_convention, plan_year_month (i32)."""
    birth_month = month_index(pl.col("birth_date"))
    next_first = birth_month + (pl.col("birth_date").dt.day() > 1).cast(pl.Int32)
    start = pl.col("plan_year_month") - 1
    next_plan_year = next_first + (start - next_first) % 12
    return (
        pl.when(pl.col("age_convention") == "calendar_year")
        .then(pl.col("birth_date").dt.year() * 12)
        .when(pl.col("age_convention") == "plan_year")
        .then(next_plan_year)
        .otherwise(next_first)
        .cast(pl.Int32)
    )


def age_in(month: str) -> pl.Expr:
    """Age in completed years in the month number column ``month``, from ``age_anchor``; never below 0."""
    return ((pl.col(month) - pl.col("age_anchor")) // 12).clip(lower_bound=0)

"""The price grid: the rulebook compiled to one price per plan, level, component, tier, month and age.

Example: 1.81 % of a monthly ceiling of 4,005.00 EUR is 72.49 EUR in every month of 2026: the share is
looked up in the month's line, the ceiling in the month's parameter, and the product is rounded once.
"""

from collections.abc import Collection
from datetime import date

import polars as pl

from avenant.core.frames.rulebook import AGES, PriceGrid
from avenant.core.money import PPM, round_half_up_div
from avenant.core.periods import month_index, month_of_index
from avenant.core.rulebook.model import Rulebook

CEILING = "pmss_cents"
"""The parameter that ``pmss`` prices are a share of: the monthly social security ceiling, in cents."""

CELL = ["plan", "level", "component", "tier"]


def price_grid(
    rulebook: Rulebook, plans_needed: Collection[str] | None, first_month: date, last_month: date
) -> pl.DataFrame:
    """Every price from ``first_month`` to ``last_month``, both included, in no particular order.

    In: ``plans_needed`` (plan codes; None for all). Out: ``avenant.core.frames.rulebook.PriceGrid``. A price
    that the rulebook does not know is absent: no line in that month or at that age, a share of a ceiling that
    has no value then, a plan with a tax or an employer share whose rate has no value then.
    Errors: ``ValueError`` when two lines answer for the same month and age.
    """
    window = (month_index(first_month), month_index(last_month))
    lines = rulebook.price_lines
    if plans_needed is not None:
        lines = lines.filter(pl.col("plan").is_in(list(plans_needed)))
    monthly = _by_month(lines, window).join(_calendar(rulebook, window), on=["plan", "month_index"])
    ages = pl.int_ranges(pl.col("age_from"), pl.col("age_to"), dtype=pl.Int16)
    grid = (
        monthly.with_columns(unit_price_cents=_unit_price_cents(), age=ages)
        .filter(pl.col("unit_price_cents").is_not_null())
        .select(PriceGrid.column_names())
        .explode("age")
    )
    _refuse_two_answers(grid)
    return grid


def _by_month(dated: pl.DataFrame, window: tuple[int, int]) -> pl.DataFrame:
    """``dated`` rows repeated for each ``month_index`` of ``window`` on whose first day they are valid."""
    first, last = window
    begins = _first_month_starting_in("valid_from").clip(lower_bound=first)
    ends = _first_month_starting_in("valid_to").fill_null(last + 1).clip(upper_bound=last + 1)
    return (
        dated.with_columns(_begins=begins, _ends=ends)
        .filter(pl.col("_begins") < pl.col("_ends"))
        .with_columns(month_index=pl.int_ranges("_begins", "_ends", dtype=pl.Int32))
        .drop("_begins", "_ends", "valid_from", "valid_to")
        .explode("month_index")
    )


def _first_month_starting_in(column: str) -> pl.Expr:
    """The index of the first month whose first day is on or after the day in ``column``."""
    return month_index(pl.col(column)) + (pl.col(column).dt.day() > 1).cast(pl.Int32)


def _calendar(rulebook: Rulebook, window: tuple[int, int]) -> pl.DataFrame:
    """Per ``plan`` and ``month_index``: ``ceiling_cents`` (or null), ``employer_ppm`` and ``tax_ppm``.

    A rate is 0 for a plan that has none of that kind at all; a month for which a plan that does have rates of
    a kind has none is left out.
    """
    months = pl.DataFrame({"month_index": range(window[0], window[1] + 1)}, schema={"month_index": pl.Int32})
    ceiling = _by_month(rulebook.parameters.filter(pl.col("parameter") == CEILING), window)
    ceiling = ceiling.select("month_index", ceiling_cents=pl.col("value"))
    months = months.with_columns(month=month_of_index(pl.col("month_index")))
    calendar = (
        rulebook.plans.select("plan").join(months, how="cross").join(ceiling, on="month_index", how="left")
    )
    for kind, column in (("employer_share", "employer_ppm"), ("tax", "tax_ppm")):
        of_kind = rulebook.rates.filter(pl.col("kind") == kind)
        rates = _by_month(of_kind, window).select("plan", "month_index", pl.col("rate_ppm").alias(column))
        unrated = ~pl.col("plan").is_in(of_kind["plan"].unique().to_list())
        calendar = (
            calendar.join(rates, on=["plan", "month_index"], how="left")
            .with_columns(pl.when(unrated).then(pl.lit(0, pl.Int64)).otherwise(pl.col(column)).alias(column))
            .filter(pl.col(column).is_not_null())
        )
    return calendar


def _unit_price_cents() -> pl.Expr:
    """The price of a line in a month; null where the ceiling it is a share of has no value."""
    amount, rate = pl.col("amount_cents"), pl.col("rate_ppm")
    multiplied = pl.when(pl.col("unit") == "curve").then(amount).otherwise(pl.col("ceiling_cents"))
    product = round_half_up_div(multiplied * rate, PPM)
    return pl.when(pl.col("unit") == "cents").then(amount).otherwise(product)


def _refuse_two_answers(grid: pl.DataFrame) -> None:
    """Errors: ``ValueError`` when two rows of ``grid`` share cell, month and age."""
    cells = grid.select(CELL).unique().with_row_index("cell")
    key = (pl.col("cell").cast(pl.Int64) * 100_000 + month_index(pl.col("month"))) * AGES + pl.col("age")
    numbered = grid.join(cells, on=CELL, how="left")
    if numbered.select(key.n_unique()).item() == grid.height:
        return
    row = grid.filter(grid.select(*CELL, "month", "age").is_duplicated()).row(0, named=True)
    cell = " ".join(row[column] for column in CELL)
    raise ValueError(f"two prices answer for {cell} in {row['month']:%Y-%m} at age {row['age']}")

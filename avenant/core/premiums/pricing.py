"""Prices: every unit price of the rulebook laid out by variant, month and age, and the amounts they make.

12 of 30 days at 54.60 €: 12 × 5460 / 30 = 2184 cents, divided last and rounded once, half up.
"""

from dataclasses import dataclass

import polars as pl

from avenant.core.money import PPM, round_half_up_div
from avenant.core.premiums.calendar import Calendar
from avenant.core.rulebook.grid import price_grid
from avenant.core.rulebook.model import Rulebook

AGES = 151
FREE = -1
UNPRICED = -2
VARIANT = ["plan", "level", "component", "tier"]
PRICE = ["unit_price_cents", "line_id", "employer_ppm", "tax_ppm"]
AMOUNTS = ["amount_cents", "tax_cents", "employer_cents"]


@dataclass(frozen=True, slots=True)
class PriceTable:
    """``variants``: plan, level, component, tier, variant (i32). ``cells``: one row per variant, month and age,
    in that order: unit_price_cents (null: no price), line_id, employer_ppm, tax_ppm, and the amounts of a whole
    month. Two more rows stand at the end, as variants count from there: the price of UNPRICED, that of FREE."""

    variants: pl.DataFrame
    cells: pl.DataFrame


def price_table(rulebook: Rulebook, calendar: Calendar) -> PriceTable:
    """The dense price table of a rulebook for the months of ``calendar``."""
    variants = rulebook.price_lines.select(VARIANT).unique(maintain_order=True).sort(VARIANT)
    variants = variants.with_row_index("variant").with_columns(pl.col("variant").cast(pl.Int32))
    dates = calendar.dates()
    grid = price_grid(rulebook, variants["plan"].unique().to_list(), dates[0], dates[-1])
    cells = (
        variants.select(*VARIANT)
        .join(dates.to_frame(), how="cross", maintain_order="left_right")
        .join(
            pl.DataFrame({"age": pl.int_range(AGES, dtype=pl.Int16, eager=True)}),
            how="cross",
            maintain_order="left_right",
        )
        .join(grid, on=[*VARIANT, "month", "age"], how="left", maintain_order="left")
        .join(rulebook.plans.select("plan", "tax_mode"), on="plan", how="left", maintain_order="left")
        .with_columns(pl.col("line_id", "employer_ppm", "tax_ppm").fill_null(0))
        .select(*PRICE, "tax_mode", pays=True, billed_days=1, days_in_month=1)
    )
    priceless = pl.DataFrame({"unit_price_cents": [None, 0]}, schema_overrides={"unit_price_cents": pl.Int64})
    whole_months = pl.concat([amounts(cells).select(*PRICE, *AMOUNTS), priceless], how="diagonal")
    return PriceTable(variants, whole_months.with_columns(pl.col(*PRICE[1:], *AMOUNTS).fill_null(0)))


def whole_months_priced(rows: pl.DataFrame, prices: PriceTable, calendar: Calendar) -> pl.DataFrame:
    """Adds unit_price_cents (null where a price is needed and there is none), line_id and the amounts due for
    ``rows`` that bill every day of their month."""
    at = _cells_of(rows, prices, calendar)
    found = rows.with_columns(prices.cells[name].gather(at) for name in (*PRICE[:2], *AMOUNTS))
    return found.with_columns(pl.when("pays").then(name).otherwise(0).alias(name) for name in AMOUNTS)


def priced(rows: pl.DataFrame, prices: PriceTable, calendar: Calendar) -> pl.DataFrame:
    """Adds unit_price_cents (null where a price is needed and there is none), line_id and the amounts due."""
    at = _cells_of(rows, prices, calendar)
    return amounts(rows.with_columns(prices.cells[name].gather(at) for name in PRICE))


def _cells_of(rows: pl.DataFrame, prices: PriceTable, calendar: Calendar) -> pl.Series:
    """The row of the price table for each of ``rows``, from variant, month and age."""
    month = pl.col("month") - calendar.first
    age = pl.col("age").clip(upper_bound=AGES - 1)
    cell = (pl.col("variant") * calendar.months + month) * AGES + age
    from_the_end = pl.col("variant") + len(prices.cells)
    return rows.select(at=pl.when(pl.col("variant") >= 0).then(cell).otherwise(from_the_end))["at"]


def amounts(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds amount_cents, tax_cents (contained in the amount) and employer_cents.

    ``included``: the price contains the tax; ``added``: the tax comes on top of the prorated price.
    Base of the tax on health insurance (TSA): CSS L862-4. Employer and employee parts sum to the whole.
    """
    net = round_half_up_div(pl.col("unit_price_cents") * pl.col("billed_days"), pl.col("days_in_month"))
    without_tax = round_half_up_div(pl.col("net") * PPM, pl.col("tax_ppm") + PPM)
    tax_on_top = round_half_up_div(pl.col("net") * pl.col("tax_ppm"), PPM)
    added = pl.col("tax_mode") == "added"
    return (
        rows.with_columns(net=pl.when(pl.col("pays")).then(net).otherwise(0))
        .with_columns(tax_cents=pl.when(added).then(tax_on_top).otherwise(pl.col("net") - without_tax))
        .with_columns(amount_cents=pl.col("net") + pl.when(added).then("tax_cents").otherwise(0))
        .with_columns(employer_cents=round_half_up_div(pl.col("amount_cents") * pl.col("employer_ppm"), PPM))
    )

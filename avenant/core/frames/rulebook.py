"""Column contracts of the rulebook: what plans exist, what they cost and since when.

Money is in cents of the plan's currency, shares and factors in ppm (1 % = 10_000, a factor of 1 = 1_000_000).
Periods are half-open: ``valid_to`` is the first day that no longer counts, null means until further notice.
"""

from collections.abc import Sequence

import dataframely as dy
import polars as pl

AGE_CONVENTIONS = ("calendar_year", "last_birthday", "plan_year")
PRORATIONS = ("days", "month_if_covered_on_first", "departure_month_due")
CYCLES = ("advance", "arrears")
TAX_MODES = ("none", "included", "added")
STRUCTURES = ("per_person", "family")
PERSON_TIERS = ("primary", "partner", "child")
FAMILY_TIERS = ("isole", "duo", "famille")
UNITS = ("cents", "pmss", "curve")
RATE_KINDS = ("employer_share", "tax")
STATUSES = ("pays", "free", "portability", "carried")
AGES = 151
"""Ages run from 0 to 150; ``age_to`` 151 means no upper limit."""


def _one_of(words: Sequence[str]) -> dy.String:
    """A text column that holds one of ``words`` and nothing else."""
    return dy.String(check=lambda column: column.is_in(list(words)))


class Plans(dy.Schema):
    """One row per plan: its conventions."""

    plan = dy.String(primary_key=True, min_length=1)
    currency = dy.String(regex="^[A-Z]{3}$")
    cycle = _one_of(CYCLES)
    age_convention = _one_of(AGE_CONVENTIONS)
    plan_year_month = dy.Int32(min=1, max=12)
    proration = _one_of(PRORATIONS)
    paying_children = dy.Int32(nullable=True, min=0)
    child_age_limit = dy.Int32(nullable=True, min=0, max=AGES)
    tax_code = dy.String(nullable=True)
    tax_mode = _one_of(TAX_MODES)
    retro_months = dy.Int32(nullable=True, min=0)
    portability_max_months = dy.Int32(nullable=True, min=0)

    @dy.rule()
    def a_tax_has_a_mode_and_a_mode_has_a_tax(cls) -> pl.Expr:
        return pl.col("tax_code").is_null() == (pl.col("tax_mode") == "none")


class PriceLines(dy.Schema):
    """One row per price: who pays it, at which ages, since when, and where it was written.

    ``line_id`` is 0 until publication gives every ``content_key`` its number. ``cents`` lines carry
    ``amount_cents``; ``pmss`` lines ``rate_ppm`` (a share of the monthly ceiling); ``curve`` lines both: the
    base price and the factor of the age.
    """

    line_id = dy.Int32(min=0)
    plan = dy.String()
    level = dy.String()
    component = dy.String()
    structure = _one_of(STRUCTURES)
    tier = _one_of(PERSON_TIERS + FAMILY_TIERS)
    age_from = dy.Int32(min=0, max_exclusive=AGES)
    age_to = dy.Int32(min=1, max=AGES)
    valid_from = dy.Date(resolution="1mo")
    valid_to = dy.Date(nullable=True, resolution="1mo")
    unit = _one_of(UNITS)
    amount_cents = dy.Int64(nullable=True, min=0)
    rate_ppm = dy.Int64(nullable=True, min=0)
    content_key = dy.String(primary_key=True)
    source = dy.String()
    file = dy.String()
    line = dy.Int32(min=0)

    @dy.rule()
    def ages_run_forwards(cls) -> pl.Expr:
        return pl.col("age_from") < pl.col("age_to")

    @dy.rule()
    def dates_run_forwards(cls) -> pl.Expr:
        return pl.col("valid_to").is_null() | (pl.col("valid_from") < pl.col("valid_to"))

    @dy.rule()
    def the_tier_belongs_to_the_structure(cls) -> pl.Expr:
        return pl.col("tier").is_in(list(FAMILY_TIERS)) == (pl.col("structure") == "family")

    @dy.rule()
    def an_amount_stands_where_the_unit_needs_one(cls) -> pl.Expr:
        return pl.col("amount_cents").is_null() == (pl.col("unit") == "pmss")

    @dy.rule()
    def a_rate_stands_where_the_unit_needs_one(cls) -> pl.Expr:
        return pl.col("rate_ppm").is_null() == (pl.col("unit") == "cents")


class Rates(dy.Schema):
    """One row per dated rate of a plan: the employer's share and the tax."""

    plan = dy.String(primary_key=True)
    kind = dy.String(primary_key=True, check=lambda column: column.is_in(list(RATE_KINDS)))
    valid_from = dy.Date(primary_key=True, resolution="1mo")
    valid_to = dy.Date(nullable=True, resolution="1mo")
    rate_ppm = dy.Int64(min=0, max=1_000_000)
    source = dy.String()


class Parameters(dy.Schema):
    """One row per dated parameter that plans share; its name ends in its unit (``_cents``, ``_ppm``)."""

    parameter = dy.String(primary_key=True)
    valid_from = dy.Date(primary_key=True)
    valid_to = dy.Date(nullable=True)
    value = dy.Int64()
    source = dy.String()


class Labels(dy.Schema):
    """One row per name that people read: of a plan, of a level, of a component (``code``)."""

    plan = dy.String(primary_key=True)
    kind = dy.String(primary_key=True, check=lambda column: column.is_in(["plan", "level", "component"]))
    code = dy.String(primary_key=True)
    label = dy.String(min_length=1)


class Slots(dy.Schema):
    """One row per kind of premium line: a price component and whether it pays (``slots_of``)."""

    plan = dy.String(primary_key=True)
    level = dy.String(primary_key=True)
    component = dy.String(primary_key=True)
    tier = dy.String(primary_key=True, check=lambda column: column.is_in(list(PERSON_TIERS + FAMILY_TIERS)))
    status = dy.String(primary_key=True, check=lambda column: column.is_in(list(STATUSES)))


class PriceGrid(dy.Schema):
    """One row per price and month and age; a price that does not exist is a row that is absent."""

    plan = dy.String(primary_key=True)
    level = dy.String(primary_key=True)
    component = dy.String(primary_key=True)
    structure = _one_of(STRUCTURES)
    tier = dy.String(primary_key=True)
    month = dy.Date(primary_key=True, resolution="1mo")
    age = dy.Int16(primary_key=True, min=0, max_exclusive=AGES)
    unit_price_cents = dy.Int64(min=0)
    line_id = dy.Int32(min=0)
    employer_ppm = dy.Int64(min=0, max=1_000_000)
    tax_ppm = dy.Int64(min=0, max=1_000_000)

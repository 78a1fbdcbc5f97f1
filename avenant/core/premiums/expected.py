"""The premiums that the facts imply: the pure heart of the nightly run.

Léa (34, level Confort, 54.60 €) is covered from 19 June 2026: the run of June expects one row of 12 covered
days and 21.84 €; the run of July expects another of 54.60 €.
"""

import polars as pl

from avenant.core.premiums.ages import age_in
from avenant.core.premiums.coverage import PARKED, coverage, impossible_coverage
from avenant.core.premiums.model import Expected, Facts, Terms
from avenant.core.premiums.monthly import monthly
from avenant.core.premiums.pricing import priced, whole_months_priced
from avenant.core.premiums.segments import segments
from avenant.core.premiums.slotting import impossible_slots, slotted

ENTRY = {
    "contract_id": pl.Int32,
    "member_id": pl.Int32,
    "month": pl.Date,
    "slot_id": pl.Int32,
    "amount_cents": pl.Int64,
    "employer_cents": pl.Int64,
    "tax_cents": pl.Int64,
    "unit_price_cents": pl.Int64,
    "line_id": pl.Int32,
    "covered_days": pl.Int16,
    "billed_days": pl.Int16,
    "days_in_month": pl.Int16,
    "age": pl.Int16,
    "child_rank": pl.Int16,
}
PRICED = [*ENTRY, "family_id"]


def expected_premiums(facts: Facts, terms: Terms) -> Expected:
    """Every premium row that ``facts`` imply under ``terms``, for all months of its calendar.

    Returns ``rows`` with the columns of ``ENTRY``, at most one per (contract, member, month, slot), in no
    particular order; and ``parked``: the families (family_id) whose facts are impossible, one reason each.
    Parked families have no rows.
    """
    covered = coverage(facts, terms)
    parked = impossible_coverage(covered)
    pieces = segments(_without(covered, parked), _family_plans(terms))
    standing = slotted(pieces, terms)
    parked = pl.concat([parked, impossible_slots(standing)])
    rows = _priced(_without(standing, parked), terms)
    unpriced = _unpriced(rows, standing)
    parked = pl.concat([parked, unpriced])
    if len(parked):
        parked = parked.sort("family_id", "reason").unique("family_id", keep="first").sort("family_id")
    return Expected(_entries(_without(rows, unpriced), terms), parked)


def _priced(standing: pl.DataFrame, terms: Terms) -> pl.DataFrame:
    """The rows of all months with their amounts; whole months, nearly all, find theirs in the price table."""
    whole, parts = (rows.with_columns(age=age_in("month")) for rows in monthly(standing, terms.calendar))
    whole = whole_months_priced(whole, terms.prices, terms.calendar).select(PRICED)
    if parts.is_empty():
        return whole
    return pl.concat([whole, priced(parts, terms.prices, terms.calendar).select(PRICED)])


def _family_plans(terms: Terms) -> list[str]:
    return terms.components.filter(pl.col("structure") == "family")["plan"].unique().to_list()


def _without(rows: pl.DataFrame, parked: pl.DataFrame) -> pl.DataFrame:
    if parked.is_empty():
        return rows
    return rows.join(parked.select("family_id"), on="family_id", how="anti")


def _unpriced(rows: pl.DataFrame, standing: pl.DataFrame) -> pl.DataFrame:
    """Families that need a price the rulebook does not have for that month and age."""
    missing = rows.filter(pl.col("unit_price_cents").is_null()).unique("family_id", keep="first")
    if missing.is_empty():
        return pl.DataFrame(schema=PARKED)
    where = standing.select("slot_id", "plan", "level", "tier").unique()
    return missing.join(where, on="slot_id", how="left").select(
        "family_id",
        reason=pl.format(
            "no price for plan {}, level {}, {} aged {} in {}-{}: publish one, or correct the enrolment's dates",
            "plan",
            "level",
            "tier",
            "age",
            pl.col("month") // 12,
            (pl.col("month") % 12 + 1).cast(pl.String).str.zfill(2),
        ),
    )


def _entries(rows: pl.DataFrame, terms: Terms) -> pl.DataFrame:
    month = terms.calendar.dates().gather(rows["month"] - terms.calendar.first)
    return rows.with_columns(month=month).select(pl.col(name).cast(dtype) for name, dtype in ENTRY.items())

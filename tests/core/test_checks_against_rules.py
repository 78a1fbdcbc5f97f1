"""The day count of the checks and the rules that make the premiums share no code, and agree on any portfolio."""

from __future__ import annotations

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avenant.core.checks import billed_days, covered_days, family_prices
from avenant.core.checks.day_count import accounted_days, compared, counted_days
from avenant.core.premiums import Facts, expected_premiums
from avenant.core.premiums.model import terms
from tests.strategies.portfolio import Portfolio, portfolios

generated = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LEVEL = ["plan", "level", "component"]


def booked(portfolio: Portfolio) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What the rules expect, as if it were booked; and the enrolments of families that are not parked."""
    facts = portfolio.facts
    expected = expected_premiums(
        Facts(facts.contracts, facts.members, facts.enrolments),
        terms(portfolio.rulebook, portfolio.slots, portfolio.first_month, portfolio.last_month),
    )
    possible = facts.members.join(expected.parked, on="family_id", how="anti")
    return expected.rows, facts.enrolments.join(possible, on="member_id", how="semi")


def days(portfolio: Portfolio, rows: pl.DataFrame, cover: pl.DataFrame) -> pl.DataFrame:
    """The independent count beside ``rows``."""
    rulebook = portfolio.rulebook
    components = rulebook.price_lines.select(LEVEL).unique()
    components = components.join(rulebook.plans.select("plan", "proration"), on="plan")
    counted = counted_days(cover, portfolio.first_month, portfolio.last_month)
    return compared(counted, accounted_days(rows, portfolio.slots), components)


@generated
@given(portfolio=portfolios())
def test_whatever_the_rules_expect_passes_the_checks_of_days_and_family_prices(portfolio: Portfolio) -> None:
    rows, cover = booked(portfolio)
    counts = days(portfolio, rows, cover)
    assert [str(found) for found in covered_days.findings(counts)] == []
    assert [str(found) for found in billed_days.findings(counts)] == []
    structure = portfolio.rulebook.price_lines.select(*LEVEL, "structure").unique()
    slots = portfolio.slots.join(structure, on=LEVEL, how="left")
    assert [str(found) for found in family_prices.findings(rows, slots, portfolio.facts.members)] == []


@generated
@given(portfolio=portfolios(), data=st.data())
def test_a_day_more_or_less_in_any_row_is_found(portfolio: Portfolio, data: st.DataObject) -> None:
    rows, cover = booked(portfolio)
    if rows.is_empty():
        return
    place = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from(["covered_days", "billed_days"]))
    here = pl.int_range(pl.len()) == place
    wrong = rows.with_columns(pl.when(here).then(pl.col(column) - 1).otherwise(column).alias(column))
    counts = days(portfolio, wrong, cover)
    assert (len(covered_days.findings(counts)), len(billed_days.findings(counts))) == (
        (1, 0) if column == "covered_days" else (0, 1)
    )

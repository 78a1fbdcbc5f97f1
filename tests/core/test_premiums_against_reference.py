"""The columnar rules and the slow, obvious reference agree to the cent, and both keep the laws.

A slot's amount does not depend on how a covered period is cut into enrolments, nor on the order of the input.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from avenant.core.premiums import Facts, expected_premiums
from avenant.core.premiums.model import terms
from benchmarks import reference_premiums
from benchmarks.reference_model import COLUMNS
from tests.strategies.portfolio import Portfolio, cut_in_two, portfolios, shuffled

KEY = ["contract_id", "member_id", "month", "slot_id"]
Pricer = Callable[[Portfolio], Any]

generated = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def by_reference(portfolio: Portfolio) -> Any:
    """Priced by the slow reference."""
    return reference_premiums.expected_premiums(
        portfolio.facts, portfolio.rulebook, portfolio.slots, portfolio.first_month, portfolio.last_month
    )


def by_columns(portfolio: Portfolio) -> Any:
    """Priced by the columnar rules."""
    facts = portfolio.facts
    return expected_premiums(
        Facts(facts.contracts, facts.members, facts.enrolments),
        terms(portfolio.rulebook, portfolio.slots, portfolio.first_month, portfolio.last_month),
    )


def in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """The entry columns, sorted by key."""
    return rows.select(list(COLUMNS)).sort(KEY)


def parked(expected: Any) -> list[int]:
    """The families that could not be priced."""
    return sorted(expected.parked["family_id"].unique().to_list())


def assert_same(found: Any, wanted: Any) -> None:
    """Same rows for the same keys, and the same families parked."""
    assert parked(found) == parked(wanted)
    assert_frame_equal(in_order(found.rows), in_order(wanted.rows))


@pytest.fixture(params=[by_reference, by_columns], ids=["reference", "columnar"])
def pricer(request: pytest.FixtureRequest) -> Pricer:
    """Each of the two implementations."""
    return request.param  # type: ignore[no-any-return]


@settings(generated, max_examples=200)
@given(portfolio=portfolios())
def test_the_columnar_rules_agree_with_the_slow_reference(portfolio: Portfolio) -> None:
    assert_same(by_columns(portfolio), by_reference(portfolio))


@generated
@given(data=st.data())
def test_cutting_a_covered_period_in_two_adjacent_ones_changes_nothing(
    pricer: Pricer, data: st.DataObject
) -> None:
    portfolio = data.draw(portfolios())
    whole = pricer(portfolio)
    cut = pricer(data.draw(cut_in_two(portfolio)))
    members = portfolio.facts.members.select("member_id", "family_id")
    possible = cut.rows.join(members, on="member_id").filter(~pl.col("family_id").is_in(parked(whole)))
    assert set(parked(cut)) <= set(parked(whole))
    assert_frame_equal(in_order(possible), in_order(whole.rows))


@generated
@given(data=st.data())
def test_the_order_of_the_input_is_irrelevant(pricer: Pricer, data: st.DataObject) -> None:
    portfolio = data.draw(portfolios())
    assert_same(pricer(data.draw(shuffled(portfolio))), pricer(portfolio))

"""Who is paid when: no cent lost, one payout per payee, small sums held until they add up or grow old."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avenant.core.book.settle import Issue
from avenant.core.payouts.due import (
    OPEN_GROUP,
    PAYEE,
    PayoutTerms,
    open_groups,
    payout_series,
    payouts,
    settled_now,
    with_verdicts,
)

TODAY = date(2026, 6, 30)
TERMS = PayoutTerms(TODAY, minimum_cents=10_00, max_days=30)
ISSUE = Issue("AVP", TODAY, 41)
SCHEMA = {
    "entry_id": pl.Int64,
    "payee_kind": pl.String,
    "payee_id": pl.Int32,
    "currency": pl.String,
    "amount_cents": pl.Int64,
    "booked_on": pl.Date,
}
Told = tuple[str, int, str, int, int]


def opened(*told: Told) -> pl.DataFrame:
    """Open entries: payee, id, currency, cents, days since they were booked."""
    rows = [
        (number, *entry[:4], TODAY - timedelta(days=entry[4])) for number, entry in enumerate(told, start=1)
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def verdicts(*told: Told, terms: PayoutTerms = TERMS) -> list[str]:
    return with_verdicts(open_groups(opened(*told)), terms)["verdict"].to_list()


def test_a_sum_below_the_minimum_is_held() -> None:
    assert verdicts(("member", 1, "EUR", 9_99, 0)) == ["hold"]
    assert verdicts(("member", 1, "EUR", 10_00, 0)) == ["pay"]


def test_seventeen_small_amounts_sum_up_to_one_transfer() -> None:
    told = [("member", 1, "EUR", 1_30, 3)] * 17
    rows = payouts(settled_now(with_verdicts(open_groups(opened(*told)), TERMS)), ISSUE)
    assert rows.select("payee_id", "total_cents", "entries", "number").rows() == [(1, 17 * 1_30, 17, 41)]


@pytest.mark.parametrize(("days", "verdict"), [(29, "hold"), (30, "pay"), (31, "pay")])
def test_a_small_sum_is_paid_when_its_oldest_entry_is_old_enough(days: int, verdict: str) -> None:
    assert verdicts(("member", 1, "EUR", 1_00, 0), ("member", 1, "EUR", 50, days)) == [verdict]


def test_a_sum_of_zero_settles_without_a_number() -> None:
    told = [("member", 1, "EUR", 9_00, 9), ("member", 1, "EUR", -9_00, 0), ("member", 2, "EUR", 12_00, 0)]
    rows = payouts(settled_now(with_verdicts(open_groups(opened(*told)), TERMS)), ISSUE)
    assert rows.select("payee_id", "number").rows() == [(1, None), (2, 41)]


def test_a_negative_sum_is_a_debt_however_old_and_later_care_makes_up_for_it() -> None:
    debt: Told = ("member", 1, "EUR", -20_00, 400)
    assert verdicts(debt) == ["debt"]
    assert verdicts(debt, ("member", 1, "EUR", 15_00, 0)) == ["debt"]
    assert verdicts(debt, ("member", 1, "EUR", 35_00, 0)) == ["pay"]


def test_a_family_a_provider_of_the_same_number_and_another_currency_are_three_payees() -> None:
    told = [("member", 7, "EUR", 20_00, 0), ("provider", 7, "EUR", 21_00, 0), ("member", 7, "CHF", 22_00, 0)]
    rows = payouts(settled_now(with_verdicts(open_groups(opened(*told)), TERMS)), ISSUE)
    assert rows.select(*PAYEE, "number").rows() == [
        ("member", 7, "CHF", 41),
        ("member", 7, "EUR", 42),
        ("provider", 7, "EUR", 43),
    ]


def test_without_a_minimum_everything_is_paid_at_once() -> None:
    assert verdicts(("member", 1, "EUR", 1, 0), terms=PayoutTerms(TODAY, 0, 30)) == ["pay"]


def test_negative_terms_are_refused() -> None:
    with pytest.raises(ValueError, match="both must be 0 or more"):
        PayoutTerms(TODAY, -1, 30)


def test_payouts_are_numbered_beside_invoices() -> None:
    assert payout_series("AV") == "AVP"


told_entries = st.lists(
    st.tuples(
        st.sampled_from(["member", "provider"]),
        st.integers(1, 4),
        st.sampled_from(["EUR", "CHF"]),
        st.integers(-30_00, 30_00),
        st.integers(0, 60),
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(told=told_entries, minimum=st.integers(0, 40_00), days=st.integers(0, 70), random=st.randoms())
def test_no_cent_is_lost_each_payee_gets_one_payout_and_order_is_irrelevant(
    told: list[Told], minimum: int, days: int, random: object
) -> None:
    terms = PayoutTerms(TODAY, minimum, days)
    entries = opened(*told)
    groups = with_verdicts(open_groups(entries), terms)
    rows = payouts(settled_now(groups), ISSUE)
    left = groups.join(rows, on=PAYEE, how="anti")
    assert rows["total_cents"].sum() + left["total_cents"].sum() == entries["amount_cents"].sum()
    assert rows["entries"].sum() + left["entries"].sum() == len(entries)
    assert rows.select(PAYEE).is_duplicated().sum() == 0
    assert (rows["total_cents"] >= 0).all()
    numbers = rows["number"].drop_nulls().to_list()
    assert numbers == list(range(41, 41 + rows.filter(pl.col("total_cents") > 0).height))
    assert left.filter(pl.col("total_cents") >= max(minimum, 1)).is_empty()
    order = random.sample(range(len(entries)), len(entries))  # type: ignore[attr-defined]
    assert payouts(settled_now(with_verdicts(open_groups(entries[order]), terms)), ISSUE).equals(rows)
    assert dict(groups.drop("verdict").schema) == {name: kind() for name, kind in OPEN_GROUP.items()}

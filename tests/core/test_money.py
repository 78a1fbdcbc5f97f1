"""One function rounds: a half goes away from zero, in plain Python and in frames alike."""

from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avenant.core.money import PPM, money_text, round_half_up_div

AMOUNTS = st.integers(-(10**12), 10**12)
DENOMINATORS = st.integers(1, 10**6)


def in_a_frame(numerator: int, denominator: int) -> int:
    frame = pl.DataFrame({"numerator": [numerator], "denominator": [denominator]})
    column = pl.col("numerator")
    by_column = frame.select(round_half_up_div(column, pl.col("denominator"))).item()
    by_number = frame.select(round_half_up_div(column, denominator)).item()
    assert by_column == by_number
    return int(by_number)


@given(AMOUNTS, DENOMINATORS)
def test_rounding_agrees_with_decimal_arithmetic(numerator: int, denominator: int) -> None:
    exact = (Decimal(numerator) / Decimal(denominator)).quantize(Decimal(1), ROUND_HALF_UP)
    assert round_half_up_div(numerator, denominator) == exact


@given(AMOUNTS, DENOMINATORS)
def test_a_frame_rounds_like_a_number(numerator: int, denominator: int) -> None:
    assert in_a_frame(numerator, denominator) == round_half_up_div(numerator, denominator)


@given(AMOUNTS, DENOMINATORS)
def test_a_cancelled_amount_is_the_exact_negative(numerator: int, denominator: int) -> None:
    assert round_half_up_div(-numerator, denominator) == -round_half_up_div(numerator, denominator)


@given(st.integers(0, 10**9), st.integers(0, PPM))
def test_the_rest_after_the_employer_share_completes_the_whole(amount: int, share: int) -> None:
    employer = round_half_up_div(amount * share, PPM)
    assert 0 <= employer <= amount


def test_twelve_of_thirty_days() -> None:
    assert round_half_up_div(5_460 * 12, 30) == 2_184


def test_a_half_goes_away_from_zero() -> None:
    assert [round_half_up_div(n, 2) for n in (5, 3, 1, -1, -3, -5)] == [3, 2, 1, -1, -2, -3]
    assert [in_a_frame(n, 2) for n in (5, -5)] == [3, -3]


def test_dividing_by_nothing_or_less_is_refused() -> None:
    with pytest.raises(ZeroDivisionError):
        round_half_up_div(1, 0)
    with pytest.raises(ValueError, match="must be positive"):
        round_half_up_div(1, -30)
    with pytest.raises(TypeError, match=r"pl\.lit"):
        round_half_up_div(1, pl.col("days"))  # type: ignore[call-overload]


def test_an_unknown_amount_stays_unknown() -> None:
    frame = pl.DataFrame({"cents": [None]}, schema={"cents": pl.Int64})
    assert frame.select(round_half_up_div(pl.col("cents"), 30)).item() is None


def test_money_as_people_read_it() -> None:
    assert money_text(-123_456, "EUR") == "-1,234.56 EUR"
    assert money_text(5, "USD") == "0.05 USD"

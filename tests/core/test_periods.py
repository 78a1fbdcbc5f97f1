"""Months as dates and as numbers; half-open periods inside, last days for people."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avenant.core.periods import (
    add_months,
    day_after,
    day_before,
    days_in_month,
    is_month_start,
    month_end,
    month_index,
    month_of_index,
    month_start,
    months_between,
)

DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
ONE_DAY = [month_start, month_index, days_in_month, month_end, day_after, day_before]


def in_a_frame(day: date, expression: pl.Expr) -> object:
    return pl.DataFrame({"day": [day]}).select(expression).item()


@pytest.mark.parametrize("function", ONE_DAY, ids=lambda function: function.__name__)
@given(DAYS)
def test_a_frame_counts_months_like_a_date(function, day: date) -> None:
    assert in_a_frame(day, function(pl.col("day"))) == function(day)


@given(DAYS, st.integers(-1_000, 1_000))
def test_adding_months_and_taking_them_back_gives_the_month(day: date, months: int) -> None:
    later = add_months(day, months)
    assert add_months(later, -months) == month_start(day)
    assert in_a_frame(day, add_months(pl.col("day"), months)) == later


@given(DAYS)
def test_a_month_is_one_number(day: date) -> None:
    assert month_of_index(month_index(day)) == month_start(day)
    assert month_index(month_end(day)) == month_index(day)
    assert month_index(day_after(month_end(day))) == month_index(day) + 1


@given(DAYS)
def test_the_day_after_the_last_day_ends_the_period(day: date) -> None:
    assert day_before(day_after(day)) == day


def test_february_of_a_leap_year() -> None:
    assert days_in_month(date(2024, 2, 10)) == 29
    assert month_end(date(2024, 2, 10)) == date(2024, 2, 29)
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 1)


def test_months_between_includes_both_ends() -> None:
    months = [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]
    assert months_between(date(2025, 12, 24), date(2026, 2, 1)) == months
    assert months_between(date(2026, 2, 1), date(2026, 1, 31)) == []
    assert all(is_month_start(month) for month in months)


def test_a_date_cannot_be_moved_by_a_column() -> None:
    with pytest.raises(TypeError, match=r"pl\.lit"):
        add_months(date(2026, 1, 1), pl.col("months"))  # type: ignore[call-overload]

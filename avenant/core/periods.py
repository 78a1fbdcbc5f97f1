"""Months and half-open periods.

A month is the date of its first day. A period runs from ``valid_from`` to just before ``valid_to`` (null:
open); people always see its last day instead. Each function takes a date (or an integer) or a Polars
expression and answers in kind. Example: a last day of 14 March 2026 is stored as ``valid_to`` 15 March 2026.
"""

from calendar import monthrange
from datetime import date, timedelta
from typing import overload

import polars as pl

MONTHS_IN_YEAR = 12


@overload
def month_start(day: date) -> date: ...
@overload
def month_start(day: pl.Expr) -> pl.Expr: ...
def month_start(day: date | pl.Expr) -> date | pl.Expr:
    """The first day of the month in which ``day`` lies."""
    if isinstance(day, pl.Expr):
        return day.dt.month_start()
    return day.replace(day=1)


@overload
def month_index(day: date) -> int: ...
@overload
def month_index(day: pl.Expr) -> pl.Expr: ...
def month_index(day: date | pl.Expr) -> int | pl.Expr:
    """The month of ``day`` as one number, year * 12 + month - 1 (Int32 in a frame)."""
    if isinstance(day, pl.Expr):
        return day.dt.year() * MONTHS_IN_YEAR + day.dt.month().cast(pl.Int32) - 1
    return day.year * MONTHS_IN_YEAR + day.month - 1


@overload
def month_of_index(index: int) -> date: ...
@overload
def month_of_index(index: pl.Expr) -> pl.Expr: ...
def month_of_index(index: int | pl.Expr) -> date | pl.Expr:
    """The first day of the month with this ``month_index``."""
    if isinstance(index, pl.Expr):
        return pl.date(index // MONTHS_IN_YEAR, index % MONTHS_IN_YEAR + 1, 1)
    return date(index // MONTHS_IN_YEAR, index % MONTHS_IN_YEAR + 1, 1)


@overload
def add_months(month: date, months: int) -> date: ...
@overload
def add_months(month: pl.Expr, months: int | pl.Expr) -> pl.Expr: ...
def add_months(month: date | pl.Expr, months: int | pl.Expr) -> date | pl.Expr:
    """The first of the month that lies ``months`` after (negative: before) the month of ``month``."""
    if isinstance(month, pl.Expr):
        return month_of_index(month_index(month) + months)
    if isinstance(months, pl.Expr):
        raise TypeError("a date plus a column of months: write pl.lit(date) instead")
    return month_of_index(month_index(month) + months)


@overload
def days_in_month(day: date) -> int: ...
@overload
def days_in_month(day: pl.Expr) -> pl.Expr: ...
def days_in_month(day: date | pl.Expr) -> int | pl.Expr:
    """How many days the month of ``day`` has (Int16 in a frame)."""
    if isinstance(day, pl.Expr):
        return day.dt.days_in_month().cast(pl.Int16)
    return monthrange(day.year, day.month)[1]


@overload
def month_end(day: date) -> date: ...
@overload
def month_end(day: pl.Expr) -> pl.Expr: ...
def month_end(day: date | pl.Expr) -> date | pl.Expr:
    """The last day of the month in which ``day`` lies."""
    if isinstance(day, pl.Expr):
        return day.dt.month_end()
    return day.replace(day=days_in_month(day))


@overload
def day_after(day: date) -> date: ...
@overload
def day_after(day: pl.Expr) -> pl.Expr: ...
def day_after(day: date | pl.Expr) -> date | pl.Expr:
    """The exclusive end of a period whose last covered day is ``day``."""
    if isinstance(day, pl.Expr):
        return day + pl.duration(days=1)
    return day + timedelta(days=1)


@overload
def day_before(day: date) -> date: ...
@overload
def day_before(day: pl.Expr) -> pl.Expr: ...
def day_before(day: date | pl.Expr) -> date | pl.Expr:
    """The last covered day of a period that ends just before ``day``."""
    if isinstance(day, pl.Expr):
        return day - pl.duration(days=1)
    return day - timedelta(days=1)


def months_between(first_month: date, last_month: date) -> list[date]:
    """Every month from ``first_month`` to ``last_month``, both included; empty when the last is earlier."""
    return [month_of_index(i) for i in range(month_index(first_month), month_index(last_month) + 1)]


def is_month_start(day: date) -> bool:
    """Whether ``day`` is the first of its month."""
    return day.day == 1

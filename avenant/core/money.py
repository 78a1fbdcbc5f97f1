"""Money is integer cents and shares are integer ppm; here stands the one function that rounds.

Example: 12 of 30 days of 54.60 EUR are ``round_half_up_div(5_460 * 12, 30)`` = 2_184 cents = 21.84 EUR.
"""

from typing import overload

import polars as pl

PPM = 1_000_000
"""One whole in parts per million: 1 % = 10_000 ppm, a factor of 1.004 = 1_004_000 ppm."""


@overload
def round_half_up_div(numerator: int, denominator: int) -> int: ...
@overload
def round_half_up_div(numerator: pl.Expr, denominator: pl.Expr | int) -> pl.Expr: ...
def round_half_up_div(numerator: int | pl.Expr, denominator: int | pl.Expr) -> int | pl.Expr:
    """Divide integers and round the quotient to the nearest integer, a half away from zero.

    In: ``numerator`` (any sign) and ``denominator`` (positive; the caller guarantees it), both integers or
    integer columns. An expression keeps the numerator's type: cast it to Int64 first where the product of
    cents and ppm can outgrow 32 bits.
    Out: the rounded quotient. 5 / 2 gives 3 and -5 / 2 gives -3, so that a cancelled amount is exactly the
    negative of the amount it cancels.
    Errors: scalars only, ``ZeroDivisionError`` or ``ValueError`` when the denominator is not positive.
    """
    if isinstance(numerator, pl.Expr):
        size = (numerator.abs() + denominator // 2) // denominator
        return numerator.sign() * size
    if isinstance(denominator, pl.Expr):
        raise TypeError("an integer numerator over a column: write pl.lit(numerator, pl.Int64) instead")
    if denominator < 0:
        raise ValueError(f"a denominator must be positive, seen {denominator}")
    quotient = (abs(numerator) + denominator // 2) // denominator
    return quotient if numerator >= 0 else -quotient


def money_text(cents: int, currency: str) -> str:
    """The amount as people read it: ``money_text(-123_456, "EUR")`` is ``-1,234.56 EUR``."""
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{sign}{whole:,}.{rest:02d} {currency}"

"""Decimal text becomes integer cents and ppm, exactly: no floating point number is ever made of it.

charged=25.5     2_550 cents
charged=1,250    malformed amount: a thousand or one and a quarter? nobody guesses
rate=70          700_000 ppm
"""

import polars as pl

from avenant.core.importing.problem import Rule, sentence

MONEY = r"^[+-]?\d{1,12}(?:\.\d{1,2}0*|,\d{1,2})?$"
PERCENT = r"^\+?\d{1,3}(?:\.\d{1,4}0*|,\d{1,4})? ?%?$"
CENT_DIGITS, PERCENT_DIGITS = 2, 4
"""Decimals that make one cent, and one ppm out of percent."""


def cents(text: pl.Expr) -> pl.Expr:
    """Whole cents of decimal text in currency units, such as 25, 25.5, -25,50 (see `MONEY`); null of null."""
    return _scaled(text, CENT_DIGITS)


def ppm(text: pl.Expr) -> pl.Expr:
    """Parts per million (Int32) of text in percent, such as 70, 70.5 or 70 % (see `PERCENT`); null of null."""
    return _scaled(text, PERCENT_DIGITS).cast(pl.Int32)


def _scaled(text: pl.Expr, digits: int) -> pl.Expr:
    whole = text.str.extract(r"^[+-]?(\d+)").cast(pl.Int64, strict=False)
    fraction = text.str.extract(rf"[.,](\d{{1,{digits}}})").str.pad_end(digits, "0").cast(pl.Int64)
    size = whole * 10**digits + fraction.fill_null(0)
    return pl.when(text.str.starts_with("-")).then(-size).otherwise(size)


def money_rule(column: str) -> Rule:
    """The rule that `column` holds an amount that is a whole number of cents."""
    return Rule(
        column,
        "malformed amount",
        ~pl.col(column).str.contains(MONEY),
        sentence("{} is not an amount in currency units with two decimals at most", column),
        sentence("write it like 1250.50, without currency, spaces or thousands separators"),
    )


def percent_rule(column: str) -> Rule:
    """The rule that `column` holds a share in percent."""
    return Rule(
        column,
        "malformed rate",
        ~pl.col(column).str.contains(PERCENT),
        sentence("{} is not a percentage", column),
        sentence("write it like 70 or 70.5"),
    )


def units(cents_column: str) -> pl.Expr:
    """A column of cents as text in currency units, -25.50, as the files write it; null of null."""
    size = pl.col(cents_column).abs()
    sign = pl.when(pl.col(cents_column) < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    fraction = (size % 100).cast(pl.String).str.zfill(2)
    return pl.concat_str(sign, (size // 100).cast(pl.String), pl.lit("."), fraction)

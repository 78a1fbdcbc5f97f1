"""Switches: where one slot of a month ends and another begins, two lines become one, before → after.

Example: a child was free in March (second child), now pays because the first left:

    free slot   0.00 → nothing      pays slot   nothing → 30.00
    one line    free, second child, 0.00 → pays, first child, 30.00, net +30.00
"""

from __future__ import annotations

import polars as pl

from avenant.core.frames.invoices import EXPLANATION, NET

PLACE = ("member_id", "month", "component")


def joined_switches(lines: pl.DataFrame) -> pl.DataFrame:
    """`lines` with each unambiguous switch as one line; the sums stay the same.

    A switch is: in one month and component of a member exactly one line ended (invoiced before, no covered
    day now) and exactly one began (not invoiced before, covered now). Anything else stays as it is.
    """
    one_each = (_ended().sum().over(PLACE) == 1) & (_begun().sum().over(PLACE) == 1)
    switched = (_ended() | _begun()) & one_each
    ended = lines.filter(switched & _ended())
    begun = lines.filter(switched & _begun())
    pairs = begun.join(ended, on=PLACE, how="inner", suffix="_ended")
    return pl.concat([lines.filter(~switched), _one_line_each(pairs, lines.columns)])


def _one_line_each(pairs: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """What was before comes from the line that ended, what is now from the one that began; money adds up."""
    before = [pl.col(f"before_{name}_ended").alias(f"before_{name}") for name in EXPLANATION]
    money = [pl.col(name) + pl.col(f"{name}_ended") for name in NET]
    return pairs.with_columns(*before, *money).select(columns)


def _ended() -> pl.Expr:
    """Invoiced for some days before, no covered day now."""
    return _days("before").gt(0) & _days("after").eq(0) & pl.col("after_amount_cents").fill_null(0).eq(0)


def _begun() -> pl.Expr:
    """Not invoiced before, covered now."""
    return _days("before").eq(0) & pl.col("before_amount_cents").fill_null(0).eq(0) & _days("after").gt(0)


def _days(side: str) -> pl.Expr:
    return pl.col(f"{side}_covered_days").fill_null(0)

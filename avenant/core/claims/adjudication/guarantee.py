"""Step 8, the guarantee: what the contract pays at most for the act on its day of care.

Within a line percent of the base, flat sum and share of the monthly ceiling (PMSS) add up; ``total`` includes
what the Sécu pays (gross of its retention), ``complement`` is ours alone; lines that apply together: the
lowest wins (domain facts A3). Example: 150 % of a base of 30.00 €, Sécu included, is 45.00 € - 21.00 € =
24.00 €.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import polars as pl

from avenant.core.claims.adjudication.dated_lines import NONE, UNDECIDED, taken
from avenant.core.claims.adjudication.dated_values import DatedValues
from avenant.core.claims.adjudication.guarantee_table import GuaranteeTable
from avenant.core.claims.adjudication.joining import without
from avenant.core.claims.adjudication.waiting import first_of, with_bits
from avenant.core.money import PPM, round_half_up_div

UNLIMITED: Final = 1 << 60
"""The ceiling of a line that pays the real cost."""
MONTHLY_CEILING: Final = "pmss_cents"


def with_ceiling(frame: pl.DataFrame, table: GuaranteeTable, values: DatedValues) -> pl.DataFrame:
    """Adds ceiling_cents (ours, Sécu taken off; UNLIMITED: real cost; 0: no guarantee), guarantee_line_id (0:
    none), ``guaranteed`` and ``by_price`` (the ceiling is a price limit).

    Waits: ``basket_unknown`` where the basket decides which line applies; ``parameter_unknown`` where the
    monthly ceiling is needed and not known for that day.
    """
    frame = frame.hstack(ceilings(frame, table, values))
    guaranteed, by_price = pl.col("ceiling_cents").is_not_null(), pl.col("by_price").fill_null(False)
    frame = frame.with_columns(
        guaranteed=guaranteed,
        ceiling_cents=pl.col("ceiling_cents").fill_null(0),
        guarantee_line_id=pl.col("guarantee_line_id").fill_null(0),
        by_price=by_price,
        waits=first_of(
            basket_unknown=pl.col("by_rules") & pl.col("undecided"),
            parameter_unknown=pl.col("by_rules") & pl.col("lacks_ceiling"),
        ),
        reasons=with_bits(
            not_guaranteed=pl.col("covered") & ~guaranteed & ~pl.col("cancelled"),
            price_limit_unknown=by_price & pl.col("limit_cents").is_null(),
        ),
    )
    return frame.pipe(without, "undecided", "lacks_ceiling")


def ceilings(frame: pl.DataFrame, table: GuaranteeTable, values: DatedValues) -> pl.DataFrame:
    """The lowest ceiling over all lines that apply to each row: ceiling_cents (null: no line),
    guarantee_line_id, by_price, undecided, lacks_ceiling."""
    inputs = frame[["base_cents", "secu_cents", "increase_cents", "responsible", "quantity", "limit_cents"]]
    inputs = inputs.hstack(values.on(frame["care_from"], MONTHLY_CEILING))
    first, *others = table.positions(frame)
    best = _of_part(inputs, table.lines, first)
    for position in others:
        where = (position != NONE).arg_true()
        if len(where):
            other = _of_part(inputs[where], table.lines, position.gather(where))
            best = _replaced(best, where, _lower_of(best[where], other))
    return best


def _of_part(inputs: pl.DataFrame, lines: pl.DataFrame, position: pl.Series) -> pl.DataFrame:
    """The ceiling of the line at each position, in the columns of ``ceilings``."""
    rows = inputs.hstack(taken(lines, position)).hstack([position.alias("position")])
    return rows.select(_answer())


@cache
def _answer() -> list[pl.Expr]:
    unlimited = pl.col("real_cost") | (pl.col("price_limit") & pl.col("limit_cents").is_null())
    amount = pl.when(pl.col("price_limit")).then("limit_cents").otherwise(_forms())
    net = amount - pl.when(pl.col("total")).then(_before_us()).otherwise(0)
    ceiling = pl.when(unlimited).then(UNLIMITED).otherwise(net.clip(lower_bound=0))
    answered, needs = pl.col("line_id").is_not_null(), pl.col("pmss_ppm").is_not_null()
    return [
        pl.when(answered).then(ceiling).alias("ceiling_cents"),
        pl.col("line_id").alias("guarantee_line_id"),
        pl.col("price_limit").alias("by_price"),
        (pl.col("position") == UNDECIDED).alias("undecided"),
        (needs & pl.col(MONTHLY_CEILING).is_null()).alias("lacks_ceiling"),
    ]


def _forms() -> pl.Expr:
    """Percent of the base + share of the monthly ceiling + flat sum; these two per day or session if so said."""
    units = pl.when(pl.col("each")).then("quantity").otherwise(1).cast(pl.Int64)
    of_base = pl.col("rate_ppm").fill_null(0) * pl.col("base_cents")
    of_ceiling = pl.col("pmss_ppm").fill_null(0) * pl.col(MONTHLY_CEILING).fill_null(0) * units
    return round_half_up_div(of_base + of_ceiling, PPM) + pl.col("flat_cents").fill_null(0) * units


def _before_us() -> pl.Expr:
    """The Sécu's part; for a responsible contract also the increase, as if the Sécu had paid it."""
    increase = pl.when(pl.col("responsible")).then("increase_cents").otherwise(0)
    return pl.col("secu_cents") + increase


def _replaced(rows: pl.DataFrame, where: pl.Series, others: pl.DataFrame) -> pl.DataFrame:
    """``rows`` with ``others`` at the places ``where``."""
    places = pl.int_range(len(rows), dtype=pl.UInt32, eager=True)
    later = pl.int_range(len(rows), len(rows) + len(others), dtype=pl.UInt32, eager=True)
    return pl.concat([rows, others])[places.scatter(where, later)]


def _lower_of(one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Row by row the lower of two ceilings; what is not known of either stays not known."""
    mine, theirs = one["ceiling_cents"], other["ceiling_cents"]
    lower = theirs.is_not_null() & (mine.is_null() | (theirs < mine).fill_null(False))
    chosen = [
        other[name].zip_with(lower, one[name]) for name in ("ceiling_cents", "guarantee_line_id", "by_price")
    ]
    flags = [(one[name] | other[name]).alias(name) for name in ("undecided", "lacks_ceiling")]
    return pl.DataFrame([*chosen, *flags])

"""What a difference moves: told from the difference itself as from the rows that it writes, and put together."""

from __future__ import annotations

from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from avenant.core.book.diff import Difference, difference, no_difference, together
from avenant.core.book.entries import PREMIUMS
from avenant.core.book.moves import KINDS, WHY, moves
from avenant.core.book.restating import restated

Amounts = dict[int, tuple[int, int]]
"""Member -> amount in cents and days covered, of June."""

amounts = st.dictionaries(
    st.integers(1, 6), st.tuples(st.sampled_from([0, 2_184, 5_460]), st.integers(1, 30)), max_size=6
)


def rows(of: Amounts) -> pl.DataFrame:
    """Expected premiums of June."""
    told = [
        (1, member, date(2026, 6, 1), 1, cents, 0, 0, 5_460, 7, days, days, 30, 40, 0)
        for member, (cents, days) in of.items()
    ]
    return pl.DataFrame(told, {name: PREMIUMS.columns[name] for name in PREMIUMS.expected}, orient="row")


def found(booked: Amounts, expected: Amounts) -> Difference:
    """What separates them, the booked ones never restated."""
    return difference(PREMIUMS, rows(expected), rows(booked).with_columns(version=pl.lit(1, pl.Int32)))


@given(amounts, amounts)
def test_before_and_after_are_those_of_the_rows_that_are_written(booked: Amounts, due: Amounts) -> None:
    seen = found(booked, due)
    written = restated(PREMIUMS, seen.entries())
    told = seen.restated().select(pl.col(name).cast(kind) for name, kind in written.schema.items())
    assert told.sort(PREMIUMS.key).equals(written)


@given(amounts, amounts)
def test_the_order_of_rows_makes_no_difference(booked: Amounts, due: Amounts) -> None:
    ordered = found(dict(sorted(booked.items())), dict(sorted(due.items())))
    assert found(booked, due).keys().equals(ordered.keys())


@given(amounts, amounts, st.integers(0, 6))
def test_parts_of_a_difference_are_the_whole_together(booked: Amounts, due: Amounts, last: int) -> None:
    parts = [
        found(*({n: one for n, one in some.items() if (n <= last) == first} for some in (booked, due)))
        for first in (True, False)
    ]
    whole = together(*parts).keys().sort(PREMIUMS.key)
    assert whole.equals(found(booked, due).keys())


def test_a_move_has_its_kind_and_its_reason() -> None:
    seen = found(
        {1: (5_460, 30), 2: (5_460, 30), 3: (5_460, 30), 4: (5_460, 30)},
        {1: (2_184, 12), 2: (5_460, 12), 3: (5_400, 30), 5: (5_460, 30)},
    )
    told = moves(PREMIUMS, seen.restated()).select("member_id", "kind", "reason", "move_cents").rows()
    assert told == [
        (1, "changed", "days", 2_184 - 5_460),
        (2, "explained", "days", 0),
        (3, "changed", "amount", 5_400 - 5_460),
        (4, "ended", "ended", -5_460),
        (5, "new", "new", 5_460),
    ]
    assert moves(PREMIUMS, no_difference(PREMIUMS).restated()).schema["kind"] == KINDS
    assert set(WHY.categories) >= {"days", "price", "guarantee", "explanation"}

"""Dated lines laid out so that key, day and age lead straight to the one line that answers.

Example: two tariffs of a visit, one for children under 6 and one from 6 on, each with two prices over time,
make 2 × 3 cells (ages × stretches of the calendar), two of them empty: before the first price nothing is
known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from avenant.core.claims.adjudication.stretches import Stretches, stretches
from avenant.core.frames.care_rules import AGES

NONE = -1
"""The position of no line. Tables end with an empty row, so that taking this position takes nulls."""
UNDECIDED = -2
"""The position where two lines could answer and what tells them apart is not known."""
UNKNOWN = -(2**31)
"""A null among numbers, which are not as low as this."""

Cells = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Axes:
    """Where values change: stretches of the calendar, bands of ages (``band``: of each age)."""

    calendar: Stretches
    ages: tuple[int, ...]
    band: NDArray[np.int64]

    def empty(self, slots: int) -> Cells:
        """Cells without a line: slot × stretch × band."""
        return np.full((slots, self.calendar.count, len(self.ages) + 1), NONE, dtype=np.int32)


def axes_of(lines: pl.DataFrame) -> Axes:
    """The axes of ``lines`` (age_from, age_to, valid_from, valid_to)."""
    calendar = stretches([*lines["valid_from"], *lines["valid_to"]])
    ages = sorted({*lines["age_from"], *lines["age_to"]})
    return Axes(calendar, tuple(ages), np.searchsorted(np.array(ages), np.arange(AGES), side="right"))


def laid_out(lines: pl.DataFrame, slots: int, axes: Axes, what: str) -> Cells:
    """The position of the line that answers in each cell; NONE where there is none.

    In: ``lines`` with slot, position, age_from, age_to, valid_from, valid_to, name, file, line; ``what``
    names one of them in errors ("tariff"). Errors: ``ValueError`` with file and line of both when two lines
    answer.
    """
    cells = axes.empty(slots)
    columns = ("slot", "position", "age_from", "age_to", "valid_from", "valid_to")
    for row, (slot, position, age_from, age_to, valid_from, valid_to) in enumerate(
        lines.select(columns).iter_rows()
    ):
        bands = slice(axes.ages.index(age_from) + 1, axes.ages.index(age_to) + 1)
        area = cells[slot, axes.calendar.between(valid_from, valid_to), bands]
        if (area != NONE).any():
            raise ValueError(_two_answers(lines, row, int(area.max()), what))
        area[...] = position
    return cells


def _two_answers(lines: pl.DataFrame, row: int, other: int, what: str) -> str:
    later = lines.row(row, named=True)
    earlier = lines.filter(pl.col("position") == other).row(0, named=True)
    day = max(later["valid_from"], earlier["valid_from"])
    age = max(later["age_from"], earlier["age_from"])
    return (
        f"{later['file']}:{later['line']}: two {what}s answer for {later['name']} at age {age} on {day}; the"
        f" other is {earlier['file']}:{earlier['line']}. Keep one of them, or let one end where the other begins"
    )


def positions(cells: Cells, axes: Axes, slots: Sequence[pl.Series], frame: pl.DataFrame) -> list[pl.Series]:
    """For each series of slots (below 0 or null: none), the position that answers per row of ``frame``.

    ``frame``: care_from and age (null: none answers). In NumPy: nothing is planned for a few rows.
    """
    if not len(cells):
        return [pl.Series(np.full(len(frame), NONE, dtype=np.int32)) for _ in slots]
    age, stretch = _whole(frame["age"]), axes.calendar.of(frame["care_from"])
    band = axes.band.take(age, mode="clip")
    found = []
    for slot in map(_whole, slots):
        answers = (slot >= 0) & (age != UNKNOWN)
        answer = cells[np.where(answers, slot, 0), stretch, band]
        found.append(pl.Series(np.where(answers, answer, np.int32(NONE))))
    return found


def _whole(numbers: pl.Series) -> NDArray[np.int64]:
    """Small numbers, UNKNOWN where they are null (to NumPy they are floats then)."""
    found = numbers.to_numpy()
    whole: NDArray[np.int64] = np.nan_to_num(found, nan=UNKNOWN).astype(np.int64)
    return whole


def with_empty_row(table: pl.DataFrame) -> pl.DataFrame:
    """``table`` with a row of nulls at its end, which NONE and UNDECIDED lead to (see ``taken``)."""
    return pl.concat([table, table.clear(n=1)])


def taken(table: pl.DataFrame, position: pl.Series) -> pl.DataFrame:
    """The rows of ``table`` (made by ``with_empty_row``) at each position."""
    at = position.to_numpy()
    return table[np.where(at >= 0, at, len(table) - 1).astype(np.uint32)]

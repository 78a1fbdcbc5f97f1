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

Cells = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Axes:
    """Where values change: stretches of the calendar, bands of ages (``band``: of each age)."""

    calendar: Stretches
    ages: tuple[int, ...]
    band: pl.Series

    def empty(self, slots: int) -> Cells:
        """Cells without a line: slot × stretch × band."""
        return np.full((slots, self.calendar.count, len(self.ages) + 1), NONE, dtype=np.int32)


def axes_of(lines: pl.DataFrame) -> Axes:
    """The axes of ``lines`` (age_from, age_to, valid_from, valid_to)."""
    calendar = stretches([*lines["valid_from"], *lines["valid_to"]])
    ages = sorted({*lines["age_from"], *lines["age_to"]})
    band = np.searchsorted(np.array(ages), np.arange(AGES), side="right").astype(np.int32)
    return Axes(calendar, tuple(ages), pl.Series(band))


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

    ``frame``: care_from and age (null: none answers).
    """
    width, depth = cells.shape[1], cells.shape[2]
    flat = pl.Series(np.append(cells.ravel(), np.int32(NONE)))
    band = axes.band.gather(frame["age"].clip(0, AGES - 1))
    within = axes.calendar.of(frame["care_from"]) * depth + band
    found = []
    for slot in slots:
        place = pl.when(pl.col("slot") >= 0).then(pl.col("slot") * (width * depth) + pl.col("within"))
        at = pl.DataFrame({"slot": slot.cast(pl.Int64), "within": within}).select(
            place.fill_null(len(flat) - 1)
        )
        found.append(flat.gather(at.to_series()))
    return found


def with_empty_row(table: pl.DataFrame) -> pl.DataFrame:
    """``table`` with a row of nulls at its end, which NONE and UNDECIDED lead to (see ``taken``)."""
    return pl.concat([table, table.clear(n=1)])


def taken(table: pl.DataFrame, position: pl.Series) -> pl.DataFrame:
    """The rows of ``table`` (made by ``with_empty_row``) at each position."""
    last = len(table) - 1
    return table[pl.select(pl.when(position >= 0).then(position).otherwise(last)).to_series()]

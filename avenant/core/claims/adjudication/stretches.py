"""The calendar cut into stretches in which no dated value changes, so that a day leads straight to its values.

Example: values from 1 January 2024 and from 15 May 2024 make three stretches: 0 before the year, 1 up to 14
May, 2 from 15 May on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Days since 1970, as Polars counts them."""
    return (day - EPOCH).days


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """``cuts``: the day numbers on which something changes, in order; stretch n begins with cut n - 1.

    by_day: the stretch of each day from the last one before all cuts to the last cut.
    """

    cuts: NDArray[np.int64]
    by_day: NDArray[np.uint32]

    @property
    def count(self) -> int:
        """How many stretches there are, the one before all cuts included."""
        return len(self.cuts) + 1

    def between(self, valid_from: date, valid_to: date | None) -> slice:
        """The stretches of a half-open period whose ends are cuts; an open one runs to the last stretch."""
        first = int(np.searchsorted(self.cuts, day_number(valid_from), side="right"))
        if valid_to is None:
            return slice(first, self.count)
        return slice(first, int(np.searchsorted(self.cuts, day_number(valid_to), side="right")))

    def of(self, days: pl.Series) -> NDArray[np.uint32]:
        """The stretch of each of ``days``, none of which is null. In NumPy: nothing is planned for a few days."""
        first = int(self.cuts[0]) if len(self.cuts) else 0
        return self.by_day.take(days.cast(pl.Int32).to_numpy() - (first - 1), mode="clip")

    def first_day(self, stretch: int) -> date:
        """The day with which a stretch other than the first begins."""
        return date.fromordinal(EPOCH.toordinal() + int(self.cuts[stretch - 1]))


def stretches(days: Iterable[date | None]) -> Stretches:
    """The calendar cut at each of ``days``; nulls (open ends) cut nothing."""
    cuts = np.array(sorted({day_number(day) for day in days if day is not None}), dtype=np.int64)
    if not len(cuts):
        return Stretches(cuts, np.zeros(1, dtype=np.uint32))
    every_day = np.arange(cuts[0] - 1, cuts[-1] + 1)
    return Stretches(cuts, np.searchsorted(cuts, every_day, side="right").astype(np.uint32))

"""Days and months of a run as integers: day numbers since 1970, month numbers since year 0.

June 2026 is month 24317; its first day has the number 20605.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from avenant.core.periods import month_index

EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Calendar:
    """The months of a run: ``first`` to ``last`` (month numbers, both included).

    ``starts[k]`` is the day number on which month ``first + k`` begins; one more entry ends the last month.
    """

    first: int
    last: int
    starts: NDArray[np.int32]

    @classmethod
    def between(cls, first_month: date, last_month: date) -> "Calendar":
        """The calendar of the months from ``first_month`` to ``last_month``, both included."""
        first, last = month_index(first_month), month_index(last_month)
        if last < first:
            raise ValueError(f"the last month {last_month} lies before the first month {first_month}")
        days = [date(n // 12, n % 12 + 1, 1).toordinal() - EPOCH for n in range(first, last + 2)]
        return cls(first, last, np.array(days, dtype=np.int32))

    @property
    def months(self) -> int:
        """How many months the run has."""
        return self.last - self.first + 1

    @property
    def begin(self) -> int:
        """Day number of the first day."""
        return int(self.starts[0])

    @property
    def end(self) -> int:
        """Day number of the day after the last."""
        return int(self.starts[-1])

    def dates(self) -> pl.Series:
        """The first day of each month, as dates."""
        return pl.Series("month", self.starts[:-1]).cast(pl.Date)

    def month_of(self, days: NDArray[np.int32]) -> NDArray[np.int64]:
        """Which month (0 = first) each day number falls in; the days must lie inside the calendar."""
        return np.searchsorted(self.starts, days, side="right") - 1

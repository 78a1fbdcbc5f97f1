"""The parameters of a rulebook by date: what a contribution, a cap or a rate was on the day of care.

Example: ``participation_forfaitaire_cents`` is 100 on 14 May 2024 and 200 on 15 May 2024 (CSS R160-19).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from avenant.core.claims.adjudication.stretches import Stretches, stretches


@dataclass(frozen=True, slots=True, eq=False)
class DatedValues:
    """Values laid out by parameter and stretch of the calendar; null: not known then."""

    numbers: dict[str, int]
    calendar: Stretches
    values: pl.Series

    def on(self, days: pl.Series, *names: str) -> pl.DataFrame:
        """One column per parameter of ``names``: its value on each day, null where none is known."""
        stretch = self.calendar.of(days)
        return pl.DataFrame([self._of(self.numbers.get(name), stretch).alias(name) for name in names])

    def _of(self, number: int | None, stretch: pl.Series) -> pl.Series:
        if number is None:
            return pl.repeat(None, len(stretch), dtype=pl.Int64, eager=True)
        return self.values.gather(stretch + number * self.calendar.count)

    def by_name(self, days: pl.Series, names: pl.Series) -> pl.Series:
        """The value of the parameter that stands beside each day; null: no name stands there, or none is known."""
        rows = pl.DataFrame({"stretch": self.calendar.of(days), "name": names})
        number = pl.col("name").replace_strict(self.numbers, default=None, return_dtype=pl.Int32)
        unknown = len(self.values) - 1
        place = (number * self.calendar.count + pl.col("stretch")).fill_null(unknown)
        return self.values.gather(rows.select(place).to_series())


def dated_values(parameters: pl.DataFrame) -> DatedValues:
    """``parameters`` (parameter, valid_from, valid_to, value) laid out.

    Errors: ``ValueError`` when two values of one parameter answer for the same day.
    """
    names = parameters["parameter"].unique().sort().to_list()
    numbers = {name: number for number, name in enumerate(names)}
    calendar = stretches([*parameters["valid_from"], *parameters["valid_to"]])
    values = np.zeros((len(names), calendar.count), dtype=np.int64)
    known = np.zeros(values.shape, dtype=np.bool_)
    columns = ("parameter", "valid_from", "valid_to", "value")
    for name, valid_from, valid_to, value in parameters.select(columns).iter_rows():
        place = (numbers[name], calendar.between(valid_from, valid_to))
        if known[place].any():
            raise ValueError(
                f"two values of the parameter {name} answer for {valid_from}: keep one of the two in the rulebook"
            )
        values[place], known[place] = value, True
    return DatedValues(numbers, calendar, _with_nulls(values, known))


def _with_nulls(values: NDArray[np.int64], known: NDArray[np.bool_]) -> pl.Series:
    """All values in a row, null where none is known, and one null at the end."""
    laid = pl.DataFrame({"value": values.ravel(), "known": known.ravel()})
    laid = laid.select(pl.when(pl.col("known")).then(pl.col("value")))
    return pl.concat([laid.to_series(), pl.Series([None], dtype=pl.Int64)])

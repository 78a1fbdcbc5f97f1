"""The parameters of a rulebook by date: what a contribution, a cap or a rate was on the day of care.

Example: ``participation_forfaitaire_cents`` is 100 on 14 May 2024 and 200 on 15 May 2024 (CSS R160-19).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from avenant.core.claims.adjudication.stretches import Stretches, stretches


@dataclass(frozen=True, slots=True, eq=False)
class DatedValues:
    """Values laid out by parameter and stretch of the calendar; null: not known then.

    values: of each parameter, one after the other, and a null; table: a column per parameter, a row per stretch.
    """

    numbers: dict[str, int]
    calendar: Stretches
    values: pl.Series
    table: pl.DataFrame

    def on(self, days: pl.Series, *names: str) -> pl.DataFrame:
        """One column per parameter of ``names``: its value on each day, null where none is known."""
        known = [name for name in names if name in self.numbers]
        found = self.table[known][self.calendar.of(days)] if known else pl.DataFrame()
        if len(known) == len(names):
            return found
        nothing = pl.repeat(None, len(days), dtype=pl.Int64, eager=True)
        return pl.DataFrame([found[name] if name in known else nothing.alias(name) for name in names])

    def by_name(self, days: pl.Series, names: pl.Series) -> pl.Series:
        """The value of the parameter that stands beside each day; null: no name stands there, or none is known."""
        rows = pl.DataFrame([pl.Series("stretch", self.calendar.of(days)), names.alias("name")])
        number = pl.col("name").replace_strict(self.numbers, default=None, return_dtype=pl.Int32)
        unknown = len(self.values) - 1
        place = (number * self.calendar.count + pl.col("stretch")).fill_null(unknown)
        return self.values.gather(rows.select(place).to_series())


@dataclass(frozen=True, slots=True, eq=False)
class _Itself:
    """A frame that equals itself alone, so that what was made of it can be kept beside it."""

    frame: pl.DataFrame

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and other.frame is self.frame

    def __hash__(self) -> int:
        return id(self.frame)


def dated_values(parameters: pl.DataFrame) -> DatedValues:
    """``parameters`` (parameter, valid_from, valid_to, value) laid out, once for each rulebook in use.

    Errors: ``ValueError`` when two values of one parameter answer for the same day.
    """
    return _laid_out(_Itself(parameters))


@lru_cache(maxsize=4)
def _laid_out(told: _Itself) -> DatedValues:
    parameters = told.frame
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
    laid = _with_nulls(values, known)
    columns_of = [laid.slice(n * calendar.count, calendar.count).alias(name) for name, n in numbers.items()]
    return DatedValues(numbers, calendar, laid, pl.DataFrame(columns_of))


def _with_nulls(values: NDArray[np.int64], known: NDArray[np.bool_]) -> pl.Series:
    """All values in a row, null where none is known, and one null at the end."""
    laid = pl.DataFrame({"value": values.ravel(), "known": known.ravel()})
    laid = laid.select(pl.when(pl.col("known")).then(pl.col("value")))
    return pl.concat([laid.to_series(), pl.Series([None], dtype=pl.Int64)])

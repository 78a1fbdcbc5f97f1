"""Cells of a frame's column as they may be told: numbers as they are, texts and days masked once for each value.

What stands in a frame's plain columns is of types that the engine makes, so that a column's type says what its values
are, and none of them has to be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from avenant.rerun.frames import INTEGERS, Cell

EXACT_BELOW: Final = 2**53
"""Integers below this are told as numbers: JSON's readers hold them exactly."""
MOST: Final = 50_000
_FEW: Final = frozenset({pl.String, pl.Date, pl.Enum, pl.Categorical})
"""Types whose values occur again and again."""


@dataclass(slots=True)
class Cells:
    """Tells columns. cell: how one value is told; hides: whether numbers and days under a name are personal."""

    cell: Cell
    hides: Callable[[str], bool]
    _known: dict[str, dict[Any, object]] = field(default_factory=dict)
    _kept: int = 0

    def __call__(self, column: str, kind: pl.DataType, values: Sequence[Any]) -> Sequence[Any]:
        """The values of one column as plain data."""
        of = type(kind)
        if of is pl.Object:
            return ["an object"] * len(values)
        if of in _FEW:
            return self._told_once(column, values)
        if not self.hides(column):
            if of is pl.Boolean:
                return values
            if of in INTEGERS:
                most, cell = EXACT_BELOW, self.cell
                return [
                    each if each is None or -most < each < most else cell(column, each) for each in values
                ]
        return [None if each is None else self.cell(column, each) for each in values]

    def _told_once(self, column: str, values: Sequence[Any]) -> list[object]:
        """Equal values of a column are told once: a token costs more than all the rest."""
        known = self._known.setdefault(column, {None: None})
        for each in values:
            if each not in known:
                if self._kept >= MOST:
                    return [None if each is None else self.cell(column, each) for each in values]
                known[each] = self.cell(column, each)
                self._kept += 1
        return [known[each] for each in values]

"""One expected row against one that is there, and the words for the difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from avenant.core.cases.columns import WORD, written_cell
from avenant.core.cases.model import ExpectedRow, Place, Value

Row = Mapping[str, Value]

NAMED_ABOVE = ("member", "month")
"""Columns that a difference names before the row, not in it."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One expectation that failed: where it is written, what it is about, both sides."""

    place: Place
    about: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.place}: {self.about}\n    expected  {self.expected}\n    got       {self.got}"


def paired(
    about: str, expected: list[ExpectedRow], got: list[dict[str, Value]], place: Place
) -> Iterator[Mismatch]:
    """Each expected row against the row that fits it, or else the nearest of those left; then what is over.

    ``place``: what is over is told there when no row at all is expected.
    """
    left = list(got)
    unmet = []
    for row in expected:
        fitting = next((i for i, there in enumerate(left) if not differing(row.values, there)), None)
        if fitting is None:
            unmet.append(row)
        else:
            left.pop(fitting)
    for row in unmet:
        nearest = min(left, key=lambda there: len(differing(row.values, there)), default=None)
        yield unlike(about, row, nearest)
        if nearest is not None:
            left.remove(nearest)
    shown = list(expected[-1].values) if expected else []
    for extra in left:
        yield Mismatch(expected[-1].place if expected else place, about, "no such row", told(extra, shown))


def differing(expected: Row, got: Row) -> list[str]:
    """The columns of ``expected`` that ``got`` does not meet; of reasons, all that are named must be there."""
    return [column for column, value in expected.items() if not _met(column, value, got.get(column))]


def _met(column: str, expected: Value, got: Value) -> bool:
    if column == "reasons":
        return set(str(expected).split()) <= set(str(got).split())
    return expected == got


def unlike(about: str, row: ExpectedRow, nearest: Row | None) -> Mismatch:
    """The difference between an expected row and the nearest that is there, if any."""
    expected = told(row.values, list(row.values))
    if nearest is None:
        return Mismatch(row.place, about, expected, "no such row")
    wrong = ", ".join(WORD.get(column, column) for column in differing(row.values, nearest))
    return Mismatch(row.place, about, expected, f"{told(nearest, list(row.values))}   (differs: {wrong})")


def told(row: Row, columns: list[str]) -> str:
    """The columns of a row in one line; without any named, all that hold something."""
    shown = [column for column in columns or row if column not in NAMED_ABOVE]
    return ", ".join(written_cell(column, row.get(column)) for column in shown if columns or row.get(column))

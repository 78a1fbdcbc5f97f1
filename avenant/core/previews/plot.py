"""The distribution of a preview's moves as geometry: a bar per step, less to the left of zero, more to the right.

20 rows that fall by up to 5 € and 5 that rise become a bar of 100 units to the left and one of 25 to the right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from avenant.core.previews.words import step_words, word

HALF: Final = 100.0
"""Units of each half."""


@dataclass(frozen=True, slots=True)
class Step:
    """One bar. words: what it counts; x, width: where it is drawn; meaning: down, same or up."""

    words: str
    rows: int
    x: str
    width: str
    meaning: str


def distribution(steps: Sequence[Mapping[str, Any]], language: str) -> list[Step]:
    """The bars of a preview's ``steps``, from the largest fall to the largest rise, per book and currency."""
    most = max((row["rows"] for row in steps), default=1)
    return [_bar(row, most, language) for row in sorted(steps, key=_order)]


def _order(row: Mapping[str, Any]) -> tuple[str, str, int]:
    return str(row["book"]), str(row["currency"]), int(row["step_cents"])


def _bar(row: Mapping[str, Any], most: int, language: str) -> Step:
    cents, width = int(row["step_cents"]), HALF * row["rows"] / most
    said = step_words(cents, row["currency"] or "EUR", language)
    x = HALF - width if cents < 0 else HALF - width / 2 if cents == 0 else HALF
    meaning = "down" if cents < 0 else "same" if cents == 0 else "up"
    return Step(f"{word(row['book'], language)}, {said}", row["rows"], f"{x:.2f}", f"{width:.2f}", meaning)

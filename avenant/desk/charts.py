"""Small charts as plain geometry: templates draw them with SVG attributes, beside the figures they show.

Example: nights that booked 10 and 40 rows and cancelled none and 5 become two columns up and one down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 48.0
"""Units of a column chart's height; its width is one unit per column."""
HALF = 100.0
"""Units of each half of a chart of moves: down to the left, up to the right."""


@dataclass(frozen=True, slots=True)
class Column:
    """One rectangle. meaning: up or down."""

    x: str
    y: str
    height: str
    meaning: str
    title: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns over a line at ``zero``; most: the largest value up and down, which the words beside tell."""

    columns: tuple[Column, ...]
    width: int
    zero: str
    most_up: int
    most_down: int


def columns_of(values: Sequence[tuple[int, int, str]], slots: int) -> Columns:
    """Columns for (up, down, title), both at least 0, oldest first, at the right of ``slots`` places."""
    most_up = max((up for up, _, _ in values), default=0)
    most_down = max((down for _, down, _ in values), default=0)
    scale = HEIGHT / max(most_up + most_down, 1)
    zero = most_up * scale
    found = []
    for place, (up, down, title) in enumerate(values, start=max(slots - len(values), 0)):
        x = f"{place + 0.15:.2f}"
        if up:
            found.append(Column(x, f"{zero - up * scale:.2f}", f"{up * scale:.2f}", "up", title))
        if down:
            found.append(Column(x, f"{zero:.2f}", f"{down * scale:.2f}", "down", title))
    return Columns(tuple(found), max(slots, len(values)), f"{zero:.2f}", most_up, most_down)


def around_zero(down: int, up: int, most: int) -> tuple[str, str, str]:
    """Widths of a bar to the left (``down``, at most 0) and to the right, and where the left one begins."""
    scale = HALF / max(most, 1)
    left, right = -down * scale, up * scale
    return f"{left:.2f}", f"{right:.2f}", f"{HALF - left:.2f}"

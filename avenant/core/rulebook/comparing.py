"""What one rulebook says otherwise than another, line by line, without sources, labels and places in files.

price_lines, level confort, tier primary, ages 0 to 30, from 2026-01: amount_cents 5460 -> 5600
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from avenant.core.rulebook.care_model import UNDECIDING
from avenant.core.rulebook.model import Rulebook

AGES: Final = ("age_from", "age_to")
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "plans": ("plan",),
    "price_lines": ("plan", "level", "component", "structure", "tier", *AGES, "valid_from"),
    "rates": ("plan", "kind", "valid_from"),
    "parameters": ("parameter", "valid_from"),
    "care_plans": ("plan",),
    "families": ("family",),
    "acts": ("act_code",),
    "tariffs": ("act_code", "optam", *AGES, "valid_from"),
    "guarantees": ("plan", "level", "family", "optam", "basket", *AGES, "part", "valid_from"),
    "envelopes": ("plan", "level", "envelope", *AGES, "valid_from"),
    "envelope_families": ("plan", "level", "envelope", "family", "basket"),
}
"""Frame -> the columns that say which line it is; all others are what it says."""
OWN_FRAMES: Final = ("plans", "price_lines", "rates", "parameters")
LEFT_OUT: Final = (*UNDECIDING, "content_key")

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LineChange:
    """One line that is new (``before`` None), gone (``after`` None) or says something else.

    key: the values that say which line it is. before, after: only the values that differ, of what it says.
    """

    frame: str
    key: Values
    before: Values | None
    after: Values | None


def compared(before: Rulebook | None, after: Rulebook) -> list[LineChange]:
    """Every line that differs, in the order of KEYS and then of the lines; before None: all are new."""
    return [change for frame in KEYS for change in _of_frame(before, after, frame)]


def _of_frame(before: Rulebook | None, after: Rulebook, frame: str) -> Iterator[LineChange]:
    new = _rows(after, frame)
    old = new.clear() if before is None else _rows(before, frame)
    columns = [name for name in new.columns if name in old.columns]
    gone = _by_key(old.join(new, on=columns, how="anti", nulls_equal=True), KEYS[frame])
    came = _by_key(new.join(old, on=columns, how="anti", nulls_equal=True), KEYS[frame])
    for key in sorted({*gone, *came}, key=lambda values: tuple((v is not None, str(v)) for v in values)):
        named = dict(zip(KEYS[frame], key, strict=True))
        yield LineChange(frame, named, *_differing(gone.get(key), came.get(key)))


def _rows(book: Rulebook, frame: str) -> pl.DataFrame:
    name = "plans" if frame == "care_plans" else frame
    rows: pl.DataFrame = getattr(book if frame in OWN_FRAMES else book.care, name)
    return rows.drop(LEFT_OUT, strict=False)


def _by_key(rows: pl.DataFrame, key: tuple[str, ...]) -> dict[tuple[Any, ...], Values]:
    return {
        tuple(row[name] for name in key): {name: value for name, value in row.items() if name not in key}
        for row in rows.iter_rows(named=True)
    }


def _differing(before: Values | None, after: Values | None) -> tuple[Values | None, Values | None]:
    """Only what differs, where the line was there before and still is."""
    if before is None or after is None:
        return before, after
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}

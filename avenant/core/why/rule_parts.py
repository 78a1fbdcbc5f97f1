"""The parts in which two rulebooks differ, and rulebooks that have taken over some of these parts only.

Example: of a publication that raises two prices and adds a limit, the price of confort adults is one part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import polars as pl

from avenant.core.rulebook.model import Rulebook

KEYS: Final[dict[str, tuple[str, ...]]] = {
    "plans": ("plan",),
    "price_lines": ("plan", "level", "component", "tier"),
    "rates": ("plan", "kind"),
    "parameters": ("parameter",),
}
UNSAID: Final = ("source", "file", "line", "label")
"""Columns that decide no amount."""


@dataclass(frozen=True, slots=True)
class RulePart:
    """The rows of one frame of a rulebook that share a key."""

    frame: str
    key: tuple[Any, ...]


def parts_changed(before: Rulebook, after: Rulebook, plans: Sequence[str]) -> list[RulePart]:
    """The parts of ``plans``, and the parameters all plans share, that differ; in the order of frames and keys."""
    found = []
    for frame, key in KEYS.items():
        old, new = (_rows(getattr(book, frame), key, plans) for book in (before, after))
        found += [RulePart(frame, k) for k in sorted({*old, *new}) if old.get(k) != new.get(k)]
    return found


def _rows(frame: pl.DataFrame, key: tuple[str, ...], plans: Sequence[str]) -> dict[tuple[Any, ...], set[Any]]:
    if "plan" in frame.columns:
        frame = frame.filter(pl.col("plan").is_in(list(plans)))
    told = frame.drop(UNSAID, strict=False)
    rows: dict[tuple[Any, ...], set[Any]] = {}
    for row, where in zip(told.iter_rows(), frame.select(key).iter_rows(), strict=True):
        rows.setdefault(where, set()).add(row)
    return rows


def with_parts(before: Rulebook, after: Rulebook, parts: Iterable[RulePart]) -> Rulebook:
    """``before`` with ``parts`` as ``after`` has them."""
    taken: dict[str, list[tuple[Any, ...]]] = {}
    for part in parts:
        taken.setdefault(part.frame, []).append(part.key)
    frames = {
        frame: _mixed(getattr(before, frame), getattr(after, frame), KEYS[frame], keys)
        for frame, keys in taken.items()
    }
    return replace(before, **frames)  # type: ignore[arg-type]  # the keys of KEYS are its frames


def _mixed(
    old: pl.DataFrame, new: pl.DataFrame, key: tuple[str, ...], keys: Sequence[tuple[Any, ...]]
) -> pl.DataFrame:
    chosen = pl.DataFrame(list(keys), schema={name: old.schema[name] for name in key}, orient="row")
    kept = old.join(chosen, on=list(key), how="anti")
    return pl.concat([kept, new.join(chosen, on=list(key), how="semi")], how="vertical_relaxed")

"""Snapshots: values as plain data, bounded in every direction and masked, without calling any code of theirs.

    Snapshotter(mask).of("amount", 5460)               {"type": "int", "value": 5460}
    Snapshotter(mask).of("rows", frame)                schema, height, the first rows, what is new and changed

Only the exact type of a value decides what is read of it (see `looks`), and only by functions of our own choice: no
``__repr__``, property or iterator of the value is ever called, so that looking cannot change, hang or fail what is
looked at. What is not known is told by the name of its type. Values that cannot change are told once for a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from avenant.rerun.cells import Cells
from avenant.rerun.frames import frame_snapshot, series_snapshot
from avenant.rerun.looks import Budget, Look, Snapshot, look_at
from avenant.rerun.masks import Mask
from avenant.rerun.reading import EXACT, Known, remembered, type_name

_MOST_KEPT: Final = 50_000
_LOOKS: Final[Known] = {}
"""How values of a type are looked at, by the type's identity."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is told of one value, and of all values of a run (``run_bytes``, measured in characters told)."""

    depth: int = 5
    items: int = 20
    characters: int = 300
    nodes: int = 400
    rows: int = 12
    columns: int = 60
    run_bytes: int = 64_000_000


@dataclass(frozen=True, slots=True)
class _Told:
    """What was told of a value that cannot change, which is kept so that no other takes its identity."""

    value: object
    snapshot: Snapshot
    nodes: int
    characters: int


@dataclass(slots=True)
class Snapshotter:
    """Makes snapshots under one mask; counts what it has told, and stops telling when the run's share is used up."""

    mask: Mask
    limits: Limits = field(default_factory=Limits)
    owned: Mapping[str, frozenset[int]] = field(default_factory=dict)
    told: int = 0
    truncated: bool = False
    _columns: Cells = field(init=False)
    _texts: dict[tuple[str, str], Snapshot] = field(default_factory=dict)
    _hides: dict[str, bool] = field(default_factory=dict)
    _same: dict[tuple[int, int], _Told] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._columns = Cells(self.cell, self.hides_scalar)

    def of(self, name: str, value: object, before: Iterable[pl.DataFrame] = ()) -> Snapshot:
        """The snapshot of ``value``, found under ``name``. ``before``: frames against which new columns show."""
        if self.told > self.limits.run_bytes:
            self.truncated = True
            return {"type": type_name(type(value)), "cut": "run"}
        return self.part(name, value, 0, Budget(self.limits.nodes, tuple(before)))

    def part(self, name: str, value: Any, depth: int, budget: Budget) -> Snapshot:
        """The snapshot of a value that lies ``depth`` levels below the one at hand."""
        kind = type(value)
        budget.nodes -= 1
        self.told += 24
        if budget.nodes < 0:
            self.truncated = budget.changes = True
            return {"type": type_name(kind), "cut": "nodes"}
        exact = EXACT.get(id(kind))
        if exact is not None:
            return self.scalar(name, value, *exact)
        if kind is str:
            return self.text(name, value)
        if kind is pl.DataFrame:
            return self._frame(value, budget)
        if kind is pl.Series:
            return self._series(name, value, budget)
        if depth >= self.limits.depth:
            return {"type": type_name(kind), "cut": "depth"}
        look, stays = _look_of(kind)
        if stays:
            return self._told_once(look, name, value, depth, budget)
        return look(self, name, value, depth, budget)

    def _told_once(self, look: Look, name: str, value: object, depth: int, budget: Budget) -> Snapshot:
        """What cannot change, with all that lies below, is looked at once in a run: the same object is told again."""
        told = self._same.get((id(value), depth))
        if told is not None and told.nodes <= budget.nodes:
            budget.nodes -= told.nodes
            self.told += told.characters
            return told.snapshot
        nodes, characters, above = budget.nodes, self.told, budget.changes
        budget.changes = False
        made = look(self, name, value, depth, budget)
        is_made = (
            depth or name != "self"
        )  # what makes itself, in __post_init__, may not have done so to the end
        if is_made and not budget.changes and len(self._same) < _MOST_KEPT:
            self._same[id(value), depth] = _Told(value, made, nodes - budget.nodes, self.told - characters)
        budget.changes = budget.changes or above
        return made

    def scalar(self, name: str, value: object, kind: str, exact: Callable[[Any], object]) -> Snapshot:
        """A number, a day, an instant: exact, or a token under a name that is personal."""
        hides = self._hides.get(name)
        if hides is None:
            hides = self.hides_scalar(name)
        if hides and value is not None:
            return {"type": kind, "token": self.mask.token(str(exact(value)))}
        return {"type": kind, "value": exact(value)}

    def hides_scalar(self, name: str) -> bool:
        """Whether numbers and days under a name are personal."""
        hides = self._hides.get(name)
        if hides is None:
            hides = self.mask.hides_scalar(name)
            if len(self._hides) < _MOST_KEPT:
                self._hides[name] = hides
        return hides

    def text(self, name: str, text: str) -> Snapshot:
        """Equal short texts under a name are masked once: a token costs more than all the rest."""
        known = self._texts.get((name, text))
        if known is None:
            known = self._masked(name, text)
            if len(text) < self.limits.characters and len(self._texts) < _MOST_KEPT:
                self._texts[name, text] = known
        else:
            self.told += len(text)
        return known

    def _masked(self, name: str, text: str) -> Snapshot:
        limit = self.limits.characters
        shown = self.mask.text(name, text if len(text) <= 100_000 else text[:100_000])
        if shown is not text and shown != text:
            self.told += len(shown)
            return {"type": "str", "token": shown, "length": len(text)}
        self.told += min(len(text), limit)
        cut = {"length": len(text)} if len(text) > limit else {}
        return {"type": "str", "value": text[:limit], **cut}

    def _frame(self, frame: pl.DataFrame, budget: Budget) -> Snapshot:
        budget.changes = True
        limits = self.limits
        made = frame_snapshot(frame, budget.before, self.cells, limits.rows, limits.columns, self.owned)
        self.told += 40 * len(made["columns"]) + 12 * sum(map(len, made["rows"]))
        return made

    def _series(self, name: str, series: pl.Series, budget: Budget) -> Snapshot:
        budget.changes = True
        made = series_snapshot(series, series.name or name, self.cell, self.limits.items)
        self.told += 12 * len(made["items"])
        return made

    def cells(self, column: str, kind: pl.DataType, values: Sequence[Any]) -> Sequence[Any]:
        """Cells of one column, as they may be told."""
        self.told += 24 * len(values)
        return self._columns(column, kind, values)

    def cell(self, column: str, value: object) -> object:
        """One cell of a frame: a plain value, a token, or a small snapshot of what is nested."""
        made = self.part(column, value, self.limits.depth - 2, Budget(40))
        if "value" in made and "length" not in made:
            return made["value"]
        return made.get("token", made)


def _look_of(kind: type) -> tuple[Look, bool]:
    """How values of a type are looked at, and whether they stay as they are; found out once for each type."""
    known = _LOOKS.get(id(kind))
    if known is None or known[0] is not kind:
        known = remembered(_LOOKS, kind, look_at(kind))
    found: tuple[Look, bool] = known[1]
    return found

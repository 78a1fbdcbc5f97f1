"""Snapshots: values as plain data, bounded in every direction and masked, without calling any code of theirs.

    Snapshotter(mask).of("amount", 5460)               {"type": "int", "value": 5460}
    Snapshotter(mask).of("rows", frame)                schema, height, the first rows, what is new and changed

Only the exact type of a value decides what is read of it, and only by functions of our own choice: no ``__repr__``,
property or iterator of the value is ever called, so that looking cannot change, hang or fail what is looked at. What
is not known is told by the name of its type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import EnumMeta
from itertools import islice
from pathlib import PurePath
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, Final

import polars as pl

from avenant.rerun.frames import frame_snapshot, series_snapshot
from avenant.rerun.masks import Mask
from avenant.rerun.reading import (
    EXACT,
    INSTANCE_DICT,
    Known,
    fields_of,
    held,
    integer,
    is_a,
    own_dict,
    remembered,
    type_name,
)

Snapshot = dict[str, Any]


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


@dataclass(slots=True)
class _Budget:
    """What is left for the value at hand."""

    nodes: int


@dataclass(slots=True)
class Snapshotter:
    """Makes snapshots under one mask; counts what it has told, and stops telling when the run's share is used up."""

    mask: Mask
    limits: Limits = field(default_factory=Limits)
    owned: Mapping[str, frozenset[int]] = field(default_factory=dict)
    told: int = 0
    truncated: bool = False
    _cells: dict[tuple[str, str], object] = field(default_factory=dict)
    _texts: dict[tuple[str, str], Snapshot] = field(default_factory=dict)
    _hides: dict[str, bool] = field(default_factory=dict)

    def of(self, name: str, value: object, before: Iterable[pl.DataFrame] = ()) -> Snapshot:
        """The snapshot of ``value``, found under ``name``. ``before``: frames against which new columns show."""
        if self.told > self.limits.run_bytes:
            self.truncated = True
            return {"type": type_name(type(value)), "cut": "run"}
        made = self._of(name, value, 0, _Budget(self.limits.nodes), list(before))
        return made

    def _of(self, name: str, value: Any, depth: int, budget: _Budget, before: list[pl.DataFrame]) -> Snapshot:
        budget.nodes -= 1
        kind = type(value)
        self.told += 24
        if budget.nodes < 0:
            self.truncated = True
            return {"type": type_name(kind), "cut": "nodes"}
        exact = EXACT.get(id(kind))
        if exact is not None:
            return self._scalar(name, value, exact)
        if kind is str:
            return self._text(name, str.__str__(value))
        if kind is pl.DataFrame:
            return self._frame(name, value, before)
        if kind is pl.Series:
            return self._series(name, value)
        if depth >= self.limits.depth:
            return {"type": type_name(kind), "cut": "depth"}
        return self._compound(name, value, depth, budget, before)

    def _scalar(self, name: str, value: object, exact: Callable[[Any], object]) -> Snapshot:
        told = exact(value)
        hides = self._hides.get(name)
        if hides is None:
            hides = self._hides_scalar(name)
        if hides and value is not None:
            return {"type": type(value).__name__, "token": self.mask.token(str(told))}
        return {"type": type(value).__name__, "value": told}

    def _hides_scalar(self, name: str) -> bool:
        hides = self.mask.hides_scalar(name)
        if len(self._hides) < _MOST_CELLS:
            self._hides[name] = hides
        return hides

    def _text(self, name: str, text: str) -> Snapshot:
        """Equal short texts under a name are masked once: a token costs more than all the rest."""
        known = self._texts.get((name, text))
        if known is None:
            known = self._masked(name, text)
            if len(text) < self.limits.characters and len(self._texts) < _MOST_CELLS:
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

    def _frame(self, name: str, frame: pl.DataFrame, before: list[pl.DataFrame]) -> Snapshot:
        made = frame_snapshot(frame, before, self.cells, self.limits.rows, self.limits.columns, self.owned)
        self.told += 40 * len(made["columns"]) + 12 * sum(map(len, made["rows"]))
        return made

    def _series(self, name: str, series: pl.Series) -> Snapshot:
        made = series_snapshot(series, series.name or name, self.cell, self.limits.items)
        self.told += 12 * len(made["items"])
        return made

    def cells(self, column: str, values: list[Any]) -> list[Any]:
        """Cells of one column: those that need no mask nor shape of their own are told as they are."""
        self.told += 24 * len(values)
        hides = self._hides_scalar(column)
        return [self._plain_cell(column, value, hides) for value in values]

    def _plain_cell(self, column: str, value: object, hides: bool) -> object:
        kind = type(value)
        if value is None or (kind is bool and not hides):
            return value
        if kind is int and not hides and -(2**53) < value < 2**53:  # type: ignore[operator]
            return value
        if kind is not str:
            return self.cell(column, value)
        known = self._cells.get((column, value))  # type: ignore[arg-type]
        if known is None:
            known = self.cell(column, value)
            if len(self._cells) < _MOST_CELLS:
                self._cells[column, value] = known  # type: ignore[index]
        return known

    def cell(self, column: str, value: object) -> object:
        """One cell of a frame: a plain value, a token, or a small snapshot of what is nested."""
        made = self._of(column, value, self.limits.depth - 2, _Budget(40), [])
        if "value" in made and "length" not in made:
            return made["value"]
        return made.get("token", made)

    def _compound(
        self, name: str, value: Any, depth: int, budget: _Budget, before: list[pl.DataFrame]
    ) -> Snapshot:
        kind = type(value)
        known = _LOOKS.get(id(kind))
        if known is None or known[0] is not kind:
            known = remembered(_LOOKS, kind, _look_at(kind))
        look = known[1]
        if look is _DATACLASS:
            return self._dataclass(value, depth, budget, before)
        return _named(value) if look is None else look(self, name, value, depth, budget)

    def _enum(self, name: str, value: object, depth: int, budget: _Budget) -> Snapshot:
        own = own_dict(value)
        member = own.get("_name_")
        made: Snapshot = {"type": type_name(type(value)), "enum": member if type(member) is str else "?"}
        inner = own.get("_value_")
        if id(type(inner)) in EXACT or type(inner) is str:
            made["value"] = (
                self.mask.text(name, inner) if type(inner) is str else EXACT[id(type(inner))](inner)
            )
        return made

    def _dataclass(self, value: object, depth: int, budget: _Budget, before: list[pl.DataFrame]) -> Snapshot:
        kind = type(value)
        own = own_dict(value)
        fields: Snapshot = {}
        for each, slot in islice(fields_of(kind), self.limits.items * 2):
            found, content = held(value, each, slot, own)
            if found:
                fields[each] = self._of(each, content, depth + 1, budget, before)
        return {"type": type_name(kind), "fields": fields}

    def _sequence(self, name: str, value: Any, depth: int, budget: _Budget) -> Snapshot:
        base = tuple if is_a(type(value), tuple) else list
        names = INSTANCE_DICT(type(value)).get("_fields")
        count = base.__len__(value)
        items = list(islice(base.__iter__(value), self.limits.items))
        if type(names) is tuple and len(names) == count:
            fields = {
                str(each): self._of(str(each), item, depth + 1, budget, [])
                for each, item in zip(names, items, strict=False)
            }
            return {"type": type_name(type(value)), "fields": fields}
        return self._items(name, value, items, count, depth, budget)

    def _set(self, name: str, value: Any, depth: int, budget: _Budget) -> Snapshot:
        base = frozenset if is_a(type(value), frozenset) else set
        items = list(islice(base.__iter__(value), self.limits.items))
        return self._items(name, value, items, base.__len__(value), depth, budget)

    def _items(
        self, name: str, value: object, items: list[object], count: int, depth: int, budget: _Budget
    ) -> Snapshot:
        told = [self._of(name, item, depth + 1, budget, []) for item in items]
        return {"type": type_name(type(value)), "length": count, "items": told}

    def _mapping(self, name: str, value: Any, depth: int, budget: _Budget) -> Snapshot:
        pairs = list(islice(dict.items(value), self.limits.items))
        told = []
        for key, content in pairs:
            column = key if type(key) is str and self.mask.shows(key) else name
            label = (
                {"type": "str", "value": key} if column is key else self._of(name, key, depth + 1, budget, [])
            )
            told.append([label, self._of(str(column), content, depth + 1, budget, [])])
        return {
            "type": type_name(type(value)),
            "length": dict.__len__(value),
            "pairs": told,
        }

    def _bytes(self, name: str, value: Any, depth: int, budget: _Budget) -> Snapshot:
        base = bytes if is_a(type(value), bytes) else bytearray
        return {"type": type_name(type(value)), "length": base.__len__(value)}

    def _derived_text(self, name: str, value: Any, depth: int, budget: _Budget) -> Snapshot:
        return {**self._text(name, str.__str__(value)), "type": type_name(type(value))}

    def _derived_int(self, name: str, value: Any, depth: int, budget: _Budget) -> Snapshot:
        made = self._scalar(name, int.__int__(value), integer)
        return {**made, "type": type_name(type(value))}

    def _path(self, name: str, value: object, depth: int, budget: _Budget) -> Snapshot:
        return {"type": type_name(type(value)), "opaque": True}


Look = Callable[[Snapshotter, str, object, int, _Budget], Snapshot]
_CONTAINERS: Final[tuple[tuple[type, Look], ...]] = (
    (dict, Snapshotter._mapping),
    (tuple, Snapshotter._sequence),
    (list, Snapshotter._sequence),
    (set, Snapshotter._set),
    (frozenset, Snapshotter._set),
    (bytes, Snapshotter._bytes),
    (bytearray, Snapshotter._bytes),
    (str, Snapshotter._derived_text),
    (int, Snapshotter._derived_int),
    (PurePath, Snapshotter._path),
)
"""Subclasses are read by the functions of these types, never by their own."""


_DATACLASS: Final[Look] = lambda *given: {}  # noqa: E731
"""Stands for dataclasses among the looks: theirs needs the frames of the call too."""
_MOST_CELLS: Final = 50_000
_LOOKS: Final[Known] = {}
"""How values of a type are looked at, by the type's identity."""


def _look_at(kind: type) -> Look | None:
    """How values of this type are looked at; None: not at all."""
    if is_a(type(kind), EnumMeta):
        return Snapshotter._enum
    if "__dataclass_fields__" in INSTANCE_DICT(kind):
        return _DATACLASS
    return next((look for container, look in _CONTAINERS if is_a(kind, container)), None)


def _named(value: Any) -> Snapshot:
    """What is told of a value of an unknown type: the type; of functions and classes also their name."""
    kind = type(value)
    made: Snapshot = {"type": type_name(kind), "opaque": True}
    if kind is FunctionType or kind is BuiltinFunctionType:
        made["name"] = value.__qualname__
    elif kind is MethodType and type(value.__func__) is FunctionType:
        made["name"] = value.__func__.__qualname__
    elif kind is ModuleType:
        name = own_dict(value).get("__name__")
        made["name"] = name if type(name) is str else "?"
    elif is_a(kind, type):
        made["name"] = type_name(value)
    return made

"""Snapshots: values as plain data, bounded in every direction and masked, without calling any code of theirs.

    Snapshotter(mask).of("amount", 5460)               {"type": "int", "value": 5460}
    Snapshotter(mask).of("rows", frame)                schema, height, the first rows, what is new and changed

Only the exact type of a value decides what is read of it, and only by functions of our own choice: no ``__repr__``,
property or iterator of the value is ever called, so that looking cannot change, hang or fail what is looked at. What
is not known is told by the name of its type.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import EnumMeta
from fractions import Fraction
from itertools import islice
from pathlib import PurePath
from types import BuiltinFunctionType, FunctionType, MemberDescriptorType, MethodType, ModuleType
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from avenant.rerun.frames import frame_snapshot, series_snapshot
from avenant.rerun.masks import Mask

Snapshot = dict[str, Any]
_INSTANCE_DICT: Final = type.__dict__["__dict__"].__get__
_MRO: Final = type.__dict__["__mro__"].__get__
_BIG: Final = 4_096
"""Integers of more bits are told by their size: writing them out would take time that nobody limits."""


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

    def of(self, name: str, value: object, before: Iterable[pl.DataFrame] = ()) -> Snapshot:
        """The snapshot of ``value``, found under ``name``. ``before``: frames against which new columns show."""
        if self.told > self.limits.run_bytes:
            self.truncated = True
            return {"type": _type_name(type(value)), "cut": "run"}
        made = self._of(name, value, 0, _Budget(self.limits.nodes), list(before))
        return made

    def _of(self, name: str, value: Any, depth: int, budget: _Budget, before: list[pl.DataFrame]) -> Snapshot:
        budget.nodes -= 1
        kind = type(value)
        self.told += 24
        if budget.nodes < 0:
            self.truncated = True
            return {"type": _type_name(kind), "cut": "nodes"}
        exact = _EXACT.get(id(kind))
        if exact is not None:
            return self._scalar(name, value, exact)
        if kind is str:
            return self._text(name, str.__str__(value))
        if kind is pl.DataFrame:
            return self._frame(name, value, before)
        if kind is pl.Series:
            return self._series(name, value)
        if depth >= self.limits.depth:
            return {"type": _type_name(kind), "cut": "depth"}
        return self._compound(name, value, depth, budget, before)

    def _scalar(self, name: str, value: object, exact: Callable[[Any], object]) -> Snapshot:
        told = exact(value)
        if self.mask.hides_scalar(name) and value is not None:
            return {"type": type(value).__name__, "token": self.mask.token(str(told))}
        return {"type": type(value).__name__, "value": told}

    def _text(self, name: str, text: str) -> Snapshot:
        limit = self.limits.characters
        shown = self.mask.text(name, text if len(text) <= 100_000 else text[:100_000])
        if shown is not text and shown != text:
            self.told += len(shown)
            return {"type": "str", "token": shown, "length": len(text)}
        self.told += min(len(text), limit)
        cut = {"length": len(text)} if len(text) > limit else {}
        return {"type": "str", "value": text[:limit], **cut}

    def _frame(self, name: str, frame: pl.DataFrame, before: list[pl.DataFrame]) -> Snapshot:
        made = frame_snapshot(frame, before, self.cell, self.limits.rows, self.limits.columns, self.owned)
        self.told += 40 * len(made["columns"]) + 12 * sum(map(len, made["rows"]))
        return made

    def _series(self, name: str, series: pl.Series) -> Snapshot:
        made = series_snapshot(series, series.name or name, self.cell, self.limits.items)
        self.told += 12 * len(made["items"])
        return made

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
        mro = _MRO(kind)
        if _is_a(type(kind), EnumMeta):
            return self._enum(name, value)
        if "__dataclass_fields__" in _INSTANCE_DICT(kind):
            return self._dataclass(value, depth, budget, before)
        for container, look in _CONTAINERS:
            if any(each is container for each in mro):
                return look(self, name, value, depth, budget)
        return _named(value)

    def _enum(self, name: str, value: object) -> Snapshot:
        own = _own_dict(value)
        member = own.get("_name_")
        made: Snapshot = {"type": _type_name(type(value)), "enum": member if type(member) is str else "?"}
        inner = own.get("_value_")
        if id(type(inner)) in _EXACT or type(inner) is str:
            made["value"] = (
                self.mask.text(name, inner) if type(inner) is str else _EXACT[id(type(inner))](inner)
            )
        return made

    def _dataclass(self, value: object, depth: int, budget: _Budget, before: list[pl.DataFrame]) -> Snapshot:
        names = _INSTANCE_DICT(type(value))["__dataclass_fields__"]
        fields: Snapshot = {}
        for each in islice(dict.keys(names), self.limits.items * 2):
            found, content = _field(value, each)
            if found:
                fields[each] = self._of(each, content, depth + 1, budget, before)
        return {"type": _type_name(type(value)), "fields": fields}

    def _sequence(self, name: str, value: Any, depth: int, budget: _Budget) -> Snapshot:
        base = tuple if _is_a(type(value), tuple) else list
        names = _INSTANCE_DICT(type(value)).get("_fields")
        count = base.__len__(value)
        items = list(islice(base.__iter__(value), self.limits.items))
        if type(names) is tuple and len(names) == count:
            fields = {
                str(each): self._of(str(each), item, depth + 1, budget, [])
                for each, item in zip(names, items, strict=False)
            }
            return {"type": _type_name(type(value)), "fields": fields}
        return self._items(name, value, items, count, depth, budget)

    def _set(self, name: str, value: Any, depth: int, budget: _Budget) -> Snapshot:
        base = frozenset if _is_a(type(value), frozenset) else set
        items = list(islice(base.__iter__(value), self.limits.items))
        return self._items(name, value, items, base.__len__(value), depth, budget)

    def _items(
        self, name: str, value: object, items: list[object], count: int, depth: int, budget: _Budget
    ) -> Snapshot:
        told = [self._of(name, item, depth + 1, budget, []) for item in items]
        return {"type": _type_name(type(value)), "length": count, "items": told}

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
            "type": _type_name(type(value)),
            "length": dict.__len__(value),
            "pairs": told,
        }

    def _bytes(self, name: str, value: Any, depth: int, budget: _Budget) -> Snapshot:
        base = bytes if _is_a(type(value), bytes) else bytearray
        return {"type": _type_name(type(value)), "length": base.__len__(value)}

    def _derived_text(self, name: str, value: Any, depth: int, budget: _Budget) -> Snapshot:
        return {**self._text(name, str.__str__(value)), "type": _type_name(type(value))}

    def _derived_int(self, name: str, value: Any, depth: int, budget: _Budget) -> Snapshot:
        made = self._scalar(name, int.__int__(value), _integer)
        return {**made, "type": _type_name(type(value))}

    def _path(self, name: str, value: object, depth: int, budget: _Budget) -> Snapshot:
        return {"type": _type_name(type(value)), "opaque": True}


def _is_a(kind: type, wanted: type) -> bool:
    """Whether ``wanted`` is ``kind`` or above it, asking neither."""
    return any(each is wanted for each in _MRO(kind))


def _integer(value: int) -> object:
    if -(2**53) < value < 2**53:
        return value
    return f"{value}" if value.bit_length() <= _BIG else f"an integer of {value.bit_length()} bits"


def _float(value: float) -> object:
    return value if value == value and abs(value) != float("inf") else f"{value}"


_SCALARS: Final[dict[type, Callable[[Any], object]]] = {
    type(None): lambda value: None,
    bool: lambda value: value,
    int: _integer,
    float: _float,
    complex: lambda value: f"{value}",
    date: lambda value: date.isoformat(value),
    datetime: lambda value: datetime.isoformat(value) if _plain_zone(value) else "an instant",
    time: lambda value: time.isoformat(value) if value.tzinfo is None else "a time of day",
    timedelta: lambda value: f"{timedelta.total_seconds(value)} s",
    Decimal: lambda value: _bounded(Decimal.__str__(value)),
    Fraction: lambda value: _fraction(value),
    uuid.UUID: lambda value: uuid.UUID.__str__(value),
}


def _bounded(text: str) -> str:
    return text if len(text) <= _BIG else f"{text[:80]}…"


def _fraction(value: Fraction) -> str:
    return f"{_integer(value.numerator)}/{_integer(value.denominator)}"


def _plain_zone(value: datetime) -> bool:
    """Whether the zone is one of the standard library's, whose code may be called."""
    return any(type(value.tzinfo) is each for each in (type(None), timezone, ZoneInfo))


_EXACT: Final = {id(kind): exact for kind, exact in _SCALARS.items()}
"""By identity: a class of somebody else's may bring its own hash."""

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


def _field(value: object, name: str) -> tuple[bool, object]:
    """A field of a dataclass, read from its slot or its dictionary: (whether it is there, what it holds)."""
    for kind in _MRO(type(value)):
        slot = _INSTANCE_DICT(kind).get(name)
        if type(slot) is MemberDescriptorType:
            try:
                return True, slot.__get__(value)
            except AttributeError:
                return False, None
    own = _own_dict(value)
    return name in own, own.get(name)


def _own_dict(value: object) -> dict[str, object]:
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return own if type(own) is dict else {}


def _named(value: Any) -> Snapshot:
    """What is told of a value of an unknown type: the type; of functions and classes also their name."""
    kind = type(value)
    made: Snapshot = {"type": _type_name(kind), "opaque": True}
    if kind is FunctionType or kind is BuiltinFunctionType:
        made["name"] = value.__qualname__
    elif kind is MethodType and type(value.__func__) is FunctionType:
        made["name"] = value.__func__.__qualname__
    elif kind is ModuleType:
        name = _own_dict(value).get("__name__")
        made["name"] = name if type(name) is str else "?"
    elif _is_a(kind, type):
        made["name"] = _type_name(value)
    return made


def _type_name(kind: type) -> str:
    """The qualified name of a type, read without the help of its metaclass."""
    name = type.__dict__["__qualname__"].__get__(kind)
    module = _INSTANCE_DICT(kind).get("__module__")
    return name if module == "builtins" or type(module) is not str else f"{module}.{name}"

"""How values of a type are looked at, decided once for each type: its fields, its items, its name, or nothing of it.

look, stays = look_at(Decision)          stays: nobody can put anything else into such a value

Subclasses of the language's containers are read by the functions of these, never by their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import EnumMeta
from itertools import islice
from pathlib import PurePath
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from avenant.rerun.reading import (
    EXACT,
    INSTANCE_DICT,
    fields_of,
    held,
    integer,
    is_a,
    own_dict,
    type_name,
)

if TYPE_CHECKING:
    import polars as pl

    from avenant.rerun.snapshots import Snapshotter

Snapshot = dict[str, Any]


@dataclass(slots=True)
class Budget:
    """What is left for the value at hand. before: frames against which new columns show.

    changes: whether anything looked at could hold something else the next time, or was cut short.
    """

    nodes: int
    before: tuple[pl.DataFrame, ...] = ()
    changes: bool = False


Look = Callable[["Snapshotter", str, Any, int, Budget], Snapshot]
_PARAMETERS: Final = type(INSTANCE_DICT(Budget)["__dataclass_params__"])


def look_at(kind: type) -> tuple[Look, bool]:
    """How values of this type are looked at, and whether they stay as they are once they are made."""
    if is_a(type(kind), EnumMeta):
        return _enum, False
    if "__dataclass_fields__" in INSTANCE_DICT(kind):
        return _dataclass_look(kind), _is_frozen(kind)
    for container, look in _CONTAINERS:
        if is_a(kind, container):
            return look(kind), False  # what names its items comes from outside
    return _named, False


def _is_frozen(kind: type) -> bool:
    parameters = INSTANCE_DICT(kind).get("__dataclass_params__")
    return type(parameters) is _PARAMETERS and parameters.frozen is True


def _enum(snapshotter: Snapshotter, name: str, value: object, depth: int, budget: Budget) -> Snapshot:
    own = own_dict(value)
    member, inner = own.get("_name_"), own.get("_value_")
    made: Snapshot = {"type": type_name(type(value)), "enum": member if type(member) is str else "?"}
    if type(inner) is str:
        made["value"] = snapshotter.mask.text(name, inner)
    elif id(type(inner)) in EXACT:
        made["value"] = EXACT[id(type(inner))][1](inner)
    return made


def _dataclass_look(kind: type) -> Look:
    name, known, frozen = type_name(kind), fields_of(kind), _is_frozen(kind)
    has_own = any(slot is None for _, slot in known)

    def look(snapshotter: Snapshotter, _: str, value: object, depth: int, budget: Budget) -> Snapshot:
        own = own_dict(value) if has_own else {}
        budget.changes = budget.changes or not frozen
        part, below, fields = snapshotter.part, depth + 1, {}
        for each, slot in known[: snapshotter.limits.items * 2]:
            found, content = held(value, each, slot, own)
            if found:
                fields[each] = part(each, content, below, budget)
            else:
                budget.changes = True  # it is being made
        return {"type": name, "fields": fields}

    return look


def _sequence_look(kind: type) -> Look:
    name, names = type_name(kind), INSTANCE_DICT(kind).get("_fields")
    base: Any = tuple if is_a(kind, tuple) else list
    fields = names if type(names) is tuple and all(type(each) is str for each in names) else None
    stays = base is tuple

    def look(snapshotter: Snapshotter, under: str, value: Any, depth: int, budget: Budget) -> Snapshot:
        budget.changes = budget.changes or not stays
        count, part, below = base.__len__(value), snapshotter.part, depth + 1
        items = islice(base.__iter__(value), snapshotter.limits.items)
        if fields is not None and len(fields) == count:
            told = {each: part(each, item, below, budget) for each, item in zip(fields, items, strict=False)}
            return {"type": name, "fields": told}
        return {"type": name, "length": count, "items": [part(under, item, below, budget) for item in items]}

    return look


def _set_look(kind: type) -> Look:
    name = type_name(kind)
    base: Any = frozenset if is_a(kind, frozenset) else set
    stays = base is frozenset

    def look(snapshotter: Snapshotter, under: str, value: Any, depth: int, budget: Budget) -> Snapshot:
        budget.changes = budget.changes or not stays
        items = list(islice(base.__iter__(value), snapshotter.limits.items))
        told = [snapshotter.part(under, item, depth + 1, budget) for item in items]
        return {"type": name, "length": base.__len__(value), "items": told}

    return look


def _mapping_look(kind: type) -> Look:
    name = type_name(kind)

    def look(snapshotter: Snapshotter, under: str, value: Any, depth: int, budget: Budget) -> Snapshot:
        budget.changes = True
        mask, part, told = snapshotter.mask, snapshotter.part, []
        for key, content in list(islice(dict.items(value), snapshotter.limits.items)):
            is_shown = type(key) is str and mask.shows(key)
            label = {"type": "str", "value": key} if is_shown else part(under, key, depth + 1, budget)
            told.append([label, part(key if is_shown else under, content, depth + 1, budget)])
        return {"type": name, "length": dict.__len__(value), "pairs": told}

    return look


def _bytes_look(kind: type) -> Look:
    name = type_name(kind)
    base: Any = bytes if is_a(kind, bytes) else bytearray
    stays = base is bytes

    def look(snapshotter: Snapshotter, under: str, value: Any, depth: int, budget: Budget) -> Snapshot:
        budget.changes = budget.changes or not stays
        return {"type": name, "length": base.__len__(value)}

    return look


def _derived_text_look(kind: type) -> Look:
    name = type_name(kind)

    def look(snapshotter: Snapshotter, under: str, value: Any, depth: int, budget: Budget) -> Snapshot:
        return {**snapshotter.text(under, str.__str__(value)), "type": name}

    return look


def _derived_integer_look(kind: type) -> Look:
    name = type_name(kind)

    def look(snapshotter: Snapshotter, under: str, value: Any, depth: int, budget: Budget) -> Snapshot:
        return snapshotter.scalar(under, int.__int__(value), name, integer)

    return look


def _path_look(kind: type) -> Look:
    name = type_name(kind)
    return lambda snapshotter, under, value, depth, budget: {"type": name, "opaque": True}


_CONTAINERS: Final[tuple[tuple[type, Callable[[type], Look]], ...]] = (
    (dict, _mapping_look),
    (tuple, _sequence_look),
    (list, _sequence_look),
    (set, _set_look),
    (frozenset, _set_look),
    (bytes, _bytes_look),
    (bytearray, _bytes_look),
    (str, _derived_text_look),
    (int, _derived_integer_look),
    (PurePath, _path_look),
)


def _named(snapshotter: Snapshotter, name: str, value: Any, depth: int, budget: Budget) -> Snapshot:
    """What is told of a value of an unknown type: the type; of functions and classes also their name."""
    kind = type(value)
    made: Snapshot = {"type": type_name(kind), "opaque": True}
    if kind is FunctionType or kind is BuiltinFunctionType:
        made["name"] = value.__qualname__
    elif kind is MethodType and type(value.__func__) is FunctionType:
        made["name"] = value.__func__.__qualname__
    elif kind is ModuleType:
        module = own_dict(value).get("__name__")
        made["name"] = module if type(module) is str else "?"
    elif is_a(kind, type):
        made["name"] = type_name(value)
    return made

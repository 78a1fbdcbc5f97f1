"""What can be read of a value and its type without calling any code of theirs: names, fields, exact scalars.

type_name(type(value))              'decimal.Decimal', whatever the class says of itself
EXACT[id(type(value))][1](value)    of a number, a day, an instant: itself, as plain data
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from types import MemberDescriptorType
from typing import Any, Final
from zoneinfo import ZoneInfo

INSTANCE_DICT: Final = type.__dict__["__dict__"].__get__
_MRO: Final = type.__dict__["__mro__"].__get__
_BIG: Final = 4_096
"""Integers of more bits are told by their size: writing them out would take time that nobody limits."""
_MOST_TYPES: Final = 10_000
_MOST_FIELDS: Final = 200
Known = dict[int, tuple[type, Any]]
_FIELDS: Final[Known] = {}
_NAMES: Final[Known] = {}
"""What was found out about a type, by its identity: its fields with their slots, its name."""


def remembered(known: Known, kind: type, found: Any) -> tuple[type, Any]:
    """``found`` under ``kind``, which is kept, so that no other type takes its identity."""
    if len(known) < _MOST_TYPES:
        known[id(kind)] = (kind, found)
    return kind, found


def is_a(kind: type, wanted: type) -> bool:
    """Whether ``wanted`` is ``kind`` or above it, asking neither."""
    return any(each is wanted for each in _MRO(kind))


def fields_of(kind: type) -> list[tuple[str, Any]]:
    """The fields of a dataclass with the slot that each lies in; None: in its dictionary."""
    known = _FIELDS.get(id(kind))
    if known is None or known[0] is not kind:
        names = islice(dict.keys(INSTANCE_DICT(kind)["__dataclass_fields__"]), _MOST_FIELDS)
        known = remembered(_FIELDS, kind, [(name, _slot(kind, name)) for name in names])
    found: list[tuple[str, Any]] = known[1]
    return found


def _slot(kind: type, name: str) -> object:
    slots = (INSTANCE_DICT(each).get(name) for each in _MRO(kind))
    return next((slot for slot in slots if type(slot) is MemberDescriptorType), None)


def held(value: object, name: str, slot: Any, own: dict[str, object]) -> tuple[bool, object]:
    """A field of a dataclass: whether it is there, and what it holds."""
    if slot is None:
        return name in own, own.get(name)
    try:
        return True, slot.__get__(value)
    except AttributeError:
        return False, None


def own_dict(value: object) -> dict[str, object]:
    """What lies in the dictionary of an object, if it has one."""
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return own if type(own) is dict else {}


def type_name(kind: type) -> str:
    """The qualified name of a type, read without the help of its metaclass."""
    known = _NAMES.get(id(kind))
    if known is None or known[0] is not kind:
        known = remembered(_NAMES, kind, _qualified(kind))
    return str(known[1])


def _qualified(kind: type) -> str:
    name = type.__dict__["__qualname__"].__get__(kind)
    module = INSTANCE_DICT(kind).get("__module__")
    return name if module == "builtins" or type(module) is not str else f"{module}.{name}"


def integer(value: int) -> object:
    """An integer that JSON holds exactly; a longer one as text; a very long one by its size."""
    if -(2**53) < value < 2**53:
        return value
    return f"{value}" if value.bit_length() <= _BIG else f"an integer of {value.bit_length()} bits"


def _float(value: float) -> object:
    return value if value == value and abs(value) != float("inf") else f"{value}"


_SCALARS: Final[dict[type, Callable[[Any], object]]] = {
    type(None): lambda value: None,
    bool: lambda value: value,
    int: integer,
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
    return f"{integer(value.numerator)}/{integer(value.denominator)}"


def _plain_zone(value: datetime) -> bool:
    """Whether the zone is one of the standard library's, whose code may be called."""
    return any(type(value.tzinfo) is each for each in (type(None), timezone, ZoneInfo))


EXACT: Final = {id(kind): (kind.__name__, exact) for kind, exact in _SCALARS.items()}
"""Name and how it is told, by identity of the type: a class of somebody else's may bring its own hash."""

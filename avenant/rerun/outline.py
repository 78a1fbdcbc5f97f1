"""The outline of a run: what a page needs of each call to draw the tree, without its values.

A trace of 100,000 calls holds tens of megabytes of values; its outline a few. Each line is a JSON list and tells
where in the result the whole event lies, so that the values of one call can be fetched when somebody looks at it:

    ["g", "claims.decisions"]                            a stage begins
    ["f", 3, "avenant.core.money", "rounded", "core/money.py", 12]
    ["c", 7, 2, 3, 1520, 48211, "cents=5", 901]          call, parent, function, began µs, where, in short, digest
    ["r", 7, 48, 48302, "→ 5", 77, []]                   call, µs, where, in short, digest, marked columns
    ["x", 7, 48, 48302, "ValueError", "…", 12]           it raised
    ["k", 7, 48302, "KeyError", "…"]                     an exception it saw and survived
    ["l", 7, 48302]                                      executed lines
    ["o", 7, "WARNING", "avenant.core", "…", 48302]      a line of the log; call None: outside of all
    ["s", 3, 48302]                                      the source of a function

Numbers of calls and functions count through all stages of a run. Digests are equal where the masked values are.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any, Final

Line = list[Any]
SHORT: Final = 60
"""Characters of a value that the tree shows."""
_ARGUMENTS = 4


class Outline:
    """Turns the events of one run, in order, into lines of its outline."""

    def __init__(self) -> None:
        self._calls = self._functions = 0
        self._call_base = self._function_base = 0

    def of(self, event: list[Any], where: int, written: bytes) -> Line | None:
        """The line for an event that begins at byte ``where`` of the result; None for what the tree does not show.

        written: the event as JSON, as the result has it.
        """
        kind = event[0]
        if kind == "stage":
            self._call_base, self._function_base = self._calls, self._functions
            return ["g", event[1]]
        if kind == "function":
            self._functions += 1
            return ["f", self._function(event[1]), *event[2:]]
        if kind == "call":
            self._calls += 1
            return self._called(event, where, written)
        if kind == "source":
            return ["s", self._function(event[1]), where]
        if kind in _ENDS:
            return _ENDS[kind](
                event, None if event[1] is None else event[1] + self._call_base, where, written
            )
        return None

    def _function(self, number: int) -> int:
        return number + self._function_base

    def _called(self, event: list[Any], where: int, written: bytes) -> Line:
        _, number, parent, function, began, arguments = event
        above = None if parent is None else parent + self._call_base
        told = ", ".join(f"{name}={in_short(value)}" for name, value in [*arguments.items()][:_ARGUMENTS])
        numbers = [number + self._call_base, above, self._function(function), began, where]
        return ["c", *numbers, told[: 3 * SHORT], digest(written)]


def _returned(event: list[Any], call: int | None, where: int, written: bytes) -> Line:
    value = event[3]
    marked = [*value.get("new", ()), *value.get("changed", ())]
    return ["r", call, event[2], where, in_short(value), digest(written), marked]


def _raised(event: list[Any], call: int | None, where: int, written: bytes) -> Line:
    error = event[3]
    return ["x", call, event[2], where, error["type"], error["message"][:SHORT], digest(written)]


def _caught(event: list[Any], call: int | None, where: int, written: bytes) -> Line:
    return ["k", call, where, event[2]["type"], event[2]["message"][:SHORT]]


def _ran(event: list[Any], call: int | None, where: int, written: bytes) -> Line:
    return ["l", call, where]


def _logged(event: list[Any], call: int | None, where: int, written: bytes) -> Line:
    _, _, level, logger, template, arguments = event
    return ["o", call, level, logger, filled(template, arguments)[:1_000], where]


def _refused(event: list[Any], call: int | None, where: int, written: bytes) -> Line:
    """What wanted to leave stands in the log, with the call that wanted it."""
    return ["o", call, "WARNING", "outgoing", way_out(event)[:1_000], where]


def way_out(event: list[Any]) -> str:
    """What wanted to leave, in a few words: ``mail: host ‹8f21c0a4e7›, port 25``."""
    _, _, way, what = event
    told = ", ".join(f"{name} {in_short(value)}" for name, value in what.items())
    return f"{way}: {told}" if told else str(way)


_ENDS: Final = {
    "return": _returned,
    "raise": _raised,
    "caught": _caught,
    "lines": _ran,
    "log": _logged,
    "outgoing": _refused,
}


def filled(template: str, arguments: list[Mapping[str, Any]]) -> str:
    """A log line as it reads: its blanks filled one after the other; what is left over stands behind it."""
    parts = [in_short(each) for each in arguments]
    pieces = template.replace("%%", "\0").split("%")
    text = pieces[0]
    for piece in pieces[1:]:
        rest = piece.lstrip("-+ #0123456789.")
        text += (parts.pop(0) if parts else "?") + rest[1:]
    return " ".join([text.replace("\0", "%"), *parts]) if parts else text.replace("\0", "%")


def in_short(value: Mapping[str, Any]) -> str:
    """A snapshot in a few words: the value of a scalar, rows and marked columns of a table, else its type."""
    if value.get("type") == "polars.DataFrame":
        marks = [*(f"+{name}" for name in value["new"]), *(f"~{name}" for name in value["changed"])]
        return " ".join([f"{value['height']}×{value['width']}", *marks])[:SHORT]
    if "value" in value:
        return f"{value['value']}"[:SHORT]
    if "token" in value:
        return str(value["token"])
    name = value.get("name") or value.get("enum") or str(value.get("type", "?")).rpartition(".")[2]
    length = value.get("length")
    return str(name) if length is None else f"{name}[{length}]"


def digest(written: bytes) -> int:
    """Equal where events tell the same values: these come last, numbers and times stand before the first brace."""
    return zlib.crc32(written[written.find(b"{") :])

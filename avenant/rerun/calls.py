"""Calls of a run as a tree, built from its events: for a terminal, for pages, for comparing two runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from avenant.rerun.recording import Event

ALIKE: Final = 5
"""So many siblings alike, one after the other, are shown as a group."""


@dataclass(slots=True)
class Call:
    """One call. microseconds: how long it took, None where it never ended; error: what it raised."""

    number: int
    parent: int | None
    function: str
    module: str
    file: str
    line: int
    began: int
    arguments: dict[str, Any]
    depth: int = 0
    microseconds: int | None = None
    value: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    caught: dict[str, Any] | None = None
    lines: list[int] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    logs: list[list[Any]] = field(default_factory=list)
    children: list[Call] = field(default_factory=list)

    def walk(self) -> Iterator[Call]:
        """This call and all below it, in the order in which they began."""
        waiting = [self]
        while waiting:
            call = waiting.pop()
            yield call
            waiting.extend(reversed(call.children))


@dataclass(frozen=True, slots=True)
class Group:
    """Siblings alike, one after the other: same function, same kind of ending."""

    calls: tuple[Call, ...]


def call_tree(events: Iterable[Event]) -> list[Call]:
    """The calls that nobody recorded called, each with those below it. Events of one run, in order."""
    functions: dict[int, Event] = {}
    calls: dict[int, Call] = {}
    roots: list[Call] = []
    offset = 0  # every stage counts its functions and calls from 0
    for event in events:
        kind = event[0]
        if kind == "stage":
            functions, offset = {}, len(calls)
        elif kind == "function":
            functions[event[1]] = event
        elif kind == "call":
            call = _call(event, functions[event[3]], offset)
            above = calls.get(call.parent) if call.parent is not None else None
            call.depth = 0 if above is None else above.depth + 1
            (roots if above is None else above.children).append(call)
            calls[call.number] = call
        elif kind in _TOLD and event[1] is not None and event[1] + offset in calls:
            _TOLD[kind](calls[event[1] + offset], event)
    return roots


def _call(event: Event, function: Event, offset: int) -> Call:
    parent = None if event[2] is None else event[2] + offset
    _, _, module, name, file, line = function
    return Call(event[1] + offset, parent, name, module, file, line, event[4], event[5])


def _returned(call: Call, event: Event) -> None:
    call.microseconds, call.value = event[2], event[3]


def _raised(call: Call, event: Event) -> None:
    call.microseconds, call.error = event[2], event[3]


def _caught(call: Call, event: Event) -> None:
    call.caught = event[2]


def _ran(call: Call, event: Event) -> None:
    call.lines, call.values = event[2], event[3]


def _logged(call: Call, event: Event) -> None:
    call.logs.append(event[2:])


_TOLD: Final = {"return": _returned, "raise": _raised, "caught": _caught, "lines": _ran, "log": _logged}


def grouped(calls: Iterable[Call]) -> list[Call | Group]:
    """Siblings as they are shown: five or more alike in a row become one group."""
    found: list[Call | Group] = []
    for _, some in groupby(calls, key=lambda call: (call.module, call.function, call.error is not None)):
        alike = tuple(some)
        found += [Group(alike)] if len(alike) >= ALIKE else list(alike)
    return found


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an alignment: a call of the one run, of the other, or of both. differs: what is not the same."""

    one: Call | None
    other: Call | None
    differs: str = ""


def aligned(one: Iterable[Call], other: Iterable[Call]) -> Iterator[Step]:
    """Two runs side by side, level by level: siblings meet by their function, in order; the rest stands alone."""
    waiting = [(list(one), list(other))]
    while waiting:
        lefts, rights = waiting.pop(0)
        for left, right in _met(lefts, rights):
            yield Step(left, right, _difference(left, right))
            if left is not None and right is not None:
                waiting.append((left.children, right.children))


def first_divergence(one: Iterable[Call], other: Iterable[Call]) -> Step | None:
    """The deepest earliest call at which two runs part: the first whose result differs while those below it agree."""
    found: Step | None = None
    lefts, rights = list(one), list(other)
    while True:
        steps = (Step(left, right, _difference(left, right)) for left, right in _met(lefts, rights))
        step = next((step for step in steps if step.differs), None)
        if step is None or step.one is None or step.other is None:
            return step or found
        found, lefts, rights = step, step.one.children, step.other.children


def _met(lefts: list[Call], rights: list[Call]) -> Iterator[tuple[Call | None, Call | None]]:
    at = 0
    for left in lefts:
        later = next((n for n in range(at, len(rights)) if _name(rights[n]) == _name(left)), None)
        if later is None:
            yield left, None
            continue
        yield from ((None, each) for each in rights[at:later])
        yield left, rights[later]
        at = later + 1
    yield from ((None, each) for each in rights[at:])


def _name(call: Call) -> tuple[str, str]:
    return call.module, call.function


def _difference(left: Call | None, right: Call | None) -> str:
    if left is None or right is None:
        return "only one of the runs makes this call"
    for what in ("arguments", "error", "value"):
        if getattr(left, what) != getattr(right, what):
            return what
    return ""

"""The recording of a run: its calls as a tree, with arguments, results, exceptions, durations and log lines.

A tracer tells a `Recorder` what happens to frames; the recorder keeps its own stack of them, so that a generator that
is resumed stays one call and an exception that passes through many frames is told once for each. What it records goes
out as events, plain lists that are valid JSON, while the run goes on:

    ["function", 0, "avenant.core.money", "rounded", "core/money.py", 12]
    ["call", 7, 3, 0, 1520, {"cents": {"type": "int", "value": 5}}]       number, parent, function, µs, arguments
    ["return", 7, 48, {"type": "int", "value": 5}]                        number, µs, value
    ["raise", 7, 48, {"type": "ValueError", "message": "…"}]              it ended with an exception
    ["caught", 7, {"type": "KeyError", "message": "…"}]                   an exception it saw and survived
    ["lines", 7, [12, 13, 15], {"cents": …}]                              executed lines, values at the end
    ["log", 7, "WARNING", "avenant.core", "…", […]]                       call, level, logger, template, arguments
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any, Final

import polars as pl

from avenant.rerun.looks import Snapshot
from avenant.rerun.masks import text_constants
from avenant.rerun.snapshots import Snapshotter

Event = list[Any]
Emit = Callable[[Event], None]
_OPTIMIZED: Final = 1
_VARIADIC: Final = (4, 8)  # *args and **kwargs
_ANONYMOUS: Final = frozenset({"<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>", "<module>"})
_MOST_SUSPENDED: Final = 10_000
_NAMES_AT_END: Final = 30


@dataclass(frozen=True, slots=True)
class Choice:
    """What is recorded: functions of modules that begin with ``modules``, without those of ``without``.

    lines_of: functions (``module.qualname``) whose executed lines and values at the end are told too.
    calls: how many at most.
    """

    modules: tuple[str, ...] = ("avenant.core",)
    without: tuple[str, ...] = ("avenant.rerun",)
    lines_of: frozenset[str] = frozenset()
    calls: int = 200_000

    def has_module(self, name: object) -> bool:
        """Whether functions of this module are recorded."""
        if type(name) is not str:
            return False
        return _begins(name, self.modules) and not _begins(name, self.without)

    def has_code(self, code: CodeType) -> bool:
        """Whether this is the code of a function, rather than a module, a class or a comprehension."""
        return bool(code.co_flags & _OPTIMIZED) and code.co_name not in _ANONYMOUS


def _begins(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


@dataclass(slots=True)
class _Open:
    """A call that has not ended. ``frames``: the tables among its arguments; ``error``: the latest exception."""

    number: int
    frame: FrameType
    began_ns: int
    frames: list[pl.DataFrame]
    lines: set[int] | None
    error: Snapshot | None = None


@dataclass(slots=True)
class Recorder:
    """Takes what a tracer tells and emits events. It never raises: what fails inside sets ``truncated``."""

    snapshotter: Snapshotter
    emit: Emit
    choice: Choice = field(default_factory=Choice)
    truncated: bool = False
    calls: int = 0
    failure: str | None = None
    _stack: list[_Open] = field(default_factory=list)
    _suspended: dict[int, _Open] = field(default_factory=dict)
    _functions: dict[CodeType, int] = field(default_factory=dict)
    _spent_ns: int = 0

    def current(self) -> int | None:
        """The number of the call that is running, if any is recorded."""
        return self._stack[-1].number if self._stack else None

    def functions(self) -> dict[CodeType, int]:
        """The code of every function that was called, with its number."""
        return dict(self._functions)

    def wants_lines(self, frame: FrameType) -> bool:
        """Whether the executed lines of this function are asked for."""
        if not self.choice.lines_of:
            return False
        return f"{frame.f_globals.get('__name__')}.{frame.f_code.co_qualname}" in self.choice.lines_of

    def called(self, frame: FrameType) -> None:
        """A function begins, or a generator goes on."""
        began = time.perf_counter_ns()
        resumed = self._suspended.pop(id(frame), None)
        if resumed is not None:
            self._stack.append(resumed)
        elif self.calls >= self.choice.calls:
            self.truncated = True
        else:
            self._open(frame, began)
        self._spent_ns += time.perf_counter_ns() - began

    def returned(self, frame: FrameType, value: object) -> None:
        """A function ends with a value."""
        began = time.perf_counter_ns()
        call = self._close(frame)
        if call is not None:
            if call.error is not None:
                self.emit(["caught", call.number, call.error])
            self._tell_lines(call)
            told = self.snapshotter.of("return", value, call.frames)
            self.emit(["return", call.number, self._microseconds(call, began), told])
        self._spent_ns += time.perf_counter_ns() - began

    def suspended(self, frame: FrameType) -> None:
        """A generator yields; it may go on later."""
        call = self._close(frame)
        if call is not None and len(self._suspended) < _MOST_SUSPENDED:
            self._suspended[id(frame)] = call

    def unwound(self, frame: FrameType) -> None:
        """A function ends with the exception it was last told of."""
        began = time.perf_counter_ns()
        call = self._close(frame)
        if call is not None:
            self._tell_lines(call)
            error = call.error or {"type": "?", "message": ""}
            self.emit(["raise", call.number, self._microseconds(call, began), error])
        self._spent_ns += time.perf_counter_ns() - began

    def raised(self, frame: FrameType, error: BaseException | object, kind: type) -> None:
        """An exception is raised in a function or passes through it."""
        if self._stack and self._stack[-1].frame is frame:
            self._stack[-1].error = error_snapshot(self.snapshotter, error, kind, frame)

    def ran(self, frame: FrameType, line: int) -> None:
        """A line of a chosen function is about to run."""
        call = self._stack[-1] if self._stack else None
        if call is not None and call.frame is frame and call.lines is not None:
            call.lines.add(line)

    def failed(self, error: BaseException) -> None:
        """Recording itself failed; the run goes on and the trace says that it is not whole."""
        self.truncated = True
        self.failure = type(error).__name__

    def is_truncated(self) -> bool:
        """Whether anything was left out."""
        return self.truncated or self.snapshotter.truncated

    def _open(self, frame: FrameType, began: int) -> None:
        number, parent = self.calls, self.current()
        self.calls += 1
        arguments = _arguments(frame)
        told = {name: self.snapshotter.of(name, value) for name, value in arguments.items()}
        at = (began - self._spent_ns) // 1_000
        lines: set[int] | None = set() if self.wants_lines(frame) else None
        self._stack.append(_Open(number, frame, began - self._spent_ns, _frames(arguments), lines))
        self.emit(["call", number, parent, self._function(frame), at, told])

    def _close(self, frame: FrameType) -> _Open | None:
        """The open call of ``frame``, taken from the stack with all that lies above it; None if none is recorded."""
        for at in range(len(self._stack) - 1, -1, -1):
            if self._stack[at].frame is frame:
                call = self._stack[at]
                del self._stack[at:]
                return call
        return None

    def _function(self, frame: FrameType) -> int:
        code = frame.f_code
        number = self._functions.get(code)
        if number is None:
            number = self._functions[code] = len(self._functions)
            module = frame.f_globals.get("__name__", "?")
            self.emit(["function", number, module, code.co_qualname, code_file(code), code.co_firstlineno])
        return number

    def _microseconds(self, call: _Open, now: int) -> int:
        return max(0, (now - self._spent_ns - call.began_ns) // 1_000)

    def _tell_lines(self, call: _Open) -> None:
        if call.lines is None:
            return
        held = list(call.frame.f_locals.items())[:_NAMES_AT_END]
        told = {name: self.snapshotter.of(name, value) for name, value in held}
        self.emit(["lines", call.number, sorted(call.lines), told])


def error_snapshot(
    snapshotter: Snapshotter, error: object, kind: type, frame: FrameType | None = None
) -> Snapshot:
    """An exception: its type, and of its message what the code on the stack itself contains.

    Only messages of exact text are read: an exception's own ``__str__`` is never called.
    """
    name = type.__dict__["__qualname__"].__get__(kind)
    message = ""
    if isinstance(error, str):
        message = str.__str__(error)
    elif isinstance(error, BaseException):
        arguments = BaseException.__dict__["args"].__get__(error)
        message = " ".join(each for each in arguments if type(each) is str)
    constants = text_constants(_codes(frame, error))
    return {"type": name, "message": snapshotter.mask.message(message[:2_000], constants)[:2_000]}


def _codes(frame: FrameType | None, error: object) -> list[CodeType]:
    """The code of the functions through which an exception came: the raising one is the last."""
    found = [] if frame is None else [frame.f_code]
    if isinstance(error, BaseException):
        traceback = BaseException.__dict__["__traceback__"].__get__(error)
        while traceback is not None and len(found) < 50:
            found.append(traceback.tb_frame.f_code)
            traceback = traceback.tb_next
    return found


def code_file(code: CodeType) -> str:
    """The file of a function from its package on, so that no path of the machine is told."""
    name = code.co_filename.replace("\\", "/")
    _, found, rest = name.rpartition("/avenant/")
    return rest if found else name.rpartition("/")[2]


def _arguments(frame: FrameType) -> dict[str, object]:
    code = frame.f_code
    count = code.co_argcount + code.co_kwonlyargcount
    count += sum(1 for flag in _VARIADIC if code.co_flags & flag)
    held = frame.f_locals
    return {name: held[name] for name in code.co_varnames[:count] if name in held}


def _frames(arguments: dict[str, object]) -> list[pl.DataFrame]:
    return [value for value in arguments.values() if type(value) is pl.DataFrame]

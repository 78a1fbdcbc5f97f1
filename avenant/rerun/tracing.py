"""Tracers: what tells a recorder which functions run. Hunter by default; monitoring on newer Pythons; none at all.

with traced(tracer_called("hunter"), recorder):
    stage.function(*inputs)

Only the thread that starts a tracer is traced. A time limit has to come from another process: an exception that a
signal raises inside a tracer would be swallowed.
"""

from __future__ import annotations

import opcode
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any, Final, Protocol

from avenant.rerun.recording import Recorder

_RETURNS: Final = opcode.opmap["RETURN_VALUE"]
_YIELDS: Final = opcode.opmap["YIELD_VALUE"]
_GENERATORS: Final = 0x20 | 0x80 | 0x200  # generator, coroutine, asynchronous generator
_OFF: Final = getattr(sys, "monitoring", None)


class Tracer(Protocol):
    """Tells a recorder of calls, returns, exceptions and lines, from `start` until `stop`."""

    def start(self, recorder: Recorder) -> None:
        """Begin, in this thread."""

    def stop(self) -> None:
        """End; stopping twice is no error."""


class NoTracer:
    """Tells nothing: the code runs at its own speed."""

    def start(self, recorder: Recorder) -> None:
        """Nothing to do."""

    def stop(self) -> None:
        """Nothing to do."""


class HunterTracer:
    """Traces with Hunter, on every version of Python that we run on.

    Hunter hears of every event of every function, those of the frames' engine among them, of which a rule calls
    hundreds: that alone took twice the time of a rule. So a gate stands before it, which is told of calls alone and
    lets Hunter into functions that are recorded; of their lines it hears where somebody asked for them.
    """

    def __init__(self) -> None:
        from hunter import Tracer as Hunter

        self._hunter: Any = Hunter
        self._tracer: Any = None
        self._before: Any = None

    def start(self, recorder: Recorder) -> None:
        """Begin, in this thread."""
        self._before = sys.gettrace()
        self._tracer = self._hunter(threading_support=False)
        gate = _gate(recorder, self._tracer)
        self._tracer.trace(_listener(recorder))
        sys.settrace(gate)

    def stop(self) -> None:
        """End; stopping twice is no error."""
        if self._tracer is not None:
            self._tracer.stop()
            self._tracer = None
            sys.settrace(self._before)


def _gate(recorder: Recorder, inside: Callable[..., Any]) -> Callable[[FrameType, str, Any], Any]:
    """Called for every call of a function, whichever: lets ``inside`` hear of those that are recorded."""
    wanted: dict[int, tuple[CodeType, bool]] = {}  # by identity: hashing code costs more than the rest
    choice = recorder.choice

    def called(frame: FrameType, kind: str, value: Any) -> Any:
        code = frame.f_code
        known = wanted.get(id(code))
        if known is None:
            mine = choice.has_code(code) and choice.has_module(frame.f_globals.get("__name__"))
            known = wanted[id(code)] = code, mine
        return inside(frame, kind, value) if known[1] else None

    return called


def _listener(recorder: Recorder) -> Callable[[Any], bool]:
    """Hunter's predicate: it is called with every event, and answers that nothing more is to be done."""

    def heard(event: Any) -> bool:
        try:
            frame, kind = event.frame, event.kind
            if kind == "call":
                frame.f_trace_lines = recorder.wants_lines(frame)
            _tell(recorder, frame, kind, event.arg)
        except BaseException as error:
            recorder.failed(error)  # an exception here would end the tracing in silence
        return False

    return heard


def _tell(recorder: Recorder, frame: FrameType, kind: str, value: Any) -> None:
    if kind == "call":
        recorder.called(frame)
    elif kind == "return":
        _tell_end(recorder, frame, value)
    elif kind == "exception":
        recorder.raised(frame, value[1], value[0])
    elif kind == "line":
        recorder.ran(frame, frame.f_lineno)


def _tell_end(recorder: Recorder, frame: FrameType, value: object) -> None:
    """The hook says "return" also when a generator yields and, with None, when an exception unwinds a frame."""
    code = frame.f_code
    if value is not None and not code.co_flags & _GENERATORS:
        recorder.returned(frame, value)
        return
    last = code.co_code[frame.f_lasti]
    if last == _YIELDS and code.co_flags & _GENERATORS:
        recorder.suspended(frame)
    elif last == _RETURNS:
        recorder.returned(frame, value)
    else:
        recorder.unwound(frame)


class MonitoringTracer:
    """Traces with `sys.monitoring` (Python 3.12 and later), which costs a fraction of the older hook.

    Errors: RuntimeError on an older Python.
    """

    def __init__(self) -> None:
        if _OFF is None:
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            raise RuntimeError(f"this Python ({version}) has no sys.monitoring, 3.12 has: trace with hunter")
        self._api: Any = _OFF
        self._tool: int | None = None

    def start(self, recorder: Recorder) -> None:
        """Begin, in this thread."""
        api, events = self._api, self._api.events
        self._tool = tool = api.PROFILER_ID
        api.use_tool_id(tool, "avenant re-run")
        heard = _callbacks(recorder, api.DISABLE)
        told = 0
        for name, callback in heard.items():
            api.register_callback(tool, getattr(events, name), callback)
            told |= getattr(events, name)
        api.set_events(tool, told)

    def stop(self) -> None:
        """End; stopping twice is no error."""
        if self._tool is not None:
            self._api.set_events(self._tool, 0)
            self._api.free_tool_id(self._tool)
            self._tool = None


def _callbacks(recorder: Recorder, off: object) -> dict[str, Callable[..., object]]:
    """What to call for each kind of event; the frame that it is about is the caller's."""
    choice = recorder.choice

    def mine(code: CodeType, frame: FrameType) -> bool:
        return choice.has_code(code) and choice.has_module(frame.f_globals.get("__name__"))

    def about(tell: Callable[[FrameType, Any], None], local: bool = True) -> Callable[..., object]:
        def heard(code: CodeType, *details: Any) -> object:
            try:
                frame = sys._getframe(1)
                if not mine(code, frame):
                    return off if local else None
                tell(frame, details[-1] if details else None)
            except BaseException as error:
                recorder.failed(error)
            return None

        return heard

    return {
        "PY_START": about(lambda frame, _: recorder.called(frame)),
        "PY_RESUME": about(lambda frame, _: recorder.called(frame)),
        "PY_THROW": about(lambda frame, _: recorder.called(frame), local=False),
        "PY_RETURN": about(recorder.returned),
        "PY_YIELD": about(lambda frame, _: recorder.suspended(frame)),
        "RAISE": about(lambda frame, error: recorder.raised(frame, error, type(error)), local=False),
        "PY_UNWIND": about(lambda frame, _: recorder.unwound(frame), local=False),
        "LINE": about(lambda frame, line: recorder.ran(frame, line)),
    }


TRACERS: Final[dict[str, Callable[[], Tracer]]] = {
    "none": NoTracer,
    "hunter": HunterTracer,
    "monitoring": MonitoringTracer,
}


def tracer_called(name: str) -> Tracer:
    """The tracer with this name. Errors: ValueError for another name, RuntimeError where it cannot work here."""
    if name not in TRACERS:
        raise ValueError(f"tracers are {', '.join(TRACERS)}; seen {name!r}")
    return TRACERS[name]()


@contextmanager
def traced(tracer: Tracer, recorder: Recorder) -> Iterator[None]:
    """The block is traced, and no longer when it ends, however it ends."""
    tracer.start(recorder)
    try:
        yield
    finally:
        tracer.stop()

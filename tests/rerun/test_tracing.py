"""The trace of a run is what an independent recorder saw, with exact values, exceptions, lines and log lines."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from types import FrameType
from typing import Any

import pytest

import tests.rerun.traced_code as code
from avenant.core.premiums.calendar import Calendar
from avenant.rerun.logs import linked_logs
from avenant.rerun.masks import Mask
from avenant.rerun.recording import Choice, Recorder
from avenant.rerun.snapshots import Snapshotter
from avenant.rerun.tracing import TRACERS, MonitoringTracer, NoTracer, traced, tracer_called

KEY = b"k" * 32
MODULE = code.__name__
HERE = Choice(modules=(MODULE,))
AVAILABLE = ["hunter", *(["monitoring"] if hasattr(sys, "monitoring") else [])]


def recorded(
    run: Callable[[], object], tracer: str = "hunter", choice: Choice = HERE
) -> tuple[list[Any], Recorder]:
    events: list[Any] = []
    recorder = Recorder(Snapshotter(Mask("engineering", KEY)), events.append, choice)
    with linked_logs(recorder), traced(tracer_called(tracer), recorder), suppress(ValueError):
        run()
    json.dumps(events)
    return events, recorder


def calls(events: list[Any]) -> list[tuple[str, int]]:
    """(function, depth) of every call, in the order in which they began."""
    names = {event[1]: event[3] for event in events if event[0] == "function"}
    depth: dict[int | None, int] = {None: -1}
    found = []
    for event in events:
        if event[0] == "call":
            depth[event[1]] = depth[event[2]] + 1
            found.append((names[event[3]], depth[event[1]]))
    return found


def profiled(run: Callable[[], object], modules: tuple[str, ...] = (MODULE,)) -> list[tuple[str, int]]:
    """The same, seen by another hook of the interpreter, with a bookkeeping of its own."""
    found: list[tuple[str, int]] = []
    seen: list[FrameType] = []  # kept, so that no frame's identity is used twice
    began: set[int] = set()

    def wanted(frame: FrameType) -> bool:
        name = frame.f_code.co_name
        return str(frame.f_globals.get("__name__")).startswith(modules) and not (
            name.startswith("<") and name != "<lambda>"
        )

    def heard(frame: FrameType, kind: str, value: object) -> None:
        if kind == "call" and wanted(frame) and frame.f_code.co_flags & 1 and id(frame) not in began:
            began.add(id(frame))
            seen.append(frame)
            above, depth = frame.f_back, 0
            while above is not None:
                depth += wanted(above) and id(above) in began
                above = above.f_back
            found.append((frame.f_code.co_qualname, depth))

    sys.setprofile(heard)
    try:
        run()
    except ValueError:
        pass
    finally:
        sys.setprofile(None)
    return found


@pytest.mark.parametrize("tracer", AVAILABLE)
@pytest.mark.parametrize("run", [code.story, code.fails, code.methods])
def test_the_trace_is_the_call_list_that_another_recorder_made(
    tracer: str, run: Callable[[], object]
) -> None:
    events, recorder = recorded(run, tracer)
    assert calls(events) == profiled(run)
    assert not recorder.is_truncated()


def test_a_trace_of_rules_is_the_call_list_that_another_recorder_made() -> None:
    def run() -> None:
        Calendar.between(date(2026, 1, 1), date(2026, 6, 1)).dates()

    events, _ = recorded(run, choice=Choice(modules=("avenant.core",)))
    assert calls(events) == profiled(run, ("avenant.core",))
    assert len(calls(events)) >= 2


def test_every_call_ends_once_with_its_value_or_its_exception() -> None:
    events, _ = recorded(code.fails)
    begun = [event[1] for event in events if event[0] == "call"]
    ended = [event[1] for event in events if event[0] in ("return", "raise")]
    assert sorted(begun) == sorted(ended)
    raised = [event for event in events if event[0] == "raise"]
    assert [event[3]["type"] for event in raised] == ["ValueError", "ValueError"]
    assert "cents cannot be halved: give an even amount" in raised[0][3]["message"]


def test_a_caught_exception_is_told_and_the_call_returns() -> None:
    events, _ = recorded(lambda: code.halved(5))
    caught = next(event for event in events if event[0] == "caught")
    assert caught[2]["type"] == "ValueError"
    assert ["return", caught[1]] in [event[:2] for event in events]


def test_arguments_and_results_are_told_with_what_a_step_added() -> None:
    events, _ = recorded(code.story)
    steps = {event[1]: event for event in events if event[0] == "call" and "rows" in event[5]}
    result = next(event[3] for event in events if event[0] == "return" and event[1] in steps)
    assert result["new"] == ["left_cents"]
    assert result["rows"] == [[3_000, 2_100, 900]]


def test_lines_and_values_are_told_of_chosen_functions_only() -> None:
    chosen = Choice(modules=(MODULE,), lines_of=frozenset({f"{MODULE}.halved"}))
    events, _ = recorded(lambda: code.total([4, 5]), choice=chosen)
    told = [event for event in events if event[0] == "lines"]
    first = code.halved.__code__.co_firstlineno
    assert [event[2] for event in told] == [[first + 1, first + 2, first + 3, first + 4, first + 5]]
    assert told[0][3]["cents"]["value"] == 5


def test_a_log_line_belongs_to_the_call_that_wrote_it_and_hides_names() -> None:
    events, _ = recorded(lambda: code.total([5]))
    line = next(event for event in events if event[0] == "log")
    names = {event[1]: event[3] for event in events if event[0] == "function"}
    author = next(event for event in events if event[0] == "call" and event[1] == line[1])
    assert names[author[3]] == "halved"
    assert line[2:5] == ["WARNING", "avenant.example", "an odd amount of %s cents for %s"]
    assert line[5][0]["value"] == 5
    assert "Canari" not in json.dumps(events, ensure_ascii=False)


def test_a_trace_that_grows_too_long_says_so_and_the_run_goes_on() -> None:
    done: list[int] = []
    events, recorder = recorded(lambda: done.append(code.story()), choice=Choice(modules=(MODULE,), calls=5))
    assert done
    assert len(calls(events)) == 5
    assert recorder.is_truncated()


def test_a_failure_of_the_recording_does_not_stop_the_run() -> None:
    def broken(event: object) -> None:
        raise RuntimeError("the pipe is full")

    recorder = Recorder(Snapshotter(Mask("engineering", KEY)), broken, HERE)
    with traced(tracer_called("hunter"), recorder):
        assert code.methods() == 12
    assert recorder.is_truncated()
    assert recorder.failure == "RuntimeError"


def test_nothing_is_traced_after_the_end_and_without_a_tracer() -> None:
    events, _ = recorded(code.methods, "none")
    assert events == []
    before = sys.gettrace()
    recorded(code.methods)
    assert sys.gettrace() is before
    assert isinstance(tracer_called("none"), NoTracer)


def test_an_unknown_tracer_is_refused() -> None:
    with pytest.raises(ValueError, match="hunter"):
        tracer_called("dtrace")
    assert set(TRACERS) == {"none", "hunter", "monitoring"}


@pytest.mark.skipif(hasattr(sys, "monitoring"), reason="this Python has sys.monitoring")
def test_monitoring_is_refused_where_python_has_none() -> None:
    with pytest.raises(RuntimeError, match=r"3\.12"):
        MonitoringTracer()


def test_durations_leave_out_what_recording_itself_took() -> None:
    slow = Snapshotter(Mask("engineering", KEY))

    def telling(event: object) -> None:
        time.sleep(0.002)

    events: list[Any] = []

    def both(event: Any) -> None:
        telling(event)
        events.append(event)

    with traced(tracer_called("hunter"), recorder := Recorder(slow, both, HERE)):
        code.total([4] * 10)
    whole = next(event for event in events if event[0] == "return" and event[1] == 0)
    assert whole[2] < 15_000, "ten calls of nothing, though telling of them took 40 ms"
    assert recorder.calls == 11


def test_frames_are_read_before_the_call_can_change_what_they_hold() -> None:
    def changes(cents: list[int]) -> None:
        cents.append(9)

    events, _ = recorded(lambda: changes([1]), choice=Choice(modules=(__name__,)))
    told = [event for event in events if event[0] == "call" and "cents" in event[5]]
    assert told[0][5]["cents"]["length"] == 1

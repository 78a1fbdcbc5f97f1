"""What runs inside the sandbox: one question answered by the declared stages, told as events on standard output.

It is started by the guard, never by hand: `python -m avenant.flows.reruns.child` with the request, JSON, on its
standard input. What the code under it prints goes to standard error and is only counted.
"""

from __future__ import annotations

import json
import linecache
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from inspect import getblock
from types import CodeType
from typing import Any, Final
from urllib.parse import quote

import numpy.ma  # noqa: F401  # frames load it with the first array they are made of: no rule's time and no traced call

from avenant.flows.reruns.asked import Question, question_from
from avenant.flows.reruns.scene import Scene
from avenant.flows.reruns.traceable import module_of
from avenant.flows.reruns.verdicts import Verdict
from avenant.flows.stages import Stage, stages_for
from avenant.rerun.logs import linked_logs
from avenant.rerun.masks import Mask
from avenant.rerun.outgoing import Outgoing
from avenant.rerun.recording import Choice, Event, Recorder, error_snapshot
from avenant.rerun.relay import PORT
from avenant.rerun.snapshots import Snapshotter
from avenant.rerun.tracing import traced, tracer_called
from avenant.store.database import Connection, Database
from avenant.store.readers.rulebooks import rulebook_of_content

_ENCODER: Final = json.JSONEncoder(separators=(",", ":"))
BATCH: Final = 200
BATCH_SECONDS: Final = 0.1
QUIET_SECONDS: Final = 1
MOST_SOURCE_LINES: Final = 400
MOST_DIFFERENCES: Final = 2_000


class Telling:
    """Events on their way out, in batches of one line each. when_quiet: called when none came for a while."""

    def __init__(self, descriptor: int) -> None:
        self._out = os.fdopen(descriptor, "wb")
        self._batch: list[Event] = []
        self._since = time.monotonic()
        self._lock = threading.RLock()
        self.when_quiet: Callable[[], None] = lambda: None

    def tell(self, event: Event) -> None:
        """Add an event; what waits for long enough is sent."""
        with self._lock:
            self._batch.append(event)
            if len(self._batch) >= BATCH or time.monotonic() - self._since > BATCH_SECONDS:
                self.send()

    def send(self) -> None:
        """Send what waits."""
        with self._lock:
            if self._batch:
                self._out.write(_ENCODER.encode(self._batch).encode() + b"\n")
                self._out.flush()
                self._since = time.monotonic()
            self._batch = []

    def keep_sending(self) -> None:
        """Send what waits also while the code tells nothing: what a run does that never ends is seen then."""
        threading.Thread(target=self._sending, daemon=True, name="telling").start()

    def _sending(self) -> None:
        while True:
            time.sleep(BATCH_SECONDS)
            self.send()
            if time.monotonic() - self._since > QUIET_SECONDS:
                self.when_quiet()


def main() -> None:
    """Answer the request on standard input; the exit code is 0 also where the code under it raised."""
    outgoing = Outgoing(f"{os.environ['RERUN_DATABASE_FOLDER']}/.s.PGSQL.{PORT}")
    outgoing.stand_in()
    descriptor = os.dup(1)
    os.dup2(2, 1)  # what the code prints is no event
    telling = Telling(descriptor)
    telling.tell(["ready"])
    telling.send()
    request = json.loads(sys.stdin.buffer.read())
    mask = Mask(request["role"], bytes.fromhex(request["key"]), frozenset(request["words"]))
    database = Database(url_inside(request))
    try:
        with database.snapshot() as connection:
            telling.keep_sending()
            _answer(scene_of(connection, request), mask, telling, outgoing)
    except Exception as error:
        telling.tell(["error", None, error_snapshot(Snapshotter(mask), error, type(error))])
    telling.tell(["end"])
    telling.send()


def scene_of(connection: Connection, request: dict[str, Any]) -> Scene:
    """What the stages take: read from the database, but for the draft of a rulebook that came with the request."""
    draft = request.get("draft")
    rulebook = None if draft is None else rulebook_of_content(draft)
    return Scene(connection, question_from(request["question"]), rulebook)


def url_inside(request: dict[str, Any]) -> str:
    """The address of the database: always the socket that the guard gives this run."""
    user, password, name = (quote(request[part], safe="") for part in ("user", "password", "database"))
    host = quote(os.environ["RERUN_DATABASE_FOLDER"], safe="")
    return f"postgresql://{user}:{password}@/{name}?host={host}&port={PORT}&gssencmode=disable"


def _answer(scene: Scene, mask: Mask, telling: Telling, outgoing: Outgoing) -> None:
    question, tell = scene.question, telling.tell
    snapshotter = Snapshotter(mask, owned=scene.owned())
    outgoing.told_to(tell, snapshotter)
    for stage in stages_for(question.subject.kind, question.stages):
        tell(["stage", stage.name])
        recorder = Recorder(snapshotter, tell, _choice(stage, question))
        sources = Sources(recorder)
        telling.when_quiet = sources.tell
        with outgoing.within(recorder):
            _run(stage, scene, recorder)
        sources.tell()


def _run(stage: Stage, scene: Scene, recorder: Recorder) -> None:
    """One stage: its inputs read, its function run and recorded, its answer compared."""
    snapshotter, tell = recorder.snapshotter, recorder.emit
    inputs = stage.inputs(scene)
    tracer = tracer_called(_tracer(scene.question))
    began = time.perf_counter()
    try:
        with ExitStack() as watching:
            watching.enter_context(linked_logs(recorder))
            watching.enter_context(traced(tracer, recorder))
            answer = stage.function(*inputs)
    except Exception as error:
        tell(["error", stage.name, error_snapshot(snapshotter, error, type(error))])
        return
    seconds = round(time.perf_counter() - began, 6)
    told = snapshotter.of("return", answer)
    tell(["result", stage.name, {"seconds": seconds, "truncated": recorder.is_truncated(), "value": told}])
    if stage.verdict is not None:
        tell(["verdict", stage.name, verdict_told(stage.verdict(scene, answer), snapshotter)])


def _choice(stage: Stage, question: Question) -> Choice:
    """What is told of a stage; the modules of functions whose lines are asked for are among it."""
    lines = frozenset(question.lines_of) if question.trace == "lines" else frozenset[str]()
    modules = (*(question.modules or stage.modules), *sorted({module_of(each) for each in lines}))
    return Choice(modules=modules, lines_of=lines)


def _tracer(question: Question) -> str:
    if question.trace == "off":
        return "none"
    return "monitoring" if hasattr(sys, "monitoring") else "hunter"


def verdict_told(verdict: Verdict, snapshotter: Snapshotter) -> dict[str, Any]:
    """A verdict as plain data, masked; of very many differences the first, and how many there are."""
    cell = snapshotter.cell
    rows = [
        {
            "table": each.table,
            "key": [[name, cell(name, value)] for name, value in each.key],
            "column": each.column,
            "stored": cell(each.column, each.stored),
            "rerun": cell(each.column, each.rerun),
        }
        for each in verdict.differences[:MOST_DIFFERENCES]
    ]
    notes = [snapshotter.mask.message(note) for note in verdict.notes]
    count = len(verdict.differences)
    return {
        "same": verdict.same,
        "compared": verdict.compared,
        "count": count,
        "differences": rows,
        "notes": notes,
    }


class Sources:
    """The source of every function that was called, from the code that ran; each told once."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._told: set[int] = set()
        self._lock = threading.Lock()

    def tell(self) -> None:
        """Tell those that were not told; by whomever it is asked first, in the end or because the code is quiet."""
        with self._lock:
            for code, number in self._recorder.functions().items():
                if number not in self._told:
                    self._told.add(number)
                    self._recorder.emit(["source", number, _source(code)])


def _source(code: CodeType) -> list[str]:
    lines = linecache.getlines(code.co_filename)[code.co_firstlineno - 1 :][:MOST_SOURCE_LINES]
    return [line.rstrip("\n") for line in getblock(lines)] if lines else []


if __name__ == "__main__":
    main()

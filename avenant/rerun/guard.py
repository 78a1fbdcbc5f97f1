"""The guard: one fresh process per run, inside the isolation of the machine, watched from outside until it ends.

    outcome = guarded(Program("avenant.flows.reruns.child"), request, door, Limits(), heard=spool.append)

The parent holds every limit: it counts what the run says, ends it at the deadline together with everything it
started, and has its backends in the database ended too. What the run says are events, lists that are valid JSON, one
batch a line; whatever else it says ends it.
"""

from __future__ import annotations

import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import psutil

import avenant
from avenant.rerun.isolation import (
    DATABASE_FOLDER,
    Isolation,
    inside,
    isolation_here,
    python_folders,
)
from avenant.rerun.relay import Door, Relay

Event = list[Any]
KINDS: Final = frozenset(
    {
        *("ready", "stage", "result", "verdict", "error", "outgoing", "end"),
        *("function", "source", "call", "return", "raise", "caught", "lines", "log"),
    }
)
ENVIRONMENT: Final = {
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "POLARS_MAX_THREADS": "2",
    "TZ": "UTC",
}
"""The whole environment of a run: none of ours is handed on."""
_START: Final = (
    "import runpy, sys; sys.path[:0] = sys.argv[2:]; runpy.run_module(sys.argv[1], run_name='__main__')"
)
_READ: Final = 1 << 18
LOOK_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may use. chatter_bytes: what it may print besides its events.

    memory_bytes: of one process; together_bytes: of all its processes, looked at twice a second.
    """

    seconds: float = 30
    cpu_seconds: int = 30
    memory_bytes: int = 6 * 2**30
    together_bytes: int = 8 * 2**30
    output_bytes: int = 256 * 2**20
    line_bytes: int = 16 * 2**20
    chatter_bytes: int = 2**20
    processes: int = 96
    open_files: int = 256
    file_bytes: int = 32 * 2**20


@dataclass(frozen=True, slots=True)
class Program:
    """The module that a run executes, and folders of code it may read besides Python and this program."""

    module: str
    folders: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. status: done, failed, deadline, output, memory, killed, garbled; why: in words.

    refused: what it tried at the database's door. chatter: bytes that it printed; said: their end, only where it
    failed before it was given anything to read.
    """

    status: str
    why: str
    seconds: float
    events: int
    refused: tuple[str, ...] = ()
    chatter: int = 0
    said: str = ""

    @property
    def is_done(self) -> bool:
        """Whether the run came to its own end."""
        return self.status == "done"


def memory_of(pid: int) -> int:
    """The bytes that a process and all below it hold; pages that they share are counted once where that is told."""
    with suppress(psutil.Error):
        processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        return sum(map(_held, processes))
    return 0


def _held(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.Error, AttributeError):
        pass
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


@dataclass(slots=True)
class _Watch:
    """What was heard of a run so far."""

    heard: Callable[[Event], None]
    limits: Limits
    began: float
    rest: bytes = b""
    events: int = 0
    output: int = 0
    chatter: int = 0
    said: bytes = b""
    ready: bool = False
    ended: bool = False
    failed: bool = False
    stopped: tuple[str, str] | None = None
    looked: float = 0
    settled: Callable[[], None] | None = None

    def stop(self, status: str, why: str) -> None:
        """Remember why the run has to end; the first reason counts."""
        self.stopped = self.stopped or (status, why)

    def look_at_memory(self, pid: int) -> None:
        """Stop a run whose processes hold too much together; looked at now and then, since looking costs."""
        now = time.perf_counter()
        if now - self.looked < LOOK_SECONDS:
            return
        self.looked = now
        if memory_of(pid) > self.limits.together_bytes:
            self.stop("memory", f"its processes held more than {self.limits.together_bytes:,} bytes together")

    def take(self, chunk: bytes) -> None:
        """Count what the run says and hear the events of whole lines."""
        self.output += len(chunk)
        if self.output > self.limits.output_bytes:
            self.stop("output", f"it told more than {self.limits.output_bytes:,} bytes")
            return
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        if len(self.rest) > self.limits.line_bytes:
            self.stop("output", f"one batch of events has more than {self.limits.line_bytes:,} bytes")
        for line in lines:
            self._hear(line)
        if self.settled is not None and lines:
            self.settled()

    def _hear(self, line: bytes) -> None:
        try:
            batch = json.loads(line)
        except (ValueError, RecursionError):
            self.stop("garbled", "it said something that is no event")
            return
        for event in batch if isinstance(batch, list) else [None]:
            if not isinstance(event, list) or not event or event[0] not in KINDS:
                self.stop("garbled", "it said something that is no event")
                return
            self.events += 1
            self.ready = self.ready or event[0] == "ready"
            self.ended = self.ended or event[0] == "end"
            self.failed = self.failed or event[0] == "error"
            self.heard(event)

    def overhear(self, chunk: bytes) -> None:
        """Count what the run prints; its words are kept only as long as it has been given nothing to read."""
        self.chatter += len(chunk)
        if not self.ready:
            self.said = (self.said + chunk)[-2_000:]
        if self.chatter > self.limits.chatter_bytes:
            self.stop("output", f"it printed more than {self.limits.chatter_bytes:,} bytes")


def guarded(
    program: Program,
    request: bytes,
    door: Door,
    limits: Limits,
    heard: Callable[[Event], None],
    end_backends: Callable[[Sequence[int]], None],
    isolation: Isolation | None = None,
    settled: Callable[[], None] | None = None,
) -> Outcome:
    """Run ``program`` on ``request`` (its standard input) and hear its events until it ends or has to.

    end_backends: ends connections of the database by their numbers; settled: called when all that came so far was
    heard. Never raises for anything that the run does.
    """
    here = isolation or isolation_here()
    began = time.perf_counter()
    watch = _Watch(heard, limits, began, looked=began, settled=settled)
    with _private_folder() as folder:
        relay = Relay(door, folder)
        process = _started(program, here, limits, folder)
        try:
            _watched(process, request, watch)
        finally:
            _end(process)
            relay.close()
            end_backends(relay.backends)
    return _outcome(process.returncode, watch, tuple(relay.refused))


@contextmanager
def _private_folder() -> Iterator[Path]:
    """A folder that nobody else enters, with one inside that the sandbox is given."""
    outer = Path(tempfile.mkdtemp(prefix="avenant-rerun-"))
    try:
        inner = outer / "door"
        inner.mkdir()
        inner.chmod(0o755)
        yield inner
    finally:
        shutil.rmtree(outer, ignore_errors=True)


def database_folder(isolation: Isolation, folder: Path) -> str:
    """Where a run finds the socket of its database."""
    return DATABASE_FOLDER if isolation.kind == "bubblewrap" else str(folder)


def _started(program: Program, here: Isolation, limits: Limits, folder: Path) -> subprocess.Popen[bytes]:
    package = Path(avenant.__file__).parent
    python = [sys.executable, "-I", "-B", "-X", "utf8", "-c", _START, program.module, str(package.parent)]
    python += [str(each) for each in program.folders]
    environment = {**ENVIRONMENT, "RERUN_DATABASE_FOLDER": database_folder(here, folder)}
    command = python
    if here.kind == "bubblewrap":
        folders = [*python_folders(package), *program.folders]
        command = inside(python, folders, environment, folder)
    return subprocess.Popen(
        [*_limited(limits), *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PATH": os.environ.get("PATH", "/usr/bin:/bin")} if here.kind == "bubblewrap" else environment,
        cwd="/",
        close_fds=True,
        start_new_session=True,
    )


def _limited(limits: Limits) -> list[str]:
    """The words before a command that limit what it, and all it starts, may use of the machine."""
    if shutil.which("prlimit") is None:
        return []
    return [
        "prlimit",
        f"--as={limits.memory_bytes}",
        f"--cpu={limits.cpu_seconds}",
        f"--nproc={limits.processes}",
        f"--nofile={limits.open_files}",
        f"--fsize={limits.file_bytes}",
        "--core=0",
    ]


def _watched(process: subprocess.Popen[bytes], request: bytes, watch: _Watch) -> None:
    """Hand over the request and hear the run, until it closes both pipes or has to be stopped."""
    assert process.stdin and process.stdout and process.stderr
    deadline = watch.began + watch.limits.seconds
    pending = memoryview(request)
    with selectors.DefaultSelector() as ready:
        os.set_blocking(process.stdin.fileno(), False)
        ready.register(process.stdin, selectors.EVENT_WRITE)
        ready.register(process.stdout, selectors.EVENT_READ, watch.take)
        ready.register(process.stderr, selectors.EVENT_READ, watch.overhear)
        while len(ready.get_map()) and watch.stopped is None:
            left = deadline - time.perf_counter()
            if left <= 0:
                watch.stop("deadline", f"it took more than {watch.limits.seconds:g} seconds")
                return
            watch.look_at_memory(process.pid)
            for key, _ in ready.select(min(left, LOOK_SECONDS)):
                if key.data is not None:
                    _read(ready, key, key.data)
                else:
                    pending = _handed(ready, process.stdin, pending)
            if process.poll() is not None and not _still_talks(ready, process):
                return


def _read(ready: selectors.BaseSelector, key: selectors.SelectorKey, take: Callable[[bytes], None]) -> None:
    chunk = os.read(key.fd, _READ)
    if chunk:
        take(chunk)
    else:
        ready.unregister(key.fileobj)


def _handed(ready: selectors.BaseSelector, pipe: IO[bytes], pending: memoryview) -> memoryview:
    """Write what the pipe takes of the request; close it when all is written."""
    try:
        pending = pending[os.write(pipe.fileno(), pending[:_READ]) :]
    except BlockingIOError:
        return pending
    except OSError:
        pending = pending[len(pending) :]
    if not pending:
        ready.unregister(pipe)
        with suppress(OSError):
            pipe.close()
    return pending


def _still_talks(ready: selectors.BaseSelector, process: subprocess.Popen[bytes]) -> bool:
    """Whether anything that the ended run said is still to be read."""
    pipes = {process.stdout, process.stderr}
    return any(key.fileobj in pipes for key, _ in ready.select(0.05))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the run and everything it started; nothing of it is left when this returns."""
    with suppress(psutil.Error):
        below = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        for each in below:
            with suppress(psutil.Error):
                each.kill()
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        with suppress(OSError):
            if pipe is not None:
                pipe.close()


def _outcome(code: int, watch: _Watch, refused: tuple[str, ...]) -> Outcome:
    status, why = watch.stopped or _ending(code, watch, refused)
    return Outcome(
        status,
        why,
        round(time.perf_counter() - watch.began, 3),
        watch.events,
        refused,
        watch.chatter,
        "" if watch.ready else watch.said.decode("utf-8", "replace"),
    )


def _ending(code: int, watch: _Watch, refused: tuple[str, ...]) -> tuple[str, str]:
    if watch.ended and code == 0:
        return ("failed", "the code raised an exception") if watch.failed else ("done", "it came to its end")
    if not watch.ready:
        return "failed", "it could not be started"
    if refused:
        return "failed", f"it was refused {refused[-1]}"
    if code in (128 + signal.SIGXCPU, -signal.SIGXCPU, 128 + signal.SIGKILL, -signal.SIGKILL):
        return (
            "killed",
            "it was ended by the system: processor time or memory beyond its limit, or its own doing",
        )
    return "killed", f"its process ended with {code} before it was done"

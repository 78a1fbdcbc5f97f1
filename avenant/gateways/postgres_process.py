"""The process of the embedded server: started once however many ask, found out when killed, stopped.

Two lock files in the server's folder make this safe between processes:

* `server.lock` is held by whoever starts or stops the server, for that long.
* `server.alive` is locked by the starter and inherited by every process of the server. The operating system
  releases it when the last of them is gone, so a free lock proves that nothing of an earlier server lives:
  what a `kill -9` or a reboot left behind (a process file whose number may by now be another's) is removed.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psutil

from avenant.gateways.postgres_folder import ServerFolder
from avenant.gateways.postgres_programs import ServerFailed

_READY_SECONDS = 900  # recovery after a crash may have gigabytes of log to read
_ORPHAN_SECONDS = 1
_POLL_SECONDS = 0.02


def is_running(files: ServerFolder) -> bool:
    """Whether the server takes connections now."""
    try:
        ready = files.process_file.read_text().splitlines()[7].strip() == "ready"
    except (OSError, IndexError):
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        return ready and probe.connect_ex(str(files.socket)) == 0


def start(files: ServerFolder, after_start: Callable[[], None]) -> None:
    """Start the server unless it runs; who started it calls `after_start` before letting the next one in.

    Errors: `ServerFailed`, with the last lines of the server's log.
    """
    if is_running(files):
        return
    files.make()
    with _one_at_a_time(files):
        alive = _lock_of_the_dead(files)
        if alive is None:
            return
        try:
            _launch(files, alive)
        finally:
            os.close(alive)  # the server's processes keep theirs, and with it the lock
        after_start()


def stop(files: ServerFolder) -> bool:
    """Stop the server, ending its connections; whether it ran."""
    if not files.folder.exists():
        return False
    with _one_at_a_time(files):
        if not is_running(files):
            return False
        files.programs().run("pg_ctl", "stop", "-w", "-t", "60", "-m", "fast", "-D", str(files.data))
    return True


def _launch(files: ServerFolder, alive: int) -> None:
    programs = files.prepare()
    for left_behind in (
        files.process_file,
        files.socket,
        files.socket.with_name(f"{files.socket.name}.lock"),
    ):
        left_behind.unlink(missing_ok=True)
    where = ("-D", str(files.data), "-l", str(files.log))
    try:
        programs.run("pg_ctl", "start", "-w", "-t", str(_READY_SECONDS), *where, keep_open=[alive])
    except ServerFailed as error:
        raise ServerFailed(f"the embedded PostgreSQL did not start: {error}\n{_end_of_log(files)}") from error


@contextmanager
def _one_at_a_time(files: ServerFolder) -> Iterator[None]:
    descriptor = os.open(files.folder / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _lock_of_the_dead(files: ServerFolder) -> int | None:
    """The lock of `server.alive` once no process of an earlier server lives; None if the server runs.

    A server that is starting, recovering or stopping is waited for. Processes whose server was
    killed are told to leave at once, as the server itself would have told them.
    """
    began = time.monotonic()
    while not is_running(files):
        processes = _processes(files)
        if not processes and (lock := _try_lock(files)) is not None:
            return lock
        waited = time.monotonic() - began
        if waited > _ORPHAN_SECONDS and processes and not _leader_lives(files, processes):
            _tell_to_leave(processes)
        if waited > _READY_SECONDS:
            raise ServerFailed(
                f"an earlier server of {files.folder} neither serves nor ends (processes "
                f"{[process.pid for process in processes]}). End those processes, then try again."
            )
        time.sleep(_POLL_SECONDS)
    return None


def _try_lock(files: ServerFolder) -> int | None:
    descriptor = os.open(files.folder / "server.alive", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _processes(files: ServerFolder) -> list[psutil.Process]:
    """The living processes of a server on these data: those that work in its folder."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.name().startswith("postgres") and process.cwd() == str(files.data.resolve()):
                found.append(process)
    return found


def _leader_lives(files: ServerFolder, processes: list[psutil.Process]) -> bool:
    try:
        leader = int(files.process_file.read_text().split(maxsplit=1)[0])
    except (OSError, ValueError, IndexError):
        return False
    return any(process.pid == leader for process in processes)


def _tell_to_leave(processes: list[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.Error):
            process.send_signal(signal.SIGQUIT)


def _end_of_log(files: ServerFolder) -> str:
    with suppress(OSError):
        return "\n".join(files.log.read_text(errors="replace").splitlines()[-10:])
    return "(it wrote no log)"

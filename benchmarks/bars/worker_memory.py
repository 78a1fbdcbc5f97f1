"""The peak memory of worker processes, as the operating system keeps it.

with watched_workers() as seen:
    nightly.run(db, business_date, workers=2)
seen.peak_bytes
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

PAUSE_SECONDS = 0.02
HIGH_WATER = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


@dataclass(slots=True)
class Seen:
    """The largest resident memory that any worker process had at any moment, in bytes; 0 without workers."""

    peak_bytes: int = 0


@contextmanager
def watched_workers() -> Iterator[Seen]:
    """Watch the worker processes that this process starts inside the block."""
    seen, done = Seen(), threading.Event()
    watcher = threading.Thread(target=_watch, args=(seen, done), daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        done.set()
        watcher.join()


def _watch(seen: Seen, done: threading.Event) -> None:
    this = psutil.Process()
    workers: dict[int, bool] = {}
    while not done.wait(PAUSE_SECONDS):
        for child in this.children():
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied, FileNotFoundError, ProcessLookupError):
                if child.pid not in workers:
                    workers[child.pid] = "multiprocessing.spawn" in " ".join(child.cmdline())
                if workers[child.pid]:
                    seen.peak_bytes = max(seen.peak_bytes, peak_bytes(child))


def peak_bytes(process: psutil.Process) -> int:
    """The peak that Linux itself records, so that nothing falls between two looks; elsewhere, memory now."""
    status = Path(f"/proc/{process.pid}/status")
    found = HIGH_WATER.search(status.read_text()) if status.exists() else None
    return int(found[1]) * 1024 if found else int(process.memory_info().rss)

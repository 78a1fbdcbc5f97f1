"""Progress on anything that takes more than a second: bars on a terminal, a few plain lines elsewhere.

    with progress_shown() as progress:
        nightly.run(db, business_date, progress=progress)

The callback is `progress(stage, done, total)`: what is being done, in words, and how much of it is done.
A total of 0 means that nobody knows yet how much there is. All output goes to standard error.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

Progress = Callable[[str, int, int], None]

QUIET_SECONDS = 5.0
"""Away from a terminal, nothing is said about what takes less than this, then one line per interval."""


@contextmanager
def progress_shown(stream: TextIO | None = None) -> Iterator[Progress]:
    """A progress callback for the length of a `with` block, fit for `stream` (standard error by default)."""
    stream = stream or sys.stderr
    if not stream.isatty():
        yield PlainLines(stream)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=Console(file=stream), transient=True) as bars:
        yield StageBars(bars)


class StageBars:
    """One bar per stage, added when the stage is first heard of."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(stage, total=total or None)
        self._bars.update(self._tasks[stage], completed=done, total=total or None)


class PlainLines:
    """A line now and then, for logs: none at all for work that is done within `QUIET_SECONDS`."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._spoke_at = clock()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if self._clock() - self._spoke_at < QUIET_SECONDS:
            return
        self._spoke_at = self._clock()
        of_total = f" of {total}" if total else ""
        print(f"{stage}: {done}{of_total}", file=self._stream, flush=True)

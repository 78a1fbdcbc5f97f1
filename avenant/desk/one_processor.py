"""Each web worker stays on one processor, where the frames of a page take a third less time.

Polars computes on a thread of its own, also where it has only one: a page hands some two hundred steps over to it and
waits for each. Between two processors every handing over wakes the other one up, which takes 0.1 ms on a virtual
machine; on one it is a switch of threads. One worker never needs more than one processor at a time.

Programs that a worker starts (a re-run, a night, a database server) run wherever they like.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterable
from typing import Any

STARTS = frozenset(("subprocess.Popen", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system"))
"""What Python tells its audit hooks just before another program starts, on the thread that starts it."""
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def processors() -> frozenset[int]:
    """Those that this thread may run on; none where the system does not say (it is not Linux)."""
    return frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else frozenset()


def least_taken(free: Collection[int], taken: Collection[int]) -> int | None:
    """Of the processors ``free`` one on which the fewest stay of those in ``taken``; None where nothing is known."""
    return min(sorted(free), key=list(taken).count, default=None)


def stay_on(processor: int | None) -> None:
    """Keep this thread, and those that it starts from now on, on a processor; programs that they start go free."""
    everywhere = processors()
    if processor is None or processor not in everywhere:
        return
    os.sched_setaffinity(0, {processor})

    def let_go(event: str, _: tuple[Any, ...]) -> None:
        if event in STARTS:
            os.sched_setaffinity(0, everywhere)

    sys.addaudithook(let_go)


def staying(application: Application) -> Application:
    """``application``, answering each request where this thread stays, also after one that started a program."""
    back = way_back()

    def answered(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        back()
        return application(environ, start_response)

    return answered


def way_back() -> Callable[[], None]:
    """What brings a thread back to the one processor on which this thread stays; nothing, if it runs on several."""
    mine = processors()
    return (lambda: os.sched_setaffinity(0, mine)) if len(mine) == 1 else (lambda: None)

"""The worker processes of a run: started while the book is being read, gone when the run is, however it ends."""

import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager

from avenant.flows.nightly_chunk import RunContext, former_terms_of, terms_of


@contextmanager
def worker_processes(workers: int, context: RunContext) -> Iterator[Executor | None]:
    """``workers`` processes that know the run's terms; none for 0. An error drops what has not begun.

    Errors: concurrent.futures.process.BrokenProcessPool in the caller when one of them is killed.
    """
    if not workers:
        yield None
        return
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    method = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=method, initializer=_leave_with_the_run) as executor:
        try:
            for _ in range(workers):
                executor.submit(_warm, context)
            yield executor
        except BaseException:
            executor.shutdown(wait=True, cancel_futures=True)
            raise


def _warm(context: RunContext) -> None:
    terms_of(context)
    former_terms_of(context)


def _leave_with_the_run() -> None:
    """A worker whose run was killed would wait for work for ever: a thread of it ends it instead."""
    threading.Thread(target=_leave_when_the_run_is_gone, daemon=True).start()


def _leave_when_the_run_is_gone() -> None:
    run = multiprocessing.parent_process()
    if run is not None:
        run.join()
        os._exit(1)

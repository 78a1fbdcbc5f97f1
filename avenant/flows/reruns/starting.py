"""Starting a re-run without waiting for it: the request is looked up and written down, the rest goes on by itself.

answer = started(db, server, asked, spool, Limits())
spool.brief(answer.number)                               what is known so far
"""

from __future__ import annotations

import logging
import threading

from avenant.flows.reruns.asking import begun
from avenant.flows.reruns.carrying_out import Asked, Rerun, Server, Work, finish
from avenant.rerun.guard import Limits
from avenant.rerun.isolation import isolation_here
from avenant.rerun.spool import Result, Spool
from avenant.store.database import Database

log = logging.getLogger("avenant.reruns")


def started(
    db: Database, server: Server, asked: Asked, spool: Spool, limits: Limits, accepted: bool = False
) -> Rerun:
    """The run is under way, or is the one that was; its result fills while this process goes on.

    The thread is waited for when the process ends, for no longer than the run may take. Errors: those of
    `question_for`, NotIsolated, UnknownRole.
    """
    here = isolation_here()
    answer, result = begun(db, asked, spool, here, accepted, limits)
    if result is not None:
        work = Work(db, server, asked, spool, limits, here)
        threading.Thread(target=_finished, args=(work, answer, result), name=f"rerun {answer.number}").start()
    return answer


def _finished(work: Work, answer: Rerun, result: Result) -> None:
    """What goes wrong is in the result already; the log has the rest."""
    try:
        finish(work, answer, result)
    except Exception:
        log.exception("re-run", extra={"number": answer.number})

"""A preview of the whole book begun for a page: written down, then carried out in a process that nobody waits for.

number = preview_started(db, server, AskedPreview("ana", "operations", "new prices", day), previews, accepted=False)
told = preview_state(previews, number)
"""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from avenant.core.frames.news_rows import rows_of
from avenant.flows.code_version import code_version
from avenant.flows.preview_process import BESIDE, AskedPreview, carried_out
from avenant.flows.reruns.asking import refuse_unless_isolated
from avenant.flows.reruns.carrying_out import Server, name_of
from avenant.rerun.guard import Limits
from avenant.rerun.isolation import Isolation, isolation_here
from avenant.rerun.spool import Result, Spool, asked_hash
from avenant.store.database import Database

HOUR: Final = 3_600
LIMITS: Final = Limits(seconds=2 * HOUR, cpu_seconds=4 * HOUR, memory_bytes=24 * 2**30)
KEPT_SECONDS: Final = 7 * 24 * HOUR
log = logging.getLogger("avenant.previews")


@dataclass(frozen=True, slots=True)
class PreviewState:
    """How far a preview is. stage, count, total: at work on; result: `preview_told.fields`; why: it failed."""

    head: dict[str, Any]
    is_under_way: bool
    stage: str
    count: int
    total: int
    result: dict[str, Any] | None
    why: str


def previews_in(folder: Path) -> Spool:
    """Where previews of an installation are kept for a week: one at a time is computed."""
    return Spool(folder / "previews", expires_after_seconds=KEPT_SECONDS, most_at_once=1).open()


def preview_started(
    db: Database,
    server: Server,
    asked: AskedPreview,
    spool: Spool,
    accepted: bool = False,
    limits: Limits = LIMITS,
) -> str:
    """Write down who asks for what and why, and begin; the number of the result, which fills by itself.

    The same request of the same book while it is under way is the same preview. Facts are tried beside the desk, all
    else in the sandbox; accepted: an administrator lets this machine run that where nothing isolates it.
    Errors: NotIsolated.
    """
    here = isolation_here() if asked.news is None else BESIDE
    refuse_unless_isolated(here, accepted)
    spool.purge()
    key = _key(db, asked)
    with spool.alone():
        if (same := spool.same(key)) is not None:
            return same
        number = uuid4().hex
        head = _written_down(db, number, asked) | {"asked": key, "isolation": here.kind}
        result = spool.begin(number, head)
    work = (db, server, asked, spool, limits, here, result)
    threading.Thread(target=_finished, args=work, name=f"preview {number}").start()
    return number


def _key(db: Database, asked: AskedPreview) -> str:
    """What makes two requests the same: all that is asked, what facts say included."""
    told = {} if asked.news is None else rows_of(asked.news)
    return asked_hash(asked.as_json() | {"told": told}, db.url, code_version())


def _written_down(db: Database, number: str, asked: AskedPreview) -> dict[str, Any]:
    told, version = asked.as_json(), code_version()
    with db.connect() as connection:
        row = connection.execute(
            """INSERT INTO rerun_request
                   (rerun_id, actor, role, subject_kind, subject_ref, reason, options, code_version)
               VALUES (%s, %s, %s, 'book', 'preview', %s, %s, %s) RETURNING asked_at""",
            [number, asked.actor, asked.role, asked.reason, json.dumps(told), version],
        ).fetchone()
    assert row is not None
    who = {"actor": asked.actor, "role": asked.role, "reason": asked.reason}
    place = {"number": number, "asked_at": row[0].isoformat(), "database": name_of(db)}
    return {**place, **who, "question": told, "code_version": version}


def _finished(
    db: Database,
    server: Server,
    asked: AskedPreview,
    spool: Spool,
    limits: Limits,
    here: Isolation,
    result: Result,
) -> None:
    """Wait for the one place, compute, and say how it ended, however it ends."""
    try:
        with spool.place(wait_seconds=limits.seconds):
            outcome = carried_out(db, server, asked, result.number, limits, result.write, here)
        result.write(["outcome", {"status": outcome.status, "why": outcome.why, "seconds": outcome.seconds}])
    except Exception as error:
        log.exception("preview")
        result.write(["outcome", {"status": "failed", "why": type(error).__name__, "seconds": 0}])
    finally:
        result.close()


def preview_state(spool: Spool, number: str) -> PreviewState:
    """What is known of a preview so far. Errors: NoSuchResult."""
    is_under_way, head = spool.is_under_way(number), spool.head_of(number)
    told: dict[str, list[Any]] = {event[0]: event for event in spool.brief(number)}
    stage, result, error = told.get("stage"), told.get("result"), told.get("error")
    outcome = told["outcome"][1] if "outcome" in told else None
    why = ""
    if error is not None:
        why = error[2]["message"]
    elif outcome is not None and outcome["status"] != "done":
        why = outcome["why"]
    elif result is None and not is_under_way:
        why = "it was ended with the process that began it"
    at = ("", 0, 0) if stage is None else (str(stage[1]), int(stage[2]), int(stage[3]))
    return PreviewState(head, is_under_way and outcome is None, *at, result[2] if result else None, why)

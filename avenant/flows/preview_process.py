"""The process that computes a preview for a page: in the sandbox of re-runs; with facts to try, beside the desk.

outcome = carried_out(db, server, asked, limits, result.write, isolation_here())

Facts are tried by learning them in a transaction that is always rolled back. That takes the right to add facts,
which no role of the sandbox has: such a preview runs as the command does, under the application's role, in a process
of its own, without the desk's environment, under the same limits and deadline. What it tries comes over its standard
input, so that no file holds it; it ends with the desk.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import psycopg

from avenant.core.frames.news import TABLES, News
from avenant.core.frames.news_rows import rows_of
from avenant.flows.reruns.carrying_out import Heard, Server, door_of, name_of
from avenant.rerun.guard import Limits, Outcome, Program, guarded
from avenant.rerun.isolation import Isolation
from avenant.store.database import Database

CHILD: Final = "avenant.flows.preview_child"
BESIDE: Final = Isolation("none")
"""No sandbox: what runs is this program, on facts that somebody may tell."""
CALLED: Final = "avenant preview"
"""How the database knows connections of previews that run beside the desk; the number follows."""


@dataclass(frozen=True, slots=True)
class AskedPreview:
    """A request. rulebook: the name and the folder of a draft; None: the rulebook in force. news: facts to try."""

    actor: str
    role: str
    reason: str
    business_date: date
    rulebook: tuple[str, Path] | None = None
    news: News | None = None

    def as_json(self) -> dict[str, Any]:
        """What is asked, without who asks and without what the facts say: how many of each table."""
        told = {
            "business_date": self.business_date.isoformat(),
            "rulebook": None if self.rulebook is None else self.rulebook[0],
        }
        if self.news is None:
            return told
        sizes = {table: len(getattr(self.news, table)) for table in TABLES}
        return told | {"facts": {table: size for table, size in sizes.items() if size}}


def carried_out(
    db: Database,
    server: Server,
    asked: AskedPreview,
    number: str,
    limits: Limits,
    heard: Heard,
    here: Isolation,
) -> Outcome:
    """Compute what is asked, telling ``heard`` all that the process says; nothing of it is left when this returns."""
    folders = () if asked.rulebook is None else (asked.rulebook[1],)
    program = Program(CHILD, folders)
    if asked.news is None:
        url, end = server.rerun_url(name_of(db)), _ender(server.admin_url(name_of(db)))
        return guarded(program, _in_sandbox(url, asked), door_of(url), limits, heard, end, here)
    called = f"{CALLED} {number}"
    try:
        return guarded(
            program, _beside(db, asked, called), door_of(db.url), limits, heard, lambda backends: None, BESIDE
        )
    finally:
        _end_called(db, called)


def _asked(asked: AskedPreview) -> dict[str, Any]:
    return {
        "business_date": asked.business_date.isoformat(),
        "rulebook": None if asked.rulebook is None else str(asked.rulebook[1]),
    }


def _in_sandbox(url: str, asked: AskedPreview) -> bytes:
    parts = urlsplit(url)
    told = _asked(asked) | {
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "database": unquote(parts.path.lstrip("/")),
    }
    return json.dumps(told).encode()


def _beside(db: Database, asked: AskedPreview, called: str) -> bytes:
    assert asked.news is not None
    told = {"url": db.url, "called": called, "desk": os.getpid(), "news": rows_of(asked.news)}
    return json.dumps(_asked(asked) | told).encode()


def _ender(admin_url: str) -> Callable[[Sequence[int]], None]:
    """Ends what the sandbox left at work in the database."""

    def end(backends: Sequence[int]) -> None:
        if backends:
            with psycopg.connect(admin_url, autocommit=True) as connection:
                connection.execute(
                    """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                       WHERE pid = ANY(%s) AND usename = 'avenant_rerun'""",
                    [list(backends)],
                )

    return end


def _end_called(db: Database, called: str) -> None:
    """End what a preview beside the desk left at work in the database: its trial is rolled back by that."""
    with db.connect() as connection:
        connection.execute(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE application_name = left(%s, 63) AND usename = current_user AND datname = current_database()""",
            [called],
        )

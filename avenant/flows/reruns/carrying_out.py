"""Carrying out a re-run that was written down: the sandbox is started, and all that it tells goes into the result."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg

from avenant.core.claims.reasons import REASONS
from avenant.core.frames import care
from avenant.core.rulebook.model import Rulebook
from avenant.flows.reruns.asked import Changed, Question
from avenant.rerun.guard import Event, Limits, Outcome, Program, guarded
from avenant.rerun.isolation import Isolation
from avenant.rerun.relay import PORT, Door
from avenant.rerun.spool import QueueFull, Result, Spool
from avenant.store.database import Database
from avenant.store.readers.rulebooks import rulebook_content

CHILD: Final = Program("avenant.flows.reruns.child")
WORDS: Final = sorted(
    {
        *REASONS,
        *care.DOCUMENT_KINDS,
        *care.EXEMPTIONS,
        *care.CARE_PATHS,
        *care.BASKETS,
        *care.PAYEES,
        *care.ANSWERS,
    }
)
"""Codes of the program: shown under every mask, wherever they stand."""

Heard = Callable[[Event], None]


class Server(Protocol):
    """What a re-run needs of a database server."""

    def rerun_url(self, dbname: str) -> str: ...
    def admin_url(self, dbname: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. name: of the subject; rev: as known at (None: now); own: at the decision's own moment.

    actor, role, reason: who, under which mask, why. modules: whose calls are told (none: those of each stage).
    rulebook: another published version, or ``draft:`` and the name of ``draft``, which nobody has published.
    """

    name: str
    actor: str
    role: str
    reason: str
    rev: int | None = None
    own: bool = False
    rulebook: str | None = None
    stages: tuple[str, ...] = ()
    trace: str = "off"
    modules: tuple[str, ...] = ()
    lines_of: tuple[str, ...] = ()
    changes: tuple[Changed, ...] = ()
    draft: Rulebook | None = None


@dataclass(slots=True)
class Rerun:
    """What came of a request. number: of its result in the spool; joined: the same was under way already.

    verdicts, results: by stage; errors: what the code raised; outgoing: what wanted to leave.
    """

    number: str
    question: Question
    outcome: Outcome | None = None
    joined: bool = False
    verdicts: dict[str, dict[str, Any]] = field(default_factory=dict)
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)
    outgoing: list[Event] = field(default_factory=list)

    def hear(self, event: Event) -> None:
        """Keep what an answer at a glance needs."""
        if event[0] == "verdict":
            self.verdicts[event[1]] = event[2]
        elif event[0] == "result":
            self.results[event[1]] = event[2]
        elif event[0] == "error":
            self.errors.append(event[2])
        elif event[0] == "outgoing":
            self.outgoing.append(event)


@dataclass(frozen=True, slots=True)
class Work:
    """All that it takes to carry out a request that was written down."""

    db: Database
    server: Server
    asked: Asked
    spool: Spool
    limits: Limits
    isolation: Isolation
    program: Program = CHILD


def finish(work: Work, answer: Rerun, result: Result, heard: Heard | None = None) -> None:
    """Carry out what was begun; however it ends, the result says so. Errors: QueueFull."""
    db, server = work.db, work.server

    def hear(event: Event) -> None:
        result.write(event)
        answer.hear(event)
        if heard is not None:
            heard(event)

    try:
        url, ender = server.rerun_url(name_of(db)), _ender(server.admin_url(name_of(db)))
        with work.spool.place():
            request = _request(url, work.asked, answer.question, work.spool.key())
            answer.outcome = guarded(
                work.program, request, door_of(url), work.limits, hear, ender, work.isolation, result.flush
            )
        result.write(["outcome", _told(answer.outcome)])
    except Exception as error:
        why = str(error) if isinstance(error, QueueFull) else type(error).__name__
        result.write(["outcome", {"status": "failed", "why": why, "seconds": 0, "refused": []}])
        raise
    finally:
        result.close()


def _told(outcome: Outcome) -> dict[str, Any]:
    return {
        "status": outcome.status,
        "why": outcome.why,
        "seconds": outcome.seconds,
        "events": outcome.events,
        "refused": outcome.refused,
        "chatter": outcome.chatter,
    }


def _request(url: str, asked: Asked, question: Question, key: bytes) -> bytes:
    parts = urlsplit(url)
    told: Mapping[str, Any] = {
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "database": unquote(parts.path.lstrip("/")),
        "role": asked.role,
        "key": key.hex(),
        "words": WORDS,
        "question": question.as_json(),
        "draft": None if asked.draft is None else rulebook_content(asked.draft),
    }
    return json.dumps(told).encode()


def name_of(db: Database) -> str:
    """The name of a database on its server."""
    return unquote(urlsplit(db.url).path.lstrip("/"))


def door_of(url: str) -> Door:
    """Where the relay of a run connects to, and whom it lets in."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    host = query.get("host", [parts.hostname or ""])[0]
    port = int(query.get("port", [str(parts.port or PORT)])[0])
    address: str | tuple[str, int] = f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, port)
    return Door(address, unquote(parts.username or ""), unquote(parts.path.lstrip("/")))


def _ender(admin_url: str) -> Callable[[Sequence[int]], None]:
    """Ends backends of the run that are still there; a question that computes does not notice that nobody listens."""

    def end(backends: Sequence[int]) -> None:
        if not backends:
            return
        with psycopg.connect(admin_url, autocommit=True) as connection:
            connection.execute(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE pid = ANY(%s) AND usename = 'avenant_rerun'""",
                [list(backends)],
            )

    return end

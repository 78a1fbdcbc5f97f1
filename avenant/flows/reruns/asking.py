"""Asking for a re-run: what is meant is looked up, who asks is written down, and the sandbox does the rest.

answer = rerun(db, server, Asked("D-0001#1", actor="ana", role="engineering", reason="case 12"), spool)
answer.verdicts["claims.decisions"]["same"]
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Protocol
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

import psycopg

from avenant.core.claims.reasons import REASONS
from avenant.core.frames import care
from avenant.flows.code_version import code_version
from avenant.flows.reruns.asked import Changed, Point, Question
from avenant.flows.reruns.points import known_point, own_point, under_rulebook
from avenant.flows.reruns.subjects import subject_named
from avenant.flows.stages import stages_for
from avenant.rerun.guard import Event, Limits, Outcome, Program, guarded
from avenant.rerun.isolation import UNSTOPPED, Isolation, isolation_here
from avenant.rerun.masks import KEY_BYTES, Mask
from avenant.rerun.relay import PORT, Door
from avenant.rerun.spool import Result, Spool, asked_hash
from avenant.store.database import Connection, Database

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


class NotIsolated(RuntimeError):
    """This machine cannot keep a re-run from harm, and nobody accepted that."""


class Server(Protocol):
    """What a re-run needs of a database server."""

    def rerun_url(self, dbname: str) -> str: ...
    def admin_url(self, dbname: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. name: of the subject; rev: as known at (None: now); own: at the decision's own moment.

    actor, role, reason: who, under which mask, why. rulebook: another published version.
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
    modules: tuple[str, ...] = ("avenant.core",)
    lines_of: tuple[str, ...] = ()
    changes: tuple[Changed, ...] = ()


@dataclass(slots=True)
class Rerun:
    """What came of a request. number: of its result in the spool; joined: the same was under way already.

    verdicts, results: by stage; errors: what the code raised.
    """

    number: str
    question: Question
    outcome: Outcome | None = None
    joined: bool = False
    verdicts: dict[str, dict[str, Any]] = field(default_factory=dict)
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)

    def hear(self, event: Event) -> None:
        """Keep what an answer at a glance needs."""
        if event[0] == "verdict":
            self.verdicts[event[1]] = event[2]
        elif event[0] == "result":
            self.results[event[1]] = event[2]
        elif event[0] == "error":
            self.errors.append(event[2])


def question_for(connection: Connection, asked: Asked, today: date) -> Question:
    """The request with everything looked up.

    Errors: UnknownRef, TooLarge, NoDecision, NothingPublished, UnknownStage.
    """
    subject = subject_named(connection, asked.name, asked.rev)
    point = _point(connection, asked, subject, today)
    if asked.rulebook is not None:
        point = under_rulebook(connection, point, asked.rulebook)
    names = tuple(stage.name for stage in stages_for(subject.kind, asked.stages))
    return Question(subject, point, names, asked.trace, asked.modules, asked.lines_of, asked.changes)


def _point(connection: Connection, asked: Asked, subject: Any, today: date) -> Point:
    if asked.own or subject.settled is not None:
        return own_point(connection, subject, asked.rev)
    if asked.rev is not None:
        return known_point(connection, asked.rev, today)
    row = connection.execute("SELECT rev FROM head").fetchone()
    assert row is not None
    return known_point(connection, int(row[0]), today)


def refuse_unless_isolated(isolation: Isolation, accepted: bool) -> None:
    """Raise where attacks cannot be stopped, unless somebody accepted that. Errors: NotIsolated."""
    if isolation.is_complete or accepted:
        return
    open_to = "; ".join(UNSTOPPED[name] for name in isolation.unstopped)
    raise NotIsolated(
        f"a re-run is refused on this machine: {isolation.missing}. Code under it could {open_to}. Install what is "
        "missing, or let an administrator accept this: AVENANT_RERUNS_WITHOUT_ISOLATION=accepted"
    )


def rerun(
    db: Database,
    server: Server,
    asked: Asked,
    spool: Spool,
    *,
    limits: Limits | None = None,
    heard: Heard | None = None,
    isolation: Isolation | None = None,
    accepted: bool = False,
    program: Program = CHILD,
) -> Rerun:
    """Run the asked stages again in a sandbox; everything told is in the spool as it comes, and goes to ``heard``.

    The same request of the same person while it is under way is the same run. Errors: those of `question_for`,
    NotIsolated, QueueFull, UnknownRole.
    """
    here = isolation or isolation_here()
    refuse_unless_isolated(here, accepted)
    Mask(asked.role, bytes(KEY_BYTES))  # an unknown role is refused before anything is written
    spool.open().purge()
    with db.snapshot() as connection:
        question = question_for(connection, asked, db.today())
    with spool.alone():
        same = spool.same(key := asked_hash(question.as_json(), asked.actor, asked.role, db.url))
        if same is not None:
            return Rerun(same, question, joined=True)
        number = uuid4().hex
        head = _written_down(db, number, asked, question)
        result = spool.begin(
            number, {**head, "asked": key, "isolation": here.kind, "unstopped": here.unstopped}
        )
    answer = Rerun(number, question)
    _run(db, server, answer, asked, spool, result, limits or Limits(), heard, here, program)
    return answer


def _run(
    db: Database,
    server: Server,
    answer: Rerun,
    asked: Asked,
    spool: Spool,
    result: Result,
    limits: Limits,
    heard: Heard | None,
    here: Isolation,
    program: Program,
) -> None:
    url = server.rerun_url(_name_of(db))

    def hear(event: Event) -> None:
        result.write(event)
        answer.hear(event)
        if heard is not None:
            heard(event)

    try:
        with spool.place():
            request = _request(url, asked, answer.question, spool.key())
            answer.outcome = guarded(
                program, request, door_of(url), limits, hear, _ender(server.admin_url(_name_of(db))), here
            )
            result.write(["outcome", _told(answer.outcome)])
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


def _written_down(db: Database, number: str, asked: Asked, question: Question) -> dict[str, Any]:
    """Who asks, whom for and why, committed before anything runs; what of it the result's head tells."""
    told, version = question.as_json(), code_version()
    with db.connect() as connection:
        row = connection.execute(
            """INSERT INTO rerun_request
                   (rerun_id, actor, role, subject_kind, subject_ref, reason, options, code_version)
               VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING asked_at""",
            [
                *(number, asked.actor, asked.role, question.subject.kind, question.subject.ref, asked.reason),
                *(json.dumps(told), version),
            ],
        ).fetchone()
    assert row is not None
    return {
        "number": number,
        "asked_at": row[0].isoformat(),
        "actor": asked.actor,
        "role": asked.role,
        "reason": asked.reason,
        "question": told,
        "code_version": version,
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
    }
    return json.dumps(told).encode()


def _name_of(db: Database) -> str:
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

"""Asking for a re-run: what is meant is looked up, who asks is written down, and the sandbox does the rest.

answer = rerun(db, server, Asked("D-0001#1", actor="ana", role="engineering", reason="case 12"), spool)
answer.verdicts["claims.decisions"]["same"]
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date
from typing import Any, Final
from uuid import uuid4

from avenant.core.rulebook.model import Rulebook
from avenant.flows.code_version import code_version
from avenant.flows.reruns.asked import Point, Question
from avenant.flows.reruns.carrying_out import CHILD, Asked, Heard, Rerun, Server, Work, finish, name_of
from avenant.flows.reruns.changing import ChangeRefused
from avenant.flows.reruns.importing import document_point
from avenant.flows.reruns.points import known_point, own_point, under_rulebook
from avenant.flows.reruns.subjects import subject_named
from avenant.flows.stages import stages_for
from avenant.rerun.guard import Limits, Program
from avenant.rerun.isolation import UNSTOPPED, Isolation, isolation_here
from avenant.rerun.masks import KEY_BYTES, Mask
from avenant.rerun.spool import Result, Spool, asked_hash
from avenant.store.database import Connection, Database
from avenant.store.readers.rulebooks import rulebook_content, rulebook_of_content

ACCEPTED: Final = "AVENANT_RERUNS_WITHOUT_ISOLATION"
"""The variable in which an administrator accepts re-runs where nothing isolates them: ``accepted``."""


DECIDED: Final = ("member", "family", "contract", "act")
"""Kinds of subjects that rules decide about from facts; papers sum what is booked, documents are judged as told."""
DRAFT: Final = ".draft"
"""Ends the name of the file that keeps a draft beside the result of the run made under it."""


class NotIsolated(RuntimeError):
    """This machine cannot keep a re-run from harm, and nobody accepted that."""


def question_for(connection: Connection, asked: Asked, today: date) -> Question:
    """The request with everything looked up.

    Errors: UnknownRef, TooLarge, NoDecision, NothingPublished, UnknownStage, ChangeRefused.
    """
    subject = subject_named(connection, asked.name, asked.rev)
    if asked.changes and subject.kind not in DECIDED:
        raise ChangeRefused(
            f"a changed input is a fact that rules take, and no rule decides about {subject.kind} {subject.ref}: "
            "change it for its member, contract or act"
        )
    point = _point(connection, asked, subject, today)
    if asked.draft is not None:
        point = replace(point, rulebook_version=asked.draft.version)
    elif asked.rulebook is not None:
        point = under_rulebook(connection, point, asked.rulebook)
    names = tuple(stage.name for stage in stages_for(subject.kind, asked.stages))
    return Question(subject, point, names, asked.trace, asked.modules, asked.lines_of, asked.changes)


def _point(connection: Connection, asked: Asked, subject: Any, today: date) -> Point:
    if asked.own and subject.document is not None:
        return document_point(connection, subject.document, asked.rev, today)
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
    limits = limits or Limits()
    answer, result = begun(db, asked, spool, here, accepted, limits)
    if result is not None:
        finish(Work(db, server, asked, spool, limits, here, program), answer, result, heard)
    return answer


def begun(
    db: Database, asked: Asked, spool: Spool, here: Isolation, accepted: bool, limits: Limits
) -> tuple[Rerun, Result | None]:
    """The request looked up and written down, its result begun; no result where the same is under way already."""
    refuse_unless_isolated(here, accepted)
    Mask(asked.role, bytes(KEY_BYTES))  # an unknown role is refused before anything is written
    spool.open().purge()
    with db.snapshot() as connection:
        question = question_for(connection, asked, db.today())
    with spool.alone():
        same = spool.same(key := asked_hash(question.as_json(), asked.actor, asked.role, db.url))
        if same is not None:
            return Rerun(same, question, joined=True), None
        number = uuid4().hex
        head = _written_down(db, number, asked, question)
        head |= {"asked": key, "isolation": here.kind, "unstopped": here.unstopped, "limits": asdict(limits)}
        if asked.draft is not None:
            spool.keep_beside(number, DRAFT, json.dumps(rulebook_content(asked.draft)).encode())
        return Rerun(number, question), spool.begin(number, head)


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
        "database": name_of(db),
        "question": told,
        "request": _as_asked(asked),
        "code_version": version,
    }


def _as_asked(asked: Asked) -> dict[str, Any]:
    """The request as it was made, so that the same can be asked again, by another person too."""
    told = asdict(replace(asked, draft=None))
    return {name: told[name] for name in told if name not in ("actor", "role", "reason", "draft")}


def draft_of(spool: Spool, number: str) -> Rulebook | None:
    """The draft under which a run was made, as it was then; None where it was no draft. Errors: NoSuchResult."""
    kept = spool.beside(number, DRAFT)
    return None if kept is None else rulebook_of_content(json.loads(kept))

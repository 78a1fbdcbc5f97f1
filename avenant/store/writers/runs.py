"""Runs: opened, written chunk by chunk, closed. Each chunk is one change and names the revision it read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from avenant.store.changes import change
from avenant.store.database import Connection, Database
from avenant.store.digests import canonical_json
from avenant.store.frames import next_ids
from avenant.store.readers.rulebooks import published_version_name


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run under way."""

    run_id: int
    kind: str
    actor: str
    rulebook_version: str


class Superseded(RuntimeError):
    """A newer rulebook came into force while the run was computing with an older one."""


class RacesLost(RuntimeError):
    """Other runs wrote the same rows first, again and again."""


class StaleFacts(RuntimeError):
    """Facts of the chunk's families changed after the revision it read."""


def open_run(
    db: Database,
    kind: str,
    actor: str,
    *,
    code_version: str,
    rulebook_version: str,
    business_date: date,
    horizon: date,
    options: Mapping[str, Any],
) -> OpenRun:
    """Record a run before its first chunk."""
    with db.connect() as connection:
        (run_id,) = next_ids(connection, "run_run_id_seq", 1)
    row = {
        "run_id": run_id,
        "kind": kind,
        "code_version": code_version,
        "rulebook_version": rulebook_version,
        "business_date": business_date,
        "horizon": horizon,
        "options": canonical_json(dict(options)),
    }
    with change(db, actor, f"open {kind} run", run_id) as writer:
        writer.write("run", pl.DataFrame([row]))
    return OpenRun(run_id, kind, actor, rulebook_version)


def close_run(db: Database, run: OpenRun, status: str, counts: Mapping[str, Any]) -> None:
    """Record how a run ended, in its last revision."""
    row = {"run_id": run.run_id, "status": status, "counts": canonical_json(dict(counts))}
    with change(db, run.actor, f"close {run.kind} run", run.run_id) as writer:
        writer.write("run_close", pl.DataFrame([row]))


def write_chunk(
    db: Database, run: OpenRun, chunk: int, read_rev: int, tables: Mapping[str, pl.DataFrame], families: str
) -> int:
    """Append the rows of one chunk as one revision; returns how many rows.

    Whether it is stale is asked last: asked first, news could come while rows are copied. What comes between
    that look and the COMMIT is refused by the trigger of ``run_chunk``, inside the COMMIT.

    ``families``: SQL on the column ``family_id`` that is true for the chunk's families.
    Errors: StaleFacts, Superseded; psycopg.errors.UniqueViolation when another run wrote the same versions,
    SerializationFailure when facts came at the very last moment.
    """
    rows = sum(map(len, tables.values()))
    with change(db, run.actor, f"{run.kind} chunk {chunk}", run.run_id) as writer:
        for table, frame in tables.items():
            writer.write(table, frame)
        head = _head(writer.connection)
        refuse_superseded(writer.connection, run.rulebook_version)
        refuse_stale(writer.connection, read_rev, families)
        row = {
            "run_id": run.run_id,
            "chunk": chunk,
            "read_rev": read_rev,
            "checked_rev": head,
            "row_count": rows,
        }
        writer.write("run_chunk", pl.DataFrame([row]))
    return rows


def _head(connection: Connection) -> int:
    row = connection.execute("SELECT rev FROM head").fetchone()
    assert row is not None
    return int(row[0])


def refuse_superseded(connection: Connection, rulebook_version: str) -> None:
    """Raise when another rulebook than the run's is in force, whenever it was published."""
    if published_version_name(connection) != rulebook_version:
        raise Superseded("a newer rulebook came into force while this run was computing: run it again")


FACTS = {
    *("contract", "member", "enrolment", "approval"),
    *("document", "care_line", "answer", "provider_status"),
}
NEWER = "change_id IN (SELECT change_id FROM revision WHERE rev > %(rev)s)"


def refuse_stale(connection: Connection, read_rev: int, families: str) -> None:
    """Raise when what the chunk was computed from is no longer the latest knowledge.

    Older versions count too: what left a family or a member concerns those whom it left.
    """
    moved = connection.execute(
        f"SELECT DISTINCT table_name FROM change_rows WHERE {NEWER}", {"rev": read_rev}
    ).fetchall()
    tables = {name for (name,) in moved}
    if not tables & FACTS:
        return
    row = connection.execute(
        f"""
        WITH touched AS (
            SELECT member_id FROM member WHERE {NEWER}
            UNION SELECT member_id FROM approval WHERE {NEWER}
            UNION SELECT member_id FROM care_line WHERE {NEWER}
            UNION SELECT m.member_id FROM document AS d JOIN member AS m ON m.ref = d.member_ref WHERE d.{NEWER}
            UNION SELECT l.member_id FROM answer AS a JOIN care_line AS l ON l.ref IN (a.line_ref, a.other_ref)
                  WHERE a.{NEWER}
            UNION SELECT member_id FROM care_line
                  WHERE provider_id IN (SELECT provider_id FROM provider_status WHERE {NEWER})
            UNION SELECT member_id FROM enrolment
                  WHERE enrolment_id IN (SELECT enrolment_id FROM enrolment WHERE {NEWER})
                     OR contract_id IN (SELECT contract_id FROM contract WHERE {NEWER}))
        SELECT EXISTS (SELECT FROM member WHERE {families} AND member_id IN (SELECT member_id FROM touched))""",
        {"rev": read_rev},
    ).fetchone()
    if row is not None and row[0]:
        raise StaleFacts("facts of these families changed after they were read")

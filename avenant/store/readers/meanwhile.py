"""What others told about the same contracts and people since a revision: newer versions, beside those before them."""

from dataclasses import dataclass

import polars as pl

from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.known import array
from avenant.store.readers.naming import with_refs
from avenant.store.readers.news import Standing
from avenant.store.tables import TABLES

SEALED = {"rev": pl.Int64, "at": pl.String, "actor": pl.String, "change_reason": pl.String}
KEYS = {
    "contract": "contract_id",
    "member": "member_id",
    "enrolment": "enrolment_id",
    "document": "document_id",
    "care_line": "line_id",
    "answer": "answer_id",
    "approval": "approval_id",
}


@dataclass(frozen=True, slots=True)
class Versions:
    """Versions of one table: ``newer`` (its columns, ``SEALED``, refs of its ids) and those just ``before``."""

    table: str
    newer: pl.DataFrame
    before: pl.DataFrame


def told_since(connection: Connection, standing: Standing, rev: int) -> list[Versions]:
    """What became known after ``rev`` about the contracts and people of ``standing``, table by table.

    ``at``: the instant of the revision, ISO, in Paris. Tables of which nothing is new are left out.
    """
    found = [
        Versions(table, newer, _before(connection, table, newer))
        for table, condition in _conditions(standing).items()
        if len(newer := _newer(connection, table, condition, rev))
    ]
    return found


def _conditions(standing: Standing) -> dict[str, str]:
    """Per table, which rows are about these contracts and people; each is answered by an index."""
    contracts = array(standing.contracts["contract_id"].to_list())
    members = array(standing.members["member_id"].to_list())
    enrolled = f"SELECT member_id FROM enrolment WHERE contract_id = ANY({contracts})"
    refs = f"SELECT ref FROM member WHERE member_id = ANY({members})"
    lines = f"SELECT ref FROM care_line WHERE member_id = ANY({members})"
    return {
        "contract": f"t.contract_id = ANY({contracts})",
        "enrolment": f"(t.contract_id = ANY({contracts}) OR t.member_id = ANY({members}))",
        "member": f"(t.member_id = ANY({members}) OR t.member_id IN ({enrolled}))",
        "approval": f"t.contract_id = ANY({contracts})",
        "document": f"t.member_ref IN ({refs})",
        "care_line": f"t.member_id = ANY({members})",
        "answer": f"t.line_ref IN ({lines})",
    }


def _newer(connection: Connection, table: str, condition: str, rev: int) -> pl.DataFrame:
    columns = TABLES[table]
    query = f"""
        SELECT {", ".join(f"t.{name}" for name in columns)}, r.rev,
               to_char(r.committed_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD"T"HH24:MI:SS'), c.actor, c.reason
        FROM {table} AS t JOIN change AS c USING (change_id) JOIN revision AS r USING (change_id)
        WHERE r.rev > %s AND {condition} ORDER BY r.rev, 1, 2"""
    return with_refs(connection, read_frame(connection, query, columns | SEALED, [rev]))


def _before(connection: Connection, table: str, newer: pl.DataFrame) -> pl.DataFrame:
    columns = TABLES[table]
    if "version" not in columns:
        return newer.clear()
    key = KEYS[table]
    query = f"""
        SELECT {", ".join(f"t.{name}" for name in columns)} FROM {table} AS t
        JOIN unnest(%s::bigint[], %s::int[]) AS n(id, version) ON t.{key} = n.id AND t.version = n.version - 1"""
    wanted = [newer[key].to_list(), newer["version"].to_list()]
    return with_refs(connection, read_frame(connection, query, columns, wanted))

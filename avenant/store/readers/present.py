"""Single facts as they stand now, by the numbers that people use: what a form about them starts from."""

from typing import Any

import polars as pl

from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.known import latest
from avenant.store.readers.naming import with_refs
from avenant.store.tables import TABLES

Fact = dict[str, Any]
KEYS = {
    "contract": "contract_id",
    "member": "member_id",
    "enrolment": "enrolment_id",
    "document": "document_id",
    "care_line": "line_id",
    "answer": "answer_id",
}
"""Tables of facts that have a number, and the column that identifies a fact."""


def present(connection: Connection, table: str, ref: str) -> Fact | None:
    """The latest version of the fact called ``ref``, withdrawn or not, with refs of its ids; None: not known."""
    facts = _facts(connection, table, "t.ref = %s", [ref])
    return facts[0] if facts else None


def present_enrolments(connection: Connection, members: list[int]) -> list[Fact]:
    """The enrolments of ``members`` that are not withdrawn, by member and first day."""
    facts = _facts(connection, "enrolment", "t.member_id = ANY(%s::int[])", [members])
    live = (fact for fact in facts if not fact["withdrawn"])
    return sorted(live, key=lambda fact: (fact["member_id"], fact["valid_from"]))


def family_members(connection: Connection, family_id: int) -> list[int]:
    """The members of a family that are not withdrawn."""
    facts = _facts(connection, "member", "t.family_id = %s", [family_id])
    return [fact["member_id"] for fact in facts if not fact["withdrawn"]]


def present_lines(connection: Connection, document_id: int) -> list[Fact]:
    """The lines of a document that are not withdrawn, in the order of their refs."""
    facts = _facts(connection, "care_line", "t.document_id = %s", [document_id])
    return sorted((fact for fact in facts if not fact["withdrawn"]), key=lambda fact: str(fact["ref"]))


def taken_refs(connection: Connection, table: str, stem: str) -> set[str]:
    """Every number of a fact of ``table`` that begins with ``stem``."""
    query = f"SELECT ref FROM {table} WHERE version = 1 AND ref >= %s AND ref < %s"
    rows = connection.execute(query, [stem, f"{stem}\U0010ffff"])
    return {ref for (ref,) in rows if ref.startswith(stem)}


def _facts(connection: Connection, table: str, where: str, parameters: list[Any]) -> list[Fact]:
    columns = TABLES[table]
    query = latest(table, KEYS[table], columns, None, where)
    rows: pl.DataFrame = read_frame(connection, query, columns, parameters)
    return with_refs(connection, rows).to_dicts() if len(rows) else []

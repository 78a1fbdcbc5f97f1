"""Things found by their number, whole or by its beginning: members, contracts, documents, acts, invoices, payouts."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from avenant.core.finding.found import Found
from avenant.core.finding.ranking import NUMBER as WHOLE
from avenant.core.finding.ranking import begins_score
from avenant.store.database import Connection
from avenant.store.readers.finding import member_rows
from avenant.store.readers.finding_settlements import settlements_numbered
from avenant.store.readers.known import known

FACTS: Final = ("member", "contract", "document")
DIGITS: Final = re.compile(r"[0-9]{1,18}")


def numbered(
    connection: Connection, text: str, limit: int, rev: int | None = None, names: bool = True
) -> list[Found]:
    """Everything with the number ``text``, in small or capital letters, and up to ``limit`` of a kind beginning so.

    names: tell the names of members.
    """
    spelled = list(dict.fromkeys((text, text.upper(), text.lower())))
    begins = begins_score(text)
    ids = _ids(connection, spelled, limit, rev)
    members = _members(connection, ids["member"], spelled, begins, rev)
    return [
        *(one if names else replace(one, name=None) for one in members),
        *_contracts(connection, ids["contract"], spelled, begins, rev),
        *_documents(connection, ids["document"], spelled, begins, rev),
        *_acts(connection, spelled, begins, limit, rev),
        *settlements_numbered(connection, "invoice", text, limit, rev),
        *settlements_numbered(connection, "payout", text, limit, rev),
    ]


def _ids(connection: Connection, spelled: list[str], limit: int, rev: int | None) -> dict[str, list[int]]:
    """By table, the ids of the facts with this ref, and of the first whose refs begin so; in one query."""
    queries: list[str] = []
    parameters: list[object] = []
    for table in FACTS:
        one = f"""(SELECT '{table}', {table}_id FROM {table} AS t
            WHERE version = 1 AND ref {{}} AND {known("t", rev)} ORDER BY ref LIMIT %s)"""
        queries += [one.format("= ANY(%s)"), *(one.format("LIKE %s") for _ in spelled)]
        parameters += [spelled, limit]
        for text in spelled:
            parameters += [_beginning(text), limit]
    ids: dict[str, list[int]] = {table: [] for table in FACTS}
    for table, number in connection.execute(" UNION ".join(queries), parameters):
        ids[table].append(number)
    return ids


def _beginning(text: str) -> str:
    """A LIKE pattern for whatever begins with ``text``."""
    return re.sub(r"([\\%_])", r"\\\1", text) + "%"


def _score(ref: str, spelled: list[str], begins: int) -> int:
    return WHOLE if ref in spelled else begins


def _members(
    connection: Connection, ids: list[int], spelled: list[str], begins: int, rev: int | None
) -> Iterator[Found]:
    for ref, about, role, born_on, withdrawn, name, _ in member_rows(connection, ids, rev):
        score = _score(ref, spelled, begins)
        yield Found("member", ref, score, name, about, role, born_on, withdrawn=withdrawn)


def _contracts(
    connection: Connection, ids: list[int], spelled: list[str], begins: int, rev: int | None
) -> Iterator[Found]:
    query = _latest("contract", "m.ref, m.kind, m.withdrawn", rev)
    for ref, kind, withdrawn in connection.execute(query, [ids]) if ids else ():
        yield Found("contract", ref, _score(ref, spelled, begins), what=kind, withdrawn=withdrawn)


def _documents(
    connection: Connection, ids: list[int], spelled: list[str], begins: int, rev: int | None
) -> Iterator[Found]:
    query = _latest("document", "m.ref, m.kind, m.member_ref, m.received_on, m.withdrawn", rev)
    for ref, kind, member, received_on, withdrawn in connection.execute(query, [ids]) if ids else ():
        score = _score(ref, spelled, begins)
        yield Found("document", ref, score, about=member, what=kind, day=received_on, withdrawn=withdrawn)


def _latest(table: str, columns: str, rev: int | None, key: str = "", joins: str = "") -> str:
    """A query of ``columns`` of the last known version of facts, whose ids are its one parameter."""
    key = key or f"{table}_id"
    return f"""SELECT {columns} FROM unnest(%s::bigint[]) AS asked (id)
        JOIN LATERAL (SELECT t.* FROM {table} AS t WHERE t.{key} = asked.id AND {known("t", rev)}
                      ORDER BY version DESC LIMIT 1) AS m ON true {joins}"""


def _acts(
    connection: Connection, spelled: list[str], begins: int, limit: int, rev: int | None
) -> Iterator[Found]:
    """Lines of messages, each of which names an act: ``D-0001#1``, all of ``D-0001#``, or the act's own number."""
    ids = _lines(connection, spelled, limit, rev)
    joins = "JOIN document AS d ON d.document_id = m.document_id AND d.version = 1"
    columns = """m.line_id, m.ref, coalesce(m.act_code, m.family), m.care_from, m.charged_cents, m.withdrawn,
        d.member_ref, d.currency"""
    query = _latest("care_line", columns, rev, "line_id", joins)
    for row in connection.execute(query, [ids]) if ids else ():
        line, ref, what, care_from, cents, withdrawn, member, currency = row
        score = WHOLE if str(line) in spelled else _score(ref, spelled, begins)
        yield Found("act", ref, score, None, member, what, care_from, cents, currency, withdrawn)


def _lines(connection: Connection, spelled: list[str], limit: int, rev: int | None) -> list[int]:
    text = spelled[0]
    if DIGITS.fullmatch(text):
        query = f"SELECT line_id FROM care_line AS t WHERE line_id = %s AND version = 1 AND {known('t', rev)}"
        return [line for (line,) in connection.execute(query, [int(text)])]
    if "#" not in text.lstrip("#"):
        return []
    documents = [one.rpartition("#")[0] for one in spelled]
    query = f"""SELECT line_id FROM document AS d JOIN care_line AS t USING (document_id)
        WHERE d.ref = ANY(%s) AND d.version = 1 AND t.version = 1 AND {known("t", rev)}
          AND t.ref LIKE ANY(%s) ORDER BY t.line_id LIMIT %s"""
    patterns = [_beginning(one) for one in spelled]
    return [line for (line,) in connection.execute(query, [documents, patterns, limit])]

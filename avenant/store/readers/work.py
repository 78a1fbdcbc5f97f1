"""What waits for a person: notes of lines and acts, parked families, held changes, lines of nobody known.

Latest notes are read whole once, and then only what revisions have added: a note is never changed, so that what was
read up to a revision stays right for ever.
"""

from collections.abc import Sequence

import polars as pl

from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.known import array, known, latest

NOTED = {
    "line_id": pl.Int64,
    "member_id": pl.Int32,
    "state": pl.String,
    "reason": pl.String,
    "candidates": pl.String,
    "rev": pl.Int64,
    "note": pl.Int64,
}
"""note: orders the notes of one revision."""
FAMILIES = {"family_id": pl.Int32, "reason": pl.String, "rev": pl.Int64}
HELD = {
    "contract_id": pl.Int32,
    "member_id": pl.Int32,
    "first_month": pl.Date,
    "last_month": pl.Date,
    "months": pl.Int32,
    "difference_cents": pl.Int64,
    "rev": pl.Int64,
}
NOBODY = {"line_id": pl.Int64, "ref": pl.String, "member_ref": pl.String, "rev": pl.Int64}
TOLD = {
    "line_id": pl.Int64,
    "ref": pl.String,
    "member_id": pl.Int32,
    "kind": pl.String,
    "payer": pl.String,
    "received_on": pl.Date,
    "care_from": pl.Date,
    "care_last_day": pl.Date,
    "act_code": pl.String,
    "family": pl.String,
    "quantity": pl.Int32,
    "charged_cents": pl.Int64,
    "secu_cents": pl.Int64,
    "others_cents": pl.Int64,
    "asked_cents": pl.Int64,
    "location": pl.String,
    "hold": pl.String,
    "provider_ref": pl.String,
}
"""What a line says, enough to recognise it among others."""


def notes_between(connection: Connection, after: int, through: int) -> pl.DataFrame:
    """Every note of waiting written in revisions from ``after`` (excluded) to ``through``: columns NOTED."""
    columns = ", ".join(f"w.{name}" for name in list(NOTED)[:5])
    query = f"""
        SELECT {columns}, r.rev, w.waiting_id FROM revision AS r JOIN waiting AS w USING (change_id)
        WHERE r.rev > {after:d} AND r.rev <= {through:d}"""
    return read_frame(connection, query, NOTED)


def in_order(notes: pl.DataFrame) -> pl.DataFrame:
    """Notes (columns NOTED) line by line, each line's in the order in which they were written."""
    return notes.sort("line_id", "rev", "note")


def latest_notes(notes: pl.DataFrame) -> pl.DataFrame:
    """The last note of each line, of ``notes`` that are ``in_order``."""
    return notes.filter(pl.col("line_id").ne_missing(pl.col("line_id").shift(-1)))


def parked_since(connection: Connection, rev: int | None) -> pl.DataFrame:
    """Families parked now, with the revision of the note: columns FAMILIES."""
    query = f"""
        SELECT family_id, reason, rev FROM (
            SELECT DISTINCT ON (family_id) family_id, state, reason, r.rev
            FROM parking AS p JOIN revision AS r USING (change_id)
            WHERE {known("p", rev)} ORDER BY family_id, r.rev DESC, parking_id DESC) AS latest
        WHERE state = 'parked'"""
    return read_frame(connection, query, FAMILIES)


def held_since(connection: Connection, rev: int | None) -> pl.DataFrame:
    """Changes that wait for an approval, with the revision of the note: columns HELD."""
    query = f"""
        SELECT {", ".join(HELD)} FROM (
            SELECT DISTINCT ON (contract_id, member_id) h.*, r.rev
            FROM held AS h JOIN revision AS r USING (change_id)
            WHERE {known("h", rev)} ORDER BY contract_id, member_id, r.rev DESC, held_id DESC) AS latest
        WHERE months > 0"""
    return read_frame(connection, query, HELD)


def lines_of_nobody(connection: Connection, rev: int | None) -> pl.DataFrame:
    """Lines about somebody whom nobody knows, with the revision that told them: columns NOBODY."""
    query = f"""
        SELECT t.line_id, t.ref, d.member_ref, r.rev
        FROM care_line AS t JOIN revision AS r USING (change_id)
        JOIN LATERAL (
            SELECT v.member_ref FROM document AS v WHERE v.document_id = t.document_id AND {known("v", rev)}
            ORDER BY v.version DESC LIMIT 1) AS d ON true
        WHERE t.member_id IS NULL AND NOT t.withdrawn AND {known("t", rev)}
          AND t.version = (SELECT n.version FROM care_line AS n
                           WHERE n.line_id = t.line_id AND {known("n", rev)} ORDER BY n.version DESC LIMIT 1)
          AND NOT EXISTS (SELECT FROM member AS m WHERE m.ref = d.member_ref AND {known("m", rev)})"""
    return read_frame(connection, query, NOBODY)


def lines_told(
    connection: Connection, refs: Sequence[str], ids: Sequence[int], rev: int | None
) -> pl.DataFrame:
    """What the lines with these refs or ids say by their latest version: columns TOLD."""
    columns = list(TOLD)[:-1]
    where = (
        "t.line_id IN (SELECT line_id FROM care_line WHERE ref = ANY(%s) UNION SELECT unnest(%s::bigint[]))"
    )
    lines = latest("care_line", "line_id", [*columns, "provider_id"], rev, where)
    query = f"""
        SELECT {", ".join(f"l.{name}" for name in columns)}, p.ref
        FROM ({lines}) AS l LEFT JOIN provider AS p USING (provider_id)"""
    return read_frame(connection, query, TOLD, [list(refs), list(ids)])


def refs_of_contracts(connection: Connection, contracts: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Number and currency of some contracts, by id."""
    rows = connection.execute(
        "SELECT contract_id, ref, currency FROM contract WHERE version = 1 AND contract_id = ANY(%s)",
        [list(contracts)],
    )
    return {number: (ref, currency) for number, ref, currency in rows}


def contracts_of_members(connection: Connection, members: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The numbers of the contracts under which each of ``members`` is or was enrolled, the latest first."""
    query = f"""
        SELECT e.member_id, c.ref, max(e.valid_from) FROM enrolment AS e
        JOIN contract AS c ON c.contract_id = e.contract_id AND c.version = 1
        WHERE e.member_id = ANY({array(members)}) GROUP BY 1, 2 ORDER BY 1, 3 DESC"""
    found: dict[int, tuple[str, ...]] = {}
    for member, ref, _ in connection.execute(query):
        found[member] = (*found.get(member, ()), ref)
    return found


def instants_of(connection: Connection, revs: Sequence[int]) -> dict[int, str]:
    """When some revisions were sealed: ISO, in Paris."""
    rows = connection.execute(
        """SELECT rev, to_char(committed_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD"T"HH24:MI:SS')
           FROM revision WHERE rev = ANY(%s::bigint[])""",
        [list(revs)],
    )
    return dict(rows.fetchall())

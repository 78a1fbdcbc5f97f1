"""Coverage and billing of a family: all versions of its facts, its premiums per month, every entry of a month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import polars as pl

from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.invoices import NUMBER
from avenant.store.readers.known import array, known
from avenant.store.tables import CONTRACT, ENROLMENT, MEMBER, PREMIUM

Columns = Mapping[str, type[pl.DataType]]

LEARNT: dict[str, type[pl.DataType]] = {
    "rev": pl.Int64,
    "known_at": pl.String,
    "actor": pl.String,
    "reason": pl.String,
    "run_id": pl.Int64,
}
"""How a row became known: revision, instant (ISO, in Paris), who wrote it, why, under which run."""

SLOT = {"plan": pl.String, "level": pl.String, "component": pl.String, "tier": pl.String, "status": pl.String}
MONTHS = PREMIUM | SLOT | {"known_at": pl.String, "invoice": pl.String, "open_cents": pl.Int64}
RUN = {
    "code_version": pl.String,
    "rulebook_version": pl.String,
    "business_date": pl.Date,
    "read_rev": pl.Int64,
}
FORMER = {f"former_{name}": kind for name, kind in RUN.items()}
"""The same of the last finished nightly run before that one which could book the month; null: there was none."""

ENTRIES = PREMIUM | SLOT | {"content_key": pl.String} | LEARNT | RUN | FORMER | {"invoice": pl.String}
APPROVAL: dict[str, type[pl.DataType]] = {
    "approval_id": pl.Int64,
    "contract_id": pl.Int32,
    "member_id": pl.Int32,
    "from_month": pl.Date,
    "through_month": pl.Date,
}
PUBLISHED: dict[str, type[pl.DataType]] = {"version": pl.String}

KNOWN_AT = """to_char(v.committed_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD"T"HH24:MI:SS')"""
BY_CHANGE = "JOIN change AS c ON c.change_id = t.change_id JOIN revision AS v ON v.change_id = t.change_id"
INVOICE = f"CASE WHEN i.invoice_id IS NULL THEN NULL WHEN i.number IS NULL THEN '#' || i.invoice_id ELSE {NUMBER} END"

FORMER_RUN = """
    SELECT o.code_version, o.rulebook_version, o.business_date, (e.counts ->> 'read_rev')::bigint AS read_rev
    FROM run AS o JOIN run_close AS e ON e.run_id = o.run_id AND e.status = 'done'
    WHERE o.kind = 'nightly' AND o.run_id < c.run_id AND o.horizon >= t.month
    ORDER BY o.run_id DESC LIMIT 1"""


def all_versions(
    connection: Connection, table: str, columns: Columns, where: str, rev: int | None = None
) -> pl.DataFrame:
    """Every version of the rows of ``table`` that ``where`` (on the alias ``t``) names, with how each was learnt.

    Columns: ``columns`` and LEARNT, in the order of revisions.
    """
    query = f"""
        SELECT {", ".join(f"t.{name}" for name in columns)}, v.rev, {KNOWN_AT}, c.actor, c.reason, c.run_id
        FROM {table} AS t {BY_CHANGE} WHERE {where} AND {known("t", rev)} ORDER BY v.rev, 1"""
    return read_frame(connection, query, {**columns, **LEARNT})


def relatives(connection: Connection, member_id: int, rev: int | None = None) -> list[int]:
    """Everybody who ever was in a family in which the member ever was."""
    families = f"SELECT family_id FROM member AS o WHERE o.member_id = {member_id:d} AND {known('o', rev)}"
    query = (
        f"SELECT DISTINCT member_id FROM member AS t WHERE family_id IN ({families}) AND {known('t', rev)}"
    )
    return [member for (member,) in connection.execute(f"{query} ORDER BY member_id")]


def member_versions(connection: Connection, members: Iterable[int], rev: int | None = None) -> pl.DataFrame:
    """All versions of ``members``."""
    return all_versions(connection, "member", MEMBER, f"t.member_id = ANY({array(members)})", rev)


def enrolment_versions(
    connection: Connection, members: Iterable[int], rev: int | None = None
) -> pl.DataFrame:
    """All versions of enrolments that any version gives to ``members``."""
    theirs = f"SELECT enrolment_id FROM enrolment AS o WHERE o.member_id = ANY({array(members)})"
    return all_versions(connection, "enrolment", ENROLMENT, f"t.enrolment_id IN ({theirs})", rev)


def contract_versions(
    connection: Connection, contracts: Iterable[int], rev: int | None = None
) -> pl.DataFrame:
    """All versions of ``contracts``."""
    return all_versions(connection, "contract", CONTRACT, f"t.contract_id = ANY({array(contracts)})", rev)


def approval_versions(
    connection: Connection, contracts: Iterable[int], members: Iterable[int], rev: int | None = None
) -> pl.DataFrame:
    """Approvals of far-reaching changes of ``members`` under ``contracts``."""
    where = f"t.contract_id = ANY({array(contracts)}) AND t.member_id = ANY({array(members)})"
    return all_versions(connection, "approval", APPROVAL, where, rev)


def publications(connection: Connection, rev: int | None = None) -> pl.DataFrame:
    """Every publication of a rulebook, oldest first: version, and how it was learnt."""
    return all_versions(connection, "rulebook_version", PUBLISHED, "true", rev)


def month_premiums(
    connection: Connection,
    contracts: Iterable[int],
    members: Iterable[int],
    from_month: date,
    rev: int | None = None,
) -> pl.DataFrame:
    """The latest entry of each key of ``members`` from a month on (columns MONTHS), by member, month and slot.

    invoice: that of the latest entry. open_cents: the sum of entries of the key that no invoice holds. A settlement
    counts only if it was known at ``rev``.
    """
    values = ", ".join(f"p.{name}" for name in PREMIUM)
    outside = "sum(p.amount_cents) FILTER (WHERE i.invoice_id IS NULL) OVER key"
    query = f"""
        SELECT {", ".join((*PREMIUM, *SLOT, "known_at", "invoice", "open_cents"))} FROM (
            SELECT {values}, s.plan, s.level, s.component, s.tier, s.status, {KNOWN_AT} AS known_at,
                   {INVOICE} AS invoice, coalesce({outside}, 0)::bigint AS open_cents,
                   max(p.version) OVER key AS newest
            FROM premium AS p JOIN slot AS s USING (slot_id) JOIN revision AS v ON v.change_id = p.change_id
            LEFT JOIN invoice_entry AS tie ON tie.entry_id = p.entry_id AND {known("tie", rev)}
            LEFT JOIN invoice AS i USING (invoice_id)
            WHERE p.contract_id = ANY({array(contracts)}) AND p.member_id = ANY({array(members)})
              AND p.month >= %s AND {known("p", rev)}
            WINDOW key AS (PARTITION BY p.contract_id, p.member_id, p.month, p.slot_id)) AS entry
        WHERE version = newest ORDER BY member_id, month, contract_id, slot_id"""
    return read_frame(connection, query, MONTHS, [from_month])


def month_entries(
    connection: Connection, contracts: Iterable[int], member_id: int, month: date, rev: int | None = None
) -> pl.DataFrame:
    """Every entry of a member's month (columns ENTRIES) by contract, slot and version, with run and invoice.

    read_rev: the revision whose facts the run used for this member; null where no chunk tells.
    """
    values = ", ".join(f"t.{name}" for name in PREMIUM)
    query = f"""
        SELECT {values}, s.plan, s.level, s.component, s.tier, s.status, l.content_key,
               v.rev, {KNOWN_AT}, c.actor, c.reason, c.run_id,
               r.code_version, r.rulebook_version, r.business_date, k.read_rev,
               f.code_version, f.rulebook_version, f.business_date, f.read_rev, {INVOICE}
        FROM premium AS t {BY_CHANGE} JOIN slot AS s USING (slot_id)
        LEFT JOIN price_line AS l ON l.line_id = t.line_id
        LEFT JOIN run AS r ON r.run_id = c.run_id
        LEFT JOIN run_chunk AS k ON k.run_id = c.run_id AND k.change_id = c.change_id
        LEFT JOIN LATERAL ({FORMER_RUN}) AS f ON true
        LEFT JOIN invoice_entry AS tie ON tie.entry_id = t.entry_id AND {known("tie", rev)}
        LEFT JOIN invoice AS i USING (invoice_id)
        WHERE t.contract_id = ANY({array(contracts)}) AND t.member_id = {member_id:d} AND t.month = %s
          AND {known("t", rev)} ORDER BY t.contract_id, t.slot_id, t.version"""
    return read_frame(connection, query, ENTRIES, [month])

"""What the cause of a decision on care is searched in: all versions of the member's messages, answers, statuses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
import psycopg

from avenant.core.book.entries import REIMBURSEMENTS
from avenant.core.frames.care import ANSWER, CARE_LINE, PROVIDER_STATUS
from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.acts import people_ever_of
from avenant.store.readers.coverage import BY_CHANGE, KNOWN_AT, LEARNT, RUN, all_versions
from avenant.store.readers.known import array, bigints, known

LINE = CARE_LINE | {"adopted_id": pl.Int32}
"""adopted_id: whose a line is that named nobody we knew, by the number that its document names."""
FORMER = {f"former_{name}": kind for name, kind in RUN.items()}
KEYS = {"tariff": pl.String, "guarantee": pl.String, "envelope": pl.String}
ENTRIES: dict[str, type[pl.DataType]] = {
    **REIMBURSEMENTS.columns,
    **KEYS,
    **LEARNT,
    **RUN,
    **FORMER,
    "payout": pl.String,
}
FORMER_RUN = """
    SELECT o.code_version, o.rulebook_version, o.business_date, (e.counts ->> 'read_rev')::bigint AS read_rev
    FROM run AS o JOIN run_close AS e ON e.run_id = o.run_id AND e.status = 'done'
    WHERE o.kind = 'nightly' AND o.run_id < c.run_id ORDER BY o.run_id DESC LIMIT 1"""


def act_entries(
    connection: Connection, acts: Iterable[int], people: Iterable[int], rev: int | None = None
) -> pl.DataFrame:
    """Every entry of some acts (columns ENTRIES) by act, contract, payee, version, with its run and the run before.

    people: whose they ever were.
    """
    values = ", ".join(f"t.{name}" for name in REIMBURSEMENTS.columns)
    query = f"""
        SELECT {values}, lt.content_key, lg.content_key, le.content_key,
               v.rev, {KNOWN_AT}, c.actor, c.reason, c.run_id,
               r.code_version, r.rulebook_version, r.business_date, k.read_rev,
               f.code_version, f.rulebook_version, f.business_date, f.read_rev,
               CASE WHEN i.payout_id IS NULL THEN NULL WHEN i.number IS NULL THEN '#' || i.payout_id
                    ELSE i.series || '-' || i.year || '-' || lpad(i.number::text, 6, '0') END
        FROM reimbursement AS t {BY_CHANGE}
        LEFT JOIN price_line AS lt ON lt.line_id = t.tariff_line_id
        LEFT JOIN price_line AS lg ON lg.line_id = t.guarantee_line_id
        LEFT JOIN price_line AS le ON le.line_id = t.envelope_line_id
        LEFT JOIN run AS r ON r.run_id = c.run_id
        LEFT JOIN run_chunk AS k ON k.run_id = c.run_id AND k.change_id = c.change_id
        LEFT JOIN LATERAL ({FORMER_RUN}) AS f ON true
        LEFT JOIN payout_entry AS tie ON tie.entry_id = t.entry_id AND {known("tie", rev)}
        LEFT JOIN payout AS i USING (payout_id)
        WHERE t.act_id = ANY({bigints(acts)}) AND t.member_id = ANY({array(people)}) AND {known("t", rev)}
        ORDER BY t.act_id, t.contract_id, t.payee_id, t.version"""
    return read_frame(connection, query, ENTRIES)


def people_of_acts(connection: Connection, acts: Sequence[int], rev: int | None = None) -> list[int]:
    """Whose the acts ever were: in entries, in their lines, or by the number that a document named."""
    ids, people = bigints(acts), array(people_ever_of(connection, acts))
    query = f"""
        SELECT member_id FROM reimbursement AS t
        WHERE act_id = ANY({ids}) AND member_id = ANY({people}) AND {known("t", rev)}
        UNION SELECT member_id FROM care_line AS t
              WHERE line_id = ANY({ids}) AND member_id IS NOT NULL AND {known("t", rev)}
        UNION SELECT m.member_id FROM care_line AS t JOIN document AS d USING (document_id)
              JOIN member AS m ON m.ref = d.member_ref
              WHERE t.line_id = ANY({ids}) AND t.member_id IS NULL AND {known("t", rev)}
        ORDER BY 1"""
    return [member for (member,) in connection.execute(query)]


def line_versions(connection: Connection, members: Iterable[int], rev: int | None = None) -> pl.DataFrame:
    """All versions of the lines that any version gives to ``members``: columns LINE, document_ref, LEARNT."""
    ids = array(members)
    values = ", ".join(f"t.{name}" for name in CARE_LINE)
    query = f"""
        SELECT {values}, CASE WHEN t.member_id IS NULL THEN (
                   SELECT m.member_id FROM document AS d JOIN member AS m ON m.ref = d.member_ref
                   WHERE d.document_id = t.document_id AND d.change_id = t.change_id AND m.version = 1 LIMIT 1) END,
               (SELECT d.ref FROM document AS d WHERE d.document_id = t.document_id AND d.version = 1),
               v.rev, {KNOWN_AT}, c.actor, c.reason, c.run_id
        FROM care_line AS t {BY_CHANGE}
        WHERE t.line_id IN (
            SELECT line_id FROM care_line AS l WHERE l.member_id = ANY({ids}) AND {known("l", rev)}
            UNION ALL
            SELECT l.line_id FROM care_line AS l JOIN document AS d USING (document_id)
            JOIN member AS m ON m.ref = d.member_ref
            WHERE l.member_id IS NULL AND m.member_id = ANY({ids})
              AND {known("l", rev)} AND {known("d", rev)} AND {known("m", rev)})
          AND {known("t", rev)} ORDER BY v.rev, t.line_id"""
    return read_frame(connection, query, {**LINE, "document_ref": pl.String, **LEARNT})


def answer_versions(connection: Connection, refs: pl.Series, rev: int | None = None) -> pl.DataFrame:
    """All versions of answers that speak of lines with these refs, without what the person wrote."""
    columns = {name: kind for name, kind in ANSWER.items() if name != "reason"}
    lines = psycopg.ClientCursor(connection).mogrify("%s::text[]", [refs.drop_nulls().to_list()])
    where = f"(t.line_ref = ANY({lines}) OR t.other_ref = ANY({lines}))"
    return all_versions(connection, "answer", columns, where, rev)


def status_versions(connection: Connection, providers: pl.Series, rev: int | None = None) -> pl.DataFrame:
    """All versions of the statuses of ``providers``."""
    where = f"t.provider_id = ANY({array(providers.drop_nulls().unique())})"
    return all_versions(connection, "provider_status", PROVIDER_STATUS, where, rev)


@dataclass(frozen=True, slots=True)
class Replaced:
    """A version that a run wrote in the place of another, and what it moved.

    named: the member's number and the month, or the act's number. part: the slot's or the payee's id.
    """

    book: str
    contract: str
    named: str
    month: date | None
    part: int
    version: int
    moved_cents: int


REPLACED_BY = {
    "premium": ("m.ref", "p.month", "p.slot_id", ("contract_id", "member_id", "month", "slot_id")),
    "reimbursement": ("p.act_id::text", "NULL::date", "p.payee_id", ("contract_id", "act_id", "payee_id")),
}


def replaced_in_run(connection: Connection, book: str, run_id: int) -> list[Replaced]:
    """Every charge of a run that replaced another one; the cancel beside it tells what was taken away."""
    named, month, part, key = REPLACED_BY[book]
    same = " AND ".join(f"n.{name} = p.{name}" for name in key)
    query = f"""
        WITH written AS MATERIALIZED (SELECT change_id FROM run_chunk WHERE run_id = %s)
        SELECT c.ref, {named}, {month}, {part}, p.version, p.amount_cents + n.amount_cents
        FROM {book} AS p JOIN {book} AS n ON {same} AND n.version = p.version - 1
        JOIN contract AS c ON c.contract_id = p.contract_id AND c.version = 1
        JOIN member AS m ON m.member_id = p.member_id AND m.version = 1
        WHERE p.version > 1 AND p.version % 2 = 1
          AND p.change_id BETWEEN (SELECT min(change_id) FROM written) AND (SELECT max(change_id) FROM written)
          AND p.change_id IN (SELECT change_id FROM written)"""
    rows = connection.execute(query.replace("% 2", "%% 2"), [run_id]).fetchall()
    return [Replaced(book, *row) for row in rows]

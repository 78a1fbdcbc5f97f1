"""What a re-run reads besides the rules' own readers: whose a subject is, and the moment of its latest decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.known import array, bigints, known
from avenant.store.readers.settling import Documents
from avenant.store.tables import INVOICE, PAYOUT


@dataclass(frozen=True, slots=True)
class Decision:
    """A revision in which a run wrote about a subject, and what the run knew.

    read_rev: the revision of facts and book that it computed from; rev: the one as which its rows became known.
    options: of the run, as stored.
    """

    rev: int
    read_rev: int
    run_id: int
    rulebook_version: str
    business_date: date
    horizon: date
    options: dict[str, Any]


DECISION = """
    SELECT r.rev, coalesce(k.read_rev, r.rev - 1), run.run_id, run.rulebook_version, run.business_date, run.horizon,
           run.options
    FROM ({written}) AS w JOIN revision AS r USING (change_id) JOIN change AS h USING (change_id)
    JOIN run ON run.run_id = h.run_id LEFT JOIN run_chunk AS k ON k.change_id = w.change_id
    WHERE run.kind = ANY(%s) ORDER BY r.rev DESC LIMIT {most}"""


def decisions_about(
    connection: Connection,
    tables: Sequence[tuple[str, str]],
    kinds: Sequence[str],
    rev: int | None,
    most: int = 1,
) -> list[Decision]:
    """The latest runs (of ``kinds``) that wrote rows of ``tables``, newest first.

    tables: (table, condition on its columns), the condition made of numbers of ours alone.
    """
    written = " UNION ".join(
        f"SELECT t.change_id FROM {table} AS t WHERE {condition} AND {known('t', rev)}"
        for table, condition in tables
    )
    rows = connection.execute(DECISION.format(written=written, most=int(most)), [list(kinds)])
    return [Decision(*row) for row in rows]


def latest_nightly(connection: Connection, rev: int | None) -> tuple[date, date] | None:
    """Business date and horizon of the latest nightly run that was known to be done; None before the first."""
    query = f"""
        SELECT run.business_date, run.horizon FROM run JOIN run_close AS c USING (run_id)
        JOIN revision AS r ON r.change_id = c.change_id
        WHERE run.kind = 'nightly' AND c.status = 'done' AND {known("c", rev)} ORDER BY r.rev DESC LIMIT 1"""
    row = connection.execute(query).fetchone()
    return None if row is None else (row[0], row[1])


def families_of_members(connection: Connection, members: Sequence[int], rev: int | None) -> tuple[int, ...]:
    """The families to which ``members`` belong by their latest version known, in order."""
    rows = connection.execute(
        f"""SELECT DISTINCT family_id FROM (
                SELECT DISTINCT ON (member_id) family_id FROM member AS m
                WHERE member_id = ANY({array(members)}) AND {known("m", rev)}
                ORDER BY member_id, version DESC) AS latest ORDER BY 1"""
    )
    return tuple(family for (family,) in rows)


def members_ever(connection: Connection, column: str, ids: Sequence[int], rev: int | None) -> tuple[int, ...]:
    """Who ever belonged to some families (``family_id``) or contracts (``contract_id``), as known at ``rev``."""
    table = {"family_id": "member", "contract_id": "enrolment"}[column]
    rows = connection.execute(
        f"""SELECT DISTINCT member_id FROM {table} AS t WHERE {column} = ANY({array(ids)}) AND {known("t", rev)}
            ORDER BY 1"""
    )
    return tuple(member for (member,) in rows)


def members_of_lines(connection: Connection, lines: Sequence[int], rev: int | None) -> tuple[int, ...]:
    """Whose some lines of care are, by their latest version known; also where only the document's number says it."""
    rows = connection.execute(
        f"""SELECT DISTINCT m.member_id FROM (
                SELECT DISTINCT ON (line_id) * FROM care_line AS l WHERE line_id = ANY({bigints(lines)})
                AND {known("l", rev)} ORDER BY line_id, version DESC) AS l
            JOIN document AS d ON d.document_id = l.document_id AND {known("d", rev)}
            JOIN member AS m ON m.member_id = l.member_id OR (l.member_id IS NULL AND m.ref = d.member_ref)
            WHERE {known("m", rev)} ORDER BY 1"""
    )
    return tuple(member for (member,) in rows)


def past_first_run(connection: Connection, contracts: list[int], rev: int | None) -> list[int]:
    """Which of ``contracts`` a nightly run, finished as far as known at ``rev``, has booked or has found booked."""
    rows = connection.execute(
        f"""
        WITH done AS (
            SELECT run_id, (counts ->> 'read_rev')::bigint AS read_rev FROM run_close AS c JOIN run USING (run_id)
            WHERE status = 'done' AND kind = 'nightly' AND {known("c", rev)})
        SELECT c FROM unnest({array(contracts)}) AS c WHERE EXISTS (
            SELECT FROM premium AS p JOIN change USING (change_id) JOIN revision AS r USING (change_id)
            WHERE contract_id = c AND {known("p", rev)}
              AND (run_id IN (SELECT run_id FROM done) OR r.rev <= (SELECT max(read_rev) FROM done)))"""
    )
    return [contract for (contract,) in rows]


def settlement(connection: Connection, documents: Documents, settled: int) -> pl.DataFrame:
    """The invoice or payout with this id as stored: one row with the columns of its table."""
    columns = {"invoice": INVOICE, "payout": PAYOUT}[documents]
    return read_frame(
        connection,
        f"SELECT {', '.join(columns)} FROM {documents} WHERE {documents}_id = {settled:d}",
        columns,
    )


def first_number(connection: Connection, documents: Documents, settled: int) -> int:
    """The number that was free when the document ``settled`` was written, had it been the next of its series."""
    row = connection.execute(
        f"""SELECT coalesce(max(b.number), 0) + 1 FROM {documents} AS i
            LEFT JOIN {documents} AS b
                ON b.series = i.series AND b.year = i.year AND b.{documents}_id < i.{documents}_id
            WHERE i.{documents}_id = %s""",
        [settled],
    ).fetchone()
    assert row is not None
    return int(row[0])


def paper_before(connection: Connection, documents: Documents, settled: int) -> int | None:
    """The invoice of the same contract, or the payout to the same payee in the same currency, that came before."""
    same = {"invoice": ("contract_id",), "payout": ("payee_kind", "payee_id", "currency")}[documents]
    row = connection.execute(
        f"""SELECT max(b.{documents}_id) FROM {documents} AS i JOIN {documents} AS b USING ({", ".join(same)})
            WHERE i.{documents}_id = %s AND b.{documents}_id < i.{documents}_id""",
        [settled],
    ).fetchone()
    return None if row is None or row[0] is None else int(row[0])


def tied_sums(connection: Connection, documents: Documents, settled: int) -> pl.DataFrame:
    """What an invoice or payout settled: member_id, amount_cents, one row per member with any entry in it."""
    book = {"invoice": "premium", "payout": "reimbursement"}[documents]
    return read_frame(
        connection,
        f"""SELECT member_id, sum(amount_cents)::bigint FROM {book} JOIN {documents}_entry USING (entry_id)
            WHERE {documents}_id = {settled:d} GROUP BY member_id ORDER BY member_id""",
        {"member_id": pl.Int32, "amount_cents": pl.Int64},
    )


def opened_at(connection: Connection, run_id: int) -> int:
    """The revision in which a run was opened."""
    row = connection.execute(
        "SELECT rev FROM run JOIN revision USING (change_id) WHERE run_id = %s", [run_id]
    ).fetchone()
    assert row is not None
    return int(row[0])


def document_told_at(connection: Connection, document: int, rev: int | None) -> int:
    """The revision in which a document was told last, as known at ``rev``; 0 where it was not."""
    query = f"""
        SELECT coalesce(max(revision.rev), 0) FROM document AS d JOIN revision USING (change_id)
        WHERE d.document_id = %s AND {known("d", rev)}"""
    row = connection.execute(query, [document]).fetchone()
    return int(row[0]) if row else 0


def providers_called(connection: Connection, providers: pl.Series) -> dict[int, str]:
    """Providers' own numbers, by id."""
    wanted = providers.drop_nulls().unique().to_list()
    rows = connection.execute("SELECT provider_id, ref FROM provider WHERE provider_id = ANY(%s)", [wanted])
    return {int(provider): str(ref) for provider, ref in rows}

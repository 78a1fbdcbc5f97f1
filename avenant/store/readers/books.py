"""Either book as frames: fingerprints and latest entries, now or as of a revision."""

from datetime import date

import polars as pl

from avenant.core.book.entries import Book
from avenant.core.book.fingerprint import row_hash_sql
from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.known import array, bigints, known

FINGERPRINT = {
    "contract_id": pl.Int32,
    "member_id": pl.Int32,
    "entries": pl.Int64,
    "amount_cents": pl.Int64,
    "fingerprint": pl.Int64,
    "rows": pl.Int64,
}
FOR_EVER = date(9999, 12, 31)


def book_fingerprints(
    connection: Connection, book: Book, through: date = FOR_EVER, condition: str = "true"
) -> pl.DataFrame:
    """Per contract and member, the live rows up to ``through`` (see core.book.fingerprint).

    Columns: contract_id, member_id, entries, amount_cents, fingerprint; rows: of all versions, as many as entries
    where nothing was ever restated. One scan of the whole table unless ``condition`` narrows it.
    """
    query = f"""
        SELECT contract_id, member_id, sum((version & 1) * 2 - 1), sum(amount_cents), bit_xor({row_hash_sql(book)}),
               count(*)
        FROM {book.table} WHERE {book.alive} > 0 AND {book.period} <= %s AND {condition}
        GROUP BY contract_id, member_id"""
    return read_frame(connection, query, FINGERPRINT, [through])


def latest_entries(
    connection: Connection,
    book: Book,
    through: date = FOR_EVER,
    condition: str = "true",
    rev: int | None = None,
) -> pl.DataFrame:
    """The latest row of each key up to ``through`` (columns ``book.entry``); ``condition`` narrows the rows.

    The latest row of a key is always a charge. Where ``condition`` hides it (the act belongs to another member
    now), what remains visible of the key is left out.
    """
    key = ", ".join(book.key)
    query = f"""
        SELECT * FROM (
            SELECT DISTINCT ON ({key}) {", ".join(book.entry)} FROM {book.table} AS p
            WHERE {book.period} <= %s AND {condition} AND {known("p", rev)}
            ORDER BY {key}, version DESC) AS latest
        WHERE version % 2 = 1"""
    types = {name: book.columns[name] for name in book.entry}
    return read_frame(connection, query.replace("% 2", "%% 2"), types, [through])


def ever_covered(connection: Connection, members: pl.Series) -> str:
    """A condition that finds all premium rows of ``members`` by the index: under every contract that any
    version of their enrolments ever named."""
    ids = members.unique().to_list()
    query = "SELECT DISTINCT contract_id FROM enrolment WHERE member_id = ANY(%s::int[])"
    contracts = [contract for (contract,) in connection.execute(query, [ids])]
    return f"contract_id = ANY({array(contracts)}) AND member_id = ANY({array(ids)})"


def reimbursed(members: pl.Series, moved_acts: pl.Series) -> str:
    """A condition that finds all reimbursement rows of ``members``, and of acts that may have been others'."""
    condition = f"member_id = ANY({array(members.unique().to_list())})"
    if moved_acts.is_empty():
        return condition
    return f"({condition} OR act_id = ANY({bigints(moved_acts.unique())}))"

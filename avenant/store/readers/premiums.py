"""The premium book as frames: fingerprints, latest rows and histories, now or as of a revision."""

from datetime import date

import polars as pl

from avenant.core.book.entries import ENTRY
from avenant.core.book.fingerprint import ROW_HASH_SQL
from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.known import array, known
from avenant.store.tables import PREMIUM

FINGERPRINT = {
    "contract_id": pl.Int32,
    "member_id": pl.Int32,
    "entries": pl.Int64,
    "amount_cents": pl.Int64,
    "fingerprint": pl.Int64,
}


def book_fingerprints(connection: Connection, through: date, condition: str = "true") -> pl.DataFrame:
    """Per contract and member, the live rows up to the month ``through`` (see core.book.fingerprint).

    Columns: contract_id, member_id, entries, amount_cents, fingerprint. One scan of the whole table unless
    ``condition`` narrows it.
    """
    query = f"""
        SELECT contract_id, member_id, sum((version & 1) * 2 - 1), sum(amount_cents), bit_xor({ROW_HASH_SQL})
        FROM premium WHERE covered_days > 0 AND month <= %s AND {condition} GROUP BY contract_id, member_id"""
    return read_frame(connection, query, FINGERPRINT, [through])


def latest_premiums(
    connection: Connection, through: date, condition: str = "true", rev: int | None = None
) -> pl.DataFrame:
    """The latest row of each key up to the month ``through`` (columns ENTRY); ``condition`` narrows the rows."""
    query = f"""
        SELECT DISTINCT ON (contract_id, member_id, month, slot_id) {", ".join(ENTRY)} FROM premium AS p
        WHERE month <= %s AND {condition} AND {known("p", rev)}
        ORDER BY contract_id, member_id, month, slot_id, version DESC"""
    return read_frame(connection, query, PREMIUM, [through])


def ever_covered(connection: Connection, members: pl.Series) -> str:
    """A condition that finds all premium rows of ``members`` by the index: under every contract that any
    version of their enrolments ever named."""
    ids = members.unique().to_list()
    query = "SELECT DISTINCT contract_id FROM enrolment WHERE member_id = ANY(%s::int[])"
    contracts = [contract for (contract,) in connection.execute(query, [ids])]
    return f"contract_id = ANY({array(contracts)}) AND member_id = ANY({array(ids)})"

"""The money of one contract: its invoices, its balance, and what waits for the next invoice."""

from datetime import date

import polars as pl

from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.invoices import NUMBER
from avenant.store.readers.known import known

ISSUED = {
    "invoice_id": pl.Int64,
    "number": pl.String,
    "kind": pl.String,
    "month": pl.Date,
    "issue_date": pl.Date,
    "total_cents": pl.Int64,
    "employer_cents": pl.Int64,
    "tax_cents": pl.Int64,
    "balance_used_cents": pl.Int64,
    "due_cents": pl.Int64,
    "entries": pl.Int32,
    "rev": pl.Int64,
}
"""number: ``#17`` for a settlement of zero."""
MOVEMENTS = {
    "kind": pl.String,
    "amount_cents": pl.Int64,
    "number": pl.String,
    "rev": pl.Int64,
    "known_at": pl.String,
}
OPEN = {
    "member_id": pl.Int32,
    "month": pl.Date,
    "entries": pl.Int32,
    "amount_cents": pl.Int64,
    "employer_cents": pl.Int64,
    "tax_cents": pl.Int64,
}
"""Unsettled entries of one member's month, netted."""
DOCUMENT = f"CASE WHEN i.number IS NULL THEN '#' || i.invoice_id ELSE {NUMBER} END"


def invoices_of(connection: Connection, contract_id: int, rev: int | None = None) -> pl.DataFrame:
    """The contract's invoices, credit notes and zero settlements, newest first: columns ISSUED."""
    query = f"""
        SELECT i.invoice_id, {DOCUMENT}, i.kind, i.month, i.issue_date, i.total_cents, i.employer_cents,
               i.tax_cents, i.balance_used_cents, i.due_cents, i.entries, r.rev
        FROM invoice AS i JOIN revision AS r USING (change_id)
        WHERE i.contract_id = {contract_id:d} AND {known("i", rev)} ORDER BY r.rev DESC"""
    return read_frame(connection, query, ISSUED)


def movements_of(connection: Connection, contract_id: int, rev: int | None = None) -> pl.DataFrame:
    """What moved the contract's balance, newest first, with the invoice that did it: columns MOVEMENTS."""
    query = f"""
        SELECT b.kind, b.amount_cents, CASE WHEN i.invoice_id IS NOT NULL THEN {DOCUMENT} END, r.rev,
               to_char(r.committed_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD"T"HH24:MI:SS')
        FROM balance_movement AS b JOIN revision AS r USING (change_id)
        LEFT JOIN invoice AS i USING (invoice_id)
        WHERE b.contract_id = {contract_id:d} AND {known("b", rev)} ORDER BY r.rev DESC"""
    return read_frame(connection, query, MOVEMENTS)


def open_months_netted(
    connection: Connection, contract_id: int, before: date, rev: int | None = None
) -> pl.DataFrame:
    """Unsettled entries of months before ``before``, netted per member and month: columns OPEN.

    What nets to zero in all its amounts is left out. The ties are found by the contract's invoices: they lie
    side by side, where a look-up for each entry would take twice as long for a large company.
    """
    query = f"""
        WITH settled AS MATERIALIZED (
            SELECT tie.entry_id FROM invoice AS i JOIN invoice_entry AS tie USING (invoice_id)
            WHERE i.contract_id = {contract_id:d} AND {known("i", rev)})
        SELECT p.member_id, p.month, count(*), sum(p.amount_cents)::bigint, sum(p.employer_cents)::bigint,
               sum(p.tax_cents)::bigint
        FROM premium AS p
        WHERE p.contract_id = {contract_id:d} AND p.month < %s AND {known("p", rev)}
          AND NOT EXISTS (SELECT FROM settled WHERE settled.entry_id = p.entry_id)
        GROUP BY p.member_id, p.month
        HAVING sum(p.amount_cents) <> 0 OR sum(p.employer_cents) <> 0 OR sum(p.tax_cents) <> 0
        ORDER BY p.month, p.member_id"""
    return read_frame(connection, query, OPEN, [before])

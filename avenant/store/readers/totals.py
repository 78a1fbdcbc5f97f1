"""Totals of a book for people: how much was booked, corrected, invoiced and adjusted, with one example."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from avenant.store.database import Connection
from avenant.store.readers.invoices import NUMBER

COUNTS = """
    SELECT (SELECT count(DISTINCT contract_id) FROM contract),
           (SELECT count(DISTINCT member_id) FROM member),
           count(*) FILTER (WHERE version = 1),
           count(*) FILTER (WHERE version % 2 = 0),
           (SELECT count(*) FROM invoice WHERE kind = 'invoice'),
           (SELECT count(*) FROM invoice WHERE kind = 'credit_note')
    FROM premium
"""
"""Versions are odd for charges and even for cancels; the first charge of a key is its booking."""

ADJUSTMENTS = """
    SELECT i.invoice_id, i.contract_id, p.member_id, p.month, sum(p.amount_cents)::bigint AS net_cents,
           bool_or(p.version % 2 = 0) AS corrects
    FROM premium AS p JOIN invoice_entry AS s USING (entry_id) JOIN invoice AS i USING (invoice_id)
    WHERE p.month < i.month
    GROUP BY i.invoice_id, i.contract_id, p.member_id, p.month
    HAVING sum(p.amount_cents) <> 0
"""
"""What an invoice says about one member's earlier month; `corrects`: it had been charged before."""


@dataclass(frozen=True, slots=True)
class BookTotals:
    """Counts of facts, premium keys booked, corrections, documents, and adjustments of earlier months."""

    contracts: int
    members: int
    premiums_booked: int
    premiums_corrected: int
    invoices: int
    credit_notes: int
    adjustments: int


@dataclass(frozen=True, slots=True)
class Corrected:
    """One member's month, corrected after it was invoiced on `invoiced_on`, and the document that says so."""

    contract_ref: str
    member_ref: str
    month: date
    net_cents: int
    currency: str
    invoice_number: str
    invoiced_on: date
    corrected_on: date


def book_totals(connection: Connection) -> BookTotals:
    """Counts of the whole database as it stands."""
    counts = connection.execute(COUNTS).fetchone()
    adjustments = connection.execute(f"SELECT count(*) FROM ({ADJUSTMENTS}) AS a").fetchone()
    assert counts is not None and adjustments is not None
    return BookTotals(*counts, *adjustments)


def corrected_example(connection: Connection) -> Corrected | None:
    """The largest correction of the latest document with a number that adjusts as few months as possible."""
    query = f"""
        WITH adjustment AS ({ADJUSTMENTS})
        SELECT c.ref, m.ref, a.month, a.net_cents, i.currency, {NUMBER}, (
            SELECT min(f.issue_date)
            FROM premium AS p JOIN invoice_entry AS s USING (entry_id) JOIN invoice AS f USING (invoice_id)
            WHERE (p.contract_id, p.member_id, p.month) = (a.contract_id, a.member_id, a.month)
        ) AS invoiced_on, i.issue_date
        FROM adjustment AS a JOIN invoice AS i USING (invoice_id)
        JOIN contract AS c ON c.contract_id = a.contract_id AND c.version = 1
        JOIN member AS m ON m.member_id = a.member_id AND m.version = 1
        WHERE i.number IS NOT NULL AND a.corrects
        ORDER BY (SELECT count(*) FROM adjustment AS o WHERE o.invoice_id = i.invoice_id),
                 i.invoice_id DESC, abs(a.net_cents) DESC, a.month LIMIT 1"""
    row = connection.execute(query).fetchone()
    return None if row is None else Corrected(*row)

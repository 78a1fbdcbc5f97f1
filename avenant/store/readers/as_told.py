"""The book as people outside know it: external numbers instead of ids, now or as of a revision.

Meant for small books such as those of case files: everything is read at once.
"""

import polars as pl

from avenant.core.cases.observed import ENTRY_COLUMNS, INVOICE_COLUMNS
from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.invoices import NUMBER
from avenant.store.readers.known import known

SLOT = "s.plan, s.level, s.component, s.tier, s.status"
EXPLAINED = (
    "p.amount_cents, p.employer_cents, p.tax_cents, p.unit_price_cents, p.covered_days, p.billed_days, "
    "p.days_in_month, p.age, p.child_rank"
)


def entries_as_told(connection: Connection, rev: int | None = None) -> pl.DataFrame:
    """Every entry of the book (columns ENTRY_COLUMNS), by contract, member, month, slot and version."""
    query = f"""
        SELECT c.ref, m.ref, p.month, {SLOT}, p.version, p.kind, {EXPLAINED}
        FROM premium AS p
        JOIN contract AS c ON c.contract_id = p.contract_id AND c.version = 1
        JOIN member AS m ON m.member_id = p.member_id AND m.version = 1
        JOIN slot AS s ON s.slot_id = p.slot_id
        WHERE {known("p", rev)}
        ORDER BY c.ref, m.ref, p.month, {SLOT}, p.version"""
    return read_frame(connection, query, ENTRY_COLUMNS)


def invoices_as_told(connection: Connection, rev: int | None = None) -> pl.DataFrame:
    """Every numbered invoice and credit note, by year and number: invoice_id and INVOICE_COLUMNS."""
    query = f"""
        SELECT i.invoice_id, c.ref, i.kind, {NUMBER}, i.month, i.issue_date, i.currency, i.total_cents,
               i.employer_cents, i.tax_cents, i.balance_used_cents, i.due_cents
        FROM invoice AS i JOIN contract AS c ON c.contract_id = i.contract_id AND c.version = 1
        WHERE i.number IS NOT NULL AND {known("i", rev)}
        ORDER BY i.series, i.year, i.number"""
    return read_frame(connection, query, {"invoice_id": pl.Int64, **INVOICE_COLUMNS})


def balances_as_told(connection: Connection, rev: int | None = None) -> dict[str, int]:
    """Contract -> the credit in cents that it holds; contracts without any movement are absent."""
    query = f"""
        SELECT c.ref, sum(b.amount_cents)::bigint FROM balance_movement AS b
        JOIN contract AS c ON c.contract_id = b.contract_id AND c.version = 1
        WHERE {known("b", rev)} GROUP BY c.ref ORDER BY c.ref"""
    rows = read_frame(connection, query, {"contract": pl.String, "amount_cents": pl.Int64})
    return dict(rows.iter_rows())

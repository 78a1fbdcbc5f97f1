"""The book of reimbursements as people outside know it: external numbers instead of ids, now or as of a revision.

Meant for small books such as those of case files: everything is read at once.
"""

import polars as pl

from avenant.core.cases.observed_care import (
    DECISION_COLUMNS,
    PAYOUT_COLUMNS,
    PAYOUT_LINE_COLUMNS,
    WAITING_COLUMNS,
)
from avenant.core.claims.reasons import LIMITS, decoded
from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers import paying
from avenant.store.readers.invoices import NUMBER
from avenant.store.readers.known import known, latest

NUMBERED: dict[str, type[pl.DataType]] = {**DECISION_COLUMNS, "limit": pl.Int16, "reasons": pl.Int64}
AMOUNTS = (
    "amount_cents, r.lines, r.quantity, r.charged_cents, r.base_cents, r.rate_ppm, r.secu_cents, "
    "r.retention_cents, r.increase_cents, r.others_cents, r.left_cents, nullif(r.ceiling_cents, -1), r.limit_kind, "
    "nullif(r.limit_left_cents, -1), r.decided_cents, r.member_cents, r.provider_cents, r.out_of_pocket_cents, "
    "r.reasons"
)


def decisions_as_told(connection: Connection, rev: int | None = None) -> pl.DataFrame:
    """Every entry of the book (columns DECISION_COLUMNS), by contract, act, payee and version."""
    query = f"""
        SELECT c.ref, m.ref, coalesce(l.act_code, l.family), l.ref, r.care_date, coalesce(p.ref, 'member'),
               r.version, r.kind, r.{AMOUNTS}
        FROM {_entries(rev)}
        ORDER BY c.ref, l.ref, r.payee_id, r.version"""
    return worded(read_frame(connection, query, NUMBERED))


def worded(rows: pl.DataFrame) -> pl.DataFrame:
    """``limit`` and ``reasons`` as codes instead of numbers."""
    limits = {number: code for code, number in LIMITS.items()}
    return rows.with_columns(
        limit=pl.col("limit").replace_strict(limits, default=None, return_dtype=pl.String),
        reasons=pl.Series("reasons", [" ".join(decoded(bits)) for bits in rows["reasons"]], dtype=pl.String),
    )


def _entries(rev: int | None) -> str:
    """Entries with the numbers that people know: contract, member, provider, and the line that named the act."""
    lines = latest("care_line", "line_id", ("line_id", "ref", "act_code", "family"), rev)
    return f"""(SELECT * FROM reimbursement AS e WHERE {known("e", rev)}) AS r
        JOIN contract AS c ON c.contract_id = r.contract_id AND c.version = 1
        JOIN member AS m ON m.member_id = r.member_id AND m.version = 1
        JOIN ({lines}) AS l ON l.line_id = r.act_id
        LEFT JOIN provider AS p ON p.provider_id = r.payee_id"""


def waiting_as_told(connection: Connection, rev: int | None = None) -> pl.DataFrame:
    """The lines that wait for a person (columns WAITING_COLUMNS), by ref."""
    query = f"""
        SELECT l.ref, w.reason, w.candidates
        FROM (SELECT DISTINCT ON (n.line_id) n.* FROM waiting AS n WHERE {known("n", rev)}
              ORDER BY n.line_id, n.waiting_id DESC) AS w
        JOIN care_line AS l ON l.line_id = w.line_id AND l.version = 1
        WHERE w.state = 'waiting' ORDER BY l.ref"""
    return read_frame(connection, query, WAITING_COLUMNS)


def payouts_as_told(connection: Connection, rev: int | None = None) -> pl.DataFrame:
    """Every payout with a number (columns PAYOUT_COLUMNS), by year and number."""
    query = f"""
        SELECT coalesce(m.ref, p.ref), {NUMBER}, i.issue_date, i.currency, i.total_cents, i.entries
        FROM payout AS i {_payee("i.payee_kind", "i.payee_id")}
        WHERE i.number IS NOT NULL AND {known("i", rev)}
        ORDER BY i.series, i.year, i.number"""
    return read_frame(connection, query, PAYOUT_COLUMNS)


def payout_lines_as_told(connection: Connection, rev: int | None = None) -> pl.DataFrame:
    """The entries that each payout settled (columns PAYOUT_LINE_COLUMNS), by day of care."""
    query = f"""
        SELECT {NUMBER}, m.ref, coalesce(l.act_code, l.family), l.ref, r.care_date, r.version, r.kind, r.amount_cents
        FROM {_entries(rev)}
        JOIN payout_entry AS e ON e.entry_id = r.entry_id
        JOIN payout AS i ON i.payout_id = e.payout_id
        WHERE i.number IS NOT NULL AND {known("i", rev)}
        ORDER BY i.series, i.year, i.number, r.care_date, l.ref, r.version"""
    return read_frame(connection, query, PAYOUT_LINE_COLUMNS)


def debts_as_told(connection: Connection, rev: int | None = None) -> dict[str, int]:
    """Payee -> what it owes us in cents: the sum of what is not settled, where that is below zero."""
    rows = paying.debts(connection, rev).select("payee_ref", "debt_cents")
    return dict(rows.iter_rows())


def _payee(kind: str, number: str) -> str:
    """The primary of a family, or the provider."""
    return f"""
        LEFT JOIN member AS m ON {kind} = 'member' AND m.member_id = {number} AND m.version = 1
        LEFT JOIN provider AS p ON {kind} = 'provider' AND p.provider_id = {number}"""

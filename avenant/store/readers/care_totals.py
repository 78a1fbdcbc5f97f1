"""Totals of the reimbursement book for people: acts, what each payer paid, payouts, with one corrected example."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from avenant.store.database import Connection
from avenant.store.readers.invoices import NUMBER

DECIDED = """
    SELECT DISTINCT ON (act_id) * FROM (
        SELECT DISTINCT ON (contract_id, act_id, payee_id) * FROM reimbursement
        ORDER BY contract_id, act_id, payee_id, version DESC) AS latest
    WHERE lines > 0 ORDER BY act_id, contract_id, payee_id
"""
"""One row per act that stands: any of its payees' rows carries all its amounts."""

SUMS = f"""
    SELECT (SELECT count(DISTINCT document_id) FROM document),
           (SELECT count(DISTINCT line_id) FROM care_line),
           count(*), coalesce(sum(charged_cents), 0)::bigint,
           coalesce(sum(secu_cents - retention_cents), 0)::bigint, coalesce(sum(others_cents), 0)::bigint,
           coalesce(sum(decided_cents), 0)::bigint, coalesce(sum(out_of_pocket_cents), 0)::bigint,
           (SELECT count(*) FROM reimbursement WHERE version % 2 = 0),
           (SELECT count(*) FROM payout WHERE number IS NOT NULL),
           (SELECT coalesce(sum(total_cents), 0)::bigint FROM payout WHERE number IS NOT NULL)
    FROM ({DECIDED}) AS decided
"""

REPAID = """
    SELECT l.ref, l.family, m.ref, p.care_date, sum(p.amount_cents)::bigint AS net_cents
    FROM reimbursement AS p
    JOIN care_line AS l ON l.line_id = p.act_id AND l.version = 1
    JOIN member AS m ON m.member_id = p.member_id AND m.version = 1
    GROUP BY p.act_id, l.ref, l.family, m.ref, p.care_date
    HAVING max(p.version) = 3 AND sum(p.amount_cents) > 0
       AND sum(p.amount_cents) <> sum(p.amount_cents) FILTER (WHERE p.version = 1)
       AND bool_or(p.version = 1 AND p.amount_cents > 0 AND EXISTS (
           SELECT FROM payout_entry AS tie WHERE tie.entry_id = p.entry_id))
    ORDER BY abs(sum(p.amount_cents) - 3000), p.act_id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class CareTotals:
    """Counts of documents, their lines and the acts that stand; of these, in cents, what was charged, what the Sécu
    paid, what others paid, what is ours and what stays with members; corrections; payouts and their sum."""

    documents: int
    lines: int
    acts: int
    charged_cents: int
    secu_cents: int
    others_cents: int
    ours_cents: int
    out_of_pocket_cents: int
    corrected: int
    payouts: int
    paid_cents: int


@dataclass(frozen=True, slots=True)
class Redecided:
    """An act that was decided again after it had been paid: a line of it, whose and when; what is ours now."""

    line_ref: str
    family: str
    member_ref: str
    care_date: date
    net_cents: int


def care_totals(connection: Connection) -> CareTotals:
    """Counts and sums of the whole database as it stands."""
    row = connection.execute(SUMS).fetchone()
    assert row is not None
    return CareTotals(*row)


def redecided_example(connection: Connection) -> Redecided | None:
    """One act that was decided a second time after a payout, of about 30 euros; None if there is none."""
    row = connection.execute(REPAID).fetchone()
    return None if row is None else Redecided(*row)


def latest_payout(connection: Connection) -> tuple[str, str] | None:
    """Payee and number of the latest payout to a member with the most entries; None if nobody was paid."""
    row = connection.execute(
        f"""SELECT m.ref, {NUMBER} FROM payout AS i
           JOIN member AS m ON m.member_id = i.payee_id AND m.version = 1
           WHERE i.payee_kind = 'member' AND i.number IS NOT NULL
           ORDER BY i.issue_date DESC, i.entries DESC, i.payout_id LIMIT 1"""
    ).fetchone()
    return None if row is None else (row[0], row[1])

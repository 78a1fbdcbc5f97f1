"""Both books and what was settled out of them as dated movements, in the order of days, read row by row."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from avenant.store.database import Connection
from avenant.store.readers.invoices import NUMBER
from avenant.store.readers.known import known, latest

ROWS_AT_ONCE = 10_000
DAY = "(r.committed_at AT TIME ZONE 'Europe/Paris')::date"


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry, settlement or balance movement. ``kind``: premium, invoice, opening, reimbursement or payout.

    on: the day it was booked, or the date of the document. tax_cents: contained in amount_cents. used_cents: balance
    used by an invoice. contract: empty where a payout has none. number: of the entry or document. what: in words.
    """

    kind: str
    on: date
    rev: int
    number: int
    contract: str
    currency: str
    amount_cents: int
    tax_cents: int
    used_cents: int
    what: str


def movements(
    connection: Connection, contract_id: int | None = None, rev: int | None = None
) -> Iterator[Movement]:
    """Everything up to ``rev`` (None: now), of all contracts or of one; payouts belong to no contract."""
    with connection.cursor(name="journal") as cursor:
        cursor.itersize = ROWS_AT_ONCE
        cursor.execute(_query(contract_id, rev))
        for row in cursor:
            yield Movement(*row)


def _query(contract_id: int | None, rev: int | None) -> str:
    only = "true" if contract_id is None else f"c.contract_id = {contract_id:d}"
    contracts = latest("contract", "contract_id", ["contract_id", "ref", "currency"], rev)
    of_one = "JOIN c USING (contract_id) JOIN revision AS r USING (change_id)"
    parts = [
        f"""SELECT 'premium' AS kind, {DAY} AS on_day, r.rev, entry_id, c.ref, c.currency, amount_cents, tax_cents,
               0::bigint, concat_ws(' ', m.ref, to_char(month, 'YYYY-MM'), 'version ' || p.version)
        FROM premium AS p {of_one} JOIN member AS m ON m.member_id = p.member_id AND m.version = 1
        WHERE {only} AND {known("p", rev)}""",
        f"""SELECT 'reimbursement', {DAY}, r.rev, entry_id, c.ref, c.currency, amount_cents, 0, 0,
               concat_ws(' ', m.ref, 'act ' || act_id, 'version ' || p.version)
        FROM reimbursement AS p {of_one} JOIN member AS m ON m.member_id = p.member_id AND m.version = 1
        WHERE {only} AND {known("p", rev)}""",
        f"""SELECT 'invoice', issue_date, r.rev, invoice_id, c.ref, i.currency, total_cents, tax_cents,
               balance_used_cents, coalesce({NUMBER}, 'settled')
        FROM invoice AS i {of_one} WHERE {only} AND {known("i", rev)}""",
        f"""SELECT 'opening', {DAY}, r.rev, movement_id, c.ref, c.currency, amount_cents, 0, 0, 'opening balance'
        FROM balance_movement AS b {of_one} WHERE b.kind = 'opening' AND {only} AND {known("b", rev)}""",
    ]
    if contract_id is None:
        parts.append(
            f"""SELECT 'payout', issue_date, r.rev, payout_id, '', currency, total_cents, 0, 0,
                   coalesce({NUMBER.replace("i.", "o.")}, 'settled')
            FROM payout AS o JOIN revision AS r USING (change_id) WHERE {known("o", rev)}"""
        )
    return f"WITH c AS ({contracts}) " + " UNION ALL ".join(parts) + " ORDER BY on_day, rev, kind, entry_id"

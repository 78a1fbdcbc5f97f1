"""What settles too late, twice, or not at all, read for checking: premiums, payouts, debts, and what runs moved."""

from datetime import date

import polars as pl

from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.known import latest
from avenant.store.tables import Columns

UNSETTLED: Columns = {
    "contract_id": pl.Int32,
    "kind": pl.String,
    "parked": pl.Boolean,
    "due_on": pl.Date,
    "entries": pl.Int64,
    "amount_cents": pl.Int64,
}
TWICE: Columns = {"entry_id": pl.Int64, "contract_id": pl.Int32, "act_id": pl.Int64, "times": pl.Int64}
AGAIN: Columns = {
    "contract_id": pl.Int32,
    "member_id": pl.Int32,
    "act_id": pl.Int64,
    "payee_id": pl.Int32,
    "paid_cents": pl.Int64,
    "most_cents": pl.Int64,
}
PASSED_OVER: Columns = {
    "contract_id": pl.Int32,
    "member_id": pl.Int32,
    "act_id": pl.Int64,
    "owed_cents": pl.Int64,
    "owed_on": pl.Date,
    "payout_id": pl.Int64,
}
MOVED: Columns = {"run_id": pl.Int64, "series": pl.String, "currency": pl.String, "amount_cents": pl.Int64}
BOOKED_ON = "(r.committed_at AT TIME ZONE 'Europe/Paris')::date"
RUNS_BACK = 13
"""So many runs of a series are compared: the last one and a year of months before it."""


def unsettled(connection: Connection, before: date, contract_id: int | None = None) -> pl.DataFrame:
    """Premiums without an invoice that were due before a day: columns UNSETTLED, by contract and whether parked.

    A premium is due when its month may be invoiced, or when it became known, whichever is later. Contracts whose
    unsettled entries are all 0 are left out.
    """
    contracts = latest("contract", "contract_id", ["contract_id", "kind", "cycle"], None)
    families = latest("member", "member_id", ["member_id", "family_id"], None)
    first_due = (
        "CASE c.cycle WHEN 'advance' THEN p.month ELSE (p.month + interval '1 month - 1 day')::date END"
    )
    query = f"""
        WITH open AS (
            SELECT p.contract_id, p.member_id, p.amount_cents, c.kind, greatest({first_due}, {BOOKED_ON}) AS due_on
            FROM premium AS p JOIN revision AS r USING (change_id) JOIN ({contracts}) AS c USING (contract_id)
            WHERE {_of(contract_id, "p.")} AND p.month < %s
              AND NOT EXISTS (SELECT FROM invoice_entry AS tie WHERE tie.entry_id = p.entry_id))
        SELECT contract_id, kind, family_id IN ({PARKED_NOW}), min(due_on), count(*), sum(amount_cents)::bigint
        FROM open JOIN ({families}) AS m USING (member_id) WHERE due_on < %s
        GROUP BY 1, 2, 3 HAVING bool_or(amount_cents <> 0) ORDER BY 1, 3"""
    return read_frame(connection, query, UNSETTLED, [before, before])


PARKED_NOW = """
    SELECT family_id FROM (
        SELECT DISTINCT ON (family_id) family_id, state FROM parking JOIN revision USING (change_id)
        ORDER BY family_id, rev DESC, parking_id DESC) AS s WHERE state = 'parked'"""


def invoiced_kinds(connection: Connection) -> list[str]:
    """The kinds of contracts for which an invoice run has ended well."""
    rows = connection.execute(
        """SELECT DISTINCT options ->> 'kind' FROM run JOIN run_close USING (run_id)
        WHERE kind = 'invoices' AND status = 'done' ORDER BY 1"""
    )
    return [kind for (kind,) in rows]


def paid_twice(connection: Connection, contract_id: int | None = None) -> pl.DataFrame:
    """Entries tied to more than one payout: columns TWICE."""
    query = f"""
        SELECT entry_id, contract_id, act_id, times FROM (
            SELECT entry_id, count(*) AS times FROM payout_entry GROUP BY entry_id HAVING count(*) > 1) AS many
        JOIN reimbursement USING (entry_id) WHERE {_of(contract_id)}"""
    return read_frame(connection, query, TWICE)


def paid_again(connection: Connection, contract_id: int | None = None) -> pl.DataFrame:
    """Acts for which one payee was paid more than any single charge says: columns AGAIN."""
    query = f"""
        SELECT contract_id, min(member_id), act_id, payee_id, sum(amount_cents)::bigint, max(amount_cents)
        FROM reimbursement AS r WHERE {_of(contract_id)}
          AND EXISTS (SELECT FROM payout_entry AS tie WHERE tie.entry_id = r.entry_id)
        GROUP BY contract_id, act_id, payee_id HAVING sum(amount_cents) > max(amount_cents)"""
    return read_frame(connection, query, AGAIN)


def passed_over_debts(connection: Connection, contract_id: int | None = None) -> pl.DataFrame:
    """Debts that are open though a payout run opened after them paid the same payee: columns PASSED_OVER.

    A debt is the open cancel of a charge that was paid. Families parked when that run paid are left out.
    """
    query = f"""
        WITH owed AS (
            SELECT c.contract_id, c.member_id, c.act_id, -c.amount_cents AS owed_cents, {BOOKED_ON} AS owed_on, r.rev,
                   p.payee_kind, p.payee_id, p.currency
            FROM reimbursement AS c JOIN revision AS r USING (change_id)
            JOIN reimbursement AS b ON (b.contract_id, b.act_id, b.payee_id) = (c.contract_id, c.act_id, c.payee_id)
                 AND b.version = c.version - 1
            JOIN payout_entry AS t ON t.entry_id = b.entry_id JOIN payout AS p ON p.payout_id = t.payout_id
            WHERE c.version % 2 = 0 AND c.amount_cents < 0 AND {_of(contract_id, "c.")}
              AND NOT EXISTS (SELECT FROM payout_entry AS tie WHERE tie.entry_id = c.entry_id)),
        paying AS (
            SELECT run_id, min(rev) AS opened FROM run JOIN change USING (run_id)
            JOIN revision ON revision.change_id = change.change_id WHERE kind = 'payouts' GROUP BY run_id)
        SELECT contract_id, o.member_id, act_id, owed_cents, owed_on, min(p.payout_id)
        FROM owed AS o JOIN payout AS p USING (payee_kind, payee_id, currency)
        JOIN change AS h ON h.change_id = p.change_id JOIN paying USING (run_id)
        JOIN revision AS r ON r.change_id = p.change_id
        WHERE opened > o.rev AND p.total_cents > 0 AND NOT EXISTS ({PARKED_THEN})
        GROUP BY 1, 2, 3, 4, 5"""
    return read_frame(connection, query, PASSED_OVER)


PARKED_THEN = """
    SELECT FROM member AS m CROSS JOIN LATERAL (
        SELECT state FROM parking AS k JOIN revision AS kr USING (change_id)
        WHERE k.family_id = m.family_id AND kr.rev <= r.rev ORDER BY kr.rev DESC, parking_id DESC LIMIT 1) AS s
    WHERE m.member_id = o.member_id AND s.state = 'parked'"""


def moved_by_runs(connection: Connection) -> pl.DataFrame:
    """What the latest runs of each kind that ended well moved, per currency: columns MOVED."""
    query = f"""
        WITH told AS (
            SELECT run_id, 'nightly, premiums' AS series, counts -> 'amount_booked_cents' AS cents
            FROM run JOIN run_close USING (run_id) WHERE kind = 'nightly' AND status = 'done'
            UNION ALL SELECT run_id, 'nightly, reimbursements', counts -> 'reimbursements' -> 'amount_cents'
            FROM run JOIN run_close USING (run_id) WHERE kind = 'nightly' AND status = 'done'
            UNION ALL SELECT run_id, 'invoices, ' || (options ->> 'kind'), counts -> 'total_cents'
            FROM run JOIN run_close USING (run_id) WHERE kind = 'invoices' AND status = 'done'
            UNION ALL SELECT run_id, 'payouts', counts -> 'total_cents'
            FROM run JOIN run_close USING (run_id) WHERE kind = 'payouts' AND status = 'done')
        SELECT run_id, series, currency, amount::bigint FROM (
            SELECT told.*, row_number() OVER (PARTITION BY series ORDER BY run_id DESC) AS back FROM told) AS t,
            jsonb_each_text(cents) AS of_one(currency, amount)
        WHERE back <= {RUNS_BACK} ORDER BY run_id"""
    return read_frame(connection, query, MOVED)


def _of(contract_id: int | None, alias: str = "") -> str:
    return "true" if contract_id is None else f"{alias}contract_id = {contract_id:d}"

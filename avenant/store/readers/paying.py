"""What a payout run reads: who has unsettled reimbursements, which they are, and what others owe us.

An entry belongs to its payee: the provider it names, else the head of the member's family as it is known. A cancel
belongs to whoever was paid what it takes back, though the member may have left that family since.
"""

import polars as pl

from avenant.core.payouts.due import OPEN_GROUP
from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.known import array, bigints, known, latest
from avenant.store.readers.people import as_shown
from avenant.store.readers.settling import members_of

OPEN = {
    "entry_id": pl.Int64,
    "payee_kind": pl.String,
    "payee_id": pl.Int32,
    "currency": pl.String,
    "amount_cents": pl.Int64,
    "booked_on": pl.Date,
}
DEBTS = {
    "payee_kind": pl.String,
    "payee_ref": pl.String,
    "payee": pl.String,
    "currency": pl.String,
    "debt_cents": pl.Int64,
    "since": pl.Date,
    "entries": pl.Int32,
}
"""payee_ref: number of the family's head, or of the provider. payee: the head's name, if known."""


def open_payees(
    connection: Connection, without_families: list[int], rev: int | None = None, condition: str = "true"
) -> pl.DataFrame:
    """Payees with unsettled reimbursements and their sums: columns OPEN_GROUP, in payee order.

    Entries of members whose family is in ``without_families`` are left out. ``condition`` narrows the sums. As of
    ``rev`` a payout counts only if it was known then: what a later one settled is open.
    """
    query = f"""
        SELECT payee_kind, payee_id, currency, sum(amount_cents)::bigint AS total_cents, min(booked_on), count(*)
        FROM ({_open(without_families, rev)}) AS o GROUP BY payee_kind, payee_id, currency HAVING {condition}
        ORDER BY payee_kind, payee_id, currency"""
    return read_frame(connection, query, OPEN_GROUP)


def open_reimbursements(
    connection: Connection, payees: pl.DataFrame, without_families: list[int], rev: int | None = None
) -> pl.DataFrame:
    """The unsettled entries of ``payees`` (payee_kind, payee_id): columns OPEN. One pass over the whole book."""
    theirs = " OR ".join(
        f"(payee_kind = '{kind}' AND payee_id = ANY({array(payees.filter(payee_kind=kind)['payee_id'])}))"
        for kind in ("member", "provider")
    )
    query = f"SELECT {', '.join(OPEN)} FROM ({_open(without_families, rev)}) AS o WHERE {theirs}"
    return read_frame(connection, query, OPEN)


def still_open(connection: Connection, entries: pl.DataFrame) -> pl.DataFrame:
    """Those of ``entries`` (entry_id) that no payout settled in the meantime."""
    query = f"SELECT entry_id FROM payout_entry WHERE entry_id = ANY({bigints(entries['entry_id'])})"
    return entries.join(read_frame(connection, query, {"entry_id": pl.Int64}), on="entry_id", how="anti")


def _open(without_families: list[int], rev: int | None) -> str:
    """A query of all unsettled entries with their payee, columns OPEN and member_id."""
    members = latest("member", "member_id", ["member_id", "family_id"], rev)
    contracts = latest("contract", "contract_id", ["contract_id", "currency"], rev)
    parked = members_of(without_families, rev)
    left_out = (
        f"AND p.member_id NOT IN (SELECT member_id FROM ({parked}) AS parked)" if without_families else ""
    )
    return f"""
        SELECT p.entry_id, p.member_id, p.amount_cents,
               CASE WHEN p.payee_id = 0 THEN 'member' ELSE 'provider' END AS payee_kind,
               CASE WHEN p.payee_id = 0 THEN coalesce(paid.payee_id, m.family_id) ELSE p.payee_id END AS payee_id,
               coalesce(paid.currency, c.currency) AS currency,
               (r.committed_at AT TIME ZONE 'Europe/Paris')::date AS booked_on
        FROM reimbursement AS p
        JOIN revision AS r USING (change_id)
        LEFT JOIN ({members}) AS m ON m.member_id = CASE WHEN p.payee_id = 0 THEN p.member_id END
        JOIN ({contracts}) AS c ON c.contract_id = p.contract_id
        LEFT JOIN LATERAL ({_paid_with(rev)}) AS paid ON true
        WHERE {known("p", rev)} {left_out}
          AND NOT EXISTS (SELECT FROM payout_entry AS tie WHERE tie.entry_id = p.entry_id AND {known("tie", rev)})"""


def _paid_with(rev: int | None) -> str:
    """The payout on which the charge was paid that the cancel ``p`` takes back.

    The CASE keeps the index from being asked for charges: a join condition would be looked at too late.
    """
    return f"""
        SELECT i.payee_id, i.currency FROM reimbursement AS before
        JOIN payout_entry AS t ON t.entry_id = before.entry_id AND {known("t", rev)}
        JOIN payout AS i ON i.payout_id = t.payout_id
        WHERE before.contract_id = p.contract_id AND before.act_id = p.act_id AND before.payee_id = p.payee_id
          AND before.version = CASE WHEN p.kind = 'cancel' THEN p.version - 1 END"""


def debts(connection: Connection, rev: int | None = None) -> pl.DataFrame:
    """Who owes us: unsettled sums below zero, largest first (columns DEBTS, the debt as a positive amount)."""
    rows = open_payees(connection, [], rev, "sum(amount_cents) < 0")
    named = rows.join(payee_names(connection, rows), on=["payee_kind", "payee_id"], how="left")
    debt = named.with_columns(debt_cents=-pl.col("total_cents"), since="oldest_on")
    ordered = debt.sort(["debt_cents", "payee_ref"], descending=[True, False])
    return ordered.select(pl.col(name).cast(kind) for name, kind in DEBTS.items())


def payee_names(connection: Connection, payees: pl.DataFrame) -> pl.DataFrame:
    """What people call ``payees`` (payee_kind, payee_id): payee_kind, payee_id, payee_ref, payee (name or null)."""
    ids = {
        kind: array(payees.filter(payee_kind=kind)["payee_id"].unique()) for kind in ("member", "provider")
    }
    query = f"""
        SELECT 'member', m.member_id, m.ref, {as_shown("d")} FROM member AS m
        LEFT JOIN person_detail AS d ON d.member_id = m.member_id AND d.kind = 'name'
        WHERE m.version = 1 AND m.member_id = ANY({ids["member"]})
        UNION ALL
        SELECT 'provider', p.provider_id, p.ref, NULL FROM provider AS p
        WHERE p.provider_id = ANY({ids["provider"]})"""
    columns = {"payee_kind": pl.String, "payee_id": pl.Int32, "payee_ref": pl.String, "payee": pl.String}
    return read_frame(connection, query, columns)


def parked_with_reimbursements(connection: Connection, families: list[int]) -> list[int]:
    """Which of the parked ``families`` have unsettled reimbursements."""
    rows = connection.execute(
        f"""
        SELECT DISTINCT m.family_id FROM ({members_of(families)}) AS m JOIN reimbursement AS p USING (member_id)
        WHERE NOT EXISTS (SELECT FROM payout_entry AS tie WHERE tie.entry_id = p.entry_id) ORDER BY 1"""
    )
    return [family for (family,) in rows]

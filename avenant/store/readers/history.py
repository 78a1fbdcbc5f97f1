"""Histories for people: a member's or contract's premiums month by month, and every version with its cause."""

from datetime import date

import polars as pl

from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.invoices import NUMBER
from avenant.store.readers.known import known

SHOWN = {
    "contract_ref": pl.String,
    "member_ref": pl.String,
    "month": pl.Date,
    "plan": pl.String,
    "level": pl.String,
    "component": pl.String,
    "tier": pl.String,
    "status": pl.String,
    "version": pl.Int32,
    "kind": pl.String,
    "amount_cents": pl.Int64,
    "employer_cents": pl.Int64,
    "tax_cents": pl.Int64,
    "unit_price_cents": pl.Int64,
    "covered_days": pl.Int16,
    "billed_days": pl.Int16,
    "days_in_month": pl.Int16,
    "age": pl.Int16,
    "child_rank": pl.Int16,
    "currency": pl.String,
    "run_id": pl.Int64,
    "rev": pl.Int64,
    "known_at": pl.String,
    "invoice": pl.String,
}
"""``known_at``: the instant of the entry's revision, ISO, in Paris. ``invoice``: its number, ``#17`` for a settlement
of zero, which has none; null when open."""


class UnknownRef(LookupError):
    """Nobody and nothing has this number."""


def premium_history(
    connection: Connection,
    member: str | None = None,
    contract: str | None = None,
    month: date | None = None,
    rev: int | None = None,
) -> pl.DataFrame:
    """All entries of a member, a contract or both, oldest month first, then by version (columns SHOWN).

    An entry counts as invoiced only where its invoice is known at ``rev``. Errors: UnknownRef, also for a number that
    was not known yet.
    """
    member_id = identity_of(connection, "member", member, rev)
    contract_id = identity_of(connection, "contract", contract, rev)
    contracts = [contract_id] if contract_id is not None else _contracts_of(connection, member_id)
    query = f"""
        SELECT c.ref, m.ref, p.month, s.plan, s.level, s.component, s.tier, s.status, p.version, p.kind,
               p.amount_cents, p.employer_cents, p.tax_cents, p.unit_price_cents, p.covered_days, p.billed_days,
               p.days_in_month, p.age, p.child_rank, c.currency, h.run_id, r.rev,
               to_char(r.committed_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD"T"HH24:MI:SS'),
               coalesce({NUMBER}, '#' || i.invoice_id)
        FROM premium AS p
        JOIN change AS h USING (change_id) JOIN revision AS r USING (change_id) JOIN slot AS s USING (slot_id)
        JOIN contract AS c ON c.contract_id = p.contract_id AND c.version = 1
        JOIN member AS m ON m.member_id = p.member_id AND m.version = 1
        LEFT JOIN invoice_entry AS tie ON tie.entry_id = p.entry_id AND {known("tie", rev)}
        LEFT JOIN invoice AS i USING (invoice_id)
        WHERE p.contract_id = ANY(%s) AND (%s::int IS NULL OR p.member_id = %s)
          AND (%s::date IS NULL OR p.month = %s) AND {known("p", rev)}
        ORDER BY c.ref, m.ref, p.month, p.slot_id, p.version"""
    return read_frame(connection, query, SHOWN, [contracts, member_id, member_id, month, month])


def current_premiums(history: pl.DataFrame) -> pl.DataFrame:
    """The latest row of each key of a history; keys for which nothing is due any more are left out."""
    key = ["contract_ref", "member_ref", "month", "plan", "level", "component", "tier", "status"]
    latest = history.unique(key, keep="last", maintain_order=True)
    return latest.filter(pl.col("covered_days") > 0).sort(
        "month", "contract_ref", "member_ref", maintain_order=True
    )


def identity_of(connection: Connection, table: str, ref: str | None, rev: int | None = None) -> int | None:
    """The id of the contract or member (``table``) with this number; None for None. Errors: UnknownRef."""
    if ref is None:
        return None
    row = connection.execute(
        f"SELECT {table}_id FROM {table} AS t WHERE version = 1 AND ref = %s AND {known('t', rev)}",
        [ref],
    ).fetchone()
    if row is None:
        when = "" if rev is None else " at that moment"
        raise UnknownRef(f"no {table} has the number {ref!r}{when}: check it, or import its file first")
    return int(row[0])


def _contracts_of(connection: Connection, member_id: int | None) -> list[int]:
    rows = connection.execute("SELECT DISTINCT contract_id FROM enrolment WHERE member_id = %s", [member_id])
    return [contract for (contract,) in rows]


WAITING = {
    "contract_ref": pl.String,
    "member_ref": pl.String,
    "first_month": pl.Date,
    "last_month": pl.Date,
    "months": pl.Int32,
    "difference_cents": pl.Int64,
    "currency": pl.String,
}


def held_for_people(connection: Connection, rev: int | None = None) -> pl.DataFrame:
    """Changes that wait for an approval, largest first (columns WAITING)."""
    query = f"""
        SELECT c.ref, m.ref, h.first_month, h.last_month, h.months, h.difference_cents, c.currency FROM (
            SELECT DISTINCT ON (contract_id, member_id) h.* FROM held AS h JOIN revision USING (change_id)
            WHERE {known("h", rev)} ORDER BY contract_id, member_id, revision.rev DESC, held_id DESC) AS h
        JOIN contract AS c ON c.contract_id = h.contract_id AND c.version = 1
        JOIN member AS m ON m.member_id = h.member_id AND m.version = 1
        WHERE h.months > 0 ORDER BY abs(h.difference_cents) DESC, c.ref, m.ref"""
    return read_frame(connection, query, WAITING)

"""What was booked under a key at two revisions: the sum of its entries, of which all but the last cancel out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl

from avenant.core.periods import add_months
from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.known import array, bigints, known

BOOKED = {
    "contract": pl.String,
    "part": pl.Int64,
    "currency": pl.String,
    "before_cents": pl.Int64,
    "after_cents": pl.Int64,
}
"""part: the slot's or the payee's id. before_cents: booked at the earlier revision, null where nothing was yet."""
SUMS = """
    sum(t.amount_cents) FILTER (WHERE v.rev <= {since}), sum(t.amount_cents)
    FROM {book} AS t JOIN revision AS v USING (change_id)
    JOIN contract AS c ON c.contract_id = t.contract_id AND c.version = 1"""


def premiums_booked(
    connection: Connection, member_ref: str, month: date, since: int, rev: int | None = None
) -> pl.DataFrame:
    """Columns BOOKED per contract and slot of a member's month, at revision ``since`` and at ``rev`` (None: now)."""
    sums = SUMS.format(book="premium", since=int(since))
    query = f"""
        WITH who AS (SELECT member_id FROM member WHERE ref = %s AND version = 1)
        SELECT c.ref, t.slot_id, c.currency, {sums}
        WHERE t.contract_id IN (SELECT contract_id FROM enrolment JOIN who USING (member_id))
          AND t.member_id = (SELECT member_id FROM who) AND t.month >= %s AND t.month < %s AND {known("t", rev)}
        GROUP BY 1, 2, 3 ORDER BY 1, 2"""
    return read_frame(connection, query, BOOKED, [member_ref, month, add_months(month, 1)])


def slots_of_entries(connection: Connection, entries: Iterable[int]) -> dict[int, str]:
    """Entry of the premium book -> the key of its slot (``family.confort.health.child.pays``)."""
    query = f"""
        SELECT t.entry_id, concat_ws('.', s.plan, s.level, s.component, s.tier, s.status)
        FROM premium AS t JOIN slot AS s USING (slot_id) WHERE t.entry_id = ANY({bigints(entries)})"""
    return dict(connection.execute(query.encode()).fetchall())


def acts_booked(
    connection: Connection,
    acts: Iterable[int],
    people: Iterable[int],
    since: int,
    rev: int | None = None,
) -> pl.DataFrame:
    """act_id and columns BOOKED per contract and payee of acts, at revision ``since`` and at ``rev`` (None: now).

    people: whose the acts ever were.
    """
    sums = SUMS.format(book="reimbursement", since=int(since))
    query = f"""
        SELECT t.act_id, c.ref, t.payee_id, c.currency, {sums}
        WHERE t.act_id = ANY({bigints(acts)}) AND t.member_id = ANY({array(people)}) AND {known("t", rev)}
        GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3"""
    return read_frame(connection, query, {"act_id": pl.Int64, **BOOKED})

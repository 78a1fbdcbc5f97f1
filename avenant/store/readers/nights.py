"""Runs as operations see them: when each kind last ended, how it went, how long it took, what it counted."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from avenant.store.database import Connection


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The latest run of a kind and status. ``counts``: what it recorded at its end."""

    run_id: int
    kind: str
    status: str
    business_date: date
    ended_at: datetime
    counts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RunOpen:
    """A run without an end: under way, or cut short."""

    run_id: int
    kind: str
    opened_at: datetime


def runs_counted(connection: Connection) -> list[tuple[str, str, int]]:
    """kind, status (done, stopped; open: under way or cut short), how many runs."""
    return connection.execute(
        """SELECT kind, coalesce(status, 'open'), count(*) FROM run LEFT JOIN run_close USING (run_id)
        GROUP BY 1, 2 ORDER BY 1, 2"""
    ).fetchall()


def last_ends(connection: Connection) -> list[RunEnded]:
    """The latest run of each kind and status that ended."""
    rows = connection.execute(
        """SELECT DISTINCT ON (kind, status) run_id, kind, status, business_date, committed_at, counts
        FROM run JOIN run_close USING (run_id) JOIN revision ON revision.change_id = run_close.change_id
        ORDER BY kind, status, run_id DESC"""
    )
    return [RunEnded(*row) for row in rows]


def last_open_night(connection: Connection) -> RunOpen | None:
    """The latest nightly run, if it has no end."""
    row = connection.execute(
        """SELECT run_id, kind, committed_at, status FROM run LEFT JOIN run_close USING (run_id)
        JOIN revision ON revision.change_id = run.change_id WHERE kind = 'nightly' ORDER BY run_id DESC LIMIT 1"""
    ).fetchone()
    return None if row is None or row[3] is not None else RunOpen(*row[:3])


def first_instant(connection: Connection) -> datetime | None:
    """When the first revision was committed."""
    row = connection.execute("SELECT committed_at FROM revision ORDER BY rev LIMIT 1").fetchone()
    return None if row is None else row[0]


def booked_by_runs(connection: Connection) -> list[tuple[str, str, int]]:
    """What runs that ended well moved in all: what (premiums, reimbursements, invoices, payouts), currency, cents."""
    return connection.execute(
        """WITH told AS (
            SELECT 'premiums' AS what, counts -> 'amount_booked_cents' AS cents
            FROM run JOIN run_close USING (run_id) WHERE kind = 'nightly' AND status = 'done'
            UNION ALL SELECT 'reimbursements', counts -> 'reimbursements' -> 'amount_cents'
            FROM run JOIN run_close USING (run_id) WHERE kind = 'nightly' AND status = 'done'
            UNION ALL SELECT kind, counts -> 'total_cents'
            FROM run JOIN run_close USING (run_id) WHERE kind IN ('invoices', 'payouts') AND status = 'done')
        SELECT what, currency, sum(amount::bigint)::bigint FROM told, jsonb_each_text(cents) AS c(currency, amount)
        GROUP BY 1, 2 ORDER BY 1, 2"""
    ).fetchall()

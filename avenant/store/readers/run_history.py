"""Runs as operations look at them: newest first with their end, their chunks, and what each noted."""

from datetime import date, datetime
from typing import Any

from avenant.store.database import Connection
from avenant.store.readers.known import known

RUN = (
    *("run_id", "kind", "actor", "code_version", "rulebook_version", "business_date", "horizon", "options"),
    *("rev", "opened_at", "status", "counts", "closed_at", "last_rev", "last_at", "followed"),
)
"""last_rev, last_at: of its latest chunk, else of its opening. followed: a later run of its kind came to an end."""


def runs_listed(
    connection: Connection, kind: str | None, before: int | None, limit: int, rev: int | None
) -> list[dict[str, Any]]:
    """Runs, newest first (columns RUN), with a number below ``before``."""
    return _runs(connection, "(%(kind)s::text IS NULL OR r.kind = %(kind)s)", kind, before, limit, rev)


def run_called(connection: Connection, run_id: int, rev: int | None) -> dict[str, Any] | None:
    """One run (columns RUN)."""
    rows = _runs(connection, f"r.run_id = {run_id:d}", None, None, 1, rev)
    return rows[0] if rows else None


def _runs(
    connection: Connection,
    where: str,
    kind: str | None,
    before: int | None,
    limit: int,
    rev: int | None,
) -> list[dict[str, Any]]:
    query = f"""
        SELECT r.run_id, r.kind, c.actor, r.code_version, r.rulebook_version, r.business_date, r.horizon, r.options,
               o.rev, o.committed_at, e.status, e.counts, e.committed_at, coalesce(l.rev, o.rev),
               coalesce(l.committed_at, o.committed_at),
               EXISTS (SELECT FROM run AS n JOIN run_close AS x USING (run_id)
                       WHERE n.run_id > r.run_id AND n.kind = r.kind AND {known("x", rev)})
        FROM run AS r JOIN change AS c USING (change_id) JOIN revision AS o USING (change_id)
        LEFT JOIN LATERAL (
            SELECT x.status, x.counts, v.committed_at FROM run_close AS x JOIN revision AS v USING (change_id)
            WHERE x.run_id = r.run_id AND {known("x", rev)}) AS e ON true
        LEFT JOIN LATERAL (
            SELECT v.rev, v.committed_at FROM run_chunk AS k JOIN revision AS v USING (change_id)
            WHERE k.run_id = r.run_id AND {known("k", rev)} ORDER BY v.rev DESC LIMIT 1) AS l ON true
        WHERE {where} AND (%(before)s::bigint IS NULL OR r.run_id < %(before)s) AND {known("r", rev)}
        ORDER BY r.run_id DESC LIMIT %(limit)s"""
    told = connection.execute(query, {"kind": kind, "before": before, "limit": limit})
    return [dict(zip(RUN, row, strict=True)) for row in told]


def chunks_of(
    connection: Connection, run_id: int, limit: int
) -> list[tuple[int, int, int, int, int, datetime]]:
    """The first chunks of a run: chunk, read_rev, checked_rev, row_count, rev, instant."""
    return connection.execute(
        """SELECT k.chunk, k.read_rev, k.checked_rev, k.row_count, v.rev, v.committed_at
           FROM run_chunk AS k JOIN revision AS v USING (change_id) WHERE k.run_id = %s ORDER BY k.chunk LIMIT %s""",
        [run_id, limit],
    ).fetchall()


def parking_noted(connection: Connection, run_id: int, limit: int) -> list[tuple[str, str, str]]:
    """What a run noted about parked families: the primary's number, state, reason."""
    return connection.execute(
        """SELECT m.ref, p.state, p.reason FROM parking AS p
           JOIN member AS m ON m.member_id = p.family_id AND m.version = 1
           WHERE p.change_id IN (SELECT change_id FROM run_chunk WHERE run_id = %s)
           ORDER BY p.state, m.ref LIMIT %s""",
        [run_id, limit],
    ).fetchall()


def held_noted(
    connection: Connection, run_id: int, limit: int
) -> list[tuple[str, str, date, date, int, int, str]]:
    """What a run held back: contract, member, first and last month, months (0: no longer), cents, currency."""
    return connection.execute(
        """SELECT c.ref, m.ref, h.first_month, h.last_month, h.months, h.difference_cents, c.currency
           FROM held AS h JOIN contract AS c ON c.contract_id = h.contract_id AND c.version = 1
           JOIN member AS m ON m.member_id = h.member_id AND m.version = 1
           WHERE h.change_id IN (SELECT change_id FROM run_chunk WHERE run_id = %s)
           ORDER BY abs(h.difference_cents) DESC, c.ref, m.ref LIMIT %s""",
        [run_id, limit],
    ).fetchall()


def last_business_date(connection: Connection) -> date | None:
    """The latest business date of a nightly run that came to its end; None: there was none."""
    row = connection.execute(
        """SELECT max(business_date) FROM run JOIN run_close USING (run_id)
           WHERE kind = 'nightly' AND status = 'done'"""
    ).fetchone()
    return None if row is None else row[0]

"""What one run moved, by plan: found by the changes of its chunks, which lie together in the books."""

import polars as pl

from avenant.store.database import Connection
from avenant.store.frames import read_frame

MOVED = {
    "plan": pl.String,
    "currency": pl.String,
    "up_cents": pl.Int64,
    "down_cents": pl.Int64,
    "entries": pl.Int64,
}


def moved_by_plan(connection: Connection, run_id: int) -> pl.DataFrame:
    """Premiums that a run raised and lowered, netted per contract, member and month: columns MOVED, by plan."""
    query = f"""
        WITH written AS MATERIALIZED (SELECT change_id FROM run_chunk WHERE run_id = {run_id:d}),
        netted AS (
            SELECT p.contract_id, s.plan, p.member_id, p.month, sum(p.amount_cents) AS cents, count(*) AS entries
            FROM premium AS p JOIN slot AS s USING (slot_id)
            WHERE p.change_id BETWEEN (SELECT min(change_id) FROM written) AND (SELECT max(change_id) FROM written)
              AND p.change_id IN (SELECT change_id FROM written)
            GROUP BY 1, 2, 3, 4)
        SELECT n.plan, c.currency, coalesce(sum(n.cents) FILTER (WHERE n.cents > 0), 0)::bigint,
               coalesce(sum(n.cents) FILTER (WHERE n.cents < 0), 0)::bigint, sum(n.entries)::bigint
        FROM netted AS n JOIN contract AS c ON c.contract_id = n.contract_id AND c.version = 1
        GROUP BY 1, 2 ORDER BY 1, 2"""
    return read_frame(connection, query, MOVED)

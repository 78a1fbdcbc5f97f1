"""Where entries come from: the run, revision and instant under which each was booked."""

from collections.abc import Sequence
from typing import Literal

import polars as pl

from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.known import bigints

ORIGIN = {
    "entry_id": pl.Int64,
    "run_id": pl.Int64,
    "run_kind": pl.String,
    "actor": pl.String,
    "rev": pl.Int64,
    "known_at": pl.String,
}
"""run_id, run_kind: null where no run booked it. known_at: ISO, in Paris."""


def origins(
    connection: Connection, book: Literal["premium", "reimbursement"], entries: Sequence[int]
) -> pl.DataFrame:
    """Who booked some entries, in which run, known since when: columns ORIGIN."""
    query = f"""
        SELECT p.entry_id, c.run_id, u.kind, c.actor, r.rev,
               to_char(r.committed_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD"T"HH24:MI:SS')
        FROM {book} AS p JOIN change AS c USING (change_id) JOIN revision AS r USING (change_id)
        LEFT JOIN run AS u ON u.run_id = c.run_id
        WHERE p.entry_id = ANY({bigints(entries)}) ORDER BY p.entry_id"""
    return read_frame(connection, query, ORIGIN)

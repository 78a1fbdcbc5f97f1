"""What runs left behind: parked families, held differences, runs themselves."""

import polars as pl

from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.known import known
from avenant.store.tables import TABLES


def parked_families(connection: Connection, condition: str = "true", rev: int | None = None) -> pl.DataFrame:
    """Families parked now: family_id, reason. ``condition`` narrows by the column family_id."""
    query = f"""
        SELECT family_id, reason FROM (
            SELECT DISTINCT ON (family_id) family_id, state, reason FROM parking AS p JOIN revision USING (change_id)
            WHERE {condition} AND {known("p", rev)} ORDER BY family_id, revision.rev DESC, parking_id DESC) AS latest
        WHERE state = 'parked' ORDER BY family_id"""
    return read_frame(connection, query, {"family_id": pl.Int32, "reason": pl.String})


def held_differences(connection: Connection, rev: int | None = None) -> pl.DataFrame:
    """Differences that wait for an approval: the columns of ``held``, latest row of each member."""
    columns = TABLES["held"]
    query = f"""
        SELECT {", ".join(columns)} FROM (
            SELECT DISTINCT ON (contract_id, member_id) h.* FROM held AS h JOIN revision USING (change_id)
            WHERE {known("h", rev)} ORDER BY contract_id, member_id, revision.rev DESC, held_id DESC) AS latest
        WHERE months > 0 ORDER BY contract_id, member_id"""
    return read_frame(connection, query, columns)


def contracts_past_first_run(connection: Connection, contracts: list[int]) -> list[int]:
    """Which of ``contracts`` a finished nightly run has booked, or has found booked.

    What a run that was cut short wrote of a contract does not count by itself: the next run goes on with the
    contract's first booking, as if nothing had happened.
    """
    rows = connection.execute(
        """
        WITH done AS (
            SELECT run_id, (counts ->> 'read_rev')::bigint AS read_rev FROM run_close JOIN run USING (run_id)
            WHERE status = 'done' AND kind = 'nightly')
        SELECT c FROM unnest(%s::int[]) AS c WHERE EXISTS (
            SELECT FROM premium JOIN change USING (change_id) JOIN revision USING (change_id)
            WHERE contract_id = c
              AND (run_id IN (SELECT run_id FROM done) OR rev <= (SELECT max(read_rev) FROM done)))""",
        [contracts],
    )
    return [contract for (contract,) in rows]


def family_refs(connection: Connection, ids: list[int]) -> dict[int, str]:
    """The external number of each family's primary."""
    rows = connection.execute(
        "SELECT member_id, ref FROM member WHERE version = 1 AND member_id = ANY(%s)", [ids]
    )
    return dict(rows.fetchall())

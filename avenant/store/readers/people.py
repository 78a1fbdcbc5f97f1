"""Personal details of members: today's value, or since when it is erased, also in views of the past."""

import polars as pl

from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.known import array

DETAILS = {"member_id": pl.Int32, "kind": pl.String, "shown": pl.String, "erased": pl.Boolean}


def as_shown(alias: str) -> str:
    """SQL for the detail as people see it: its value, or ``erased on 2026-03-14``."""
    erased_on = f"to_char({alias}.erased_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD')"
    return f"coalesce({alias}.value, 'erased on ' || {erased_on})"


def personal_details(connection: Connection, members: list[int]) -> pl.DataFrame:
    """All details of ``members`` (columns DETAILS), by member and kind."""
    query = f"""
        SELECT member_id, kind, {as_shown("d")}, erased_at IS NOT NULL FROM person_detail AS d
        WHERE member_id = ANY({array(members)}) ORDER BY member_id, kind"""
    return read_frame(connection, query, DETAILS)

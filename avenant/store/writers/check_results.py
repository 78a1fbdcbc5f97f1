"""Results of checks, appended: one run, a row per check, a row per finding, in one transaction of their own."""

from dataclasses import dataclass

import polars as pl

from avenant.store.database import Connection, Database
from avenant.store.frames import copy_frame
from avenant.store.readers.check_results import OpenFinding, open_findings

ONE_AT_A_TIME = 7_153_007
"""Any constant of our own: two runs of checks never compare themselves with the same state at once."""


@dataclass(frozen=True, slots=True)
class CheckedRun:
    """What is kept of a run of checks.

    results: check_name, severity, owner, findings, warnings, complete, milliseconds. findings: check_name, severity,
    place, message, subject_kind, subject_ref, contract_id, row_count.
    """

    rev: int
    origin: str
    contract_id: int | None
    milliseconds: int
    results: pl.DataFrame
    findings: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Kept:
    """What keeping a run changed: findings that were not open before, and those that no longer are."""

    check_run_id: int
    new: list[OpenFinding]
    resolved: list[OpenFinding]


def keep(db: Database, run: CheckedRun) -> Kept:
    """Append the results of a run and say what is new and what is resolved since the runs before it."""
    with db.connect() as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        before = {(found.check, found.place): found for found in open_findings(connection)}
        number = _append(connection, run)
        after = {(found.check, found.place): found for found in open_findings(connection)}
    return Kept(
        number,
        [found for key, found in after.items() if key not in before],
        [found for key, found in before.items() if key not in after],
    )


def _append(connection: Connection, run: CheckedRun) -> int:
    row = connection.execute(
        """INSERT INTO check_run (rev, origin, contract_id, milliseconds) VALUES (%s, %s, %s, %s)
        RETURNING check_run_id""",
        [run.rev, run.origin, run.contract_id, run.milliseconds],
    ).fetchone()
    assert row is not None
    for table, rows in (("check_result", run.results), ("check_finding", run.findings)):
        if len(rows):
            copy_frame(connection, table, rows.with_columns(check_run_id=pl.lit(row[0])))
    return int(row[0])

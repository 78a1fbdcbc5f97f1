"""What checks found: the runs that are kept, and each finding with when it was first seen, last seen and resolved.

A finding is the same as before when its check and its place are. It is resolved by the first later run of its check,
over everything or over its contract, that could run, told all it found one by one, and no longer found it.
"""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.tables import Columns

LAST_RESULTS: Columns = {
    "check_name": pl.String,
    "severity": pl.String,
    "owner": pl.String,
    "findings": pl.Int64,
    "warnings": pl.Int64,
    "complete": pl.Boolean,
    "milliseconds": pl.Int64,
}


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """A finding as last seen. ``severity``: error, unknown or warning; ``rank``, ``owner``: those of its check.

    finding_id: that of its last row. resolved_at: None while it is open.
    """

    finding_id: int
    check: str
    severity: str
    rank: str
    owner: str
    place: str
    message: str
    subject_kind: str
    subject_ref: str
    rows: int
    first_seen: datetime
    last_seen: datetime
    resolved_at: datetime | None


def open_findings(connection: Connection, rev: int | None = None) -> list[OpenFinding]:
    """Findings that no later run has shown to be resolved, the gravest and oldest first.

    rev: by the runs of checks that had read that revision, or an earlier one.
    """
    return _states(connection, rev, "resolved_at IS NULL")


def finding_history(
    connection: Connection, check: str | None = None, limit: int = 200, rev: int | None = None
) -> list[OpenFinding]:
    """Findings of one check, or of all, open and resolved: those last seen the latest come first."""
    only = "true" if check is None else "check_name = %(check)s"
    return _states(connection, rev, only, {"check": check}, "last_seen DESC, finding_id DESC", limit)


def _states(
    connection: Connection,
    rev: int | None,
    condition: str,
    given: dict[str, str | None] | None = None,
    order: str = "array_position(array['critical', 'high', 'attention'], rank), first_seen, finding_id",
    limit: int = 100_000,
) -> list[OpenFinding]:
    asked = "true" if rev is None else f"rev <= {rev:d}"
    query = f"""
        WITH runs AS (SELECT check_run_id, at, contract_id FROM check_run WHERE {asked}),
        seen AS (
            SELECT check_name, place, min(at) AS first_seen, max(at) AS last_seen, max(finding_id) AS finding_id,
                   max(check_run_id) AS last_run
            FROM check_finding JOIN runs USING (check_run_id) GROUP BY check_name, place),
        states AS (
            SELECT f.finding_id, f.check_name, f.severity, told.severity AS rank, told.owner, f.place, f.message,
                   f.subject_kind, f.subject_ref, f.row_count, seen.first_seen, seen.last_seen,
                   (SELECT later.at FROM check_result AS r JOIN runs AS later USING (check_run_id)
                    WHERE r.check_name = f.check_name AND r.check_run_id > seen.last_run AND r.complete
                      AND (later.contract_id IS NULL OR later.contract_id = f.contract_id)
                    ORDER BY check_run_id LIMIT 1) AS resolved_at
            FROM seen JOIN check_finding AS f USING (finding_id)
            JOIN check_result AS told ON (told.check_run_id, told.check_name) = (seen.last_run, f.check_name))
        SELECT * FROM states WHERE {condition} ORDER BY {order} LIMIT {limit:d}"""
    return [OpenFinding(*row) for row in connection.execute(query, given)]


def last_results(connection: Connection, rev: int | None = None) -> pl.DataFrame:
    """The latest result of each check over everything: columns LAST_RESULTS."""
    asked = "true" if rev is None else f"rev <= {rev:d}"
    query = f"""
        SELECT DISTINCT ON (check_name) {", ".join(f"r.{name}" for name in LAST_RESULTS)}
        FROM check_result AS r JOIN check_run USING (check_run_id) WHERE contract_id IS NULL AND {asked}
        ORDER BY check_name, check_run_id DESC"""
    return read_frame(connection, query, LAST_RESULTS)


@dataclass(frozen=True, slots=True)
class LastCheckRun:
    """The latest run of checks over everything: when, the revision it read, after a night or on demand."""

    check_run_id: int
    at: datetime
    rev: int
    origin: str
    milliseconds: int


def last_check_run(connection: Connection, rev: int | None = None) -> LastCheckRun | None:
    """The latest run of checks over everything; None before the first."""
    asked = "true" if rev is None else f"rev <= {rev:d}"
    row = connection.execute(
        f"""SELECT check_run_id, at, rev, origin, milliseconds FROM check_run
        WHERE contract_id IS NULL AND {asked} ORDER BY check_run_id DESC LIMIT 1"""
    ).fetchone()
    return None if row is None else LastCheckRun(*row)

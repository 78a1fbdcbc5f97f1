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
    return _states(connection, rev, SINCE_ALL_WAS_TOLD, condition="resolved_at IS NULL")


def finding_history(
    connection: Connection, check: str | None = None, limit: int = 200, rev: int | None = None
) -> list[OpenFinding]:
    """Findings of one check, or of all, open and resolved: those last seen the latest come first."""
    named = "SELECT DISTINCT check_name, place FROM check_finding" + (
        "" if check is None else " WHERE check_name = %(check)s"
    )
    return _states(
        connection, rev, named, {"check": check}, order="last_seen DESC, finding_id DESC", limit=limit
    )


SINCE_ALL_WAS_TOLD = """
    SELECT DISTINCT checks.check_name, found.place FROM checks LEFT JOIN LATERAL (
        SELECT r.check_run_id AS last FROM check_result AS r JOIN check_run AS run USING (check_run_id)
        WHERE r.check_name = checks.check_name AND r.complete AND run.contract_id IS NULL AND {asked}
          AND r.check_run_id <= (SELECT last FROM newest)
        ORDER BY r.check_run_id DESC LIMIT 1) AS told ON true
    JOIN LATERAL (
        SELECT f.place FROM check_finding AS f JOIN check_run AS run USING (check_run_id)
        WHERE f.check_name = checks.check_name AND {asked}
          AND f.check_run_id BETWEEN coalesce(told.last, 0) AND (SELECT last FROM newest)
        OFFSET 0) AS found ON true"""
"""What may be open: of each check, what was seen since its last run over everything that told all it found."""

CHECKS = """
    named AS (
        SELECT min(check_name) AS check_name FROM check_result
        UNION ALL SELECT (SELECT min(r.check_name) FROM check_result AS r WHERE r.check_name > named.check_name)
        FROM named WHERE named.check_name IS NOT NULL),
    checks AS (SELECT check_name FROM named WHERE check_name IS NOT NULL)"""
"""The names of the checks that ever ran, each by one look at the index."""


def _states(
    connection: Connection,
    rev: int | None,
    places: str,
    given: dict[str, str | None] | None = None,
    condition: str = "true",
    order: str = "array_position(array['critical', 'high', 'attention'], rank), first_seen, finding_id",
    limit: int = 100_000,
) -> list[OpenFinding]:
    """The findings at ``places``, a query of check_name and place; it may ask ``checks`` and ``newest``.

    Looked up place by place, so that the cost follows what is shown and not all that was ever found.
    """
    asked = "true" if rev is None else f"run.rev <= {rev:d}"
    query = f"""
        WITH RECURSIVE newest AS (SELECT max(check_run_id) AS last FROM check_run AS run WHERE {asked}),
        {CHECKS},
        places AS ({places.replace("{asked}", asked)}),
        states AS (
            SELECT f.finding_id, f.check_name, f.severity, told.severity AS rank, told.owner, f.place, f.message,
                   f.subject_kind, f.subject_ref, f.row_count, seen.first_seen, seen.last_seen,
                   (SELECT run.at FROM check_result AS r JOIN check_run AS run USING (check_run_id)
                    WHERE r.check_name = f.check_name AND r.check_run_id > seen.last_run AND r.complete AND {asked}
                      AND (run.contract_id IS NULL OR run.contract_id = f.contract_id)
                    ORDER BY r.check_run_id LIMIT 1) AS resolved_at
            FROM places JOIN LATERAL (
                SELECT min(run.at) AS first_seen, max(run.at) AS last_seen, max(f.finding_id) AS finding_id,
                       max(f.check_run_id) AS last_run
                FROM check_finding AS f JOIN check_run AS run USING (check_run_id)
                WHERE (f.check_name, f.place) = (places.check_name, places.place) AND {asked}) AS seen ON true
            JOIN LATERAL (SELECT * FROM check_finding AS f WHERE f.finding_id = seen.finding_id OFFSET 0) AS f ON true
            JOIN LATERAL (
                SELECT r.severity, r.owner FROM check_result AS r
                WHERE r.check_run_id = seen.last_run AND r.check_name = f.check_name OFFSET 0) AS told ON true)
        SELECT * FROM states WHERE {condition} ORDER BY {order} LIMIT {limit:d}"""
    return [OpenFinding(*row) for row in connection.execute(query, given)]


def last_results(connection: Connection, rev: int | None = None) -> pl.DataFrame:
    """The latest result of each check over everything: columns LAST_RESULTS."""
    asked = "true" if rev is None else f"run.rev <= {rev:d}"
    query = f"""
        WITH RECURSIVE {CHECKS},
        newest AS (SELECT max(check_run_id) AS last FROM check_run AS run WHERE {asked})
        SELECT {", ".join(f"told.{name}" for name in LAST_RESULTS)} FROM checks JOIN LATERAL (
            SELECT r.* FROM check_result AS r JOIN check_run AS run USING (check_run_id)
            WHERE r.check_name = checks.check_name AND run.contract_id IS NULL AND {asked}
              AND r.check_run_id <= (SELECT last FROM newest)
            ORDER BY r.check_run_id DESC LIMIT 1) AS told ON true
        ORDER BY told.check_name"""
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

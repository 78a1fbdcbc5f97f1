"""Run the checks and keep what they found, so that people hear of what is new and of what is resolved, once.

checked = check_and_keep(Database(url), "nightly")
checked.kept.new        # findings that were not open before
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from avenant.core.checks import waiting_age
from avenant.core.checks.finding import ERROR, FURTHER, NOTE, UNKNOWN, WARNING
from avenant.flows.checking import CheckReport, CheckResult, Progress, run_checks
from avenant.store.database import Database
from avenant.store.readers.checking import contract_called
from avenant.store.writers.check_results import CheckedRun, Kept, keep

RESULTS = {
    "check_name": pl.String,
    "severity": pl.String,
    "owner": pl.String,
    "findings": pl.Int64,
    "warnings": pl.Int64,
    "complete": pl.Boolean,
    "milliseconds": pl.Int64,
}
FINDINGS = {
    "check_name": pl.String,
    "severity": pl.String,
    "place": pl.String,
    "message": pl.String,
    "subject_kind": pl.String,
    "subject_ref": pl.String,
    "contract_id": pl.Int64,
    "row_count": pl.Int64,
}
GRAVEST = (UNKNOWN, ERROR, WARNING)


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks found, and what of it is new or resolved."""

    report: CheckReport
    kept: Kept


def check_and_keep(
    db: Database,
    origin: str,
    names: Sequence[str] | None = None,
    contract: str | None = None,
    progress: Progress | None = None,
    business_date: date | None = None,
    waiting_days: int = waiting_age.MOST_DAYS,
) -> Checked:
    """Run the checks (``checking.run_checks``) and append their results. ``origin``: nightly or demand.

    Errors: those of ``run_checks``.
    """
    started = time.perf_counter()
    report = run_checks(db, names, contract, progress, business_date, waiting_days)
    contract_id = None
    if contract is not None:
        with db.connect() as connection:
            contract_id = contract_called(connection, contract)
    spent = round((time.perf_counter() - started) * 1000)
    return Checked(report, keep(db, _kept(report, origin, contract_id, spent)))


def _kept(report: CheckReport, origin: str, contract_id: int | None, milliseconds: int) -> CheckedRun:
    results = [_result(result) for result in report.results]
    findings = [row for result in report.results for row in _findings(result, contract_id)]
    return CheckedRun(
        report.rev,
        origin,
        contract_id,
        milliseconds,
        pl.DataFrame(results, schema=RESULTS),
        pl.DataFrame(findings, schema=FINDINGS),
    )


def _result(result: CheckResult) -> dict[str, object]:
    return {
        "check_name": result.name,
        "severity": result.severity,
        "owner": result.owner,
        "findings": result.errors,
        "warnings": result.warnings,
        "complete": not any(
            found.severity == UNKNOWN or (found.where == FURTHER and found.severity != NOTE)
            for found in result.findings
        ),
        "milliseconds": round(result.seconds * 1000),
    }


def _findings(result: CheckResult, contract_id: int | None) -> list[dict[str, object]]:
    """One row per place, the gravest first: several findings of one place are one, with the number of their rows."""
    told = [found for found in result.findings if found.severity != NOTE]
    told.sort(key=lambda found: GRAVEST.index(found.severity))
    rows: dict[str, dict[str, object]] = {}
    for found in told:
        if found.where in rows:
            rows[found.where]["row_count"] = int(str(rows[found.where]["row_count"])) + found.rows
            continue
        rows[found.where] = {
            "check_name": result.name,
            "severity": found.severity,
            "place": found.where,
            "message": found.message,
            "subject_kind": found.subject.kind,
            "subject_ref": found.subject.ref,
            "contract_id": found.row.get("contract_id") or contract_id,
            "row_count": found.rows,
        }
    return list(rows.values())

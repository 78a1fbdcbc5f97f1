"""The checks by name, in the order of the promises: what each reads, and the pure check it hands that to."""

from collections.abc import Callable
from dataclasses import dataclass

from avenant.core.checks import (
    append_only,
    balances,
    billed_days,
    covered_days,
    family_prices,
    invoice_numbers,
    known_rows,
    recompute,
    revisions,
    row_counts,
    runs,
    settlement_totals,
    versions,
)
from avenant.core.checks.finding import Finding
from avenant.flows.check_readings import Readings
from avenant.flows.check_recompute import recompute_findings
from avenant.store.readers import checking, guards, written
from avenant.store.tables import UNCOVERED


@dataclass(frozen=True, slots=True)
class Check:
    """A check of one promise. ``run`` None: it is fed the entries of the book, stretch by stretch."""

    name: str
    promise: int
    sentence: str
    run: Callable[[Readings], list[Finding]] | None
    of_one_contract: bool = False


def _append_only(readings: Readings) -> list[Finding]:
    with readings.connection() as connection:
        return append_only.findings(
            guards.triggers(connection),
            guards.constraints(connection),
            guards.privileges(connection, append_only.UNTOUCHED),
        )


def _row_counts(readings: Readings) -> list[Finding]:
    with readings.connection() as connection:
        recorded = written.recorded_digests(connection)
    return row_counts.findings(readings.written, recorded, [*UNCOVERED, "change_rows"])


def _settlement_totals(readings: Readings) -> list[Finding]:
    with readings.connection() as connection:
        sums = checking.settled_sums(connection, readings.contract_id)
        twice = checking.settled_twice(connection)
    return settlement_totals.findings(readings.invoices, sums, twice)


def _invoice_numbers(readings: Readings) -> list[Finding]:
    return invoice_numbers.findings(readings.invoices)


def _balances(readings: Readings) -> list[Finding]:
    with readings.connection() as connection:
        movements = checking.movements(connection, readings.contract_id)
    return balances.findings(readings.invoices, movements)


def _revisions(readings: Readings) -> list[Finding]:
    with readings.connection() as connection:
        return revisions.findings(written.revisions(connection), written.heads(connection))


def _known_rows(readings: Readings) -> list[Finding]:
    return known_rows.findings(readings.written, readings.changes)


def _runs(readings: Readings) -> list[Finding]:
    with readings.connection() as connection:
        return runs.findings(
            readings.written,
            readings.changes,
            written.runs(connection),
            written.run_chunks(connection),
            written.published_versions(connection),
        )


def _named(checks: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


CHECKS = _named(
    [
        Check(append_only.NAME, 1, append_only.SENTENCE, _append_only),
        Check(row_counts.NAME, 1, row_counts.SENTENCE, _row_counts),
        Check(versions.NAME, 2, versions.SENTENCE, None, True),
        Check(recompute.NAME, 3, recompute.SENTENCE, recompute_findings, True),
        Check(covered_days.NAME, 4, covered_days.SENTENCE, None, True),
        Check(billed_days.NAME, 4, billed_days.SENTENCE, None, True),
        Check(family_prices.NAME, 4, family_prices.SENTENCE, None, True),
        Check(settlement_totals.NAME, 5, settlement_totals.SENTENCE, _settlement_totals, True),
        Check(invoice_numbers.NAME, 5, invoice_numbers.SENTENCE, _invoice_numbers),
        Check(balances.NAME, 5, balances.SENTENCE, _balances, True),
        Check(revisions.NAME, 6, revisions.SENTENCE, _revisions),
        Check(known_rows.NAME, 6, known_rows.SENTENCE, _known_rows),
        Check(runs.NAME, 8, runs.SENTENCE, _runs),
    ]
)
"""Name -> check; the digest chain (``flows.check_chain``) is verified apart."""

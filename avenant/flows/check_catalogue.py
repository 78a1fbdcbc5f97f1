"""The checks by name, in the order of the promises: what each reads, and the pure check it hands that to."""

from collections.abc import Callable
from dataclasses import dataclass

from avenant.core.checks import (
    append_only,
    balances,
    billed_days,
    covered_acts,
    covered_days,
    family_prices,
    invoice_numbers,
    known_rows,
    no_enrichment,
    payout_totals,
    recompute,
    revisions,
    row_counts,
    runs,
    settlement_totals,
    versions,
    waiting_age,
)
from avenant.core.checks.finding import Finding
from avenant.flows.check_readings import Readings
from avenant.flows.check_recompute import recompute_findings
from avenant.store.readers import checking, checking_care, guards, written
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


def _payout_totals(readings: Readings) -> list[Finding]:
    with readings.connection() as connection:
        return payout_totals.findings(
            checking_care.payouts(connection), checking_care.payout_sums(connection)
        )


def _waiting_age(readings: Readings) -> list[Finding]:
    if readings.nightly is None:
        return []
    with readings.connection() as connection:
        waiting = checking_care.waits(connection)
    return waiting_age.findings(waiting, readings.resting_point.business_date, readings.waiting_days)


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
        Check(versions.CARE_NAME, 2, versions.SENTENCE, None, True),
        Check(recompute.NAME, 3, recompute.SENTENCE, recompute_findings, True),
        Check(covered_days.NAME, 4, covered_days.SENTENCE, None, True),
        Check(billed_days.NAME, 4, billed_days.SENTENCE, None, True),
        Check(family_prices.NAME, 4, family_prices.SENTENCE, None, True),
        Check(settlement_totals.NAME, 5, settlement_totals.SENTENCE, _settlement_totals, True),
        Check(payout_totals.NAME, 5, payout_totals.SENTENCE, _payout_totals),
        Check(invoice_numbers.NAME, 5, invoice_numbers.SENTENCE, _invoice_numbers),
        Check(balances.NAME, 5, balances.SENTENCE, _balances, True),
        Check(revisions.NAME, 6, revisions.SENTENCE, _revisions),
        Check(known_rows.NAME, 6, known_rows.SENTENCE, _known_rows),
        Check(no_enrichment.NAME, 7, no_enrichment.SENTENCE, None, True),
        Check(covered_acts.NAME, 7, covered_acts.SENTENCE, None, True),
        Check(waiting_age.NAME, 7, waiting_age.SENTENCE, _waiting_age),
        Check(runs.NAME, 8, runs.SENTENCE, _runs),
    ]
)
"""Name -> check; the digest chain (``flows.check_chain``) is verified apart."""

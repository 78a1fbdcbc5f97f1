"""The checks by name, in the order of the promises: what each reads, and the pure check it hands that to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from avenant.core.checks import (
    append_only,
    balances,
    billed_days,
    covered_acts,
    covered_days,
    cut_short,
    debts_offset,
    family_prices,
    invoice_numbers,
    known_rows,
    no_enrichment,
    payout_once,
    payout_totals,
    recompute,
    rerun_role,
    revisions,
    row_counts,
    runs,
    settlement_totals,
    taxes,
    unbilled_cover,
    unsettled_age,
    unusual_premiums,
    unusual_runs,
    versions,
    waiting_age,
)
from avenant.core.checks.finding import Finding
from avenant.flows.check_readings import Readings
from avenant.flows.check_recompute import recompute_findings
from avenant.store.readers import checking, checking_care, checking_settling, guards, written
from avenant.store.tables import UNCOVERED


@dataclass(frozen=True, slots=True)
class Check:
    """A check of one promise. ``run`` None: it is fed the entries of the book, stretch by stretch.

    severity: how grave it is when the promise is broken; owner: who sees to it (``core.checks.ranks``).
    """

    name: str
    promise: int
    sentence: str
    severity: str
    owner: str
    run: Callable[[Readings], list[Finding]] | None
    of_one_contract: bool = False


class Promise(Protocol):
    """What the file of a check says about it."""

    NAME: str
    SENTENCE: str
    SEVERITY: str
    OWNER: str


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


def _rerun_role(readings: Readings) -> list[Finding]:
    with readings.connection() as connection:
        return rerun_role.findings(guards.rerun_powers(connection))


def _cut_short(readings: Readings) -> list[Finding]:
    with readings.connection() as connection:
        return cut_short.findings(written.unended_runs(connection))


def _unsettled_age(readings: Readings) -> list[Finding]:
    if readings.nightly is None:
        return []
    today = readings.resting_point.business_date
    before = today - timedelta(days=unsettled_age.MOST_DAYS)
    with readings.connection() as connection:
        unsettled = checking_settling.unsettled(connection, before, readings.contract_id)
        kinds = checking_settling.invoiced_kinds(connection)
    return unsettled_age.findings(unsettled, kinds, today)


def _payout_once(readings: Readings) -> list[Finding]:
    with readings.connection() as connection:
        return payout_once.findings(
            checking_settling.paid_twice(connection, readings.contract_id),
            checking_settling.paid_again(connection, readings.contract_id),
        )


def _debts_offset(readings: Readings) -> list[Finding]:
    with readings.connection() as connection:
        return debts_offset.findings(checking_settling.passed_over_debts(connection, readings.contract_id))


def _unusual_runs(readings: Readings) -> list[Finding]:
    with readings.connection() as connection:
        return unusual_runs.findings(checking_settling.moved_by_runs(connection))


def _check(
    number: int,
    promise: Promise,
    run: Callable[[Readings], list[Finding]] | None = None,
    of_one_contract: bool = False,
    name: str | None = None,
) -> Check:
    """The check of one file; ``number`` is the promise it belongs to."""
    called = name or promise.NAME
    return Check(called, number, promise.SENTENCE, promise.SEVERITY, promise.OWNER, run, of_one_contract)


def _named(checks: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


CHECKS = _named(
    [
        _check(1, append_only, _append_only),
        _check(1, row_counts, _row_counts),
        _check(2, versions, None, True),
        _check(2, versions, None, True, name=versions.CARE_NAME),
        _check(3, recompute, recompute_findings, True),
        _check(4, covered_days, None, True),
        _check(4, billed_days, None, True),
        _check(4, family_prices, None, True),
        _check(4, unbilled_cover, None, True),
        _check(4, taxes, None, True),
        _check(4, unusual_premiums, None, True),
        _check(5, settlement_totals, _settlement_totals, True),
        _check(5, payout_totals, _payout_totals),
        _check(5, payout_once, _payout_once, True),
        _check(5, debts_offset, _debts_offset, True),
        _check(5, invoice_numbers, _invoice_numbers),
        _check(5, balances, _balances, True),
        _check(5, unsettled_age, _unsettled_age, True),
        _check(5, unusual_runs, _unusual_runs),
        _check(6, revisions, _revisions),
        _check(6, known_rows, _known_rows),
        _check(7, no_enrichment, None, True),
        _check(7, covered_acts, None, True),
        _check(7, waiting_age, _waiting_age),
        _check(8, runs, _runs),
        _check(9, rerun_role, _rerun_role),
        _check(10, cut_short, _cut_short),
    ]
)
"""Name -> check; the digest chain (``flows.check_chain``) is verified apart."""

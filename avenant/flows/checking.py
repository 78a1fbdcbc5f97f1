"""Checking: run the named checks of the promises on one snapshot of the whole book, or of one contract.

    report = run_checks(Database(url))
    report.findings     # 0 when every promise is kept

Nothing is written. A check that cannot run is itself a finding: it never ends the others.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from avenant.core.book.entries import PREMIUMS, REIMBURSEMENTS
from avenant.core.checks import (
    billed_days,
    covered_acts,
    covered_days,
    family_prices,
    no_enrichment,
    taxes,
    unbilled_cover,
    unusual_premiums,
    versions,
    waiting_age,
)
from avenant.core.checks.finding import (
    NOTE,
    UNKNOWN,
    Finding,
    Names,
    Row,
    errors,
    place,
    shortened,
    warnings,
)
from avenant.core.checks.subject import subject_of
from avenant.flows.check_catalogue import CHECKS, Check
from avenant.flows.check_readings import CareRead, NeverRun, Readings, StretchRead
from avenant.store.database import Database
from avenant.store.readers.checking import contract_called, exported, names_for

Progress = Callable[[str, int, int], None]


class NoSuchCheck(LookupError):
    """A name that is no check's."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check found, and how long it took (without reading the entries, which several share).

    severity, owner: how grave a finding is, and who sees to it.
    """

    name: str
    promise: int
    sentence: str
    severity: str
    owner: str
    findings: list[Finding]
    seconds: float

    @property
    def errors(self) -> int:
        """How many rows break the promise; a check that could not run counts as one."""
        return errors(self.findings)

    @property
    def warnings(self) -> int:
        """How many rows are late or unusual."""
        return warnings(self.findings)

    @property
    def could_not_run(self) -> bool:
        """Whether nothing is known about the promise."""
        return any(found.severity == UNKNOWN for found in self.findings)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """All results, in the order of the promises, and the revision of the snapshot they were read from.

    digest (hex): that of the revision, where the chain was verified.
    """

    rev: int
    results: list[CheckResult]
    digest: str | None = None

    @property
    def findings(self) -> int:
        """How many rows break a promise, in all."""
        return sum(result.errors for result in self.results)

    @property
    def warnings(self) -> int:
        """How many rows are late or unusual, in all."""
        return sum(result.warnings for result in self.results)

    @property
    def could_not_run(self) -> bool:
        """Whether some check could not run."""
        return any(result.could_not_run for result in self.results)


def run_checks(
    db: Database,
    names: Sequence[str] | None = None,
    contract: str | None = None,
    progress: Progress | None = None,
    business_date: date | None = None,
    waiting_days: int = waiting_age.MOST_DAYS,
) -> CheckReport:
    """Run the checks called ``names`` (none: all), or those that can look at one ``contract``.

    business_date: recompute as of this day; by default that of the last nightly run. waiting_days: how long an act
    may wait for an answer.
    Errors: NoSuchCheck, LookupError for an unknown contract or a database without a book.
    """
    say = progress or _silent
    chosen = _chosen(names, contract)
    with db.snapshot() as connection:
        rev, snapshot = exported(connection)
        contract_id = None if contract is None else contract_called(connection, contract)
        with closing(Readings(db, snapshot, contract_id, business_date, say, waiting_days)) as readings:
            results = [*_by_stretches(readings, chosen, say), *_one_by_one(readings, chosen, say)]
            results = _named(readings, results)
    order = list(CHECKS)
    return CheckReport(rev, sorted(results, key=lambda result: order.index(result.name)))


def findings_by_check(db: Database, progress: Progress | None = None) -> dict[str, int]:
    """Check name -> how many rows break its promise."""
    return {result.name: result.errors for result in run_checks(db, progress=progress).results}


def _silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody looks at."""


def _chosen(names: Sequence[str] | None, contract: str | None) -> list[Check]:
    unknown = [name for name in names or () if name not in CHECKS]
    if unknown:
        raise NoSuchCheck(f"there is no check {unknown[0]!r}; the checks are: {', '.join(CHECKS)}")
    wanted = [CHECKS[name] for name in dict.fromkeys(names or CHECKS)]
    if contract is None:
        return wanted
    narrowed = [check for check in wanted if check.of_one_contract]
    if names and len(narrowed) < len(wanted):
        whole = next(check.name for check in wanted if not check.of_one_contract)
        raise NoSuchCheck(f"check {whole} looks at the whole database: leave out the contract, or the name")
    return narrowed


def _one_by_one(readings: Readings, chosen: list[Check], say: Progress) -> Iterator[CheckResult]:
    checks = [check for check in chosen if check.run is not None]
    for number, check in enumerate(checks):
        say("checks", number, len(checks))
        started = time.perf_counter()
        with _unable(check.name) as found:
            assert check.run is not None
            found += check.run(readings)
        yield _result(check, found, time.perf_counter() - started)
        say("checks", number + 1, len(checks))


STRETCH_CHECKS: dict[str, Callable[[StretchRead], list[Finding]]] = {
    versions.NAME: lambda read: versions.findings(PREMIUMS, read.entries),
    covered_days.NAME: lambda read: covered_days.findings(read.days),
    billed_days.NAME: lambda read: billed_days.findings(read.days),
    family_prices.NAME: lambda read: family_prices.findings(read.standing, *read.slots_and_roles),
    unbilled_cover.NAME: lambda read: unbilled_cover.findings(read.days, read.standing, read.slots),
    taxes.NAME: lambda read: taxes.findings(read.standing, read.slots, *read.plans_and_rates),
    unusual_premiums.NAME: lambda read: unusual_premiums.findings(read.standing, read.slots, read.last_month),
}
"""Checks of all premium entries: the book is read once for all of them, stretch by stretch."""
CARE_CHECKS: dict[str, Callable[[CareRead], list[Finding]]] = {
    versions.CARE_NAME: lambda read: versions.findings(REIMBURSEMENTS, read.entries),
    no_enrichment.NAME: lambda read: no_enrichment.findings(read.latest, read.excess),
    covered_acts.NAME: lambda read: covered_acts.findings(read.paid, read.cover),
}
"""The same for the reimbursement book."""


def _by_stretches(readings: Readings, chosen: list[Check], say: Progress) -> Iterator[CheckResult]:
    premiums = [check for check in chosen if check.name in STRETCH_CHECKS]
    care = [check for check in chosen if check.name in CARE_CHECKS]
    if premiums:
        yield from _over(premiums, STRETCH_CHECKS, lambda: map(readings.read, readings.stretches()), say)
    if care:
        yield from _over(care, CARE_CHECKS, readings.care_parts, say)


Read = TypeVar("Read")


def _over(
    checks: list[Check],
    what: Mapping[str, Callable[[Read], list[Finding]]],
    parts: Callable[[], Iterator[Read]],
    say: Progress,
) -> Iterator[CheckResult]:
    """Each check on each part of a book, which is read once for all of them."""
    found: dict[str, list[Finding]] = {check.name: [] for check in checks}
    seconds = dict.fromkeys(found, 0.0)
    try:
        for number, read in enumerate(parts(), start=1):
            for name in found:
                started = time.perf_counter()
                with _unable(name) as fresh:
                    fresh += what[name](read)
                found[name] = shortened(found[name] + fresh)
                seconds[name] += time.perf_counter() - started
            say("entries, stretches", number, number)
    except Exception as error:
        for name in found:
            found[name] += [_could_not(name, error)]
    yield from (_result(check, found[check.name], seconds[check.name]) for check in checks)


@contextmanager
def _unable(name: str) -> Iterator[list[Finding]]:
    """A list for findings; an error in the block becomes one of them."""
    found: list[Finding] = []
    try:
        yield found
    except NeverRun as never:
        found.append(Finding(name, NOTE, "the book", str(never)))
    except Exception as error:
        found.append(_could_not(name, error))


def _could_not(name: str, error: Exception) -> Finding:
    said = f"could not run, so nothing is known: {type(error).__name__}: {error}".strip()
    return Finding(name, UNKNOWN, "the check itself", said)


def _result(check: Check, found: list[Finding], seconds: float) -> CheckResult:
    return CheckResult(
        check.name,
        check.promise,
        check.sentence,
        check.severity,
        check.owner,
        shortened(found),
        round(seconds, 3),
    )


def _named(readings: Readings, results: Iterable[CheckResult]) -> list[CheckResult]:
    """The results with contracts, members and slots called what people call them."""
    results = list(results)
    rows = [found.row for result in results for found in result.findings]
    with readings.connection() as connection:
        names = names_for(
            connection, _ids(rows, "contract_id"), _ids(rows, "member_id", "family_id"), _ids(rows, "slot_id")
        )
    return [
        replace(result, findings=[_called(found, names) for found in result.findings]) for result in results
    ]


def _ids(rows: list[Row], *columns: str) -> set[int]:
    return {row[column] for row in rows for column in columns if row.get(column) is not None}


def _called(found: Finding, names: Names) -> Finding:
    """``found`` where people look for it, leading to its subject."""
    where = place(found.row, names) if found.where == place(found.row) else found.where
    return replace(found, where=where, subject=subject_of(found.row, names.contracts, names.members))

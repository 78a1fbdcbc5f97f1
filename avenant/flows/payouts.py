"""A payout run: one payout per payee, many small reimbursements in one transfer.

run(db, business_date=date(2026, 6, 30), minimum_cents=10_00, max_days=30)
"""

import time
from dataclasses import dataclass, field
from datetime import date

import polars as pl
import psycopg

from avenant.core.book.settle import Issue
from avenant.core.payouts.due import (
    PAYEE,
    PayoutTerms,
    open_groups,
    payout_series,
    payouts,
    settled_now,
    with_verdicts,
)
from avenant.flows.code_version import code_version
from avenant.flows.issuing import Progress, issued_once, refuse_going_back
from avenant.store.changes import ChangeWriter
from avenant.store.database import Connection, Database
from avenant.store.frames import next_ids
from avenant.store.readers.paying import (
    open_payees,
    open_reimbursements,
    parked_with_reimbursements,
    still_open,
)
from avenant.store.readers.rulebooks import published_version_name
from avenant.store.readers.runs import family_refs, parked_families
from avenant.store.readers.settling import next_number
from avenant.store.writers.runs import OpenRun, RacesLost, close_run, open_run

MINIMUM_CENTS = 10_00
MAX_DAYS = 30
PAYEES_PER_REVISION = 1_000
PAYEES_PER_READING = 50_000


@dataclass(frozen=True, slots=True)
class PayoutRunReport:
    """What a payout run paid. Totals in cents per currency.

    held_back: payees whose sum waits until it adds up or grows old; debts: payees who owe us. left_out: parked
    families and why.
    """

    run_id: int
    business_date: date
    minimum_cents: int
    max_days: int
    payouts: int
    settled_without_document: int
    entries: int
    total_cents: dict[str, int]
    held_back: int
    held_back_cents: dict[str, int]
    debts: int
    debt_cents: dict[str, int]
    left_out: list[tuple[str, str]]
    seconds: float


@dataclass(slots=True)
class Counted:
    """Payees and cents per currency of one verdict."""

    payees: int = 0
    entries: int = 0
    cents: dict[str, int] = field(default_factory=dict)

    def add(self, groups: pl.DataFrame) -> None:
        """Count some groups (currency, total_cents, entries)."""
        self.payees += len(groups)
        self.entries += int(groups["entries"].sum())
        for currency, cents in groups.group_by("currency").agg(pl.col("total_cents").sum()).iter_rows():
            self.cents[currency] = self.cents.get(currency, 0) + cents


@dataclass(slots=True)
class Outcome:
    """What became of the open groups, verdict by verdict; it grows chunk by chunk."""

    pay: Counted = field(default_factory=Counted)
    settle: Counted = field(default_factory=Counted)
    hold: Counted = field(default_factory=Counted)
    debt: Counted = field(default_factory=Counted)

    def add(self, groups: pl.DataFrame) -> None:
        """Count groups with their verdicts."""
        for (verdict,), some in groups.group_by("verdict"):
            getattr(self, str(verdict)).add(some)


@dataclass(frozen=True, slots=True)
class Selection:
    """What a run pays: under which terms and series, without which parked families."""

    series: str
    terms: PayoutTerms
    parked: list[int]


def run(
    db: Database,
    business_date: date,
    minimum_cents: int = MINIMUM_CENTS,
    max_days: int = MAX_DAYS,
    progress: Progress | None = None,
    actor: str = "payouts",
) -> PayoutRunReport:
    """Settle unsettled reimbursements: one payout per payee and currency whose sum is due on ``business_date``.

    Sums below ``minimum_cents`` wait until they add up or their oldest entry was booked ``max_days`` ago. Errors:
    TooEarly (dated before the latest payout), ValueError for negative terms, NothingPublished, RacesLost.
    """
    started = time.perf_counter()
    terms = PayoutTerms(business_date, minimum_cents, max_days)
    series = payout_series(db.settings().series)
    with db.connect() as connection:
        refuse_going_back(connection, "payout", series, business_date)
        parked = parked_families(connection)
        version = published_version_name(connection)
    opened = open_run(
        db,
        "payouts",
        actor,
        code_version=code_version(),
        rulebook_version=version,
        business_date=business_date,
        horizon=business_date.replace(day=1),
        options={"minimum_cents": minimum_cents, "max_days": max_days},
    )
    selection = Selection(series, terms, parked["family_id"].to_list())
    try:
        outcome = _pay_all(db, opened, selection, progress)
    except (RacesLost, psycopg.errors.CheckViolation) as stopped:
        close_run(db, opened, "stopped", {"why": str(stopped)})
        raise
    report = _report(opened, terms, outcome, _left_out(db, parked), time.perf_counter() - started)
    close_run(db, opened, "done", _counts(report))
    return report


def _report(
    opened: OpenRun, terms: PayoutTerms, outcome: Outcome, left_out: list[tuple[str, str]], seconds: float
) -> PayoutRunReport:
    return PayoutRunReport(
        run_id=opened.run_id,
        business_date=terms.business_date,
        minimum_cents=terms.minimum_cents,
        max_days=terms.max_days,
        payouts=outcome.pay.payees,
        settled_without_document=outcome.settle.payees,
        entries=outcome.pay.entries + outcome.settle.entries,
        total_cents=outcome.pay.cents,
        held_back=outcome.hold.payees,
        held_back_cents=outcome.hold.cents,
        debts=outcome.debt.payees,
        debt_cents={currency: -cents for currency, cents in outcome.debt.cents.items()},
        left_out=left_out,
        seconds=round(seconds, 3),
    )


def _counts(report: PayoutRunReport) -> dict[str, object]:
    names = (
        *("payouts", "settled_without_document", "entries", "total_cents"),
        *("held_back", "held_back_cents", "debts", "debt_cents"),
    )
    told: dict[str, object] = {name: getattr(report, name) for name in names}
    return told | {"left_out": len(report.left_out), "milliseconds": round(report.seconds * 1000)}


def _pay_all(db: Database, opened: OpenRun, selection: Selection, progress: Progress | None) -> Outcome:
    """Judge all open sums, then read and settle what is due, many payees a reading, fewer a revision."""
    outcome, done = Outcome(), 0
    with db.connect() as connection:
        groups = with_verdicts(open_payees(connection, selection.parked), selection.terms)
        due = settled_now(groups)
        outcome.add(groups.join(due, on=PAYEE, how="anti"))
        for many in due.iter_slices(PAYEES_PER_READING):
            entries = open_reimbursements(connection, many, selection.parked)
            for chunk in many.iter_slices(PAYEES_PER_REVISION):
                theirs = entries.join(chunk, on=PAYEE, how="semi")
                outcome.add(_pay_chunk(connection, opened, selection, theirs))
                done += len(chunk)
                if progress is not None:
                    progress("payouts", done, len(due))
    return outcome


def _pay_chunk(
    connection: Connection, opened: OpenRun, selection: Selection, entries: pl.DataFrame
) -> pl.DataFrame:
    """Settle what is due of one chunk's entries in one transaction; its groups with their verdicts.

    When another run settled one of them first, what it left is judged anew.
    """
    judged: list[pl.DataFrame] = []

    def due(some: pl.DataFrame) -> pl.DataFrame:
        judged.append(with_verdicts(open_groups(some), selection.terms))
        return some.join(settled_now(judged[-1]), on=PAYEE, how="semi")

    issued_once(
        connection,
        opened,
        selection.series,
        f"pay reimbursements on {selection.terms.business_date}",
        due(entries),
        read_again=lambda: due(still_open(connection, entries)),
        write=lambda writer, some: _write(writer, selection, settled_now(judged[-1]), some),
    )
    return judged[-1]


def _write(
    writer: ChangeWriter, selection: Selection, groups: pl.DataFrame, entries: pl.DataFrame
) -> pl.DataFrame:
    day = selection.terms.business_date
    first = next_number(writer.connection, "payout", selection.series, day.year)
    rows = payouts(groups, Issue(selection.series, day, first))
    fresh = next_ids(writer.connection, "payout_payout_id_seq", len(rows))
    rows = rows.with_columns(payout_id=pl.Series(fresh, dtype=pl.Int64))
    ties = entries.join(rows.select(*PAYEE, "payout_id"), on=PAYEE, how="left")
    writer.write("payout", rows)
    writer.write("payout_entry", ties.select("entry_id", "payout_id").sort("entry_id"))
    return rows


def _left_out(db: Database, parked: pl.DataFrame) -> list[tuple[str, str]]:
    if parked.is_empty():
        return []
    with db.connect() as connection:
        families = parked_with_reimbursements(connection, parked["family_id"].to_list())
        refs = family_refs(connection, families)
    reasons = dict(parked.iter_rows())
    return sorted((refs[family], reasons[family]) for family in families)

"""An invoice run: sum what is not yet invoiced, per contract, and tie it to an invoice, once.

run(db, "individual", date(2026, 7, 1), business_date=date(2026, 7, 1))
"""

import time
from dataclasses import dataclass, field
from datetime import date

import polars as pl
import psycopg

from avenant.core.book.settle import Issue, balance_movements, settlements
from avenant.core.periods import month_end
from avenant.flows.code_version import code_version
from avenant.flows.issuing import Progress, issued_once, refuse_going_back
from avenant.flows.issuing import TooEarly as TooEarly
from avenant.store.changes import ChangeWriter
from avenant.store.database import BookSettings, Connection, Database
from avenant.store.frames import next_ids
from avenant.store.readers.rulebooks import published_version_name
from avenant.store.readers.runs import family_refs, parked_families
from avenant.store.readers.settling import (
    balances,
    contracts_of_kind,
    merge_by_entry,
    next_number,
    open_entries,
    parked_with_entries,
)
from avenant.store.writers.runs import OpenRun, RacesLost, close_run, open_run

KINDS = {"individual": "advance", "company": "arrears"}
CONTRACTS_PER_REVISION = 4_000
CONTRACTS_PER_READING = 50_000


@dataclass(frozen=True, slots=True)
class InvoiceRunReport:
    """What an invoice run issued. Totals in cents per currency; left_out: parked families and why."""

    run_id: int
    kind: str
    month: date
    business_date: date
    invoices: int
    credit_notes: int
    settled_without_document: int
    entries: int
    total_cents: dict[str, int]
    left_out: list[tuple[str, str]]
    not_due: int
    seconds: float


@dataclass(slots=True)
class Issued:
    """Counts that grow chunk by chunk."""

    kinds: dict[str, int] = field(default_factory=dict)
    entries: int = 0
    total_cents: dict[str, int] = field(default_factory=dict)

    def add(self, invoices: pl.DataFrame | None) -> None:
        """Count the invoices of one chunk."""
        if invoices is None:
            return
        for kind, number in invoices.group_by("kind").len().iter_rows():
            self.kinds[kind] = self.kinds.get(kind, 0) + number
        for currency, cents in invoices.group_by("currency").agg(pl.col("total_cents").sum()).iter_rows():
            self.total_cents[currency] = self.total_cents.get(currency, 0) + cents
        self.entries += int(invoices["entries"].sum())


@dataclass(frozen=True, slots=True)
class Selection:
    """What a run invoices: which month, whether it alone, on which date, under which series."""

    settings: BookSettings
    kind: str
    month: date
    business_date: date
    only_month: bool
    parked: list[int]


def run(
    db: Database,
    kind: str,
    month: date,
    business_date: date,
    only_month: bool = False,
    progress: Progress | None = None,
    actor: str = "invoicing",
) -> InvoiceRunReport:
    """Invoice the unsettled premiums of ``month`` and before, of all contracts of ``kind`` whose cycle is due.

    only_month: settle ``month`` alone. Contracts in advance are due from the first of the month on, contracts
    in arrears from its last day on. Errors: TooEarly, ValueError, NothingPublished.
    """
    started = time.perf_counter()
    month = month.replace(day=1)
    settings = db.settings()
    with db.connect() as connection:
        contracts, not_due = _due_contracts(connection, kind, month, business_date)
        refuse_going_back(connection, "invoice", settings.series, business_date)
        parked = parked_families(connection)
        version = published_version_name(connection)
    opened = open_run(
        db,
        "invoices",
        actor,
        code_version=code_version(),
        rulebook_version=version,
        business_date=business_date,
        horizon=month,
        options={"kind": kind, "only_month": only_month},
    )
    selection = Selection(settings, kind, month, business_date, only_month, parked["family_id"].to_list())
    try:
        issued = _issue_all(db, opened, selection, contracts, progress)
    except (RacesLost, psycopg.errors.CheckViolation) as stopped:
        close_run(db, opened, "stopped", {"why": str(stopped)})
        raise
    left_out = _left_out(db, selection, contracts, parked)
    report = InvoiceRunReport(
        run_id=opened.run_id,
        kind=kind,
        month=month,
        business_date=business_date,
        invoices=issued.kinds.get("invoice", 0),
        credit_notes=issued.kinds.get("credit_note", 0),
        settled_without_document=issued.kinds.get("settlement", 0),
        entries=issued.entries,
        total_cents=issued.total_cents,
        left_out=left_out,
        not_due=not_due,
        seconds=round(time.perf_counter() - started, 3),
    )
    close_run(db, opened, "done", _counts(report))
    return report


def _counts(report: InvoiceRunReport) -> dict[str, object]:
    return {
        "invoices": report.invoices,
        "credit_notes": report.credit_notes,
        "settled_without_document": report.settled_without_document,
        "entries": report.entries,
        "total_cents": report.total_cents,
        "left_out": len(report.left_out),
        "not_due": report.not_due,
        "milliseconds": round(report.seconds * 1000),
    }


def first_due(cycle: str, month: date) -> date:
    """The first day on which ``month`` may be invoiced: its first in advance, its last in arrears."""
    return month if cycle == "advance" else month_end(month)


def _due_contracts(
    connection: Connection, kind: str, month: date, business_date: date
) -> tuple[pl.DataFrame, int]:
    """Contracts of ``kind`` whose cycle is due, and how many are not yet."""
    if kind not in KINDS:
        raise ValueError(f"contracts are {' or '.join(KINDS)}; seen {kind!r}")
    contracts = contracts_of_kind(connection, kind)
    due = [cycle for cycle in ("advance", "arrears") if first_due(cycle, month) <= business_date]
    ready = contracts.filter(pl.col("cycle").is_in(due))
    if ready.is_empty() and (len(contracts) or KINDS[kind] not in due):
        cycle = contracts["cycle"][0] if len(contracts) else KINDS[kind]
        raise TooEarly(
            f"{kind} contracts billed in {cycle} are invoiced for {month:%Y-%m} from {first_due(cycle, month)} on; "
            f"the run is dated {business_date}: wait, or invoice an earlier month"
        )
    return ready, len(contracts) - len(ready)


def _issue_all(
    db: Database, opened: OpenRun, selection: Selection, contracts: pl.DataFrame, progress: Progress | None
) -> Issued:
    """Read what is open of many contracts in one pass over the book, and issue it in revisions of fewer."""
    issued, done = Issued(), 0
    with db.connect() as connection:
        merge_by_entry(connection)
        for many in contracts.iter_slices(CONTRACTS_PER_READING):
            entries = _open(connection, selection, many)
            for chunk in many.iter_slices(CONTRACTS_PER_REVISION):
                theirs = entries.join(chunk, on="contract_id", how="semi")
                issued.add(_issue_chunk(connection, opened, selection, chunk, theirs))
                done += len(chunk)
                if progress is not None:
                    progress("invoices", done, len(contracts))
    return issued


def _issue_chunk(
    connection: Connection,
    opened: OpenRun,
    selection: Selection,
    contracts: pl.DataFrame,
    entries: pl.DataFrame,
) -> pl.DataFrame | None:
    """Issue one chunk in one transaction; when another run took an entry or a number, look again."""
    return issued_once(
        connection,
        opened,
        selection.settings.series,
        f"invoice {selection.kind} contracts for {selection.month:%Y-%m}",
        entries,
        read_again=lambda: _open(connection, selection, contracts),
        write=lambda writer, still_open: _write(writer, selection, contracts, still_open),
    )


def _open(connection: Connection, selection: Selection, contracts: pl.DataFrame) -> pl.DataFrame:
    ids = contracts["contract_id"].to_list()
    return open_entries(connection, ids, selection.month, selection.only_month, selection.parked)


def _write(
    writer: ChangeWriter, selection: Selection, contracts: pl.DataFrame, entries: pl.DataFrame
) -> pl.DataFrame:
    invoices = _invoices(writer.connection, selection, contracts, entries)
    ties = entries.join(invoices.select("contract_id", "invoice_id"), on="contract_id", how="left")
    writer.write("invoice", invoices)
    writer.write("invoice_entry", ties.select("entry_id", "invoice_id").sort("entry_id"))
    writer.write("balance_movement", balance_movements(invoices))
    return invoices


def _invoices(
    connection: Connection, selection: Selection, contracts: pl.DataFrame, entries: pl.DataFrame
) -> pl.DataFrame:
    ids = contracts["contract_id"].to_list()
    credit = contracts.join(balances(connection, ids), on="contract_id", how="left")
    series, year = selection.settings.series, selection.business_date.year
    issue = Issue(series, selection.business_date, next_number(connection, "invoice", series, year))
    contracts_now = credit.with_columns(pl.col("balance_cents").fill_null(0))
    rows = settlements(entries, contracts_now, issue, selection.month)
    fresh = next_ids(connection, "invoice_invoice_id_seq", len(rows))
    return rows.with_columns(invoice_id=pl.Series(fresh, dtype=pl.Int64))


def _left_out(
    db: Database, selection: Selection, contracts: pl.DataFrame, parked: pl.DataFrame
) -> list[tuple[str, str]]:
    if parked.is_empty():
        return []
    with db.connect() as connection:
        ids = contracts["contract_id"].to_list()
        families = parked_with_entries(connection, selection.parked, ids, selection.month)
        refs = family_refs(connection, families)
    reasons = dict(parked.iter_rows())
    return sorted((refs[family], reasons[family]) for family in families)

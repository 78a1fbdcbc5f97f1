"""The nightly run: recompute every premium of every member for every month, diff with the book, write.

    report = run(Database(url), date(2026, 6, 30), workers=2)

One snapshot is read by all chunks; each chunk of families is computed on its own, in this process or in worker
processes, and written as revisions of its own. Nothing is written while a breaker could still stop the run.
"""

import pickle
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl

from avenant.flows.code_version import code_version
from avenant.flows.nightly_chunk import Computed, FamiliesRaise, RunContext, Task, compute, save
from avenant.flows.nightly_spill import spill_folder
from avenant.flows.nightly_workers import worker_processes
from avenant.store.database import Connection, Database
from avenant.store.readers.facts import EVERYBODY, Families, member_families
from avenant.store.readers.premiums import book_fingerprints
from avenant.store.readers.rulebooks import published_version_name
from avenant.store.readers.runs import family_refs
from avenant.store.writers.runs import RacesLost, Superseded, close_run, open_run

Progress = Callable[[str, int, int], None]

BREAKER_SHARE = 0.2
BREAKER_FLOOR = 1_000


class BreakerOpen(RuntimeError):
    """The run would cancel too much of the book; it stopped before writing."""


@dataclass(frozen=True, slots=True)
class NightlyReport:
    """What a nightly run did. Amounts: net change of the book in cents per currency."""

    run_id: int
    business_date: date
    families: int
    expected_rows: int
    charges: int
    cancels: int
    amount_booked_cents: dict[str, int]
    parked: list[tuple[str, str]]
    held: int
    written_rows: int
    chunks: int
    seconds: float
    read_rev: int


@dataclass(slots=True)
class Tally:
    """Counts that grow while chunks finish."""

    families: int = 0
    expected_rows: int = 0
    charges: int = 0
    cancels: int = 0
    held: int = 0
    written_rows: int = 0
    parked: list[tuple[int, str]] = field(default_factory=list)
    moved: dict[int, int] = field(default_factory=dict)

    def add(self, done: "Done") -> None:
        """Count one finished chunk."""
        self.families += done.families
        self.expected_rows += done.expected_rows
        self.charges += done.charges
        self.cancels += done.cancels
        self.held += done.held
        self.written_rows += done.written_rows
        self.parked += done.parked
        for contract, cents in done.moved.items():
            self.moved[contract] = self.moved.get(contract, 0) + cents


@dataclass(frozen=True, slots=True)
class Done:
    """What a finished chunk tells its run. ``spilled``: where its rows wait to be written."""

    number: int
    families: int
    expected_rows: int
    charges: int
    cancels: int
    held: int
    written_rows: int
    parked: list[tuple[int, str]]
    moved: dict[int, int]
    spilled: str | None = None


def run(
    db: Database,
    business_date: date,
    workers: int = 0,
    chunk_families: int = 4000,
    breaker_share: float | None = None,
    override_breaker: bool = False,
    progress: Progress | None = None,
    actor: str = "nightly",
) -> NightlyReport:
    """Bring the premium book up to the facts known now, for all months up to that of ``business_date``.

    workers: worker processes (0: this process). breaker_share: the run stops before it writes when it would
    cancel more than this share of the book's live rows (default 0.2, and more than 1,000 of them).
    Errors: BreakerOpen, FamiliesRaise, Superseded, NothingPublished.
    """
    started = time.perf_counter()
    horizon = business_date.replace(day=1)
    settings = db.settings()
    with db.connect() as connection:
        version = published_version_name(connection)
    opened = open_run(
        db,
        "nightly",
        actor,
        code_version=code_version(),
        rulebook_version=version,
        business_date=business_date,
        horizon=horizon,
        options={"chunk_families": chunk_families},
    )
    context = RunContext(db, opened, version, settings, business_date, horizon, business_date.day % 28)
    share = BREAKER_SHARE if breaker_share is None else breaker_share
    limit = None if override_breaker else share
    try:
        tally, chunks, read_rev = _run_chunks(context, workers, chunk_families, limit, progress)
    except (BreakerOpen, FamiliesRaise, RacesLost, Superseded) as stopped:
        close_run(db, opened, "stopped", {"why": str(stopped)})
        raise
    return _closed(context, tally, chunks, read_rev, time.perf_counter() - started)


def _closed(context: RunContext, tally: Tally, chunks: int, read_rev: int, seconds: float) -> NightlyReport:
    with context.db.connect() as connection:
        refs = family_refs(connection, [family for family, _ in tally.parked])
        booked = _by_currency(connection, tally.moved)
    report = NightlyReport(
        run_id=context.run.run_id,
        business_date=context.business_date,
        families=tally.families,
        expected_rows=tally.expected_rows,
        charges=tally.charges,
        cancels=tally.cancels,
        amount_booked_cents=booked,
        parked=sorted((refs[family], reason) for family, reason in tally.parked),
        held=tally.held,
        written_rows=tally.written_rows,
        chunks=chunks,
        seconds=round(seconds, 3),
        read_rev=read_rev,
    )
    counts = {
        "families": report.families,
        "expected_rows": report.expected_rows,
        "charges": report.charges,
        "cancels": report.cancels,
        "amount_booked_cents": booked,
        "parked": len(report.parked),
        "held": report.held,
        "written_rows": report.written_rows,
        "read_rev": read_rev,
        "milliseconds": round(seconds * 1000),
    }
    close_run(context.db, context.run, "done", counts)
    return report


def _by_currency(connection: Connection, moved: dict[int, int]) -> dict[str, int]:
    contracts = list(moved)
    rows = connection.execute(
        "SELECT contract_id, currency FROM contract WHERE version = 1 AND contract_id = ANY(%s)", [contracts]
    )
    totals: dict[str, int] = {}
    for contract, currency in rows:
        totals[currency] = totals.get(currency, 0) + moved[contract]
    return totals


def _run_chunks(
    context: RunContext, workers: int, chunk_families: int, limit: float | None, progress: Progress | None
) -> tuple[Tally, int, int]:
    with worker_processes(workers, context) as executor, context.db.snapshot() as connection:
        read_rev, snapshot = _export(connection)
        if context.horizon < context.settings.opens:
            return Tally(), 0, read_rev
        families = member_families(connection)
        booked = book_fingerprints(connection, context.horizon)
        tasks = _tasks(families, booked, chunk_families, snapshot, read_rev)
        live = int(booked["entries"].sum())
        with spill_folder() as folder:
            spill = folder if limit is not None and live > BREAKER_FLOOR else None
            tally = _finish(executor, context, tasks, spill, progress)
            if spill is not None:
                _refuse_too_many(tally.cancels, live, limit)
                connection.rollback()
                _write_spilled(context, folder, tally, tasks)
    return tally, len(tasks), read_rev


def _export(connection: Connection) -> tuple[int, str]:
    row = connection.execute("SELECT rev, pg_export_snapshot() FROM head").fetchone()
    assert row is not None
    return int(row[0]), str(row[1])


def _tasks(
    families: pl.DataFrame, booked: pl.DataFrame, chunk_families: int, snapshot: str, read_rev: int
) -> list[Task]:
    """Chunks of consecutive families, each with what the book holds of them.

    Together they reach over all ids, so that a family that nobody belongs to any more is looked at, too.
    """
    ids = families["family_id"].unique().sort()
    held = booked.join(families, on="member_id", how="left").sort("family_id")
    tasks = []
    for number, begin in enumerate(range(0, len(ids), chunk_families)):
        first = int(ids[begin]) if begin else EVERYBODY.first
        after = begin + chunk_families
        last = int(ids[after]) - 1 if after < len(ids) else EVERYBODY.last
        theirs = held.filter(pl.col("family_id").is_between(first, last)).drop("family_id")
        tasks.append(Task(number, Families(first, last), theirs, snapshot, read_rev))
    return tasks


def _finish(
    executor: Executor | None,
    context: RunContext,
    tasks: list[Task],
    spill: str | None,
    progress: Progress | None,
) -> Tally:
    """Run all chunks; write each at once, or spill its rows when a breaker has to see all of them first."""
    work = partial(run_chunk, context, spill=spill)
    tally = Tally()
    for count, done in enumerate(_each(executor, work, tasks), start=1):
        tally.add(done)
        if progress is not None:
            progress("recompute", count, len(tasks))
    return tally


def _each(executor: Executor | None, work: Callable[[Task], Done], tasks: list[Task]) -> Iterator[Done]:
    if executor is None:
        yield from map(work, tasks)
    else:
        for future in as_completed([executor.submit(work, task) for task in tasks]):
            yield future.result()


def run_chunk(context: RunContext, task: Task, spill: str | None) -> Done:
    """Compute one chunk, and write it or spill it."""
    computed = compute(context, task)
    if spill is None:
        return _done(*save(context, task, computed))
    path = None
    if len(computed.entries) or len(computed.held) or len(computed.parking):
        path = str(Path(spill) / f"{task.number}.pickle")
        Path(path).write_bytes(pickle.dumps(computed))
    return _done(computed, 0, path)


def _done(computed: Computed, written: int, spilled: str | None = None) -> Done:
    moved = computed.entries.group_by("contract_id").agg(pl.col("amount_cents").sum())
    return Done(
        number=computed.number,
        families=computed.families,
        expected_rows=computed.expected_rows,
        charges=len(computed.entries) - computed.cancels,
        cancels=computed.cancels,
        held=computed.held_now,
        written_rows=written,
        parked=computed.parked,
        moved=dict(moved.iter_rows()),
        spilled=spilled,
    )


def _refuse_too_many(cancels: int, live: int, limit: float | None) -> None:
    if limit is not None and cancels > BREAKER_FLOOR and cancels > limit * live:
        raise BreakerOpen(
            f"this run would cancel {cancels:,} of {live:,} live premium rows, more than {limit:.0%} of the book. "
            "Nothing was written. Look at what changed (a new release? a rulebook?); if it is right, run again "
            "with --override-breaker, or allow a larger --breaker-share."
        )


def _write_spilled(context: RunContext, folder: str, tally: Tally, tasks: list[Task]) -> None:
    by_number = {task.number: task for task in tasks}
    for path in sorted(Path(folder).glob("*.pickle"), key=lambda path: int(path.stem)):
        computed = pickle.loads(path.read_bytes())
        _, written = save(context, by_number[computed.number], computed)
        tally.written_rows += written

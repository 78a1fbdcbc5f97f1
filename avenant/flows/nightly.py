"""The nightly run: recompute every premium and every reimbursement of everybody, diff with the books, write.

    report = run(Database(url), date(2026, 6, 30), workers=2)

One snapshot is read by all chunks; each chunk of families is computed on its own, in this process or in worker
processes, and written as revisions of its own. Nothing is written while a breaker could still stop the run.
"""

import pickle
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

import polars as pl

from avenant.core.book.entries import PREMIUMS, REIMBURSEMENTS
from avenant.flows.code_version import code_version
from avenant.flows.nightly_care import BLOCKS_AT_ONCE, FEW_BLOCKS, Sorting, sort_lines
from avenant.flows.nightly_chunk import FamiliesRaise, RunContext, Task, compute, save
from avenant.flows.nightly_report import BookMoves, Done, NightlyReport, counts, done_with
from avenant.flows.nightly_spill import spill_folder
from avenant.flows.nightly_tasks import chunks_of_members, families_of_a_chunk, tasks_of, with_readings
from avenant.flows.nightly_workers import worker_processes
from avenant.store.database import Connection, Database
from avenant.store.readers.books import book_fingerprints
from avenant.store.readers.care import blocks_of_lines, corrected_lines, stretches_of_blocks
from avenant.store.readers.facts import member_families
from avenant.store.readers.rulebooks import published_version_name
from avenant.store.readers.runs import family_refs
from avenant.store.writers.runs import RacesLost, Superseded, close_run, open_run

Piece = TypeVar("Piece")
Result = TypeVar("Result")
Progress = Callable[[str, int, int], None]

BREAKER_SHARE = 0.2
BREAKER_FLOOR = 1_000


class BreakerOpen(RuntimeError):
    """The run would cancel too much of the book; it stopped before writing."""


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
    """Bring both books up to the facts known now: premiums of all months up to that of ``business_date``, all care.

    workers: worker processes (0: this process). breaker_share: the run stops before it writes when it would
    cancel more than this share of the books' live rows (default 0.2, and more than 1,000 of them).
    chunk_families: how many at most; fewer where many lines of care lie behind them.
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


def _closed(context: RunContext, tally: Done, chunks: int, read_rev: int, seconds: float) -> NightlyReport:
    premiums, reimbursements = tally.of(PREMIUMS.table), tally.of(REIMBURSEMENTS.table)
    with context.db.connect() as connection:
        refs = family_refs(connection, [family for family, _ in tally.parked])
        booked = _by_currency(connection, premiums.contracts)
        reimbursed = _by_currency(connection, reimbursements.contracts)
    report = NightlyReport(
        run_id=context.run.run_id,
        business_date=context.business_date,
        families=tally.families,
        expected_rows=tally.expected_rows,
        expected_acts=tally.expected_acts,
        charges=premiums.charges,
        cancels=premiums.cancels,
        amount_booked_cents=booked,
        reimbursements=BookMoves(reimbursements.charges, reimbursements.cancels, reimbursed),
        parked=sorted((refs[family], reason) for family, reason in tally.parked),
        held=tally.held,
        waiting=tally.waiting,
        written_rows=tally.written_rows,
        chunks=chunks,
        seconds=round(seconds, 3),
        read_rev=read_rev,
    )
    close_run(context.db, context.run, "done", counts(report))
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
) -> tuple[Done, int, int]:
    with (
        worker_processes(workers, context) as executor,
        spill_folder() as folder,
        context.db.snapshot() as connection,
    ):
        read_rev, snapshot = _export(connection)
        if context.horizon < context.settings.opens:
            return Done(), 0, read_rev
        families = member_families(connection)
        crew = Crew(executor, context, snapshot, folder, progress)
        blocks = blocks_of_lines(connection)
        size = families_of_a_chunk(chunk_families, families["family_id"].n_unique(), blocks)
        tasks = tasks_of(families, size, snapshot, read_rev)
        sorted_lines = _sorted_lines(connection, crew, tasks, families, blocks)
        booked = {
            PREMIUMS.table: book_fingerprints(connection, PREMIUMS, context.horizon),
            REIMBURSEMENTS.table: book_fingerprints(connection, REIMBURSEMENTS),
        }
        live = sum(int(prints["entries"].sum()) for prints in booked.values())
        tasks = with_readings(tasks, families, booked, sorted_lines())
        spill = folder if limit is not None and live > BREAKER_FLOOR else None
        tally = _finish(crew, tasks, spill)
        if spill is not None:
            _refuse_too_many(tally.cancels, live, limit)
            connection.rollback()
            tally = replace(tally, written_rows=_write_spilled(context, folder, tasks))
    return tally, len(tasks), read_rev


@dataclass(frozen=True, slots=True)
class Crew:
    """Who does the work (None: this process), on which snapshot, with which folder for files."""

    executor: Executor | None
    context: RunContext
    snapshot: str
    folder: str
    progress: Progress | None

    def say(self, stage: str, count: int, total: int) -> None:
        """Tell how far a stage is."""
        if self.progress is not None:
            self.progress(stage, count, total)


def _export(connection: Connection) -> tuple[int, str]:
    row = connection.execute("SELECT rev, pg_export_snapshot() FROM head").fetchone()
    assert row is not None
    return int(row[0]), str(row[1])


def _sorted_lines(
    connection: Connection, crew: Crew, tasks: list[Task], families: pl.DataFrame, blocks: int
) -> Callable[[], dict[int, tuple[str, ...]] | None]:
    """Have the lines of care sorted into files by chunk, while the books are read; None: each chunk reads its own."""
    if blocks < FEW_BLOCKS:
        return lambda: None
    chunks, corrected = chunks_of_members(tasks, families), corrected_lines(connection)
    pieces = [
        Sorting(first, after, crew.folder) for first, after in stretches_of_blocks(blocks, BLOCKS_AT_ONCE)
    ]
    work = partial(sort_lines, crew.context.db, crew.snapshot, chunks=chunks, corrected=corrected)
    results = _begun(crew, work, pieces)

    def files() -> dict[int, tuple[str, ...]]:
        found: dict[int, list[str]] = {task.number: [] for task in tasks}
        for count, written in enumerate(results, start=1):
            for number, path in written:
                found[number].append(path)
            crew.say("sort care", count, len(pieces))
        return {number: tuple(paths) for number, paths in found.items()}

    return files


def _finish(crew: Crew, tasks: list[Task], spill: str | None) -> Done:
    """Run all chunks; write each at once, or spill its rows when a breaker has to see all of them first."""
    work = partial(run_chunk, crew.context, spill=spill)
    tally = Done()
    for count, done in enumerate(_begun(crew, work, tasks), start=1):
        tally = tally.plus(done)
        crew.say("recompute", count, len(tasks))
    return tally


def _begun(crew: Crew, work: Callable[[Piece], Result], pieces: list[Piece]) -> Iterator[Result]:
    """The result of each piece as it comes; worker processes begin at once."""
    if crew.executor is None:
        return map(work, pieces)
    futures = [crew.executor.submit(work, piece) for piece in pieces]
    return (future.result() for future in as_completed(futures))


def run_chunk(context: RunContext, task: Task, spill: str | None) -> Done:
    """Compute one chunk, and write it or spill it."""
    computed = compute(context, task)
    if spill is None:
        return done_with(*save(context, task, computed))
    if not computed.is_empty():
        Path(spill, f"{task.number}.pickle").write_bytes(pickle.dumps(computed))
    return done_with(computed, 0)


def _refuse_too_many(cancels: int, live: int, limit: float | None) -> None:
    if limit is not None and cancels > BREAKER_FLOOR and cancels > limit * live:
        raise BreakerOpen(
            f"this run would cancel {cancels:,} of {live:,} live rows, more than {limit:.0%} of the book. "
            "Nothing was written. Look at what changed (a new release? a rulebook?); if it is right, run again "
            "with --override-breaker, or allow a larger --breaker-share."
        )


def _write_spilled(context: RunContext, folder: str, tasks: list[Task]) -> int:
    by_number = {task.number: task for task in tasks}
    rows = 0
    for path in sorted(Path(folder).glob("*.pickle"), key=lambda path: int(path.stem)):
        computed = pickle.loads(path.read_bytes())
        rows += save(context, by_number[computed.number], computed)[1]
    return rows

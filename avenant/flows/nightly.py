"""The nightly run: recompute every premium and every reimbursement of everybody, diff with the books, write.

    report = run(Database(url), date(2026, 6, 30), workers=2)

One snapshot is read by all chunks; each chunk of families is computed on its own, in this process or in worker
processes, and written as revisions of its own. Nothing is written while a breaker could still stop the run.
"""

import pickle
import time
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from avenant.core.book.entries import PREMIUMS, REIMBURSEMENTS
from avenant.flows.code_version import code_version
from avenant.flows.nightly_chunk import FamiliesRaise, RunContext, Task, compute
from avenant.flows.nightly_reading import Progress, Reading, read_for_run
from avenant.flows.nightly_report import BookMoves, Done, NightlyReport, counts, done_with
from avenant.flows.nightly_saving import save
from avenant.store.database import Connection, Database
from avenant.store.readers.rulebooks import published_version_name
from avenant.store.readers.runs import family_refs
from avenant.store.writers.runs import RacesLost, Superseded, close_run, open_run

BREAKER_SHARE = 0.2
BREAKER_FLOOR = 1_000


@dataclass(frozen=True, slots=True)
class Breaker:
    """Stops a run that would cancel more than ``share`` of the live rows, where these are more than ``floor`` rows.

    The floor lets a young book be corrected as a whole; who names a share of their own is taken at their word.
    """

    share: float = BREAKER_SHARE
    floor: int = BREAKER_FLOOR

    def stops(self, cancels: int, live: int) -> bool:
        """Whether ``cancels`` of ``live`` rows are too many."""
        return cancels > self.floor and cancels > self.share * live


class BreakerOpen(RuntimeError):
    """The run would cancel ``cancels`` of the book's ``live`` rows, too many; it stopped before writing."""

    def __init__(self, text: str, cancels: int = 0, live: int = 0) -> None:
        super().__init__(text)
        self.cancels, self.live = cancels, live


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
    cancel more than this share of the books' live rows (None: more than 0.2, and more than 1,000 of them).
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
    breaker = Breaker() if breaker_share is None else Breaker(breaker_share, floor=0)
    try:
        tally, chunks, read_rev = _run_chunks(
            context, workers, chunk_families, None if override_breaker else breaker, progress
        )
    except (BreakerOpen, FamiliesRaise, RacesLost, Superseded) as stopped:
        close_run(db, opened, "stopped", {"why": str(stopped), **_would_cancel(stopped)})
        raise
    return _closed(context, tally, chunks, read_rev, time.perf_counter() - started)


def _would_cancel(stopped: Exception) -> dict[str, int]:
    """What the breaker saw, where it was the breaker."""
    if not isinstance(stopped, BreakerOpen):
        return {}
    return {"would_cancel": stopped.cancels, "live": stopped.live}


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
    context: RunContext,
    workers: int,
    chunk_families: int,
    breaker: Breaker | None,
    progress: Progress | None,
) -> tuple[Done, int, int]:
    with read_for_run(context, workers, chunk_families, progress) as reading:
        spill = reading.crew.folder if breaker is not None and reading.live > breaker.floor else None
        tally = _finish(reading, spill)
        if spill is not None:
            _refuse_too_many(tally.cancels, reading.live, breaker)
            reading.connection.rollback()
            tally = replace(tally, written_rows=_write_spilled(context, spill, reading.tasks))
    return tally, len(reading.tasks), reading.read_rev


def _finish(reading: Reading, spill: str | None) -> Done:
    """Run all chunks; write each at once, or spill its rows when a breaker has to see all of them first."""
    work = partial(run_chunk, reading.crew.context, spill=spill)
    tally = Done()
    for count, done in enumerate(reading.crew.begun(work, reading.tasks), start=1):
        tally = tally.plus(done)
        reading.crew.say("recompute", count, len(reading.tasks))
    return tally


def run_chunk(context: RunContext, task: Task, spill: str | None) -> Done:
    """Compute one chunk, and write it or spill it."""
    computed = compute(context, task)
    if spill is None:
        return done_with(*save(context, task, computed))
    if not computed.is_empty():
        Path(spill, f"{task.number}.pickle").write_bytes(pickle.dumps(computed))
    return done_with(computed, 0)


def _refuse_too_many(cancels: int, live: int, breaker: Breaker | None) -> None:
    if breaker is not None and breaker.stops(cancels, live):
        raise BreakerOpen(
            f"this run would cancel {cancels:,} of {live:,} live rows, more than {breaker.share:.0%} of the book. "
            "Nothing was written. Look at what changed (a new release? a rulebook?); if it is right, run again "
            "with --override-breaker, or allow a larger --breaker-share.",
            cancels,
            live,
        )


def _write_spilled(context: RunContext, folder: str, tasks: list[Task]) -> int:
    by_number = {task.number: task for task in tasks}
    rows = 0
    for path in sorted(Path(folder).glob("*.pickle"), key=lambda path: int(path.stem)):
        computed = pickle.loads(path.read_bytes())
        rows += save(context, by_number[computed.number], computed)[1]
    return rows

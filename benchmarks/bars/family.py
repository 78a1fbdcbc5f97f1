"""One family: recompute and diff, warm, as the nightly run does it when a chunk of one family is asked for."""

from __future__ import annotations

import random
from functools import partial
from statistics import median, quantiles

from avenant.flows.code_version import code_version
from avenant.flows.nightly_chunk import RunContext, Task, compute
from avenant.flows.nightly_workers import worker_processes
from avenant.store.database import Database
from avenant.store.readers.facts import Families, member_families
from avenant.store.readers.rulebooks import published_version_name
from avenant.store.writers.runs import open_run
from benchmarks.bars.books import SEED, Bench
from benchmarks.bars.figures import Outcome, Wanted
from benchmarks.bars.nights import booked, timed

FAMILIES_PER_REPEAT = 50
WARM_UP = 10
BAR_MILLISECONDS = 50


def family_figure(bench: Bench) -> list[Outcome]:
    """Median and 95th percentile over families drawn from the big book, in a worker process like those of a night."""
    book = booked(bench, bench.wanted.contracts)
    context = run_context(book.db, bench.wanted)
    drawn = _drawn_families(book.db, FAMILIES_PER_REPEAT * bench.wanted.repeat + WARM_UP)
    bench.progress("one family at a time", 0, len(drawn))
    with worker_processes(1, context) as worker:
        assert worker is not None
        milliseconds = worker.submit(_timed, context, drawn).result()
    bench.progress("one family at a time", len(drawn), len(drawn))
    warm = milliseconds[WARM_UP:]
    samples = {"milliseconds": warm}
    what = f"one family of {bench.wanted.contracts:,} contracts, recompute and diff"
    return [
        Outcome("family", f"{what}: median", "<=", BAR_MILLISECONDS, "ms", median(warm), samples),
        Outcome("family", f"{what}: 95 of 100", "<=", BAR_MILLISECONDS, "ms", quantiles(warm, n=20)[-1]),
    ]


def _timed(context: RunContext, drawn: list[int]) -> list[float]:
    return [1000 * timed(partial(recomputed, context, family)) for family in drawn]


def run_context(db: Database, wanted: Wanted) -> RunContext:
    """What a nightly run hands to its chunks, in a database that is about to be measured."""
    with db.connect() as connection:
        version = published_version_name(connection)
    run = open_run(
        db,
        "nightly",
        "bench",
        code_version=code_version(),
        rulebook_version=version,
        business_date=wanted.business_date,
        horizon=wanted.horizon,
        options={},
    )
    return RunContext(db, run, version, db.settings(), wanted.business_date, wanted.horizon)


def _drawn_families(db: Database, count: int) -> list[int]:
    with db.connect() as connection:
        families = member_families(connection)["family_id"].unique().sort().to_list()
    return random.Random(SEED).choices(families, k=count)


def recomputed(context: RunContext, family: int) -> None:
    """Both books of one family recomputed and compared; nothing may differ."""
    found = compute(context, Task(0, Families(ids=(family,)), None, None, 0))
    assert found.is_empty(), f"family {family} differs from the book that was just booked"

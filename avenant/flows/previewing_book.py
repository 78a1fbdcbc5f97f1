"""The preview over the whole book: what the next nightly run would book, under a draft rulebook or further facts.

    seen = previewed_book(db, date(2026, 6, 30), rulebook=rulebook_in(folder), workers=2)
    seen.plans, seen.months, seen.reasons, seen.largest

The nightly computation over everybody, on one snapshot that is only read; nothing is written. Facts that are not
known yet are tried as `flows.previewing` does, in a transaction that is rolled back, for the families they concern.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl

from avenant.core.book.diff import Difference
from avenant.core.book.entries import PREMIUMS, REIMBURSEMENTS
from avenant.core.frames.news import News
from avenant.core.rulebook.model import Rulebook
from avenant.flows.code_version import code_version
from avenant.flows.drafting import drafted, keep_draft
from avenant.flows.nightly import Breaker
from avenant.flows.nightly_chunk import RunContext, Task, compute
from avenant.flows.nightly_reading import Progress, Reading, read_for_run
from avenant.flows.preview_tally import Tally, tallied
from avenant.flows.trying_news import tried
from avenant.store.database import Connection, Database
from avenant.store.readers.checking import exported
from avenant.store.readers.facts import Families
from avenant.store.readers.rulebooks import (
    NothingPublished,
    Published,
    price_lines,
    published,
    published_version_name,
)
from avenant.store.readers.runs import parked_families
from avenant.store.trying import Inside, never_committed
from avenant.store.writers.runs import OpenRun

FAMILIES_AT_ONCE = 4_000
FIRST_TRIED = 1_000_000
"""Chunks of families that news concerns are numbered from here, apart from those of everybody."""
FAILING = {"family_ref": pl.String, "reason": pl.String}


@dataclass(frozen=True, slots=True)
class BookPreview:
    """What the next nightly run would book. Amounts in cents.

    tally: everything as it was counted. totals, plans, months, reasons, steps: rows, up_cents, down_cents by book,
    currency and: kind; plan; month; kind and reason; the step of the distribution. largest, sample: cases with refs.
    failing: family_ref, reason of families that would newly be parked; released: family_ref of those that no longer
    would. waiting: state, reason, lines. stopped: the run would cancel so much that its breaker stopped it.
    """

    read_rev: int
    business_date: date
    rulebook_version: str
    code_version: str
    tally: Tally
    totals: pl.DataFrame
    plans: pl.DataFrame
    months: pl.DataFrame
    reasons: pl.DataFrame
    steps: pl.DataFrame
    largest: pl.DataFrame
    sample: pl.DataFrame
    failing: pl.DataFrame
    released: pl.DataFrame
    waiting: pl.DataFrame
    stopped: bool
    seconds: float

    @property
    def moves(self) -> bool:
        """Whether either book would change at all."""
        return bool(self.tally.charges)


def previewed_book(
    db: Database,
    business_date: date,
    rulebook: Rulebook | None = None,
    news: News | None = None,
    workers: int = 0,
    chunk_families: int = 4_000,
    progress: Progress | None = None,
    keep: Path | None = None,
    files: bool = True,
) -> BookPreview:
    """What the nightly run of ``business_date`` would book, everybody recomputed; nothing is written.

    rulebook: under this draft instead of the one in force. news: if these facts were learnt first. keep: a folder
    for the rows themselves, as Arrow files by table. files: whether care may be sorted into files first.
    Errors: NewsRefused, NothingPublished, FamiliesRaise.
    """
    started = time.perf_counter()
    with (
        _terms_of(db, business_date, rulebook) as (context, terms),
        read_for_run(context, workers, chunk_families, progress, files=files) as reading,
    ):
        tally, apart = _tried(context, terms, news, reading.crew.snapshot, keep)
        work = partial(try_chunk, context, apart=apart, keep=keep)
        for count, done in enumerate(reading.crew.begun(work, reading.tasks), start=1):
            tally = tally.plus(done)
            reading.crew.say("recompute", count, len(reading.tasks))
        return _preview(reading, context, terms, tally, started)


def try_chunk(context: RunContext, task: Task, apart: frozenset[int], keep: Path | None) -> Tally:
    """Compute one chunk and count what it would write, without the families ``apart``."""
    computed = compute(context, task, Difference.keys)
    with context.db.snapshot(task.snapshot) as connection:
        return tallied(connection, computed, apart, keep)


@contextmanager
def _terms_of(
    db: Database, business_date: date, rulebook: Rulebook | None
) -> Iterator[tuple[RunContext, Published]]:
    """What all chunks share; a draft lies in a file for worker processes as long as the block lasts."""
    with db.connect() as connection, tempfile.TemporaryDirectory(prefix="avenant-draft-") as folder:
        terms = published(connection) if rulebook is None else drafted(connection, rulebook)
        draft = None if rulebook is None else keep_draft(terms, Path(folder, "rulebook"))
        former = None if rulebook is None else _in_force(connection)
        run = OpenRun(0, "preview", "preview", terms.version)
        horizon, turn = business_date.replace(day=1), business_date.day % 28
        yield (
            RunContext(db, run, terms.version, db.settings(), business_date, horizon, turn, draft, former),
            terms,
        )


def _in_force(connection: Connection) -> str | None:
    """The version in force; None where nothing was published yet."""
    try:
        return published_version_name(connection)
    except NothingPublished:
        return None


def _tried(
    context: RunContext, terms: Published, news: News | None, snapshot: str, keep: Path | None
) -> tuple[Tally, frozenset[int]]:
    """What a run would write about the families that ``news`` concerns, if it were learnt; and which they are."""
    if news is None:
        return Tally(), frozenset()
    tally = Tally()
    with never_committed(context.db, snapshot) as connection:
        rev, _ = exported(connection)
        with tried(connection, news, terms.rulebook, context.settings.opens) as trial:
            families = trial.families
            inside = replace(context, db=Inside(context.db.url, connection), former=None)
            for number, at in enumerate(range(0, len(families), FAMILIES_AT_ONCE)):
                part = Families(ids=tuple(families[at : at + FAMILIES_AT_ONCE]))
                computed = compute(inside, Task(FIRST_TRIED + number, part, None, None, rev), Difference.keys)
                tally = tally.plus(tallied(connection, computed, frozenset(), keep))
    return tally, frozenset(families)


def _preview(
    reading: Reading, context: RunContext, terms: Published, tally: Tally, started: float
) -> BookPreview:
    groups = tally.groups.join(_plans(reading.connection, terms), on=["book", "source_id"], how="left")
    failing, released = _parking(reading.connection, tally)
    return BookPreview(
        read_rev=reading.read_rev,
        business_date=context.business_date,
        rulebook_version=context.rulebook_version,
        code_version=code_version(),
        tally=tally,
        totals=_by(groups, "kind"),
        plans=_by(groups, "plan", "level"),
        months=_by(groups, "month"),
        reasons=_by(groups, "kind", "reason"),
        steps=_by(groups, "step_cents"),
        largest=tally.largest,
        sample=tally.sample,
        failing=failing,
        released=released,
        waiting=tally.waiting.group_by("state", "reason").agg(lines=pl.len()).sort("state", "reason"),
        stopped=Breaker().stops(tally.cancels, reading.live),
        seconds=round(time.perf_counter() - started, 3),
    )


def _by(groups: pl.DataFrame, *columns: str) -> pl.DataFrame:
    key = ["book", "currency", *columns]
    return groups.group_by(key).agg(pl.col("rows", "up_cents", "down_cents").sum()).sort(key)


def _plans(connection: Connection, terms: Published) -> pl.DataFrame:
    """book, source_id, plan, level: of slots, and of guarantee lines by what their content begins with."""
    slots = terms.slots.select("plan", "level", book=pl.lit(PREMIUMS.table), source_id="slot_id")
    lines = pl.concat([price_lines(connection), _lines(terms)]).unique("line_id")
    parts = pl.col("content_key").str.split("|")
    named = lines.filter(parts.list.first() == "guarantee").select(
        plan=parts.list.get(1),
        level=parts.list.get(2, null_on_oob=True),
        book=pl.lit(REIMBURSEMENTS.table),
        source_id="line_id",
    )
    return pl.concat([slots.select(named.columns), named])


def _lines(terms: Published) -> pl.DataFrame:
    return terms.rulebook.care.guarantees.select(pl.col("line_id").cast(pl.Int32), "content_key")


def _parking(connection: Connection, tally: Tally) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Families that would newly fail, with the reason; and those that no longer would."""
    rows = tally.parking
    if rows.is_empty():
        return pl.DataFrame(schema=FAILING), pl.DataFrame(schema={"family_ref": pl.String})
    before = parked_families(connection)
    failing = rows.filter(state="parked").join(before, on="family_id", how="anti")
    released = rows.filter(state="released").select("family_ref")
    return failing.select(list(FAILING)).sort("family_ref"), released.sort("family_ref")

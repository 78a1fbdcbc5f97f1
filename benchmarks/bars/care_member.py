"""One member's full history of care, and one family, decided in a warm process."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from functools import partial
from statistics import median, quantiles

from avenant.core.premiums import Facts
from avenant.flows.nightly_care import expected_care
from avenant.flows.nightly_chunk import RunContext, terms_of
from avenant.flows.nightly_workers import worker_processes
from avenant.store.database import Connection
from avenant.store.readers.facts import Families, facts_of, member_families
from benchmarks.bars.books import SEED, Bench
from benchmarks.bars.care_nights import booked_care
from benchmarks.bars.family import FAMILIES_PER_REPEAT, WARM_UP, recomputed, run_context
from benchmarks.bars.figures import Outcome
from benchmarks.bars.nights import timed

BAR_MILLISECONDS, FAMILY_BAR_MILLISECONDS = 100, 150
"""A family's is half of what a preview of a fact may take, which recomputes it before and after."""

Drawn = tuple[int, int]
"""A member and its family."""


def member_figure(bench: Bench) -> list[Outcome]:
    """Median and 95th percentile over members drawn from the big book, and the same for their families.

    Timed in a worker process like those of a night: it has its terms, and one thread.
    """
    acts = bench.wanted.acts
    book = booked_care(bench, acts)
    context = run_context(book.db, bench.wanted)
    drawn = _drawn(context, FAMILIES_PER_REPEAT * bench.wanted.repeat + WARM_UP)
    stage = "one member's care at a time, and one family"
    bench.progress(stage, 0, len(drawn))
    with worker_processes(1, context) as worker:
        assert worker is not None
        members = worker.submit(_members_timed, context, drawn).result()
        families = worker.submit(_families_timed, context, drawn).result()
    bench.progress(stage, len(drawn), len(drawn))
    member = "one member's full history of care, matched and decided"
    family = "one family, both books recomputed and compared"
    return [
        *_outcomes(member, BAR_MILLISECONDS, members),
        *_outcomes(family, FAMILY_BAR_MILLISECONDS, families),
    ]


def _members_timed(context: RunContext, drawn: list[Drawn]) -> list[float]:
    with context.db.snapshot() as connection:
        return _milliseconds(partial(_decided, connection, context, one) for one in drawn)


def _families_timed(context: RunContext, drawn: list[Drawn]) -> list[float]:
    return _milliseconds(partial(recomputed, context, family) for _, family in drawn)


def _drawn(context: RunContext, count: int) -> list[Drawn]:
    with context.db.connect() as connection:
        everybody = member_families(connection).sort("member_id")
    return random.Random(SEED).choices(everybody.select("member_id", "family_id").rows(), k=count)


def _decided(connection: Connection, context: RunContext, drawn: Drawn) -> None:
    """As the nightly run decides them, reading included, on a connection that is open; nothing is compared."""
    member, family = drawn
    facts = facts_of(connection, Families(ids=(family,)))
    theirs = Facts(facts.contracts, facts.members.filter(member_id=member), facts.enrolments)
    expected_care(connection, None, theirs, terms_of(context).care, context.settings.opens)


def _milliseconds(work: Iterable[Callable[[], None]]) -> list[float]:
    return [1000 * timed(one) for one in work][WARM_UP:]


def _outcomes(what: str, bar: int, milliseconds: list[float]) -> list[Outcome]:
    samples = {"milliseconds": milliseconds}
    slowest = quantiles(milliseconds, n=20)[-1]
    return [
        Outcome("member", f"{what}: median", "<=", bar, "ms", median(milliseconds), samples),
        Outcome("member", f"{what}: 95 of 100", "<=", bar, "ms", slowest),
    ]

"""A re-run of one member with 500 acts: from the click to its first verdict and to its end, and what tracing costs.

The run is asked for as the desk asks for it: looked up, written down, carried out in a sandbox beside. Its result is
watched until the first verdict is there to be shown, and until it has ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

from avenant.flows.reruns.carrying_out import Asked
from avenant.flows.reruns.starting import started
from avenant.rerun.guard import Limits
from avenant.rerun.isolation import isolation_here
from avenant.rerun.spool import Spool
from avenant.store.database import Database
from benchmarks.bars.books import PREFIX, Bench, facts, tidy
from benchmarks.bars.care_books import drawn_care, tell_month
from benchmarks.bars.figures import CannotMeasure, Outcome, Samples, ratio
from benchmarks.bars.nights import night

ACTS: Final = 500
CONTRACTS: Final = 6
FIRST_SECONDS, COMPLETE_SECONDS = 1.5, 3
TRACED: Final = {"premiums.pricing": ("columnar", 3), "claims.decisions": ("with loops over acts", 25)}
"""How many times as long a stage may take when its calls are told: a loop makes a call per act and rule."""
LOOK_SECONDS: Final = 0.005
TRACES: Final = ("off", "calls")
Sample = tuple[float, float, dict[str, float]]
"""Seconds to the first verdict, to the end, and within each stage alone."""


@dataclass(frozen=True, slots=True)
class Timed:
    """Samples of one level of tracing."""

    first: list[float] = field(default_factory=list)
    complete: list[float] = field(default_factory=list)
    stages: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in TRACED})

    def add(self, sample: Sample) -> None:
        """One more run."""
        self.first.append(sample[0])
        self.complete.append(sample[1])
        for name, seconds in sample[2].items():
            self.stages[name].append(seconds)

    def samples(self, trace: str) -> Samples:
        """All of them by name."""
        whole = {f"first, {trace}": self.first, f"complete, {trace}": self.complete}
        return whole | {f"{name}, {trace}": seconds for name, seconds in self.stages.items()}


def rerun_figure(bench: Bench) -> list[Outcome]:
    """First verdict and end with calls traced; the stages themselves traced and not, in turn."""
    if not isolation_here().is_complete:
        raise CannotMeasure(f"nothing isolates a re-run on this machine: {isolation_here().missing}")
    db = _booked(bench)
    member, acts = _member(db)
    found = {trace: Timed() for trace in TRACES}
    _run(bench, db, member, "off")  # as every day: a first run reads the program from the disk
    for _ in bench.steps(f"re-runs of a member with {acts} acts"):
        for trace in TRACES:
            found[trace].add(_run(bench, db, member, trace))
    traced, plain = found["calls"], found["off"]
    who, samples = f"re-run of a member with {acts} acts, calls traced", traced.samples("calls")
    first, complete = median(traced.first), median(traced.complete)
    costs = [
        Outcome(
            "rerun",
            f"{name} ({kind}): traced / not",
            "<",
            bar,
            "×",
            ratio(traced.stages[name], plain.stages[name]),
        )
        for name, (kind, bar) in TRACED.items()
    ]
    return [
        Outcome(
            "rerun", f"{who}: first verdict", "<=", FIRST_SECONDS, "s", first, samples | plain.samples("off")
        ),
        Outcome("rerun", f"{who}: complete", "<=", COMPLETE_SECONDS, "s", complete),
        *costs,
    ]


def _booked(bench: Bench) -> Database:
    """A book of few people with very much care, booked."""
    name = f"{PREFIX}_rerun"
    bench.server.create_database(name, template=facts(bench, CONTRACTS), drop_first=True)
    months = drawn_care(bench, CONTRACTS, 12 * ACTS / bench.wanted.months, bench.folder / name)
    db = Database(bench.server.app_url(name))
    for month in sorted(months):
        tell_month(db, month, months[month])
    night(bench, db)
    tidy(bench, name)
    return db


def _member(db: Database) -> tuple[str, int]:
    """The member with the number of decided acts nearest to ACTS, and that number."""
    with db.connect() as connection:
        row = connection.execute(
            """SELECT m.ref, count(DISTINCT act_id) FROM reimbursement JOIN member AS m USING (member_id)
               WHERE m.version = 1 GROUP BY m.ref ORDER BY abs(count(DISTINCT act_id) - %s), m.ref LIMIT 1""",
            [ACTS],
        ).fetchone()
    assert row is not None
    return str(row[0]), int(row[1])


def _run(bench: Bench, db: Database, member: str, trace: str) -> Sample:
    spool = Spool(bench.folder / "reruns")
    asked = Asked(f"member:{member}", "bench", "engineering", "how long it takes", own=True, trace=trace)
    began = time.perf_counter()
    number = started(db, bench.server, asked, spool, Limits(seconds=60)).number
    first = _seconds_until(began, lambda: bool(_events(spool, number, "verdict")))
    complete = _seconds_until(began, lambda: not spool.is_under_way(number))
    verdicts = [each[2] for each in _events(spool, number, "verdict")]
    if len(verdicts) != 2 or not all(each["same"] for each in verdicts):
        raise CannotMeasure(
            f"a re-run at the decision's own moment gave something else: {spool.brief(number)[-1]}"
        )
    stages = {each[1]: float(each[2]["seconds"]) for each in _events(spool, number, "result")}
    return first, complete, stages


def _events(spool: Spool, number: str, kind: str) -> list[Any]:
    return [event for event in spool.brief(number) if event[0] == kind]


def _seconds_until(began: float, reached: Callable[[], bool]) -> float:
    while not reached():
        if time.perf_counter() - began > 120:
            raise CannotMeasure("a re-run took more than two minutes")
        time.sleep(LOOK_SECONDS)
    return time.perf_counter() - began

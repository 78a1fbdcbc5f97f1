"""Nightly runs over a full reimbursement book, timed against what PostgreSQL needs to read it and its lines."""

from __future__ import annotations

from functools import partial

from avenant.store.database import Database
from benchmarks.bars.books import Bench, tidy
from benchmarks.bars.care_books import told
from benchmarks.bars.figures import GIBIBYTE_IN_MIB, CannotMeasure, Outcome, pairwise, ratio
from benchmarks.bars.nights import Booked, Nights, night, statement, timed

COPIED = ("reimbursement", "care_line")
BAR, AIM = 4, 2


def booked_care(bench: Bench, acts: int) -> Booked:
    """A database in which both books are booked; ``rows``: of the reimbursement book."""
    return bench.once(f"booked care {acts}", lambda: _booked_care(bench, acts))


def _booked_care(bench: Bench, acts: int) -> Booked:
    name = told(bench, acts)
    db = Database(bench.server.app_url(name))
    report, seconds, peak = night(bench, db)
    if report.parked or report.held:
        raise CannotMeasure(f"the generated book has parked families: {report.parked[:3]}")
    tidy(bench, name)
    return Booked(name, db, report.expected_acts, [seconds], peak_mib=[peak])


def quiet_care_nights(bench: Bench, acts: int) -> Nights:
    """Nightly runs in which nothing had changed, alternating with a COPY of book and lines to nowhere."""
    return bench.once(f"care nights {acts}", lambda: _quiet_care_nights(bench, acts))


def _quiet_care_nights(bench: Bench, acts: int) -> Nights:
    book, nights = booked_care(bench, acts), Nights()
    with bench.admin(book.database) as connection:
        out = [f"COPY {table} TO '/dev/null' (FORMAT binary)" for table in COPIED]
        copies = [partial(statement, connection, text) for text in out]
        for copy in copies:
            copy()
        for _ in bench.steps(f"nightly runs over about {acts:,} acts, nothing changed"):
            report, seconds, peak = night(bench, book.db)
            if report.written_rows or report.expected_acts != book.rows:
                raise CannotMeasure(f"a run that should change nothing wrote {report.written_rows:,} rows")
            nights.seconds.append(seconds)
            nights.peak_mib.append(peak)
            nights.copy_seconds.append(sum(timed(copy) for copy in copies))
    return nights


def care_figure(bench: Bench) -> list[Outcome]:
    """The whole night, premiums included, against reading the reimbursement book and its lines once."""
    acts = bench.wanted.acts
    found, rows = quiet_care_nights(bench, acts), booked_care(bench, acts).rows
    samples = {
        "nightly": found.seconds,
        "copy": found.copy_seconds,
        "ratio_per_pair": pairwise(found.seconds, found.copy_seconds),
    }
    sentence = f"nightly run, nothing changed, {rows:,} reimbursements / COPY of them and of all care lines"
    return [Outcome("care", sentence, "<=", BAR, "×", ratio(found.seconds, found.copy_seconds), samples)]


def care_memory_figure(bench: Bench) -> list[Outcome]:
    """How much memory a worker needs at most with care, and how it grows with the members."""
    wanted = bench.wanted
    if not wanted.workers:
        raise CannotMeasure("without worker processes there is no worker to look at; use --workers 1 or more")
    sizes = (wanted.acts, wanted.small_acts)
    peaks = {
        acts: booked_care(bench, acts).peak_mib + quiet_care_nights(bench, acts).peak_mib for acts in sizes
    }
    samples = {f"{acts} acts, MiB": found for acts, found in peaks.items()}
    many, few = (max(peaks[acts]) for acts in sizes)
    growth = f"peak memory of a worker: {wanted.acts:,} / {wanted.small_acts:,} acts"
    return [
        Outcome("care-memory", growth, "<=", 1.2, "×", many / few, samples),
        Outcome(
            "care-memory", "peak memory of a worker, with care", "<", GIBIBYTE_IN_MIB, "MiB", many, samples
        ),
    ]

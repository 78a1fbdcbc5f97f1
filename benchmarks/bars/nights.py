"""Nightly runs, timed against what PostgreSQL itself needs to read or write the same rows."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import psycopg

from avenant.flows import nightly
from avenant.flows.nightly_report import NightlyReport
from avenant.store.database import Database
from benchmarks.bars.books import PREFIX, Bench, facts, tidy, unbooked
from benchmarks.bars.figures import GIBIBYTE_IN_MIB, MEBIBYTE, CannotMeasure, Outcome, pairwise, ratio
from benchmarks.bars.worker_memory import watched_workers

COPY_OUT = "COPY premium TO '/dev/null' (FORMAT binary)"


@dataclass(frozen=True, slots=True)
class Booked:
    """A booked book and what its first bookings took."""

    database: str
    db: Database
    rows: int
    seconds: list[float] = field(default_factory=list)
    copy_seconds: list[float] = field(default_factory=list)
    peak_mib: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Nights:
    """Nightly runs in which nothing had changed, each with a COPY right after it."""

    seconds: list[float] = field(default_factory=list)
    copy_seconds: list[float] = field(default_factory=list)
    peak_mib: list[float] = field(default_factory=list)


def booked(bench: Bench, contracts: int) -> Booked:
    """First bookings of everything, each into an empty book; the last one stays to be measured further."""
    return bench.once(f"booked {contracts}", lambda: _booked(bench, contracts))


def _booked(bench: Bench, contracts: int) -> Booked:
    facts(bench, contracts)
    name, stage = f"{PREFIX}_book_{contracts}", f"first booking of {contracts:,} contracts"
    compared = "booking" in bench.wanted.only and contracts == bench.wanted.contracts
    timed = {"booking", "scale", "memory"} & set(bench.wanted.only)
    found: Booked | None = None
    for _ in bench.steps(stage) if timed else [0]:
        db = unbooked(bench, name, contracts)
        tidy(bench, name)
        report, seconds, peak = night(bench, db)
        _refuse_parked(report)
        found = found or Booked(name, db, report.written_rows)
        found.seconds.append(seconds)
        found.peak_mib.append(peak)
        if compared:
            found.copy_seconds.append(_copied_in(bench, name, contracts))
    assert found is not None
    tidy(bench, name)
    return found


def _refuse_parked(report: NightlyReport) -> None:
    if report.parked or report.held:
        raise CannotMeasure(f"the generated book has parked families: {report.parked[:3]}")


def night(bench: Bench, db: Database) -> tuple[NightlyReport, float, float]:
    """A whole nightly run: its report, its seconds, and the peak memory of a worker in MiB."""
    with watched_workers() as seen:
        began = time.perf_counter()
        report = nightly.run(
            db, bench.wanted.business_date, workers=bench.wanted.workers, progress=bench.progress
        )
        seconds = time.perf_counter() - began
    return report, seconds, seen.peak_bytes / MEBIBYTE


def _copied_in(bench: Bench, source: str, contracts: int) -> float:
    """Seconds of COPY of the same rows from a file of the server into the same table of an empty book.

    Keys, indexes and constraints are the same; triggers are off, so PostgreSQL does the bare minimum.
    """
    path, name = str(bench.folder / "premium.copy"), f"{PREFIX}_copied"
    with bench.admin(source) as connection:
        statement(connection, f"COPY premium TO '{path}' (FORMAT binary)")
    unbooked(bench, name, contracts)
    with bench.admin(name) as connection:
        connection.execute("ALTER TABLE premium DISABLE TRIGGER ALL")
        tidy(bench, name)
        seconds = timed(lambda: statement(connection, f"COPY premium FROM '{path}' (FORMAT binary)"))
    bench.server.drop_database(name)
    return seconds


def statement(connection: psycopg.Connection[tuple[object, ...]], text: str) -> None:
    """Run a COPY inside the server. Errors: CannotMeasure when its user may not touch files."""
    try:
        connection.execute(text.encode())
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedFile) as error:
        raise CannotMeasure(
            f"the server refuses `{text}`: {error.diag.message_primary}; it takes a superuser, and a server on "
            "this machine. Without DATABASE_URL the embedded server does it"
        ) from error


def timed(work: Callable[[], object]) -> float:
    """How many seconds ``work`` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def quiet_nights(bench: Bench, contracts: int) -> Nights:
    """Nightly runs in which nothing had changed, alternating with a COPY of the same rows to nowhere."""
    return bench.once(f"nights {contracts}", lambda: _quiet_nights(bench, contracts))


def _quiet_nights(bench: Bench, contracts: int) -> Nights:
    book, nights = booked(bench, contracts), Nights()
    with bench.admin(book.database) as connection:
        copy = partial(statement, connection, COPY_OUT)
        copy()
        for _ in bench.steps(f"nightly runs of {contracts:,} contracts, nothing changed"):
            report, seconds, peak = night(bench, book.db)
            if report.written_rows or report.expected_rows != book.rows:
                raise CannotMeasure(f"a run that should change nothing wrote {report.written_rows:,} rows")
            nights.seconds.append(seconds)
            nights.peak_mib.append(peak)
            nights.copy_seconds.append(timed(copy))
    return nights


def nightly_figure(bench: Bench) -> list[Outcome]:
    """The run of a night in which nothing changed, against reading the book once."""
    found = quiet_nights(bench, bench.wanted.contracts)
    samples = {
        "nightly": found.seconds,
        "copy": found.copy_seconds,
        "ratio_per_pair": pairwise(found.seconds, found.copy_seconds),
    }
    sentence = "nightly run, nothing changed / COPY premium TO '/dev/null'"
    return [Outcome("nightly", sentence, "<=", 2, "×", ratio(found.seconds, found.copy_seconds), samples)]


def booking_figure(bench: Bench) -> list[Outcome]:
    """The first booking of everything, against writing the same rows."""
    found = booked(bench, bench.wanted.contracts)
    samples = {
        "first_booking": found.seconds,
        "copy": found.copy_seconds,
        "ratio_per_pair": pairwise(found.seconds, found.copy_seconds),
    }
    sentence = "first booking of everything / COPY of the same rows into the same table"
    return [Outcome("booking", sentence, "<=", 2.5, "×", ratio(found.seconds, found.copy_seconds), samples)]


def scale_figure(bench: Bench) -> list[Outcome]:
    """How time grows with the book: a tenth more than in proportion is allowed."""
    big, small = bench.wanted.contracts, bench.wanted.small
    bar, sizes = 1.1 * big / small, f"{big:,} / {small:,} contracts"
    outcomes = []
    for what, measured in (("nightly run, nothing changed", quiet_nights), ("first booking", booked)):
        many, few = measured(bench, big).seconds, measured(bench, small).seconds
        samples = {f"{big} contracts": many, f"{small} contracts": few}
        outcomes.append(Outcome("scale", f"{what}: {sizes}", "<=", bar, "×", ratio(many, few), samples))
    return outcomes


def memory_figure(bench: Bench) -> list[Outcome]:
    """How much memory a worker needs at most, in any run that was measured."""
    big, small = bench.wanted.contracts, bench.wanted.small
    if not bench.wanted.workers:
        raise CannotMeasure("without worker processes there is no worker to look at; use --workers 1 or more")
    peaks = {size: booked(bench, size).peak_mib + quiet_nights(bench, size).peak_mib for size in (big, small)}
    samples = {f"{size} contracts, MiB": found for size, found in peaks.items()}
    many, few = max(peaks[big]), max(peaks[small])
    growth = f"peak memory of a worker: {big:,} / {small:,} contracts"
    return [
        Outcome("memory", growth, "<=", 1.2, "×", many / few, samples),
        Outcome("memory", "peak memory of a worker", "<", GIBIBYTE_IN_MIB, "MiB", many, samples),
    ]

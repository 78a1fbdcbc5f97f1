"""The books that are measured: generated portfolios of two sizes, in databases made for it and dropped after.

`facts`: everything known, nothing booked; copied whenever a figure needs a book to fill. `booked`: the copy in
which the last timed first booking was done, vacuumed and analysed as an idle server would have done by morning.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

import psycopg

from avenant.core.generating.portfolio import snapshot
from avenant.flows.generating import offers_through
from avenant.flows.learn import learn
from avenant.flows.publishing import publish
from avenant.gateways.rulebook_files import shipped_rulebook
from avenant.store.database import Database
from avenant.store.setup import create_book
from benchmarks.bars.figures import Progress, Wanted

PREFIX = f"avenant_bench_{os.getpid()}"
"""Two runs on one server keep out of each other's databases."""
SEED = 1

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Bench:
    """One run of the benchmarks: the server, what is wanted, a folder for files, and all measured so far."""

    server: Any
    wanted: Wanted
    folder: Path
    progress: Progress
    _known: dict[str, object] = field(default_factory=dict)

    def once(self, name: str, made: Callable[[], T]) -> T:
        """What ``made`` gave the first time it was asked for by this name."""
        if name not in self._known:
            self._known[name] = made()
        return cast(T, self._known[name])

    def steps(self, stage: str) -> Iterator[int]:
        """0, 1, … as often as each side is timed, shown as progress of ``stage``."""
        for number in range(self.wanted.repeat):
            self.progress(stage, number, self.wanted.repeat)
            yield number
        self.progress(stage, self.wanted.repeat, self.wanted.repeat)

    def admin(self, database: str) -> psycopg.Connection[tuple[Any, ...]]:
        """An autocommit connection as the user who owns the server."""
        return psycopg.connect(self.server.admin_url(database), autocommit=True)


@contextmanager
def bench(server: Any, wanted: Wanted, progress: Progress) -> Iterator[Bench]:
    """A run of the benchmarks; its databases and files are gone at the end, also of one that is told to stop."""
    with _stopping_in_order(), tempfile.TemporaryDirectory(prefix="avenant-bench-") as name:
        folder = Path(name)
        folder.chmod(0o777)  # the server writes here too, as another user
        try:
            yield Bench(server, wanted, folder, progress)
        finally:
            for database in server.list_databases():
                if database.startswith(f"{PREFIX}_"):
                    server.drop_database(database)


@contextmanager
def _stopping_in_order() -> Iterator[None]:
    """SIGTERM ends the block as an error does, so that what must be done in the end is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def facts(bench: Bench, contracts: int) -> str:
    """The name of a database with the rulebook and all facts of a portfolio, and nothing booked."""
    return bench.once(f"facts {contracts}", lambda: _learnt(bench, contracts))


def _learnt(bench: Bench, contracts: int) -> str:
    wanted, name, rulebook = bench.wanted, f"{PREFIX}_facts_{contracts}", shipped_rulebook()
    stage = f"learning the facts of {contracts:,} contracts"
    bench.progress(stage, 0, 1)
    db = create_book(bench.server, name, clock="real", opens=wanted.opens, replace=True)
    publish(db, rulebook)
    offers = offers_through(rulebook, wanted.business_date)
    learn(db, snapshot(SEED, contracts, wanted.opens, wanted.months, offers), "bench", "generated portfolio")
    tidy(bench, name)
    bench.progress(stage, 1, 1)
    return name


def unbooked(bench: Bench, name: str, contracts: int) -> Database:
    """A fresh copy, called ``name``, of a book with facts alone."""
    bench.server.create_database(name, template=facts(bench, contracts), drop_first=True)
    return Database(bench.server.app_url(name))


def tidy(bench: Bench, database: str) -> None:
    """Leave nothing for the server to do beside the next timing: vacuum, statistics, and a checkpoint."""
    with bench.admin(database) as connection:
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")

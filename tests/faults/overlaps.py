"""Runs beside each other: started at once, and afterwards asked which of them were under way together."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from avenant.store.database import Database
from tests.faults.books import number

OVERLAPS = """
    WITH span AS (
        SELECT run_id, run.kind, min(rev) AS opened, max(rev) AS closed
        FROM run JOIN change USING (run_id) JOIN revision ON revision.change_id = change.change_id
        WHERE run_id > %s GROUP BY run_id, run.kind)
    SELECT least(a.kind, b.kind), greatest(a.kind, b.kind) FROM span AS a JOIN span AS b ON a.run_id < b.run_id
    WHERE a.opened < b.closed AND b.opened < a.closed"""
LATEST_RUN = "SELECT max(run_id) FROM run"


def overlaps(book: Database, after_run: int) -> list[tuple[str, str]]:
    """The kinds of each pair of runs, of those after a run, that were open at the same time."""
    with book.connect() as connection:
        return connection.execute(OVERLAPS, [after_run]).fetchall()


def latest_run(book: Database) -> int:
    """The number of the latest run."""
    with book.connect() as connection:
        return number(connection, LATEST_RUN)


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Do all of it at the same time; what each returned. An error of one is raised here."""
    gate = threading.Barrier(len(deeds))

    def started(deed: Callable[[], object]) -> object:
        gate.wait()
        return deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [future.result() for future in [pool.submit(started, deed) for deed in deeds]]

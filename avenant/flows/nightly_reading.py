"""What a run over everybody reads before its chunks begin, in one snapshot, and who then works on the chunks.

with read_for_run(context, workers=2, chunk_families=4_000, progress=None) as reading:
    for done in reading.crew.begun(partial(run_chunk, context), reading.tasks): ...
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import polars as pl

from avenant.core.book.entries import PREMIUMS, REIMBURSEMENTS
from avenant.flows.nightly_care import BLOCKS_AT_ONCE, FEW_BLOCKS, Sorting, sort_lines
from avenant.flows.nightly_chunk import RunContext, Task
from avenant.flows.nightly_spill import spill_folder
from avenant.flows.nightly_tasks import chunks_of_members, families_of_a_chunk, tasks_of, with_readings
from avenant.flows.nightly_workers import worker_processes
from avenant.store.database import Connection
from avenant.store.readers.books import book_fingerprints
from avenant.store.readers.care import blocks_of_lines, corrected_lines, stretches_of_blocks
from avenant.store.readers.checking import exported
from avenant.store.readers.facts import member_families

Piece = TypeVar("Piece")
Result = TypeVar("Result")
Progress = Callable[[str, int, int], None]


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

    def begun(self, work: Callable[[Piece], Result], pieces: list[Piece]) -> Iterator[Result]:
        """The result of each piece as it comes; worker processes begin at once."""
        if self.executor is None:
            return map(work, pieces)
        futures = [self.executor.submit(work, piece) for piece in pieces]
        return (future.result() for future in as_completed(futures))


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the chunks, the revision, how many rows of the books are live; and the snapshot's connection."""

    crew: Crew
    connection: Connection
    tasks: list[Task]
    read_rev: int
    live: int


@contextmanager
def read_for_run(
    context: RunContext,
    workers: int,
    chunk_families: int,
    progress: Progress | None,
    imported: str | None = None,
    files: bool = True,
) -> Iterator[Reading]:
    """The chunks of everybody, with what the books hold of them and where their lines of care lie.

    No chunks before the opening of the book. imported: an exported snapshot to read on. files: whether lines of
    care may be sorted into files by chunk; without, each chunk reads its own. Its worker processes, its
    folder of files and its snapshot are gone when the block ends.
    """
    with (
        worker_processes(workers, context) as executor,
        spill_folder() as folder,
        context.db.snapshot(imported) as connection,
    ):
        read_rev, snapshot = exported(connection)
        crew = Crew(executor, context, snapshot, folder, progress)
        if context.horizon < context.settings.opens:
            yield Reading(crew, connection, [], read_rev, 0)
        else:
            yield _read(crew, connection, read_rev, chunk_families, files)


def _read(crew: Crew, connection: Connection, read_rev: int, chunk_families: int, files: bool) -> Reading:
    families = member_families(connection)
    blocks = blocks_of_lines(connection)
    size = families_of_a_chunk(chunk_families, families["family_id"].n_unique(), blocks)
    tasks = tasks_of(families, size, crew.snapshot, read_rev)
    sorted_lines = _sorted_lines(connection, crew, tasks, families, blocks if files else 0)
    booked = {
        PREMIUMS.table: book_fingerprints(connection, PREMIUMS, crew.context.horizon),
        REIMBURSEMENTS.table: book_fingerprints(connection, REIMBURSEMENTS),
    }
    live = sum(int(prints["entries"].sum()) for prints in booked.values())
    tasks = with_readings(tasks, families, booked, sorted_lines())
    return Reading(crew, connection, tasks, read_rev, live)


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
    results = crew.begun(work, pieces)

    def files() -> dict[int, tuple[str, ...]]:
        found: dict[int, list[str]] = {task.number: [] for task in tasks}
        for count, written in enumerate(results, start=1):
            for number, path in written:
                found[number].append(path)
            crew.say("sort care", count, len(pieces))
        return {number: tuple(paths) for number, paths in found.items()}

    return files

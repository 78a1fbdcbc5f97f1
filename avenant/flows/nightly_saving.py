"""Writing what a chunk of a run found: in parts of whole families, computed again where a race was lost."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count

import polars as pl
import psycopg

from avenant.flows.nightly_chunk import BOOKS, Computed, RunContext, Task, compute, halves, merged
from avenant.store.readers.facts import families_among
from avenant.store.writers.runs import RacesLost, StaleFacts, write_chunk

ATTEMPTS, ATTEMPTS_ALONE = 2, 8
ROWS_PER_REVISION = 50_000
PART = 10_000
LOST_RACES = (
    psycopg.errors.UniqueViolation,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
)


def save(context: RunContext, task: Task, computed: Computed) -> tuple[Computed, int]:
    """Write a computed chunk, in parts of whole families; recompute it from a fresh snapshot when it lost a race.

    Two losses in a row mean that another run is at work on the same families: they go on in halves, so that a
    large chunk is never overtaken again and again by small ones. Returns what was written in the end and how
    many rows. Errors: Superseded; RacesLost when one family alone lost eight of them.
    """
    written: list[int] = []
    return _saved(context, task, computed, count(computed.number * PART), written), sum(written)


def _saved(
    context: RunContext, task: Task, computed: Computed, numbers: Iterator[int], written: list[int]
) -> Computed:
    alone = task.families.ids is not None and len(task.families.ids) == 1
    for _ in range(ATTEMPTS_ALONE if alone else ATTEMPTS):
        try:
            for tables in _parts(computed):
                written.append(_write(context, task, computed.read_rev, next(numbers), tables))
            return computed
        except (*LOST_RACES, StaleFacts):
            task = replace(task, booked=None, snapshot=None, lines=None)
            computed = compute(context, task)
    if alone:
        raise RacesLost(
            f"a family of chunk {task.number} lost {ATTEMPTS_ALONE} races in a row to another run"
        )
    with context.db.connect() as connection:
        families = families_among(connection, task.families)
    tasks = [replace(task, families=half) for half in halves(families)]
    return merged([_saved(context, half, compute(context, half), numbers, written) for half in tasks])


def _write(
    context: RunContext, task: Task, read_rev: int, number: int, tables: Mapping[str, pl.DataFrame]
) -> int:
    families = task.families.condition("family_id")
    return write_chunk(context.db, context.run, number, read_rev, tables, families)


def _parts(computed: Computed) -> list[dict[str, pl.DataFrame]]:
    """The chunk's rows in parts of at most 50,000 (more only for one family), each in key order."""
    if computed.is_empty():
        return []
    if sum(map(len, computed.tables.values())) <= ROWS_PER_REVISION:
        return [dict(computed.tables)]
    entries = {book.table: computed.tables[book.table] for book in BOOKS}
    part_of = _part_of_member(entries, computed.member_families)
    parts = [
        {table: _of_part(rows, part_of, part) for table, rows in entries.items()}
        for part in part_of["part"].unique().sort()
    ]
    parts[0] |= {table: rows for table, rows in computed.tables.items() if table not in entries}
    return parts


def _part_of_member(entries: Mapping[str, pl.DataFrame], member_families: pl.DataFrame) -> pl.DataFrame:
    """member_id, part: families one after the other, until a part is full."""
    members = pl.concat([rows.select("member_id") for rows in entries.values()])
    sizes = members.join(member_families, on="member_id", how="left").group_by("family_id").len()
    part = (pl.col("len").cum_sum() - pl.col("len")) // ROWS_PER_REVISION
    parts = sizes.sort("family_id").select("family_id", part=part)
    return (
        members.unique()
        .join(member_families, on="member_id", how="left")
        .join(parts, on="family_id", how="left", nulls_equal=True)
    )


def _of_part(rows: pl.DataFrame, part_of: pl.DataFrame, part: int) -> pl.DataFrame:
    theirs = part_of.filter(pl.col("part") == part)
    return rows.join(theirs, on="member_id", how="semi", maintain_order="left")

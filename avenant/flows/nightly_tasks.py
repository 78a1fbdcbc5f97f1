"""How a night is cut into chunks of families, and what each chunk is handed of what was read for all."""

import math
from dataclasses import replace

import polars as pl

from avenant.flows.nightly_chunk import Task
from avenant.store.readers.facts import EVERYBODY, Families

BLOCKS_OF_A_CHUNK = 3_840
"""About 165,000 lines of care: a worker then needs some 600 MB, and what each chunk costs by itself hardly counts."""


def families_of_a_chunk(most: int, families: int, blocks: int) -> int:
    """How many families make a chunk: ``most``, or fewer where many lines of care lie behind each.

    families: how many there are; blocks: how many blocks their lines take. Memory follows the lines.
    """
    chunks = max(1, blocks // BLOCKS_OF_A_CHUNK)
    return max(1, min(most, math.ceil(families / chunks)))


def tasks_of(families: pl.DataFrame, chunk_families: int, snapshot: str, read_rev: int) -> list[Task]:
    """Chunks of consecutive families.

    Together they reach over all ids, so that a family that nobody belongs to any more is looked at, too.
    """
    ids = families["family_id"].unique().sort()
    tasks = []
    for number, begin in enumerate(range(0, len(ids), chunk_families)):
        first = int(ids[begin]) if begin else EVERYBODY.first
        after = begin + chunk_families
        last = int(ids[after]) - 1 if after < len(ids) else EVERYBODY.last
        tasks.append(Task(number, Families(first, last), None, snapshot, read_rev))
    return tasks


def chunks_of_members(tasks: list[Task], families: pl.DataFrame) -> pl.DataFrame:
    """member_id, and the number of its chunk."""
    firsts = pl.DataFrame(
        {"family_id": [task.families.first for task in tasks], "number": [task.number for task in tasks]},
        schema={"family_id": pl.Int32, "number": pl.Int32},
    )
    return families.sort("family_id").join_asof(firsts, on="family_id").select("member_id", "number")


def with_readings(
    tasks: list[Task],
    families: pl.DataFrame,
    booked: dict[str, pl.DataFrame],
    files: dict[int, tuple[str, ...]] | None,
) -> list[Task]:
    """The tasks, each with what the books hold of its families and where their lines lie."""
    chunks = chunks_of_members(tasks, families)
    held = {
        table: prints.join(chunks, on="member_id").partition_by("number", as_dict=True, include_key=False)
        for table, prints in booked.items()
    }
    return [
        replace(
            task,
            booked={table: held[table].get((task.number,), booked[table].clear()) for table in booked},
            lines=None if files is None else files[task.number],
        )
        for task in tasks
    ]

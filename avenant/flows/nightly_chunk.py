"""One chunk of the nightly run: some families' facts, expectations, differences, and the rows to write.

This is the whole recompute; the nightly run only cuts the book into chunks and hands them out. A chunk runs in
the calling process or in a worker process: everything it needs is in its ``Task``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count

import polars as pl
import psycopg

from avenant.core.book.entries import PREMIUMS, REIMBURSEMENTS
from avenant.core.claims.model import CareTerms
from avenant.core.premiums import Facts, Terms, expected_premiums
from avenant.core.premiums.model import terms
from avenant.flows.drafting import read_draft
from avenant.flows.nightly_care import ExpectedCare, expected_care
from avenant.flows.nightly_comparing import care_found, premiums_found
from avenant.flows.nightly_waiting import held_back, new_holds, new_parking, new_waiting
from avenant.store.database import BookSettings, Connection, Database
from avenant.store.readers.facts import Families, facts_of_members, families_among, members_of
from avenant.store.readers.rulebooks import published_version
from avenant.store.tables import TABLES
from avenant.store.writers.runs import OpenRun, RacesLost, StaleFacts, write_chunk

ATTEMPTS, ATTEMPTS_ALONE = 2, 8
ROWS_PER_REVISION = 50_000
PART = 10_000
MOST_RAISING = 20
RAISES = "its premiums could not be computed"


class FamiliesRaise(RuntimeError):
    """The computation breaks down on so many families that it is to blame, not their facts."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """What all chunks of a run share. draft: a file with the rulebook that is tried, else the published version."""

    db: Database
    run: OpenRun
    rulebook_version: str
    settings: BookSettings
    business_date: date
    horizon: date
    exact_slice: int | None = None
    draft: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One chunk: its number, its families, the shared snapshot, and what was already read of it.

    booked: fingerprints of what the books hold of them, by table (None: read them). lines: files with their lines
    of care (None: read them).
    """

    number: int
    families: Families
    booked: Mapping[str, pl.DataFrame] | None
    snapshot: str | None
    read_rev: int
    lines: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Computed:
    """What a chunk found: rows to write per table (entries of both books among them), and counts."""

    number: int
    read_rev: int
    tables: Mapping[str, pl.DataFrame]
    member_families: pl.DataFrame
    families: int = 0
    expected_rows: int = 0
    expected_acts: int = 0
    parked: list[tuple[int, str]] = field(default_factory=list)
    held_now: int = 0
    waiting_now: int = 0

    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not any(map(len, self.tables.values()))


BOOKS = (PREMIUMS, REIMBURSEMENTS)
WRITTEN = ("premium", "reimbursement", "held", "parking", "waiting")
NOBODY = pl.DataFrame(schema={"member_id": pl.Int32, "family_id": pl.Int32})


@dataclass(frozen=True, slots=True)
class RunTerms:
    """The rulebook of a run, made ready for both books."""

    premiums: Terms
    care: CareTerms


_terms: dict[tuple[str, BookSettings, str, date, str | None], RunTerms] = {}


def terms_of(context: RunContext) -> RunTerms:
    """The run's terms, built once per process."""
    key = (context.db.url, context.settings, context.rulebook_version, context.horizon, context.draft)
    if (known := _terms.get(key)) is not None:
        return known
    if context.draft is not None:
        rulebook = read_draft(context.draft)
    else:
        with context.db.connect() as connection:
            rulebook = published_version(connection, context.rulebook_version)
    made = RunTerms(
        terms(rulebook.rulebook, rulebook.slots, context.settings.opens, context.horizon),
        CareTerms(rulebook.rulebook.care, rulebook.rulebook.parameters),
    )
    _terms.clear()
    _terms[key] = made
    return made


def compute(context: RunContext, task: Task) -> Computed:
    """Recompute the chunk's families from one snapshot of facts and book. Writes nothing.

    A family on which the computation breaks down is parked with the error as the reason; the others go on.
    Errors: FamiliesRaise when that happens to more than a few, so that a defect does not park the portfolio.
    """
    priced = terms_of(context)
    try:
        return _computed(context, task, priced)
    except (psycopg.OperationalError, psycopg.InterfaceError, MemoryError):
        raise
    except (Exception, pl.exceptions.PanicException) as error:
        return _computed_apart(context, task, error)


def _computed_apart(context: RunContext, task: Task, error: BaseException) -> Computed:
    """The chunk's families in two halves, and so on until the family that raises ``error`` stands alone."""
    with context.db.snapshot(task.snapshot) as connection:
        families = families_among(connection, task.families)
        if len(families) < 2:
            return _parked_for(connection, task, families, error)
    found = [compute(context, replace(task, families=half)) for half in _halves(families)]
    raising = [reason for part in found for _, reason in part.parked if reason.startswith(RAISES)]
    if len(raising) > MOST_RAISING:
        raise FamiliesRaise(
            f"more than {MOST_RAISING} families of one chunk could not be computed, so the facts are not to blame, "
            f"but the program or the rulebook; nothing of the chunk was written. The first of them: {raising[0]}"
        ) from error
    return _merged(found)


def _parked_for(connection: Connection, task: Task, families: list[int], error: BaseException) -> Computed:
    lines = str(error).strip().splitlines() or [""]
    reason = f"{RAISES} ({type(error).__name__}: {lines[0]}): look at its facts, or report it as a defect"
    schema = {"family_id": pl.Int32, "reason": pl.String}
    parked = pl.DataFrame({"family_id": families, "reason": [reason] * len(families)}, schema)
    return Computed(
        number=task.number,
        read_rev=task.read_rev if task.snapshot else _head(connection),
        tables=nothing_to_write() | {"parking": new_parking(connection, task.families, parked)},
        member_families=NOBODY,
        families=len(families),
        parked=list(parked.iter_rows()),
    )


def nothing_to_write() -> dict[str, pl.DataFrame]:
    """The tables that a chunk writes, without rows."""
    return {table: pl.DataFrame(schema=dict(TABLES[table])) for table in WRITTEN}


def _merged(parts: list[Computed]) -> Computed:
    """Parts of one chunk as one; what they read is as old as the oldest of them."""

    def together(table: str) -> pl.DataFrame:
        return pl.concat([part.tables[table] for part in parts], how="vertical_relaxed")

    return Computed(
        number=parts[0].number,
        read_rev=min(part.read_rev for part in parts),
        tables={table: together(table) for table in WRITTEN}
        | {book.table: together(book.table).sort(*book.key, "version") for book in BOOKS},
        member_families=pl.concat([part.member_families for part in parts]),
        families=sum(part.families for part in parts),
        expected_rows=sum(part.expected_rows for part in parts),
        expected_acts=sum(part.expected_acts for part in parts),
        parked=[row for part in parts for row in part.parked],
        held_now=sum(part.held_now for part in parts),
        waiting_now=sum(part.waiting_now for part in parts),
    )


def _computed(context: RunContext, task: Task, run_terms: RunTerms) -> Computed:
    with context.db.snapshot(task.snapshot) as connection:
        read_rev = task.read_rev if task.snapshot else _head(connection)
        members = members_of(connection, task.families)
        facts = facts_of_members(connection, members.filter(~pl.col("withdrawn")))
        expected = expected_premiums(facts, run_terms.premiums)
        settled = members.join(expected.parked, on="family_id", how="anti")
        found = premiums_found(
            connection, expected.rows, settled, task.booked, context.horizon, context.exact_slice
        )
        booked, held = held_back(connection, context.business_date, found, run_terms.premiums)
        care = _care(context, connection, task, facts, settled, run_terms.care)
        return Computed(
            number=task.number,
            read_rev=read_rev,
            tables={
                "premium": booked.entries(),
                "reimbursement": care_found(
                    connection, care, settled, task.booked, context.exact_slice
                ).entries(),
                "held": new_holds(connection, held, settled),
                "parking": new_parking(connection, task.families, expected.parked),
                "waiting": new_waiting(connection, care.waiting, settled),
            },
            member_families=members.select("member_id", "family_id"),
            families=members["family_id"].n_unique(),
            expected_rows=len(expected.rows),
            expected_acts=len(care.rows),
            parked=list(expected.parked.iter_rows()),
            held_now=len(held),
            waiting_now=len(care.waiting),
        )


def _care(
    context: RunContext,
    connection: Connection,
    task: Task,
    facts: Facts,
    settled: pl.DataFrame,
    care_terms: CareTerms,
) -> ExpectedCare:
    theirs = facts.members.join(settled.select("member_id"), on="member_id", how="semi")
    facts = Facts(facts.contracts, theirs, facts.enrolments)
    return expected_care(connection, task.lines, facts, care_terms, context.settings.opens)


def _head(connection: Connection) -> int:
    row = connection.execute("SELECT rev FROM head").fetchone()
    assert row is not None
    return int(row[0])


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
        halves = _halves(families_among(connection, task.families))
    tasks = [replace(task, families=half) for half in halves]
    return _merged([_saved(context, half, compute(context, half), numbers, written) for half in tasks])


def _write(
    context: RunContext, task: Task, read_rev: int, number: int, tables: Mapping[str, pl.DataFrame]
) -> int:
    families = task.families.condition("family_id")
    return write_chunk(context.db, context.run, number, read_rev, tables, families)


def _halves(families: list[int]) -> list[Families]:
    half = (len(families) + 1) // 2
    return [Families(ids=tuple(ids)) for ids in (families[:half], families[half:]) if ids]


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

"""One chunk of the nightly run: some families' facts, expectations, differences, and the rows to write.

This is the whole recompute; the nightly run only cuts the book into chunks and hands them out, and
``nightly_saving`` writes what was found. A chunk runs in the calling process or in a worker process: everything it
needs is in its ``Task``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl
import psycopg

from avenant.core.book.diff import Difference
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
from avenant.store.writers.runs import OpenRun

MOST_RAISING = 20
RAISES = "its premiums could not be computed"


class FamiliesRaise(RuntimeError):
    """The computation breaks down on so many families that it is to blame, not their facts."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """What all chunks of a run share. draft: a file with the rulebook that is tried, else the published version.

    former: where a draft is tried, the published version by which the book was most likely made.
    """

    db: Database
    run: OpenRun
    rulebook_version: str
    settings: BookSettings
    business_date: date
    horizon: date
    exact_slice: int | None = None
    draft: str | None = None
    former: str | None = None


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


MOST_TERMS = 2
"""A draft, and what it is compared with."""
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
    while len(_terms) >= MOST_TERMS:
        _terms.pop(next(iter(_terms)))
    _terms[key] = made
    return made


def former_terms_of(context: RunContext) -> RunTerms | None:
    """The terms by which the book was most likely made, where a draft is tried."""
    if context.former is None:
        return None
    return terms_of(replace(context, rulebook_version=context.former, draft=None))


Told = Callable[[Difference], pl.DataFrame]
"""How what separates expectations from a book is told: as the rows to write, or as what changes."""


def compute(context: RunContext, task: Task, told: Told = Difference.entries) -> Computed:
    """Recompute the chunk's families from one snapshot of facts and book. Writes nothing.

    A family on which the computation breaks down is parked with the error as the reason; the others go on.
    Errors: FamiliesRaise when that happens to more than a few, so that a defect does not park the portfolio.
    """
    priced = terms_of(context)
    try:
        return _computed(context, task, priced, told)
    except (psycopg.OperationalError, psycopg.InterfaceError, MemoryError):
        raise
    except (Exception, pl.exceptions.PanicException) as error:
        return _computed_apart(context, task, told, error)


def _computed_apart(context: RunContext, task: Task, told: Told, error: BaseException) -> Computed:
    """The chunk's families in two halves, and so on until the family that raises ``error`` stands alone."""
    with context.db.snapshot(task.snapshot) as connection:
        families = families_among(connection, task.families)
        if len(families) < 2:
            return _parked_for(connection, task, families, error)
    found = [compute(context, replace(task, families=half), told) for half in halves(families)]
    raising = [reason for part in found for _, reason in part.parked if reason.startswith(RAISES)]
    if len(raising) > MOST_RAISING:
        raise FamiliesRaise(
            f"more than {MOST_RAISING} families of one chunk could not be computed, so the facts are not to blame, "
            f"but the program or the rulebook; nothing of the chunk was written. The first of them: {raising[0]}"
        ) from error
    return merged(found)


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


def merged(parts: list[Computed]) -> Computed:
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


def _computed(context: RunContext, task: Task, run_terms: RunTerms, told: Told) -> Computed:
    with context.db.snapshot(task.snapshot) as connection:
        read_rev = task.read_rev if task.snapshot else _head(connection)
        members = members_of(connection, task.families)
        facts = facts_of_members(connection, members.filter(~pl.col("withdrawn")))
        expected = expected_premiums(facts, run_terms.premiums)
        settled = members.join(expected.parked, on="family_id", how="anti")
        former = _former(context, facts)
        found = premiums_found(
            connection, expected.rows, settled, task.booked, context.horizon, context.exact_slice, former
        )
        booked, held = held_back(connection, context.business_date, found, run_terms.premiums)
        care = _care(context, connection, task, facts, settled, run_terms.care)
        reimbursed = care_found(connection, care, settled, task.booked, context.exact_slice)
        return Computed(
            number=task.number,
            read_rev=read_rev,
            tables={
                "premium": told(booked),
                "reimbursement": told(reimbursed),
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


def _former(context: RunContext, facts: Facts) -> pl.DataFrame | None:
    """The premiums that the rules expect by which the book was made, where a draft is tried."""
    priced = former_terms_of(context)
    return None if priced is None else expected_premiums(facts, priced.premiums).rows


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


def halves(families: list[int]) -> list[Families]:
    """The numbers of families in two; no part is empty."""
    half = (len(families) + 1) // 2
    return [Families(ids=tuple(ids)) for ids in (families[:half], families[half:]) if ids]

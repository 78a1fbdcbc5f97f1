"""The one work list: everything that waits for a person, oldest first, each item with what is needed to answer it.

found = work_list(db, kind="undecided_match")
found.items[0].said("care", "fr")
"""

from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any

import polars as pl

from avenant.flows.work_model import KINDS, HeldMonths, LineTold, WorkItem, kind_of
from avenant.store.database import Connection, Database
from avenant.store.readers.events import people_named
from avenant.store.readers.work import (
    NOTED,
    contracts_of_members,
    held_since,
    in_order,
    instants_of,
    latest_notes,
    lines_of_nobody,
    lines_told,
    notes_between,
    parked_since,
    refs_of_contracts,
)

PER_PAGE = 50
LISTED = {
    "kind": pl.String,
    "number": pl.Int64,
    "other": pl.Int64,
    "member_id": pl.Int32,
    "reason": pl.String,
    "candidates": pl.String,
    "rev": pl.Int64,
}
"""number: the line's, the family's or the contract's id; other: the member's id of a held change."""


class NoSuchKind(ValueError):
    """A kind of work that there is not."""


@dataclass(frozen=True, slots=True)
class WorkList:
    """One page of items, and how many there are of each kind (KINDS) whatever the filter."""

    items: tuple[WorkItem, ...]
    counts: dict[str, int]
    page: int
    per_page: int
    found: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.found // self.per_page))


@dataclass(frozen=True, slots=True)
class _Read:
    """Every note up to a revision, line by line in the order in which they were written, and what waits at it."""

    rev: int
    notes: pl.DataFrame
    waiting: pl.DataFrame


_read: dict[str, _Read] = {}
_reading = Lock()


def work_list(
    db: Database, kind: str | None = None, page: int = 1, per_page: int = PER_PAGE, rev: int | None = None
) -> WorkList:
    """One page of what waits now, or waited as known at ``rev``; ``kind`` (KINDS) narrows it.

    The number of queries is bounded. A process reads all notes once, afterwards only newer ones. Errors: NoSuchKind.
    """
    if kind is not None and kind not in KINDS:
        raise NoSuchKind(f"work is one of {', '.join(KINDS)}; seen {kind!r}")
    with db.snapshot() as connection:
        rows = _everything(db, connection, rev)
        counts = _counts(rows)
        wanted = rows if kind is None else rows.filter(pl.col("kind") == kind)
        page = min(max(page, 1), max(1, -(-len(wanted) // per_page)))
        ordered = wanted.bottom_k(page * per_page, by=["rev", "kind", "number", "other"], reverse=False)
        shown = ordered.sort("rev", "kind", "number", "other").slice((page - 1) * per_page)
        items = _items(connection, shown, rev)
    return WorkList(tuple(items), counts, page, per_page, len(wanted))


def work_item(
    db: Database, kind: str, number: int, other: int | None = None, rev: int | None = None
) -> WorkItem | None:
    """The item whose key is ``kind/number``, or ``kind/number/other``; None where it waits no more, or never did."""
    with db.snapshot() as connection:
        rows = _everything(db, connection, rev).filter(kind=kind, number=number)
        if other is not None:
            rows = rows.filter(pl.col("other") == other)
        return next(iter(_items(connection, rows.head(1), rev)), None)


def work_counts(db: Database, rev: int | None = None) -> dict[str, int]:
    """How many items of each kind wait."""
    with db.snapshot() as connection:
        return _counts(_everything(db, connection, rev))


def _counts(rows: pl.DataFrame) -> dict[str, int]:
    return dict.fromkeys(KINDS, 0) | dict(rows.group_by("kind").len().iter_rows())


def _everything(db: Database, connection: Connection, rev: int | None) -> pl.DataFrame:
    """All that waits: columns LISTED."""
    notes = _notes(db, connection, rev)
    kinds = {reason: kind_of(reason) for reason in notes["reason"].unique()}
    parked, held, nobody = (read(connection, rev) for read in (parked_since, held_since, lines_of_nobody))
    parts = [
        notes.with_columns(
            kind=pl.col("reason").replace_strict(kinds, return_dtype=pl.String), number="line_id"
        ),
        parked.with_columns(kind=pl.lit("parked_family"), number="family_id", member_id="family_id"),
        held.with_columns(kind=pl.lit("held_change"), number="contract_id", other="member_id"),
        nobody.with_columns(kind=pl.lit("unknown_member"), number="line_id", reason=pl.lit("unknown_member")),
    ]
    return pl.concat(
        part.select(
            (pl.col(name) if name in part.columns else pl.lit(None)).cast(dtype).alias(name)
            for name, dtype in LISTED.items()
        )
        for part in parts
    )


def _notes(db: Database, connection: Connection, rev: int | None) -> pl.DataFrame:
    """The latest note of each line that waits as of ``rev``; what this process read before is not read again."""
    row = connection.execute("SELECT rev FROM head").fetchone()
    assert row is not None
    with _reading:
        read = _read.get(db.url, _Read(-1, pl.DataFrame(schema=NOTED), pl.DataFrame(schema=NOTED)))
        if read.rev < row[0]:
            read = _read[db.url] = _read_on(read, notes_between(connection, read.rev, row[0]), row[0])
    return read.waiting if rev is None else _waiting(read.notes.filter(pl.col("rev") <= rev))


def _read_on(before: _Read, fresh: pl.DataFrame, rev: int) -> _Read:
    """What was read before with what revisions up to ``rev`` have added."""
    if fresh.is_empty():
        return _Read(rev, before.notes, before.waiting)
    notes = in_order(pl.concat([before.notes, fresh]))
    return _Read(rev, notes, _waiting(notes))


def _waiting(notes: pl.DataFrame) -> pl.DataFrame:
    return latest_notes(notes).filter(pl.col("state") == "waiting")


def _items(connection: Connection, shown: pl.DataFrame, rev: int | None) -> list[WorkItem]:
    """The rows with everything that a person needs to answer them."""
    about_lines = shown.filter(~pl.col("kind").is_in(["parked_family", "held_change"]))
    candidates = {ref for told in shown["candidates"].drop_nulls() for ref in told.split()}
    lines = lines_told(connection, sorted(candidates), about_lines["number"].to_list(), rev)
    nobody: dict[int, str] = {}
    if not shown.filter(kind="unknown_member").is_empty():
        nobody = dict(lines_of_nobody(connection, rev).select("line_id", "member_ref").iter_rows())
    members = shown["member_id"].drop_nulls().unique()
    people = {row[0]: row[1:] for row in people_named(connection, members).iter_rows()}
    covers = contracts_of_members(connection, members.to_list())
    held = shown.filter(pl.col("kind") == "held_change")
    contracts = refs_of_contracts(connection, held["number"].to_list())
    waits = [] if held.is_empty() else held_since(connection, rev).to_dicts()
    months = {(row["contract_id"], row["member_id"]): row for row in waits}
    instants = instants_of(connection, shown["rev"].unique().to_list())
    told = {row["line_id"]: _told(row) for row in lines.to_dicts()}
    called = {line.ref: line for line in told.values()}

    def item(row: dict[str, Any]) -> WorkItem:
        kind, number, member = str(row["kind"]), int(str(row["number"])), row["member_id"]
        ref, name = people.get(member, (nobody.get(number), None))
        line, waits = told.get(number) if kind not in ("parked_family", "held_change") else None, None
        if kind == "held_change":
            waits = _held(months[number, member], contracts[number][1])
        named = contracts[number][0] if waits else line.ref if line else str(ref)
        return WorkItem(
            key=f"{kind}/{number}" + (f"/{member}" if waits else ""),
            kind=kind,
            ref=named,
            member=ref,
            name=name,
            contracts=(contracts[number][0],) if waits else covers.get(member, ()),
            reason=str(row["reason"] or "held"),
            since=instants[int(str(row["rev"]))],
            rev=int(str(row["rev"])),
            line=line,
            candidates=tuple(_known(str(row["candidates"] or "").split(), called)),
            held=waits,
        )

    return [item(row) for row in shown.to_dicts()]


def _known(refs: Iterable[str], called: dict[str, LineTold]) -> list[LineTold]:
    return [called[ref] for ref in refs if ref in called]


def _told(row: dict[str, Any]) -> LineTold:
    return LineTold(**{name: value for name, value in row.items() if name not in ("line_id", "member_id")})


def _held(row: dict[str, Any], currency: str) -> HeldMonths:
    return HeldMonths(row["first_month"], row["last_month"], row["months"], row["difference_cents"], currency)

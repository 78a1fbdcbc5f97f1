"""Runs as operations look at them, and a parked family computed again at once.

for row in runs(db, kind="nightly"): ...
retry_parked(db, "M-0001", actor="olga")
"""

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from avenant.flows.code_version import code_version
from avenant.flows.nightly_chunk import RunContext, Task, compute
from avenant.flows.nightly_report import done_with
from avenant.flows.nightly_saving import save
from avenant.store.database import Connection, Database
from avenant.store.readers.events import family_of
from avenant.store.readers.facts import Families
from avenant.store.readers.history import UnknownRef
from avenant.store.readers.moments import ends, instant_of
from avenant.store.readers.rulebooks import published_version_name
from avenant.store.readers.run_history import (
    chunks_of,
    held_noted,
    last_business_date,
    parking_noted,
    run_called,
    runs_listed,
)
from avenant.store.readers.runs import parked_families
from avenant.store.writers.runs import RacesLost, Superseded, close_run, open_run

LIMIT = 50
NIGHTS_SHOWN = 60
MOST_SHOWN = 500
SILENT = timedelta(hours=6)
"""A run that wrote nothing for so long by the book's clock, and did not end, is dead."""


class UnknownRun(LookupError):
    """No run has this number, or it was not known yet."""


class NotParked(ValueError):
    """The family is not parked: there is nothing to compute again."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run. state: done, stopped (``why``), open, dead. booked, cancelled: rows of both books, or documents.

    amounts: what it moved, per currency, both books together. seconds: to its end, or to its last sign of life.
    """

    run_id: int
    kind: str
    actor: str
    state: str
    why: str | None
    business_date: date
    horizon: date
    code_version: str
    rulebook_version: str
    opened_at: datetime
    seconds: float
    rev: int
    booked: int
    cancelled: int
    amounts: tuple[tuple[str, int], ...]
    counts: dict[str, Any]
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Night:
    """One point of the small charts."""

    run_id: int
    business_date: date
    booked: int
    cancelled: int
    amounts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs, newest first; ``before`` asks for the next page (None: these were the last). nights: oldest first."""

    rows: tuple[RunRow, ...]
    before: int | None
    nights: tuple[Night, ...]


def runs(
    db: Database,
    kind: str | None = None,
    before: int | None = None,
    limit: int = LIMIT,
    rev: int | None = None,
) -> Runs:
    """Runs of a ``kind`` (None: all), now or as known at ``rev``, and the last nights that came to their end."""
    with db.snapshot() as connection:
        now = _instant(connection, rev)
        found = runs_listed(connection, kind, before, limit + 1, rev)
        nightly = runs_listed(connection, "nightly", None, NIGHTS_SHOWN, rev)
    rows = [_row(told, now) for told in found[:limit]]
    nights = [_row(told, now) for told in reversed(nightly) if told["status"] == "done"]
    return Runs(
        tuple(rows),
        rows[-1].run_id if len(found) > limit else None,
        tuple(Night(n.run_id, n.business_date, n.booked, n.cancelled, n.amounts) for n in nights),
    )


def _instant(connection: Connection, rev: int | None) -> datetime:
    """When a state is looked at: now by the book's clock, or the instant of its revision."""
    return (None if rev is None else instant_of(connection, rev)) or ends(connection).now


def _row(told: dict[str, Any], now: datetime) -> RunRow:
    counts = told["counts"] or {}
    booked, cancelled, amounts = _moved(counts)
    end = told["closed_at"] or told["last_at"]
    measured = counts.get("milliseconds")
    return RunRow(
        run_id=told["run_id"],
        kind=told["kind"],
        actor=told["actor"],
        state=_state(told, now),
        why=counts.get("why"),
        business_date=told["business_date"],
        horizon=told["horizon"],
        code_version=told["code_version"],
        rulebook_version=told["rulebook_version"],
        opened_at=told["opened_at"],
        seconds=(end - told["opened_at"]).total_seconds() if measured is None else measured / 1000,
        rev=told["rev"],
        booked=booked,
        cancelled=cancelled,
        amounts=amounts,
        counts=counts,
        options=told["options"],
    )


def _state(told: dict[str, Any], now: datetime) -> str:
    if told["status"] is not None:
        return str(told["status"])
    return "dead" if told["followed"] or now - told["last_at"] > SILENT else "open"


def _moved(counts: dict[str, Any]) -> tuple[int, int, tuple[tuple[str, int], ...]]:
    """Rows booked, rows cancelled and amounts of a nightly run; documents and totals of one that settles."""
    care = counts.get("reimbursements", {})
    documents = counts.get("invoices", 0) + counts.get("payouts", 0)
    booked = counts.get("charges", 0) + care.get("charges", 0) + documents
    cancelled = counts.get("cancels", 0) + care.get("cancels", 0) + counts.get("credit_notes", 0)
    amounts: dict[str, int] = {}
    parts = (counts.get("amount_booked_cents"), care.get("amount_cents"), counts.get("total_cents"))
    for part in parts:
        for currency, cents in (part or {}).items():
            amounts[currency] = amounts.get(currency, 0) + cents
    return booked, cancelled, tuple(sorted(amounts.items()))


@dataclass(frozen=True, slots=True)
class Chunk:
    """One committed chunk: the revision it read, the one up to which it looked for news, its rows and revision."""

    number: int
    read_rev: int
    checked_rev: int
    rows: int
    rev: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ParkingNoted:
    """A family that the run parked, or released."""

    family: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class HeldNoted:
    """A change that the run held back for an approval; months is 0 where it no longer waits."""

    contract: str
    member: str
    first_month: date
    last_month: date
    months: int
    difference_cents: int
    currency: str


@dataclass(frozen=True, slots=True)
class RunView:
    """One run with its first chunks and what it noted, MOST_SHOWN of each at most."""

    row: RunRow
    chunks: tuple[Chunk, ...]
    parking: tuple[ParkingNoted, ...]
    held: tuple[HeldNoted, ...]


def run_view(db: Database, run_id: int, rev: int | None = None) -> RunView:
    """The run with this number. Errors: UnknownRun."""
    with db.snapshot() as connection:
        told = run_called(connection, run_id, rev) if 0 <= run_id < 2**63 else None
        if told is None:
            raise UnknownRun(
                f"there is no run {run_id}{'' if rev is None else ' at that moment'}: see the list of runs"
            )
        return RunView(
            _row(told, _instant(connection, rev)),
            tuple(Chunk(*row) for row in chunks_of(connection, run_id, MOST_SHOWN)),
            tuple(ParkingNoted(*row) for row in parking_noted(connection, run_id, MOST_SHOWN)),
            tuple(HeldNoted(*row) for row in held_noted(connection, run_id, MOST_SHOWN)),
        )


@dataclass(frozen=True, slots=True)
class Retried:
    """What became of a parked family: still parked with a reason (None: released), and what was booked."""

    run_id: int
    family: str
    reason: str | None
    charges: int
    cancels: int
    written_rows: int


def retry_parked(db: Database, family: str, actor: str) -> Retried:
    """Recompute the parked family of the member ``family`` now, as the last night would have; a run of its own.

    The chunk of the nightly run does it: facts and book in one snapshot, and of runs that race one recomputes.
    Errors: UnknownRef, NotParked, NothingPublished, Superseded, RacesLost.
    """
    started = time.perf_counter()
    settings = db.settings()
    with db.snapshot() as connection:
        family_id = family_of(connection, family)
        if parked_families(connection, f"family_id = {family_id:d}").is_empty():
            raise NotParked(f"the family of {family} is not parked: the next night computes it as any other")
        version = published_version_name(connection)
        business_date = last_business_date(connection)
    if business_date is None:
        raise UnknownRef("no night has come to its end yet: the next one computes every family")
    horizon = business_date.replace(day=1)
    opened = open_run(
        db,
        "retry",
        actor,
        code_version=code_version(),
        rulebook_version=version,
        business_date=business_date,
        horizon=horizon,
        options={"family_id": family_id},
    )
    context = RunContext(db, opened, version, settings, business_date, horizon)
    task = Task(0, Families(ids=(family_id,)), None, None, 0)
    try:
        computed, rows = save(context, task, compute(context, task))
    except (RacesLost, Superseded) as stopped:
        close_run(db, opened, "stopped", {"why": str(stopped)})
        raise
    done = done_with(computed, rows)
    moves = [done.of(book) for book in ("premium", "reimbursement")]
    counts = {"charges": sum(m.charges for m in moves), "cancels": sum(m.cancels for m in moves)}
    spent = round((time.perf_counter() - started) * 1000)
    close_run(db, opened, "done", counts | {"parked": len(done.parked), "milliseconds": spent})
    reason = done.parked[0][1] if done.parked else None
    return Retried(opened.run_id, family, reason, counts["charges"], counts["cancels"], rows)

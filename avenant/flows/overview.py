"""What Home shows: the last night and what it moved, the work that waits, what is held back, the clock, the head.

home = overview(db)
"""

from dataclasses import dataclass

from avenant.flows.instants import Moment, moment
from avenant.flows.runs import NIGHTS_SHOWN, Night, RunRow, runs
from avenant.flows.work import work_counts
from avenant.store.database import Database
from avenant.store.readers.night_moves import moved_by_plan


@dataclass(frozen=True, slots=True)
class PlanMoved:
    """Premiums of a plan that a night raised and lowered, netted per person and month. entries: rows written."""

    plan: str
    currency: str
    up_cents: int
    down_cents: int
    entries: int


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What the last payout run left open: sums too small as yet, and debts of payees; cents per currency."""

    run_id: int
    held_back: int
    held_back_cents: tuple[tuple[str, int], ...]
    debts: int
    debt_cents: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """All that Home shows of a database. night: the last one that came to its end (None: there was none).

    last_night: the last one begun, whatever became of it. work: how many items of each kind.
    """

    moment: Moment
    night: RunRow | None
    last_night: RunRow | None
    moved: tuple[PlanMoved, ...]
    nights: tuple[Night, ...]
    work: dict[str, int]
    unpaid: HeldBack | None


_moved: dict[tuple[str, int], tuple[PlanMoved, ...]] = {}
MOST_KEPT = 100
"""So many runs' moves are kept in a process: what a finished run wrote never changes."""


def overview(db: Database, rev: int | None = None) -> Overview:
    """Home as it stands now, or stood as known at ``rev``. A constant number of queries. Errors: MomentRefused."""
    nightly = runs(db, kind="nightly", limit=NIGHTS_SHOWN, rev=rev)
    paid = runs(db, kind="payouts", limit=10, rev=rev)
    night = next((row for row in nightly.rows if row.state == "done"), None)
    return Overview(
        moment=moment(db, None if rev is None else f"r{rev}"),
        night=night,
        last_night=nightly.rows[0] if nightly.rows else None,
        moved=() if night is None else _moves(db, night.run_id),
        nights=nightly.nights,
        work=work_counts(db, rev),
        unpaid=next((_held_back(row) for row in paid.rows if row.state == "done"), None),
    )


def _moves(db: Database, run_id: int) -> tuple[PlanMoved, ...]:
    key = (db.url, run_id)
    if key not in _moved:
        if len(_moved) >= MOST_KEPT:
            _moved.clear()
        with db.snapshot() as connection:
            rows = moved_by_plan(connection, run_id).to_dicts()
        _moved[key] = tuple(PlanMoved(**row) for row in rows)
    return _moved[key]


def _held_back(row: RunRow) -> HeldBack:
    counts = row.counts
    return HeldBack(
        row.run_id,
        counts["held_back"],
        tuple(sorted(counts["held_back_cents"].items())),
        counts["debts"],
        tuple(sorted(counts["debt_cents"].items())),
    )

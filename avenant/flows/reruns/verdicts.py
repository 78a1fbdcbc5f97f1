"""The verdict of a re-run: the same as what is stored, or every difference, value by value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from avenant.core.book.diff import Difference, difference
from avenant.core.book.entries import PREMIUMS, REIMBURSEMENTS, Book
from avenant.core.book.hold import too_far_back
from avenant.core.claims.model import ExpectedCare
from avenant.core.premiums import Expected
from avenant.flows.nightly_care import as_booked
from avenant.flows.reruns.scene import Scene
from avenant.store.readers.books import FOR_EVER, ever_covered, latest_entries, reimbursed
from avenant.store.readers.care import waiting_of
from avenant.store.readers.facts import Families, approvals_of
from avenant.store.readers.reruns import past_first_run, settlement
from avenant.store.readers.runs import parked_families
from avenant.store.readers.settling import Documents

WAITS = ("line_id", "reason", "candidates")


@dataclass(frozen=True, slots=True)
class Differs:
    """One value that is not what is stored. key: of the row, as (column, value)."""

    table: str
    key: tuple[tuple[str, Any], ...]
    column: str
    stored: Any
    rerun: Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """compared: how many rows; differences: none where the run gave what is stored; notes: what was left out."""

    compared: int
    differences: tuple[Differs, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def same(self) -> bool:
        """Whether the run gave exactly what is stored."""
        return not self.differences


def premium_verdict(scene: Scene, expected: Expected) -> Verdict:
    """The expected premiums against the book; what a plan holds back until it is approved is not yet in it."""
    settled = scene.members.join(expected.parked, on="family_id", how="anti")
    booked = booked_premiums(scene, settled)
    changed, held = held_apart(scene, difference(PREMIUMS, expected.rows, booked).changed)
    notes = [f"{len(held)} values wait for an approval and are not booked"] if len(held) else []
    notes += [f"parked: {reason}" for _, reason in expected.parked.iter_rows()]
    differs = (*_values(PREMIUMS, scene.own(changed)), *_parking(scene, expected))
    return Verdict(len(scene.own(expected.rows)) + len(expected.parked), differs, tuple(notes))


def _parking(scene: Scene, expected: Expected) -> Iterator[Differs]:
    """Families that the rules park, against those noted as parked, with their reasons."""
    families = Families(ids=scene.question.subject.families)
    noted = parked_families(scene.connection, families.condition("family_id"), scene.question.point.book)
    stored, rerun = dict(noted.iter_rows()), dict(expected.parked.iter_rows())
    for family in sorted(stored.keys() | rerun.keys()):
        if stored.get(family) != rerun.get(family):
            key = (("family_id", family),)
            yield Differs("parking", key, "reason", stored.get(family), rerun.get(family))


def booked_premiums(scene: Scene, members: pl.DataFrame) -> pl.DataFrame:
    """The latest premium entries of ``members`` as the book had them."""
    condition = ever_covered(scene.connection, members["member_id"])
    point = scene.question.point
    return latest_entries(scene.connection, PREMIUMS, point.horizon, condition, point.book)


def held_apart(scene: Scene, changed: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What differs, and what of it the plans hold back."""
    limits = scene.terms.slots.join(scene.terms.plans.select("plan", "retro_months"), on="plan").select(
        "slot_id", "retro_months"
    )
    if limits["retro_months"].is_null().all() or changed.is_empty():
        return changed, changed.clear()
    point = scene.question.point
    month = pl.lit(point.business_date.replace(day=1))
    judged = too_far_back(changed, limits, approvals_of(scene.connection, point.facts), month)
    opened = past_first_run(scene.connection, judged["contract_id"].unique().to_list(), point.facts)
    held = judged["held"] & judged["contract_id"].is_in(opened)
    return changed.filter(~held), changed.filter(held)


def care_verdict(scene: Scene, found: ExpectedCare) -> Verdict:
    """What the rules decide and what waits, against the book and what was noted as waiting."""
    care = as_booked(found, scene.care, scene.settings.opens)
    members, point = scene.settled["member_id"], scene.question.point
    booked = latest_entries(
        scene.connection, REIMBURSEMENTS, FOR_EVER, reimbursed(members, care.moved), point.book
    ).join(care.standing.to_frame("act_id"), on="act_id", how="anti")
    changed = difference(REIMBURSEMENTS, care.rows, booked).changed
    noted = waiting_of(scene.connection, members, point.book)
    waits = list(_waits(scene.own(_as_act(noted)), scene.own(_as_act(care.waiting))))
    compared = len(scene.own(care.rows)) + len(scene.own(_as_act(care.waiting)))
    return Verdict(compared, (*_values(REIMBURSEMENTS, scene.own(changed)), *waits), _parked(scene))


def _parked(scene: Scene) -> tuple[str, ...]:
    return tuple(f"parked: {reason}" for _, reason in scene.priced.parked.iter_rows())


def _as_act(waiting: pl.DataFrame) -> pl.DataFrame:
    return waiting.with_columns(act_id="line_id", contract_id=pl.lit(None, pl.Int32))


def _waits(stored: pl.DataFrame, rerun: pl.DataFrame) -> Iterator[Differs]:
    both = stored.select(WAITS).join(
        rerun.select(WAITS), on="line_id", how="full", coalesce=True, suffix="_new"
    )
    for row in both.sort("line_id").iter_rows(named=True):
        for column in WAITS[1:]:
            if row[column] != row[f"{column}_new"]:
                key = (("line_id", row["line_id"]),)
                yield Differs("waiting", key, column, row[column], row[f"{column}_new"])


def _values(book: Book, changed: pl.DataFrame) -> Iterator[Differs]:
    """Each value that differs; an absent row shows as one difference of its amount."""
    for row in changed.iter_rows(named=True):
        key = tuple((name, row[name]) for name in book.key)
        nothing = row["version"] is None or row["amount_cents_new"] is None
        for name in book.amounts[:1] if nothing else book.values:
            if row[name] != row[f"{name}_new"] or nothing:
                yield Differs(book.table, key, name, row[name], row[f"{name}_new"])


def written_verdict(scene: Scene, found: Difference) -> Verdict:
    """A difference that the run would write, row by row; none where everything is booked."""
    mine = scene.own(found.changed)
    return Verdict(len(mine), tuple(_values(found.book, mine)))


def settlement_verdict(documents: Documents, key: str) -> Any:
    """A comparison of one computed invoice or payout (a frame of one row, without its id) with the stored one."""

    def compared(scene: Scene, rows: pl.DataFrame) -> Verdict:
        settled = scene.question.subject.settled
        assert settled is not None
        stored = settlement(scene.connection, documents, settled)
        columns = [name for name in stored.columns if name != key]
        return Verdict(1, tuple(_cells(documents, key, settled, stored, rows, columns)))

    return compared


def _cells(
    table: str, key: str, settled: int, stored: pl.DataFrame, rows: pl.DataFrame, columns: Sequence[str]
) -> Iterable[Differs]:
    before, after = stored.to_dicts()[0], rows.to_dicts()
    if len(after) != 1:
        yield Differs(table, ((key, settled),), "total_cents", before["total_cents"], None)
        return
    for name in columns:
        if before[name] != after[0].get(name):
            yield Differs(table, ((key, settled),), name, before[name], after[0].get(name))

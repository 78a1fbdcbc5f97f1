"""How an amount came from one instant to another: each version in between, what caused it, what each cause moved.

for moved in premium_movements(db, "M-0001", date(2026, 3, 1), since=12): moved.steps

What was booked at both instants is read from the book and not from the search, so that their agreement is a proof.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from avenant.core.why.model import Cause
from avenant.flows.documents_opened import EntryBehind, invoice_entries, payout_entries
from avenant.flows.why_acts import causes_of_acts, read_acts
from avenant.flows.why_premium_search import read_premiums
from avenant.flows.why_premiums import causes_of_premiums
from avenant.store.database import Database
from avenant.store.readers.acts import act_called
from avenant.store.readers.booked import acts_booked, premiums_booked, slots_of_entries


@dataclass(frozen=True, slots=True)
class Movement:
    """One key of a book between two revisions: what was booked at each, and the versions in between, oldest first.

    member, month, slot: of a premium. act, payee (``member`` or a number): of a reimbursement. before_cents: null
    where nothing was booked yet. Amounts in cents of ``currency``.
    """

    contract: str
    currency: str
    before_cents: int | None
    after_cents: int
    steps: tuple[Cause, ...]
    member: str | None = None
    month: date | None = None
    slot: str | None = None
    act: int | None = None
    payee: str | None = None

    @property
    def moved_cents(self) -> int:
        """After less before."""
        return self.after_cents - (self.before_cents or 0)

    @property
    def adds_up(self) -> bool:
        """Whether the moves of all causes sum to the difference of what the book says, to the cent."""
        told = sum(sum(step.moved) + step.code_cents for step in self.steps)
        return told == self.moved_cents and all(step.adds_up for step in self.steps)


@dataclass(frozen=True, slots=True)
class LineMoved:
    """A line of an invoice or payout: what it comes to, and the movements that make it so."""

    amount_cents: int
    currency: str
    movements: tuple[Movement, ...]

    @property
    def adds_up(self) -> bool:
        """Whether the movements sum to what the paper says."""
        moved = sum(one.moved_cents for one in self.movements)
        return moved == self.amount_cents and all(one.adds_up for one in self.movements)


def premium_movements(
    db: Database,
    member: str,
    month: date,
    slot: str | None = None,
    since: int = 0,
    rev: int | None = None,
    language: str = "en",
    names: Mapping[str, str] | None = None,
) -> tuple[Movement, ...]:
    """The premiums of a member's month from revision ``since`` to ``rev`` (None: now), one by one. slot: one alone.

    names: what to call members instead of their numbers. Errors: UnknownRef; ValueError for another language.
    """
    with db.snapshot() as connection:
        reading = read_premiums(connection, db.url, member, month, rev)
        booked = _by_key(premiums_booked(connection, member, month, since, rev))
    causes = causes_of_premiums(reading, slot, None, since, language, names)
    return tuple(
        Movement(
            **booked[one.contract, one.slot.slot_id],
            steps=one.causes,
            member=member,
            month=month,
            slot=one.slot.key,
        )
        for one in causes
    )


def act_movements(
    db: Database,
    act: str,
    payee: str | None = None,
    since: int = 0,
    rev: int | None = None,
    language: str = "en",
) -> tuple[Movement, ...]:
    """What each payee gets for an act (its number or the ref of one of its lines), from ``since`` to ``rev``.

    payee: one alone. Errors: UnknownRef; ValueError for another language.
    """
    with db.snapshot() as connection:
        number = act_called(connection, act)
    found = _movements(db, [number], since, rev, language)
    return tuple(one for one in found if payee in (None, one.payee))


def _movements(
    db: Database, acts: Sequence[int], since: int, rev: int | None, language: str
) -> tuple[Movement, ...]:
    """Read and searched together: what explains one act decides the others, too."""
    opens = db.settings().opens
    with db.snapshot() as connection:
        reading = read_acts(connection, db.url, acts, opens, rev)
        rows = acts_booked(connection, acts, reading.people, since, rev)
    booked = {act: _by_key(rows.filter(act_id=act).drop("act_id")) for act in acts}
    causes = causes_of_acts(reading, None, language, since)
    return tuple(
        Movement(**booked[act][one.contract, one.payee_id], steps=one.causes, act=act, payee=one.payee)
        for act in acts
        for one in causes[act]
    )


def event_movements(
    db: Database, acts: Sequence[int], since: int = 0, rev: int | None = None, language: str = "en"
) -> tuple[Movement, ...]:
    """The same of all acts of a care event. Errors: UnknownRef; ValueError for another language."""
    return _movements(db, acts, since, rev, language) if acts else ()


def invoice_line_moved(
    db: Database, number: str, line: int, rev: int | None = None, language: str = "en"
) -> LineMoved:
    """Why a line of an invoice says what it says: of each premium on it, what moved since it was last invoiced.

    Errors: UnknownInvoice, NoSuchLine; ValueError for another language.
    """
    opened = invoice_entries(db, number, line, rev)
    with db.connect() as connection:
        slots = slots_of_entries(connection, [entry.entry_id for entry in opened.lines[0].entries])
    found = []
    for (member, month, slot), entries in _by(
        opened.lines[0].entries, ("member_ref", "month"), slots
    ).items():
        seen = premium_movements(db, member, month, slot, *_span(entries), language)
        found += [one for one in seen if one.contract == opened.header.contract_ref]
    return LineMoved(opened.lines[0].amount_cents, opened.header.currency, tuple(found))


def payout_line_moved(
    db: Database, number: str, line: int, rev: int | None = None, language: str = "en"
) -> LineMoved:
    """The same of a line of a payout: of each act on it. Errors: UnknownPayout, NoSuchLine; ValueError."""
    opened = payout_entries(db, number, line, rev)
    payee = "member" if opened.header.payee_kind == "member" else opened.header.payee_ref
    found = []
    for (act, contract), entries in _by(opened.lines[0].entries, ("act_id", "contract_ref")).items():
        seen = act_movements(db, str(act), payee, *_span(entries), language)
        found += [one for one in seen if one.contract == contract]
    return LineMoved(opened.lines[0].amount_cents, opened.header.currency, tuple(found))


def _by(
    entries: Sequence[EntryBehind], names: Sequence[str], slots: Mapping[int, str] | None = None
) -> dict[tuple[Any, ...], list[EntryBehind]]:
    """The entries of a line by the values that name their key; of premiums also by their slot."""
    found: dict[tuple[Any, ...], list[EntryBehind]] = {}
    for entry in entries:
        last = () if slots is None else (slots[entry.entry_id],)
        key = (*(entry.explained[name] for name in names), *last)
        found.setdefault(key, []).append(entry)
    return found


def _span(entries: Sequence[EntryBehind]) -> tuple[int, int]:
    """From just before the first of some entries to the last."""
    revs = [entry.rev for entry in entries]
    return min(revs) - 1, max(revs)


def _by_key(rows: pl.DataFrame) -> dict[tuple[str, int], dict[str, Any]]:
    return {(row["contract"], row.pop("part")): row for row in rows.to_dicts()}

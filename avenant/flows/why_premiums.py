"""Why each version of a member's premiums replaced the one before: the cause found by recomputing.

causes = premium_causes(db, "M-0001", date(2026, 3, 1))
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

import polars as pl

from avenant.core.book.entries import PREMIUMS
from avenant.core.coverage.arrivals import fact_arrivals, learnt
from avenant.core.coverage.model import Arrival, Slot
from avenant.core.coverage.rule_changes import rulebook_changes
from avenant.core.why.causes import Verdict, verdict
from avenant.core.why.model import Cause
from avenant.core.why.moves import moves
from avenant.core.why.premiums import (
    MonthTerms,
    PremiumAsked,
    month_terms,
    premium_trials,
    premium_values,
    value_of,
)
from avenant.core.why.rule_parts import parts_changed, with_parts
from avenant.core.why.scenarios import KNOWN_BEFORE, Piece, Told, told_between
from avenant.core.why.search import News, minimal_set
from avenant.core.why.sentences import cause_sentence
from avenant.core.why.trying import Trials, Value
from avenant.flows.coverage import MonthRead, month_read, read_rev_of
from avenant.flows.former_rulebooks import former_rulebook
from avenant.store.database import Connection, Database
from avenant.store.readers.coverage import APPROVAL
from avenant.store.readers.rulebooks import Published
from avenant.store.tables import CONTRACT, ENROLMENT, MEMBER

Row = dict[str, Any]
RULEBOOK = {"publication": pl.Int32, "version": pl.Int32, "name": pl.String, "rev": pl.Int64}
FACTS = {"contract": CONTRACT, "member": MEMBER, "enrolment": ENROLMENT, "approval": APPROVAL}
AMOUNT_AT = PREMIUMS.values.index("amount_cents")
MOST_PARTS = 16
"""So many parts of a rulebook are told apart; where more changed, all that touch the price are named."""


@dataclass(frozen=True, slots=True)
class SlotCauses:
    """The causes of all versions of one premium, oldest first."""

    contract: str
    slot: Slot
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the search stands on: the month as read, facts as frames, rulebooks with their slots."""

    read: MonthRead
    frames: Mapping[str, pl.DataFrame]
    books: Mapping[str, Published]

    def contract_known(self, contract_id: int) -> int:
        """The revision at which a contract became known."""
        return min(row["rev"] for row in self.read.facts["contract"] if row["contract_id"] == contract_id)


def premium_causes(
    db: Database,
    member_ref: str,
    month: date,
    slot: str | None = None,
    version: int | None = None,
    rev: int | None = None,
    language: str = "en",
    names: Mapping[str, str] | None = None,
    since: int = 0,
) -> tuple[SlotCauses, ...]:
    """Why each charge of a member's month replaced the one before, per contract and slot.

    slot, version: one alone (``family.confort.health.child.free``; an odd number). names: what to call members
    instead of their numbers. since: only what became known after this revision. As known now or as of ``rev``.
    Errors: UnknownRef; ValueError for another language.
    """
    with db.snapshot() as connection:
        reading = _reading(connection, db.url, member_ref, month, rev)
    keys = {(row["contract_id"], row["slot_id"]): _slot(row) for row in reading.read.entries}
    return tuple(
        _slot_causes(reading, *key, version, since, language, names)
        for key, its_slot in sorted(keys.items(), key=lambda one: one[0])
        if slot in (None, its_slot.key)
    )


def _reading(connection: Connection, url: str, member_ref: str, month: date, rev: int | None) -> Reading:
    read = month_read(connection, url, member_ref, month, rev)
    frames = {
        table: pl.DataFrame(
            [{name: row.get(name) for name in (*columns, "version", "rev")} for row in read.facts[table]],
            schema={**columns, "version": pl.Int32, "rev": pl.Int64},
        )
        for table, columns in FACTS.items()
    }
    published = [(1, n, row["version"], row["rev"]) for n, row in enumerate(read.published, start=1)]
    frames["rulebook"] = pl.DataFrame(published, schema=RULEBOOK, orient="row")
    books = {version: former_rulebook(connection, url, version) for version in read.rulebooks}
    return Reading(read, frames, books)


def _slot_causes(
    reading: Reading,
    contract_id: int,
    slot_id: int,
    version: int | None,
    since: int,
    language: str,
    names: Mapping[str, str] | None,
) -> SlotCauses:
    mine = [
        row for row in reading.read.entries if (row["contract_id"], row["slot_id"]) == (contract_id, slot_id)
    ]
    charges = {row["version"]: row for row in mine if row["version"] % 2}
    chosen = [n for n, row in charges.items() if version in (None, n) and row["rev"] > since]
    causes = [_cause(reading, charges[number], charges.get(number - 2)) for number in chosen]
    told = (replace(cause, sentence=cause_sentence(cause, language, names)) for cause in causes)
    return SlotCauses(reading.read.names["contract_id"][contract_id], _slot(mine[0]), tuple(told))


def _slot(row: Row) -> Slot:
    return Slot(*(row[name] for name in ("slot_id", "plan", "level", "component", "tier", "status")))


def _cause(reading: Reading, row: Row, former: Row | None) -> Cause:
    due = former is None and row["former_read_rev"] is None
    since = read_rev_of(former) if former else int(row["former_read_rev"] or 0)
    told = _told(reading.frames, since, read_rev_of(row), due)
    books = _month_books(reading, told, row)
    asked, trials, found = _searched(reading, told, books, row, former, due)
    before_cents = former["amount_cents"] if former else None
    parts = moves(trials, found.news, AMOUNT_AT, before_cents or 0, row["amount_cents"])
    contracts = (c for c in reading.read.facts["contract"] if c["contract_id"] == row["contract_id"])
    return Cause(
        version=row["version"],
        before_cents=before_cents,
        after_cents=row["amount_cents"],
        currency=next(contracts)["currency"],
        found=found.found,
        arrived=tuple(_arrived(reading, told, found, asked, row, since)),
        looked_at=len(told.pieces),
        code=((former or {}).get("code_version") or row["former_code_version"], row["code_version"]),
        learnt=learnt(row),
        moved=parts.by_news,
        code_cents=parts.by_code,
    )


def _searched(
    reading: Reading, told: Told, books: Mapping[str, MonthTerms], row: Row, former: Row | None, due: bool
) -> tuple[PremiumAsked, Trials, Verdict]:
    """The verdict, the question it answers, and what was tried. Whether the contract had been booked when the key
    was new is told by when it became known; where that leads nowhere, the other way is tried."""
    known_before = reading.contract_known(row["contract_id"]) <= int(row["former_read_rev"] or 0)
    likely = former is not None or known_before
    for limited in (likely,) if former else (likely, not likely):
        asked = _asked(row, former, limited)
        trials = premium_trials(asked, told, books)
        found = verdict(told.pieces, trials, due, partial(_stood, trials, asked.before))
        if found.news:
            break
    return asked, trials, found


def _stood(trials: Trials, before: Value) -> bool:
    return trials.without_news() == before


def _told(frames: Mapping[str, pl.DataFrame], since: int, until: int, due: bool) -> Told:
    """What was known and what arrived; of a month that was due for the first time, all facts are news, under the
    rulebook of its run."""
    if not due:
        return told_between(frames, since, until)
    rules = told_between({"rulebook": frames["rulebook"]}, until, until)
    facts = told_between({name: frame for name, frame in frames.items() if name != "rulebook"}, 0, until)
    return Told({**facts.tables, **rules.tables}, facts.pieces)


def _month_books(reading: Reading, told: Told, row: Row) -> dict[str, MonthTerms]:
    """The rulebook in force before the news, and every one among the news."""
    plans = sorted({row["plan"], *told.tables["enrolment"]["plan"]})
    rules = told.tables["rulebook"].sort("version")
    before = rules.filter(pl.col("news") == KNOWN_BEFORE).tail(1)
    names = pl.concat([before, rules.filter(pl.col("news") != KNOWN_BEFORE)])["name"].unique()
    return {
        name: month_terms(reading.books[name].rulebook, reading.books[name].slots, plans, row["month"])
        for name in names
    }


def _asked(row: Row, former: Row | None, limited: bool) -> PremiumAsked:
    return PremiumAsked(
        contract_id=row["contract_id"],
        member_id=row["member_id"],
        month=row["month"],
        slot_id=row["slot_id"],
        plan=row["plan"],
        before=value_of(former),
        after=value_of(row),
        business_month=row["business_date"].replace(day=1),
        limited=limited,
    )


def _arrived(
    reading: Reading, told: Told, found: Verdict, asked: PremiumAsked, row: Row, since: int
) -> Iterator[Arrival]:
    """The pieces of the set as people know them; of a rulebook only the lines without which it would not be so."""
    for place in sorted(found.news):
        piece = told.pieces[place]
        if piece.table == "rulebook":
            yield _rulebook_arrival(reading, told, found.news, asked, row, piece)
        else:
            yield fact_arrival(reading.read.facts[piece.table], reading.read.names, piece)


def fact_arrival(versions: Sequence[Row], names: Mapping[str, Mapping[int, str]], piece: Piece) -> Arrival:
    """One version of a fact as people know it."""
    mine = [row for row in versions if row[f"{piece.table}_id"] == piece.number]
    found = fact_arrivals(piece.table, mine, names, piece.rev - 1, piece.rev)
    return next(arrival for arrival in found if arrival.version == piece.version)


def _rulebook_arrival(
    reading: Reading, told: Told, news: News, asked: PremiumAsked, row: Row, piece: Piece
) -> Arrival:
    """The publication with the lines of it that the change cannot do without."""
    published = reading.read.published[piece.version - 1]
    after = reading.books[published["version"]]
    earlier = [p for p in reading.read.published[: piece.version - 1] if p["version"] in reading.books]
    slot = _slot(row)
    if not earlier:
        return Arrival("rulebook", published["version"], piece.version, learnt(published), ())
    before = reading.books[earlier[-1]["version"]]
    plans = sorted({row["plan"], *told.tables["enrolment"]["plan"]})
    parts = parts_changed(before.rulebook, after.rulebook, plans)
    named = after.rulebook
    if len(parts) <= MOST_PARTS:

        def comes_about(sets: Sequence[News]) -> list[bool]:
            return [gives(chosen) for chosen in sets]

        def gives(chosen: News) -> bool:
            mixed = with_parts(before.rulebook, after.rulebook, [parts[n] for n in chosen])
            terms = month_terms(mixed, after.slots, plans, row["month"])
            one = dict.fromkeys(told.tables["rulebook"]["name"].unique(), terms)
            return premium_values(asked, told, one, [news])[0] == asked.after

        needed = minimal_set(len(parts), comes_about)
        if needed:
            named = with_parts(before.rulebook, after.rulebook, [parts[n] for n in needed])
    changes = rulebook_changes(before.rulebook, named, slot, row["month"])
    return Arrival("rulebook", published["version"], piece.version, learnt(published), changes)

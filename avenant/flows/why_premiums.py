"""Why each version of a member's premiums replaced the one before: the cause found by recomputing.

causes = premium_causes(db, "M-0001", date(2026, 3, 1))
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from avenant.core.book.entries import PREMIUMS
from avenant.core.coverage.arrivals import fact_arrivals, learnt
from avenant.core.coverage.model import Arrival, Slot
from avenant.core.coverage.rule_changes import rulebook_changes
from avenant.core.why.model import Cause
from avenant.core.why.moves import moves
from avenant.core.why.premiums import month_terms, premium_values
from avenant.core.why.rule_parts import parts_changed, with_parts
from avenant.core.why.scenarios import Piece, Told
from avenant.core.why.search import News, minimal_set
from avenant.core.why.sentences import cause_sentence
from avenant.core.why.together import Span
from avenant.flows.why_premium_search import Found, Pair, Reading, Row, Search, read_premiums, searched
from avenant.store.database import Database

AMOUNT_AT = PREMIUMS.values.index("amount_cents")
MOST_PARTS = 16
"""So many parts of a rulebook are told apart; where more changed, all that touch the price are named."""


@dataclass(frozen=True, slots=True)
class SlotCauses:
    """The causes of all versions of one premium, oldest first."""

    contract: str
    slot: Slot
    causes: tuple[Cause, ...]


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
        reading = read_premiums(connection, db.url, member_ref, month, rev)
    return causes_of_premiums(reading, slot, version, since, language, names)


def causes_of_premiums(
    reading: Reading,
    slot: str | None = None,
    version: int | None = None,
    since: int = 0,
    language: str = "en",
    names: Mapping[str, str] | None = None,
) -> tuple[SlotCauses, ...]:
    """The same from what was read. Errors: ValueError for another language."""
    keys = {(row["contract_id"], row["slot_id"]): _slot(row) for row in reading.read.entries}
    keys = {key: its_slot for key, its_slot in sorted(keys.items()) if slot in (None, its_slot.key)}
    asked = [(key, pair) for key in keys for pair in _versions(reading, key, version, since)]
    causes = [
        replace(cause, sentence=cause_sentence(cause, language, names))
        for cause in _causes(reading, [pair for _, pair in asked])
    ]
    return tuple(
        SlotCauses(
            reading.read.names["contract_id"][key[0]],
            its_slot,
            tuple(cause for (of, _), cause in zip(asked, causes, strict=True) if of == key),
        )
        for key, its_slot in keys.items()
    )


def _versions(reading: Reading, key: tuple[int, int], version: int | None, since: int) -> list[Pair]:
    """The charges of one contract and slot that are asked for, each with the charge before it."""
    mine = [row for row in reading.read.entries if (row["contract_id"], row["slot_id"]) == key]
    charges = {row["version"]: row for row in mine if row["version"] % 2}
    chosen = [n for n, row in charges.items() if version in (None, n) and row["rev"] > since]
    return [(charges[number], charges.get(number - 2)) for number in chosen]


def _causes(reading: Reading, pairs: Sequence[Pair]) -> list[Cause]:
    if not pairs:
        return []
    search, found = searched(reading, pairs)
    return [_cause(search, pair, one) for pair, one in zip(pairs, found, strict=True)]


def _slot(row: Row) -> Slot:
    return Slot(*(row[name] for name in ("slot_id", "plan", "level", "component", "tier", "status")))


def _plans(told: Told, span: Span, row: Row) -> list[str]:
    """The plans that can have a part in a version: its own, and those of all enrolments known by then."""
    enrolled = told.tables["enrolment"].filter(pl.col("rev") <= span.until)
    return sorted({row["plan"], *enrolled["plan"]})


def _cause(search: Search, pair: Pair, found: Found) -> Cause:
    (row, former), news = pair, found.verdict.news
    before_cents = former["amount_cents"] if former else None
    parts = moves(found.trials, news, AMOUNT_AT, before_cents or 0, row["amount_cents"])
    contracts = (c for c in search.reading.read.facts["contract"] if c["contract_id"] == row["contract_id"])
    return Cause(
        version=row["version"],
        before_cents=before_cents,
        after_cents=row["amount_cents"],
        currency=next(contracts)["currency"],
        found=found.verdict.found,
        arrived=tuple(_arrived(search, found, row)),
        looked_at=len(found.question.news),
        code=((former or {}).get("code_version") or row["former_code_version"], row["code_version"]),
        learnt=learnt(row),
        moved=parts.by_news,
        code_cents=parts.by_code,
    )


def _arrived(search: Search, found: Found, row: Row) -> Iterator[Arrival]:
    """The pieces of the set as people know them; of a rulebook only the lines without which it would not be so."""
    read = search.reading.read
    for place in sorted(found.verdict.news):
        piece = search.told.pieces[found.question.news[place]]
        if piece.table == "rulebook":
            yield _rulebook_arrival(search, found, row, piece)
        else:
            yield fact_arrival(read.facts[piece.table], read.names, piece)


def fact_arrival(versions: Sequence[Row], names: Mapping[str, Mapping[int, str]], piece: Piece) -> Arrival:
    """One version of a fact as people know it."""
    mine = [row for row in versions if row[f"{piece.table}_id"] == piece.number]
    found = fact_arrivals(piece.table, mine, names, piece.rev - 1, piece.rev)
    return next(arrival for arrival in found if arrival.version == piece.version)


def _rulebook_arrival(search: Search, found: Found, row: Row, piece: Piece) -> Arrival:
    """The publication with the lines of it that the change cannot do without."""
    reading, told, asked = search.reading, search.told, found.question.asked
    published = reading.read.published[piece.version - 1]
    after = reading.books[published["version"]]
    earlier = [p for p in reading.read.published[: piece.version - 1] if p["version"] in reading.books]
    if not earlier:
        return Arrival("rulebook", published["version"], piece.version, learnt(published), ())
    before = reading.books[earlier[-1]["version"]]
    plans = _plans(told, found.span, row)
    parts = parts_changed(before.rulebook, after.rulebook, plans)
    named = after.rulebook
    if len(parts) <= MOST_PARTS:
        whole = found.question.sets([found.verdict.news])

        def gives(chosen: News) -> bool:
            mixed = with_parts(before.rulebook, after.rulebook, [parts[n] for n in chosen])
            terms = month_terms(mixed, after.slots, plans, row["month"])
            one = dict.fromkeys(told.tables["rulebook"]["name"].unique(), terms)
            return premium_values([asked], told, one, whole)[0] == asked.after

        needed = minimal_set(len(parts), lambda sets: [gives(chosen) for chosen in sets])
        if needed:
            named = with_parts(before.rulebook, after.rulebook, [parts[n] for n in needed])
    changes = rulebook_changes(before.rulebook, named, _slot(row), row["month"])
    return Arrival("rulebook", published["version"], piece.version, learnt(published), changes)

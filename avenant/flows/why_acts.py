"""Why each version of what we pay for an act replaced the one before: the cause found by deciding anew.

causes = act_causes(db, "D-0001#1")
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from avenant.core.book.entries import REIMBURSEMENTS
from avenant.core.claims.model import CareTerms
from avenant.core.coverage.arrivals import learnt
from avenant.core.coverage.model import Arrival
from avenant.core.frames.care import ANSWER
from avenant.core.why.acts import COMPARED, ActAsked, act_trials
from avenant.core.why.care_news import document_arrival, fact_arrival_of_care, lines_of_rules_changed
from avenant.core.why.causes import verdict
from avenant.core.why.model import Cause
from avenant.core.why.moves import moves
from avenant.core.why.scenarios import Piece, Told, told_between
from avenant.core.why.sentences import cause_sentence
from avenant.core.why.trying import Value
from avenant.flows.coverage import read_rev_of
from avenant.flows.former_rulebooks import former_rulebook
from avenant.flows.why_premiums import RULEBOOK, fact_arrival
from avenant.store.database import Connection, Database
from avenant.store.readers.acts import act_called
from avenant.store.readers.coverage import (
    contract_versions,
    enrolment_versions,
    member_versions,
    publications,
)
from avenant.store.readers.events import providers_called
from avenant.store.readers.history import UnknownRef
from avenant.store.readers.why import (
    act_entries,
    answer_versions,
    line_versions,
    people_of_act,
    status_versions,
)

Row = dict[str, Any]
HOW_LEARNT = ("known_at", "actor", "reason", "run_id")
AMOUNT_AT = COMPARED.index("amount_cents")
WHOLE = {"care_line": "document_id"}
"""A document is told whole: its lines of one revision are one piece of news."""


@dataclass(frozen=True, slots=True)
class PayeeCauses:
    """The causes of all versions of what one payee gets for an act, oldest first. payee: ``member`` or a number."""

    contract: str
    payee_id: int
    payee: str
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the search stands on: entries, all versions of the facts (with how each was learnt), rulebooks, names."""

    entries: list[Row]
    frames: Mapping[str, pl.DataFrame]
    published: list[Row]
    terms: Mapping[str, CareTerms]
    names: Mapping[str, Mapping[int, str]]
    currencies: Mapping[int, str]
    payees: Mapping[int, str]
    opens: date


def act_causes(
    db: Database,
    name: str,
    version: int | None = None,
    rev: int | None = None,
    language: str = "en",
    since: int = 0,
) -> tuple[PayeeCauses, ...]:
    """Why each charge of an act replaced the one before, per contract and payee.

    name: of the act, or of the line it is called after (``D-0001#1``). version: one alone, an odd number. since:
    only what became known after this revision. As known now or as of ``rev``. Errors: UnknownRef; ValueError for
    another language.
    """
    opens = db.settings().opens
    with db.snapshot() as connection:
        reading = _reading(connection, db.url, name, opens, rev)
    keys = sorted({(row["contract_id"], row["payee_id"]) for row in reading.entries})
    return tuple(_payee_causes(reading, *key, version, since, language) for key in keys)


def _reading(connection: Connection, url: str, name: str, opens: date, rev: int | None) -> Reading:
    act_id = act_called(connection, name)
    people = people_of_act(connection, act_id, rev)
    if not people:
        raise UnknownRef(f"there is no act {name!r}: nothing was told under this number then")
    entries = act_entries(connection, act_id, rev).to_dicts()
    lines = line_versions(connection, people, rev)
    enrolments = enrolment_versions(connection, people, rev)
    contracts = contract_versions(connection, enrolments["contract_id"].unique(), rev)
    members = member_versions(connection, people, rev)
    published = publications(connection, rev).to_dicts()
    rules = [(1, number, row["version"], row["rev"]) for number, row in enumerate(published, start=1)]
    frames = {
        "contract": contracts,
        "member": members,
        "enrolment": enrolments,
        "care_line": lines,
        "answer": answer_versions(connection, lines["ref"], rev),
        "provider_status": status_versions(connection, lines["provider_id"], rev),
        "rulebook": pl.DataFrame(rules, schema=RULEBOOK, orient="row"),
    }
    refs = dict(members.select("member_id", "ref").iter_rows())
    providers = {row["payee_id"] for row in entries} - {0}
    called = dict(providers_called(connection, providers).iter_rows())
    return Reading(
        entries=entries,
        frames=frames,
        published=published,
        terms=_terms(connection, url, entries, published),
        names={
            "contract_id": dict(contracts.select("contract_id", "ref").iter_rows()),
            "member_id": refs,
            "family_id": refs,
        },
        currencies=dict(contracts.select("contract_id", "currency").iter_rows()),
        payees={0: "member", **called},
        opens=opens,
    )


def _terms(
    connection: Connection, url: str, entries: list[Row], published: list[Row]
) -> dict[str, CareTerms]:
    """The rulebook in force when the first run looked, and every one published until the last did."""
    reads = [read_rev_of(row) for row in entries]
    reads += [row["former_read_rev"] for row in entries if row["former_read_rev"] is not None]
    first = max((row["rev"] for row in published if reads and row["rev"] <= min(reads)), default=0)
    needed = {row["version"] for row in published if reads and first <= row["rev"] <= max(reads)}
    books = {version: former_rulebook(connection, url, version).rulebook for version in sorted(needed)}
    return {version: CareTerms(book.care, book.parameters) for version, book in books.items()}


def _payee_causes(
    reading: Reading, contract_id: int, payee_id: int, version: int | None, since: int, language: str
) -> PayeeCauses:
    mine = [
        row for row in reading.entries if (row["contract_id"], row["payee_id"]) == (contract_id, payee_id)
    ]
    charges = {row["version"]: row for row in mine if row["version"] % 2}
    chosen = [n for n, row in charges.items() if version in (None, n) and row["rev"] > since]
    causes = [_cause(reading, charges[number], charges.get(number - 2)) for number in chosen]
    told = tuple(replace(cause, sentence=cause_sentence(cause, language)) for cause in causes)
    return PayeeCauses(reading.names["contract_id"][contract_id], payee_id, reading.payees[payee_id], told)


def _cause(reading: Reading, row: Row, former: Row | None) -> Cause:
    """Of a first decision: since the run before, or all that was ever told where no run had been."""
    due = former is None and row["former_read_rev"] is None
    since = read_rev_of(former) if former else int(row["former_read_rev"] or 0)
    told = _told(reading.frames, since, read_rev_of(row), due)
    asked = ActAsked(
        row["contract_id"], row["act_id"], row["payee_id"], _value(former), _value(row), reading.opens
    )
    trials = act_trials(asked, told, reading.terms)
    found = verdict(told.pieces, trials, due, lambda: trials.without_news() == asked.before)
    before_cents = former["amount_cents"] if former else None
    parts = moves(trials, found.news, AMOUNT_AT, before_cents or 0, row["amount_cents"])
    return Cause(
        version=row["version"],
        before_cents=before_cents,
        after_cents=row["amount_cents"],
        currency=reading.currencies[row["contract_id"]],
        found=found.found,
        arrived=tuple(_arrived(reading, told.pieces[place], row, former) for place in sorted(found.news)),
        looked_at=len(told.pieces),
        code=((former or {}).get("code_version") or row["former_code_version"], row["code_version"]),
        learnt=learnt(row),
        moved=parts.by_news,
        code_cents=parts.by_code,
    )


def _value(row: Row | None) -> Value:
    """The values of a booked decision; of one behind which no message stands any more, nothing due."""
    if row is None or row[REIMBURSEMENTS.alive] == 0:
        return None
    return tuple(row[name] for name in COMPARED)


def _told(frames: Mapping[str, pl.DataFrame], since: int, until: int, due: bool) -> Told:
    bare = {name: frame.drop(HOW_LEARNT, strict=False) for name, frame in frames.items()}
    bare["care_line"] = bare["care_line"].drop("document_ref")
    bare["answer"] = bare["answer"].with_columns(reason=pl.lit("")).select(*ANSWER, "rev")
    if not due:
        return told_between(bare, since, until, WHOLE)
    rules = told_between({"rulebook": bare.pop("rulebook")}, until, until)
    facts = told_between(bare, 0, until, WHOLE)
    return Told({**facts.tables, **rules.tables}, facts.pieces)


def _arrived(reading: Reading, piece: Piece, row: Row, former: Row | None) -> Arrival:
    """A piece of news as people know it; of a rulebook the lines that decided before and decide now."""
    if piece.table == "rulebook":
        published = reading.published[piece.version - 1]
        changes = lines_of_rules_changed(former, row)
        return Arrival("rulebook", published["version"], piece.version, learnt(published), changes)
    versions = reading.frames[piece.table].to_dicts()
    if piece.table == "care_line":
        return document_arrival(versions, piece.number, piece.rev)
    if piece.table in ("answer", "provider_status"):
        return fact_arrival_of_care(piece.table, versions, piece.number, piece.version)
    return fact_arrival(versions, reading.names, piece)

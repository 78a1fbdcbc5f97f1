"""Why each version of what we pay for an act replaced the one before: the cause found by deciding anew.

causes = act_causes(db, "D-0001#1")
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

import polars as pl

from avenant.core.book.entries import REIMBURSEMENTS
from avenant.core.claims.model import CareTerms
from avenant.core.coverage.arrivals import learnt
from avenant.core.coverage.model import Arrival
from avenant.core.frames.care import ANSWER
from avenant.core.why.acts import COMPARED, ActAsked, answers_together
from avenant.core.why.care_news import document_arrival, fact_arrival_of_care, lines_of_rules_changed
from avenant.core.why.causes import causing, judged
from avenant.core.why.model import Cause
from avenant.core.why.moves import moves
from avenant.core.why.scenarios import Piece, Told, told_between
from avenant.core.why.search import News
from avenant.core.why.sentences import cause_sentence
from avenant.core.why.together import Question, Span, alone, question
from avenant.core.why.trying import Trials, Value, all_answered
from avenant.flows.coverage import read_rev_of
from avenant.flows.former_rulebooks import former_rulebook
from avenant.flows.why_premium_search import RULEBOOK
from avenant.flows.why_premiums import fact_arrival
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
    people_of_acts,
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
    """What the search stands on: entries, all versions of the facts (with how each was learnt), rulebooks, names.

    people: whose the acts ever were.
    """

    acts: tuple[int, ...]
    people: tuple[int, ...]
    entries: list[Row]
    frames: Mapping[str, pl.DataFrame]
    published: list[Row]
    terms: Mapping[str, CareTerms]
    names: Mapping[str, Mapping[int, str]]
    currencies: Mapping[int, str]
    payees: Mapping[int, str]
    opens: date


Key = tuple[int, int, int]
"""An act, a contract and a payee, by their numbers."""
Pair = tuple[Row, Row | None]
"""A charge and the one before it."""


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
        act = act_called(connection, name)
        reading = read_acts(connection, db.url, [act], opens, rev)
    return causes_of_acts(reading, version, language, since)[act]


def causes_of_acts(
    reading: Reading, version: int | None = None, language: str = "en", since: int = 0
) -> dict[int, tuple[PayeeCauses, ...]]:
    """The same of all acts that were read, searched side by side. Errors: ValueError for another language."""
    keys = sorted({_key_of(row) for row in reading.entries})
    asked = [(key, pair) for key in keys for pair in _versions(reading, key, version, since)]
    causes = _causes(reading, [pair for _, pair in asked])
    told = [replace(cause, sentence=cause_sentence(cause, language)) for cause in causes]
    found: dict[int, tuple[PayeeCauses, ...]] = dict.fromkeys(reading.acts, ())
    for key in keys:
        act, contract, payee = key
        theirs = tuple(one for (of, _), one in zip(asked, told, strict=True) if of == key)
        named = PayeeCauses(reading.names["contract_id"][contract], payee, reading.payees[payee], theirs)
        found[act] = (*found[act], named)
    return found


def _key_of(row: Row) -> Key:
    return row["act_id"], row["contract_id"], row["payee_id"]


def read_acts(
    connection: Connection, url: str, acts: Sequence[int], opens: date, rev: int | None = None
) -> Reading:
    """All that the causes of some acts are searched in. Errors: UnknownRef where nobody ever had them."""
    people = people_of_acts(connection, acts, rev)
    if not people:
        named = ", ".join(map(str, acts))
        raise UnknownRef(f"there is no act {named}: nothing was told under this number then")
    entries = act_entries(connection, acts, people, rev).to_dicts()
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
        acts=tuple(acts),
        people=tuple(people),
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


def _versions(reading: Reading, key: Key, version: int | None, since: int) -> list[Pair]:
    """The charges of one act, contract and payee that are asked for, each with the charge before it."""
    mine = [row for row in reading.entries if _key_of(row) == key]
    charges = {row["version"]: row for row in mine if row["version"] % 2}
    chosen = [n for n, row in charges.items() if version in (None, n) and row["rev"] > since]
    return [(charges[number], charges.get(number - 2)) for number in chosen]


def _causes(reading: Reading, pairs: Sequence[Pair]) -> list[Cause]:
    """The causes of all versions: searched side by side, so that each round decides all their scenarios at once."""
    if not pairs:
        return []
    spans = [_span(row, former) for row, former in pairs]
    since, until = min(span.since for span in spans), max(span.until for span in spans)
    told = _told(reading.frames, since, until)
    questions = [_question(reading, told, span, pair) for span, pair in zip(spans, pairs, strict=True)]
    batch = partial(answers_together, questions, told, reading.terms)
    pieces = [[told.pieces[place] for place in one.news] for one in questions]
    trials = [Trials(alone(batch, n, len(pairs)), one.asked.after) for n, one in enumerate(questions)]
    found = all_answered([causing(mine) for mine in pieces], trials, batch)
    return [
        _cause(reading, pair, span, mine, tried, news)
        for pair, span, mine, tried, news in zip(pairs, spans, pieces, trials, found, strict=True)
    ]


def _span(row: Row, former: Row | None) -> Span:
    """Of a first decision: since the run before, or all that was ever told where no run had been."""
    due = former is None and row["former_read_rev"] is None
    since = read_rev_of(former) if former else int(row["former_read_rev"] or 0)
    return Span(0 if due else since, read_rev_of(row), due)


def _question(reading: Reading, told: Told, span: Span, pair: Pair) -> Question[ActAsked]:
    row, former = pair
    asked = ActAsked(
        row["contract_id"], row["act_id"], row["payee_id"], _value(former), _value(row), reading.opens
    )
    return question(asked, told, span)


def _cause(
    reading: Reading, pair: Pair, span: Span, pieces: Sequence[Piece], trials: Trials, news: News | None
) -> Cause:
    row, former = pair
    found = judged(news, span.due, lambda: trials.without_news() == _value(former))
    before_cents = former["amount_cents"] if former else None
    parts = moves(trials, found.news, AMOUNT_AT, before_cents or 0, row["amount_cents"])
    return Cause(
        version=row["version"],
        before_cents=before_cents,
        after_cents=row["amount_cents"],
        currency=reading.currencies[row["contract_id"]],
        found=found.found,
        arrived=tuple(_arrived(reading, pieces[place], row, former) for place in sorted(found.news)),
        looked_at=len(pieces),
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


def _told(frames: Mapping[str, pl.DataFrame], since: int, until: int) -> Told:
    """All that arrived between two revisions, as pieces, and what was known before."""
    bare = {name: frame.drop(HOW_LEARNT, strict=False) for name, frame in frames.items()}
    bare["care_line"] = bare["care_line"].drop("document_ref")
    bare["answer"] = bare["answer"].with_columns(reason=pl.lit("")).select(*ANSWER, "rev")
    return told_between(bare, since, until, WHOLE)


def _arrived(reading: Reading, piece: Piece, row: Row, former: Row | None) -> Arrival:
    """A piece of news as people know it; of a rulebook the lines that decided before and decide now."""
    if piece.table == "rulebook":
        published = reading.published[piece.version - 1]
        changes = lines_of_rules_changed(former, row)
        return Arrival("rulebook", published["version"], piece.version, learnt(published), changes)
    frame = reading.frames[piece.table]
    number = WHOLE.get(piece.table, frame.columns[0])
    versions = frame.filter(pl.col(number) == piece.number).to_dicts()
    if piece.table == "care_line":
        return document_arrival(versions, piece.number, piece.rev)
    if piece.table in ("answer", "provider_status"):
        return fact_arrival_of_care(piece.table, versions, piece.number, piece.version)
    return fact_arrival(versions, reading.names, piece)

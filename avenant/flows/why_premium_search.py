"""The search for what caused each version of a member's month: facts told with and without each piece of news.

search, found = searched(reading, pairs)      # what was tried, and what was found about each version
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

import polars as pl

from avenant.core.why.causes import Verdict, causing, judged
from avenant.core.why.premiums import (
    MonthTerms,
    PremiumAsked,
    month_terms,
    premium_answers,
    value_of,
)
from avenant.core.why.scenarios import Told, told_between
from avenant.core.why.together import Question, Span, alone, question
from avenant.core.why.trying import Trials, Value, all_answered
from avenant.flows.coverage import MonthRead, month_read, read_rev_of
from avenant.flows.former_rulebooks import former_rulebook
from avenant.store.database import Connection
from avenant.store.readers.coverage import APPROVAL
from avenant.store.readers.rulebooks import Published
from avenant.store.tables import CONTRACT, ENROLMENT, MEMBER

Row = dict[str, Any]
RULEBOOK = {"publication": pl.Int32, "version": pl.Int32, "name": pl.String, "rev": pl.Int64}
FACTS = {"contract": CONTRACT, "member": MEMBER, "enrolment": ENROLMENT, "approval": APPROVAL}
Pair = tuple[Row, Row | None]
"""A charge and the one before it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the search stands on: the month as read, facts as frames, rulebooks with their slots."""

    read: MonthRead
    frames: Mapping[str, pl.DataFrame]
    books: Mapping[str, Published]

    def contract_known(self, contract_id: int) -> int:
        """The revision at which a contract became known."""
        return min(row["rev"] for row in self.read.facts["contract"] if row["contract_id"] == contract_id)


def read_premiums(
    connection: Connection, url: str, member_ref: str, month: date, rev: int | None = None
) -> Reading:
    """All that the causes of a member's month are searched in. Errors: UnknownRef."""
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


@dataclass(frozen=True, slots=True)
class Found:
    """What was found about a version, and what was tried to find it."""

    span: Span
    question: Question[PremiumAsked]
    trials: Trials
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Search:
    """What all versions of a month are searched in: facts told as pieces, rulebooks made ready for the month."""

    reading: Reading
    told: Told
    books: Mapping[str, MonthTerms]

    def found(self, questions: Sequence[Question[PremiumAsked]], spans: Sequence[Span]) -> list[Found]:
        """The verdict on each question."""
        batch = partial(premium_answers, questions, self.told, self.books)
        trials = [Trials(alone(batch, n, len(questions)), one.asked.after) for n, one in enumerate(questions)]
        searches = [causing([self.told.pieces[place] for place in one.news]) for one in questions]
        news = all_answered(searches, trials, batch)
        return [
            Found(span, one, tried, judged(some, span.due, partial(_stood, tried, one.asked.before)))
            for one, tried, some, span in zip(questions, trials, news, spans, strict=True)
        ]


def searched(reading: Reading, pairs: Sequence[Pair]) -> tuple[Search, list[Found]]:
    """What caused each version: searched side by side, so that each round prices all their scenarios at once.

    Whether the contract had been booked when a key was new is told by when it became known; where that leads
    nowhere, the other way is tried.
    """
    spans = [_span(*pair) for pair in pairs]
    told = told_between(reading.frames, min(span.since for span in spans), max(span.until for span in spans))
    plans = sorted({*(row["plan"] for row, _ in pairs), *told.tables["enrolment"]["plan"]})
    search = Search(reading, told, MonthBooks(reading.books, plans, pairs[0][0]["month"]))
    asked = [_question(search, span, pair) for span, pair in zip(spans, pairs, strict=True)]
    found = search.found(asked, spans)
    again = [n for n, (_, former) in enumerate(pairs) if former is None and not found[n].verdict.news]
    other = [
        replace(asked[n], asked=replace(asked[n].asked, limited=not asked[n].asked.limited)) for n in again
    ]
    for n, one in zip(again, search.found(other, [spans[n] for n in again]), strict=True):
        found[n] = one
    return search, found


class MonthBooks(dict[str, MonthTerms]):
    """Rulebooks by version, each made ready for one month and some plans when it is first asked for."""

    def __init__(self, books: Mapping[str, Published], plans: Sequence[str], month: date) -> None:
        super().__init__()
        self._made = lambda name: month_terms(books[name].rulebook, books[name].slots, plans, month)

    def __missing__(self, name: str) -> MonthTerms:
        self[name] = self._made(name)
        return self[name]


def _stood(trials: Trials, before: Value) -> bool:
    return trials.without_news() == before


def _span(row: Row, former: Row | None) -> Span:
    """Of a month that was due for the first time, all facts are news, under the rulebook of its run."""
    due = former is None and row["former_read_rev"] is None
    since = read_rev_of(former) if former else int(row["former_read_rev"] or 0)
    return Span(0 if due else since, read_rev_of(row), due)


def _likely(reading: Reading, row: Row, former: Row | None) -> bool:
    """Whether the contract had been booked before, so that the limit on billing back holds."""
    known_before = reading.contract_known(row["contract_id"]) <= int(row["former_read_rev"] or 0)
    return former is not None or known_before


def _question(search: Search, span: Span, pair: Pair) -> Question[PremiumAsked]:
    row, former = pair
    asked = PremiumAsked(
        contract_id=row["contract_id"],
        member_id=row["member_id"],
        month=row["month"],
        slot_id=row["slot_id"],
        plan=row["plan"],
        before=value_of(former),
        after=value_of(row),
        business_month=row["business_date"].replace(day=1),
        limited=_likely(search.reading, row, former),
    )
    return question(asked, search.told, span)

"""What we would pay for an act under each scenario of the news: all acts of the member, decided once for all.

Of a visit of 3 March, with and without the Sécu's return of 14 April: two members, the same visit decided twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from avenant.core.book.entries import REIMBURSEMENTS
from avenant.core.claims.expected import expected_reimbursements
from avenant.core.claims.model import Care, CareTerms, ExpectedCare
from avenant.core.why.scenarios import SCENARIO, Numbers, Told, as_known
from avenant.core.why.search import News
from avenant.core.why.together import Question, answers_to
from avenant.core.why.trying import Value

COMPARED = tuple(name for name in REIMBURSEMENTS.values if name != "member_id")
"""What makes two decisions equal; whose they are is told by the key, since members are numbered apart."""


@dataclass(frozen=True, slots=True)
class ActAsked:
    """One version of a reimbursement: its key, whose it is, the value before and after. opens: of the book."""

    contract_id: int
    act_id: int
    payee_id: int
    before: Value
    after: Value
    opens: date


@dataclass(frozen=True, slots=True)
class Kinds:
    """How each kind of id is numbered apart in scenarios."""

    people: Numbers
    contracts: Numbers
    lines: Numbers
    documents: Numbers
    providers: Numbers

    @classmethod
    def of(cls, told: Told) -> Kinds:
        """The ids of everything told."""
        tables = told.tables
        providers = [
            *tables["care_line"]["provider_id"].drop_nulls(),
            *tables["provider_status"]["provider_id"],
        ]
        people = [*tables["member"]["member_id"], *tables["member"]["family_id"]]
        people += [*tables["care_line"]["member_id"].drop_nulls(), *tables["enrolment"]["member_id"]]
        return cls(
            Numbers.of(people),
            Numbers.of([*tables["contract"]["contract_id"], *tables["enrolment"]["contract_id"]]),
            Numbers.of(tables["care_line"]["line_id"]),
            Numbers.of(tables["care_line"]["document_id"]),
            Numbers.of(providers),
        )


def act_values(
    asked: ActAsked, told: Told, books: Mapping[str, CareTerms], sets: Sequence[News]
) -> list[Value]:
    """The value of the asked key under each of ``sets``; where the act waits with what is booked, the value before.

    told: tables contract, member, enrolment, care_line, answer, provider_status and rulebook (one fact whose versions
    are publications, with ``name``). books: by that name.
    """
    return _values([asked] * len(sets), told, books, sets)


def answers_together(
    questions: Sequence[Question[ActAsked]],
    told: Told,
    books: Mapping[str, CareTerms],
    sets: Sequence[Sequence[News]],
) -> list[list[Value]]:
    """What the sets of each question give, as `act_values` one by one: all scenarios are decided in one call."""
    return answers_to(questions, lambda asked, every: _values(asked, told, books, every), sets)


def _values(
    asked: Sequence[ActAsked], told: Told, books: Mapping[str, CareTerms], sets: Sequence[News]
) -> list[Value]:
    """One value per question and its set; what several ask of the same set is decided once."""
    values: list[Value] = [None] * len(sets)
    known = as_known(told, "rulebook", distinct := list(dict.fromkeys(sets)))
    kinds = Kinds.of(told)
    for (name,), rows in known.group_by("name", maintain_order=True):
        places = {distinct[place]: n for n, place in enumerate(rows[SCENARIO])}
        decided = Decided.of(told, kinds, books[str(name)], list(places))
        for n, (one, some) in enumerate(zip(asked, sets, strict=True)):
            if some in places:
                values[n] = decided.value_of(one, places[some])
    return values


@dataclass(frozen=True, slots=True)
class Decided:
    """All acts of some scenarios under one rulebook. rows: by act, contract and payee, as numbered there."""

    kinds: Kinds
    rows: Mapping[tuple[int, int, int], Mapping[str, Any]]
    standing: set[int]

    @classmethod
    def of(cls, told: Told, kinds: Kinds, terms: CareTerms, sets: Sequence[News]) -> Decided:
        """Decide them, side by side."""
        expected = expected_reimbursements(_care(told, kinds, sets), terms)
        rows = {
            (row["act_id"], row["contract_id"], row["payee_id"]): row
            for row in expected.rows.iter_rows(named=True)
        }
        return cls(kinds, rows, _standing(expected))

    def value_of(self, asked: ActAsked, place: int) -> Value:
        """What one payee gets for an act in one scenario."""
        act = self.kinds.lines.number_of(place, asked.act_id)
        if act in self.standing:
            return asked.before
        row = self.rows.get((act, *_key(asked, self.kinds, place)))
        if row is None or row["care_date"] < asked.opens:
            return None
        return tuple(row[name] for name in COMPARED)


def _key(asked: ActAsked, kinds: Kinds, place: int) -> tuple[int, int]:
    return (
        kinds.contracts.number_of(place, asked.contract_id),
        kinds.providers.number_of(place, asked.payee_id),
    )


def _standing(found: ExpectedCare) -> set[int]:
    """Acts that wait with what was booked for them, by every number that they may have had."""
    waiting = found.waiting.filter("keeps_booked").select(act_id="line_id")
    lines = found.links.join(waiting, on="act_id", how="semi")["line_id"]
    return {*waiting["act_id"], *lines}


def _care(told: Told, kinds: Kinds, sets: Sequence[News]) -> Care:
    """The facts of care of all scenarios as those of many members."""
    members = kinds.people.apart(as_known(told, "member", sets), "member_id", "family_id")
    agreed = kinds.contracts.apart(as_known(told, "contract", sets), "contract_id")
    enrolled = kinds.people.apart(as_known(told, "enrolment", sets), "member_id")
    enrolled = kinds.contracts.apart(enrolled, "contract_id")
    enrolled = enrolled.join(agreed.select("contract_id"), on="contract_id", how="semi")
    enrolled = enrolled.join(members.select("member_id"), on="member_id", how="semi")
    lines = _lines(told, kinds, members, sets)
    answers = _apart_refs(as_known(told, "answer", sets), "line_ref", "other_ref")
    mine = pl.col("line_ref").is_in(lines["ref"].implode()) | pl.col("other_ref").is_in(
        lines["ref"].implode()
    )
    statuses = kinds.providers.apart(as_known(told, "provider_status", sets), "provider_id")
    extra = ("rev", "news", SCENARIO)
    return Care(
        lines=lines.drop(extra),
        answers=answers.filter(mine.fill_null(False)).drop(extra),
        statuses=statuses.drop(extra),
        members=members.select("member_id", "family_id", "birth_date"),
        enrolments=enrolled.select(
            *("enrolment_id", "contract_id", "member_id", "plan", "level", "basis", "valid_from", "valid_to")
        ),
    )


def _lines(told: Told, kinds: Kinds, members: pl.DataFrame, sets: Sequence[News]) -> pl.DataFrame:
    """The lines of known members; one that named nobody then is whose number it named (``adopted_id``)."""
    known = as_known(told, "care_line", sets)
    known = known.with_columns(pl.coalesce("member_id", "adopted_id").alias("member_id")).drop("adopted_id")
    lines = kinds.people.apart(known.filter(pl.col("member_id").is_not_null()), "member_id")
    lines = lines.join(members.select("member_id"), on="member_id", how="semi")
    lines = kinds.documents.apart(kinds.lines.apart(lines, "line_id"), "document_id")
    return _apart_refs(kinds.providers.apart(lines, "provider_id"), "ref", "cancels")


def _apart_refs(rows: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """References told apart by their scenario, in the same order within each."""
    return rows.with_columns(
        pl.concat_str(pl.col(SCENARIO).cast(pl.String), pl.lit("|"), pl.col(name)).alias(name)
        for name in columns
    )

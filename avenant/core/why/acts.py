"""What we would pay for an act under each scenario of the news: all acts of the member, decided once for all.

Of a visit of 3 March, with and without the Sécu's return of 14 April: two members, the same visit decided twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice

import polars as pl

from avenant.core.book.entries import REIMBURSEMENTS
from avenant.core.claims.expected import expected_reimbursements
from avenant.core.claims.model import Care, CareTerms, ExpectedCare
from avenant.core.why.scenarios import SCENARIO, Numbers, Told, as_known
from avenant.core.why.search import News
from avenant.core.why.trying import Trials, Value

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


@dataclass(frozen=True, slots=True)
class Question:
    """One version and its news. before: pieces of what was told that were known before; news: those that arrived."""

    asked: ActAsked
    before: News
    news: tuple[int, ...]

    def sets(self, chosen: Sequence[News]) -> list[News]:
        """Pieces told in all for sets of this question's own news."""
        return [self.before.union(self.news[place] for place in some) for some in chosen]


def act_trials(asked: ActAsked, told: Told, books: Mapping[str, CareTerms]) -> Trials:
    """Whether sets of news give the value after."""
    return Trials(partial(act_values, asked, told, books), asked.after)


def act_values(
    asked: ActAsked, told: Told, books: Mapping[str, CareTerms], sets: Sequence[News]
) -> list[Value]:
    """The value of the asked key under each of ``sets``; where the act waits with what is booked, the value before.

    told: tables contract, member, enrolment, care_line, answer, provider_status and rulebook (one fact whose versions
    are publications, with ``name``). books: by that name.
    """
    return _values([asked] * len(sets), told, books, sets)


def answers_together(
    questions: Sequence[Question], told: Told, books: Mapping[str, CareTerms], sets: Sequence[Sequence[News]]
) -> list[list[Value]]:
    """What the sets of each question give, as `act_values` one by one: all scenarios are decided in one call."""
    asked = [one.asked for one, mine in zip(questions, sets, strict=True) for _ in mine]
    every = [some for one, mine in zip(questions, sets, strict=True) for some in one.sets(mine)]
    values = iter(_values(asked, told, books, every)) if every else iter(())
    return [list(islice(values, len(mine))) for mine in sets]


def _values(
    asked: Sequence[ActAsked], told: Told, books: Mapping[str, CareTerms], sets: Sequence[News]
) -> list[Value]:
    """One value per scenario; what is asked of each stands beside its set."""
    values: list[Value] = [None] * len(sets)
    known = as_known(told, "rulebook", sets)
    kinds = Kinds.of(told)
    for (name,), rows in known.group_by("name", maintain_order=True):
        places = rows[SCENARIO].to_list()
        mine, theirs = [asked[place] for place in places], [sets[place] for place in places]
        found = _under_one_book(mine, told, kinds, books[str(name)], theirs)
        for place, value in zip(places, found, strict=True):
            values[place] = value
    return values


def _under_one_book(
    asked: Sequence[ActAsked], told: Told, kinds: Kinds, terms: CareTerms, sets: Sequence[News]
) -> list[Value]:
    care = _care(told, kinds, sets)
    expected = expected_reimbursements(care, terms)
    acts = {kinds.lines.number_of(place, one.act_id): place for place, one in enumerate(asked)}
    values: list[Value] = [None] * len(sets)
    mine = expected.rows.filter(pl.col("act_id").is_in(list(acts)))
    for row in mine.iter_rows(named=True):
        place = acts[row["act_id"]]
        key = (row["contract_id"], row["payee_id"])
        if key == _key(asked[place], kinds, place) and row["care_date"] >= asked[place].opens:
            values[place] = tuple(row[name] for name in COMPARED)
    for number in _standing(expected):
        if number in acts:
            values[acts[number]] = asked[acts[number]].before
    return values


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

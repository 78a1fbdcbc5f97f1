"""What a premium would be under each scenario of the news: one recompute of the month for all of them together.

Of June 2026, with and without the end of an enrolment: two families, two rows, or one row and nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from avenant.core.book.entries import PREMIUMS
from avenant.core.periods import add_months
from avenant.core.premiums import Facts, Terms, expected_premiums
from avenant.core.premiums.model import terms
from avenant.core.rulebook.model import Rulebook
from avenant.core.why.scenarios import SCENARIO, Numbers, Told, as_known
from avenant.core.why.search import News
from avenant.core.why.together import Question, answers_to
from avenant.core.why.trying import Value

NOTHING_DUE: Value = None


@dataclass(frozen=True, slots=True)
class MonthTerms:
    """A rulebook made ready for one month. reach: plan -> how many months back it bills without approval."""

    terms: Terms
    reach: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class PremiumAsked:
    """One version of a premium: its key, the value before and after, and the month of the run's business date.

    plan: of the slot. limited: the plan's limit on how far back it bills holds (the contract was booked before).
    """

    contract_id: int
    member_id: int
    month: date
    slot_id: int
    plan: str
    before: Value
    after: Value
    business_month: date
    limited: bool


def month_terms(rulebook: Rulebook, slots: pl.DataFrame, plans: Sequence[str], month: date) -> MonthTerms:
    """``rulebook`` with ``plans`` alone, made ready for ``month``."""
    mine = pl.col("plan").is_in(list(plans))
    small = replace(
        rulebook,
        plans=rulebook.plans.filter(mine),
        price_lines=rulebook.price_lines.filter(mine),
        rates=rulebook.rates.filter(mine),
    )
    reach = dict(small.plans.select("plan", "retro_months").iter_rows())
    return MonthTerms(terms(small, slots, month, month), reach)


def value_of(entry: Mapping[str, Any] | None) -> Value:
    """The values of a booked charge; of one behind which no day stands any more, nothing due."""
    if entry is None or entry[PREMIUMS.alive] == 0:
        return NOTHING_DUE
    return tuple(entry[name] for name in PREMIUMS.values)


def premium_answers(
    questions: Sequence[Question[PremiumAsked]],
    told: Told,
    books: Mapping[str, MonthTerms],
    sets: Sequence[Sequence[News]],
) -> list[list[Value]]:
    """What the sets of each question give: the month is computed once for all scenarios under one rulebook."""
    return answers_to(questions, lambda asked, every: premium_values(asked, told, books, every), sets)


def premium_values(
    asked: Sequence[PremiumAsked], told: Told, books: Mapping[str, MonthTerms], sets: Sequence[News]
) -> list[Value]:
    """The value of a key under each of ``sets``; where its family would be parked or the difference held back, the
    value before. ``asked``: of each set, all of one month.

    told: tables contract, member, enrolment, approval and rulebook (one fact whose versions are publications, with
    ``name``). books: by that name.
    """
    values: list[Value] = [NOTHING_DUE] * len(sets)
    known = as_known(told, "rulebook", distinct := list(dict.fromkeys(sets)))
    for (name,), rows in known.group_by("name", maintain_order=True):
        places = {distinct[place]: n for n, place in enumerate(rows[SCENARIO])}
        priced = Priced.of(told, books[str(name)], list(places))
        for n, (one, some) in enumerate(zip(asked, sets, strict=True)):
            if some in places:
                values[n] = priced.value_of(one, places[some])
    return values


@dataclass(frozen=True, slots=True)
class Priced:
    """The month of some scenarios under one rulebook. rows: by member, contract and slot, as numbered there.

    parked: members whose family would be parked. approved: scenario, contract and member of approvals of the month.
    """

    people: Numbers
    contracts: Numbers
    book: MonthTerms
    rows: Mapping[tuple[int, int, int], Mapping[str, Any]]
    parked: set[int]
    approved: pl.DataFrame

    @classmethod
    def of(cls, told: Told, book: MonthTerms, sets: Sequence[News]) -> Priced:
        """Price them, side by side."""
        people = Numbers.of([*told.tables["member"]["member_id"], *told.tables["member"]["family_id"]])
        contracts = Numbers.of(told.tables["contract"]["contract_id"])
        facts = _facts(told, people, contracts, sets)
        expected = expected_premiums(facts, book.terms)
        rows = {
            (row["member_id"], row["contract_id"], row["slot_id"]): row
            for row in expected.rows.iter_rows(named=True)
        }
        parked = facts.members.join(expected.parked, on="family_id", how="semi")["member_id"]
        return cls(people, contracts, book, rows, set(parked), as_known(told, "approval", sets))

    def value_of(self, asked: PremiumAsked, place: int) -> Value:
        """One premium in one scenario."""
        member = self.people.number_of(place, asked.member_id)
        key = (member, self.contracts.number_of(place, asked.contract_id), asked.slot_id)
        row = self.rows.get(key)
        value = NOTHING_DUE if row is None else tuple(row[name] for name in PREMIUMS.values)
        if member in self.parked or (value != asked.before and self._held(asked, place)):
            return asked.before
        return value

    def _held(self, asked: PremiumAsked, place: int) -> bool:
        """Whether a difference reaches too far back and no approval of it is known in the scenario."""
        reach = self.book.reach.get(asked.plan)
        if not asked.limited or reach is None or asked.month >= add_months(asked.business_month, -reach):
            return False
        month = pl.lit(asked.month).is_between("from_month", "through_month")
        key = {SCENARIO: place, "contract_id": asked.contract_id, "member_id": asked.member_id}
        return self.approved.filter(month, **key).is_empty()


def _facts(told: Told, people: Numbers, contracts: Numbers, sets: Sequence[News]) -> Facts:
    """The facts of all scenarios as those of many families."""
    members = people.apart(as_known(told, "member", sets), "member_id", "family_id")
    agreed = contracts.apart(as_known(told, "contract", sets), "contract_id")
    enrolled = as_known(told, "enrolment", sets)
    enrolled = contracts.apart(people.apart(enrolled, "member_id"), "contract_id")
    enrolled = enrolled.join(agreed.select("contract_id"), on="contract_id", how="semi")
    drop = ("version", "withdrawn", "rev", "news", SCENARIO)
    return Facts(agreed.drop(drop), members.drop(drop), enrolled.drop("rev", "news", SCENARIO))

"""What a premium would be under each scenario of the news: one recompute of the month for all of them together.

Of June 2026, with and without the end of an enrolment: two families, two rows, or one row and nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

import polars as pl

from avenant.core.book.entries import PREMIUMS
from avenant.core.periods import add_months
from avenant.core.premiums import Facts, Terms, expected_premiums
from avenant.core.premiums.model import terms
from avenant.core.rulebook.model import Rulebook
from avenant.core.why.scenarios import SCENARIO, Numbers, Told, as_known
from avenant.core.why.search import News
from avenant.core.why.trying import Trials, Value

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


def premium_values(
    asked: PremiumAsked, told: Told, books: Mapping[str, MonthTerms], sets: Sequence[News]
) -> list[Value]:
    """The value of the asked key under each of ``sets``; where its family would be parked or the difference held
    back, the value before.

    told: tables contract, member, enrolment, approval and rulebook (one fact whose versions are publications, with
    ``name``). books: by that name.
    """
    known = as_known(told, "rulebook", sets)
    by_name: dict[str, list[int]] = {}
    for place, name in known.select(SCENARIO, "name").iter_rows():
        by_name.setdefault(name, []).append(place)
    values: list[Value] = [NOTHING_DUE] * len(sets)
    for name, places in by_name.items():
        found = _under_one_book(asked, told, books[name], [sets[place] for place in places])
        for place, value in zip(places, found, strict=True):
            values[place] = value
    return values


def premium_trials(asked: PremiumAsked, told: Told, books: Mapping[str, MonthTerms]) -> Trials:
    """Whether sets of news give the value after."""
    return Trials(partial(premium_values, asked, told, books), asked.after)


def _under_one_book(asked: PremiumAsked, told: Told, book: MonthTerms, sets: Sequence[News]) -> list[Value]:
    people = Numbers.of([*told.tables["member"]["member_id"], *told.tables["member"]["family_id"]])
    facts = _facts(told, people, sets)
    expected = expected_premiums(facts, book.terms)
    numbers = {people.number_of(place, asked.member_id): place for place in range(len(sets))}
    contracts = Numbers.of(told.tables["contract"]["contract_id"])
    values: list[Value] = [NOTHING_DUE] * len(sets)
    mine = pl.col("member_id").is_in(list(numbers)) & (pl.col("slot_id") == asked.slot_id)
    for row in expected.rows.filter(mine).iter_rows(named=True):
        place = numbers[row["member_id"]]
        if row["contract_id"] == contracts.number_of(place, asked.contract_id):
            values[place] = tuple(row[name] for name in PREMIUMS.values)
    families = facts.members.filter(pl.col("member_id").is_in(list(numbers)))
    parked = families.join(expected.parked, on="family_id", how="semi")["member_id"]
    for place in [numbers[number] for number in parked] + _held(asked, told, book, values, sets):
        values[place] = asked.before
    return values


def _facts(told: Told, people: Numbers, sets: Sequence[News]) -> Facts:
    """The facts of all scenarios as those of many families."""
    contracts = Numbers.of(told.tables["contract"]["contract_id"])
    members = people.apart(as_known(told, "member", sets), "member_id", "family_id")
    agreed = contracts.apart(as_known(told, "contract", sets), "contract_id")
    enrolled = as_known(told, "enrolment", sets)
    enrolled = contracts.apart(people.apart(enrolled, "member_id"), "contract_id")
    enrolled = enrolled.join(agreed.select("contract_id"), on="contract_id", how="semi")
    drop = ("version", "withdrawn", "rev", "news", SCENARIO)
    return Facts(agreed.drop(drop), members.drop(drop), enrolled.drop("rev", "news", SCENARIO))


def _held(
    asked: PremiumAsked, told: Told, book: MonthTerms, values: Sequence[Value], sets: Sequence[News]
) -> list[int]:
    """The scenarios whose difference reaches too far back and that hold no approval of it."""
    reach = book.reach.get(asked.plan)
    if not asked.limited or reach is None or asked.month >= add_months(asked.business_month, -reach):
        return []
    approved = as_known(told, "approval", sets).filter(
        (pl.col("contract_id") == asked.contract_id)
        & (pl.col("member_id") == asked.member_id)
        & pl.lit(asked.month).is_between("from_month", "through_month")
    )
    free = set(approved[SCENARIO])
    return [place for place, value in enumerate(values) if value != asked.before and place not in free]

"""Hypothesis strategies for whole portfolios: a rulebook over all conventions, families, enrolments.

Everything happens around the first half of 2024, a leap year. Most families can be priced; a few cannot
(a dependant without the primary under a family price, a missing price, a portability that is too long), so
that parking is compared too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

import polars as pl
from hypothesis import strategies as st

from benchmarks.reference_model import month_after
from tests.strategies.rulebooks import LEVELS, RulebookFrames, rulebooks

CONTRACTS = {
    "contract_id": pl.Int32,
    "ref": pl.String,
    "kind": pl.String,
    "cycle": pl.String,
    "currency": pl.String,
}
MEMBERS = {
    "member_id": pl.Int32,
    "ref": pl.String,
    "role": pl.String,
    "birth_date": pl.Date,
    "family_id": pl.Int32,
}
ENROLMENTS = {
    "enrolment_id": pl.Int32,
    "ref": pl.String,
    "contract_id": pl.Int32,
    "member_id": pl.Int32,
    "plan": pl.String,
    "level": pl.String,
    "basis": pl.String,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
}
EARLIEST, LATEST = date(2023, 12, 10), date(2024, 5, 20)
EDGES = [
    date(2024, 1, 1),
    date(2024, 1, 31),
    date(2024, 2, 1),
    date(2024, 2, 10),
    date(2024, 2, 20),
    date(2024, 2, 29),
    date(2024, 3, 1),
    date(2024, 3, 31),
    date(2024, 4, 1),
    date(2024, 4, 16),
]
BIRTHS_OF_CHILDREN = [
    date(2003, 2, 28),
    date(2004, 2, 29),
    date(2006, 3, 1),
    date(2006, 4, 15),
    date(2010, 1, 1),
    date(2015, 12, 31),
    date(2024, 2, 10),
]


@dataclass(frozen=True, slots=True)
class FactsFrames:
    """The three frames of facts that premiums are computed from."""

    contracts: pl.DataFrame
    members: pl.DataFrame
    enrolments: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Everything the pricing rules are given."""

    facts: FactsFrames
    rulebook: RulebookFrames
    slots: pl.DataFrame
    first_month: date
    last_month: date


@dataclass(frozen=True, slots=True)
class Stretch:
    """One piece of a family's time in one contract; ``levels`` of each member, null = not covered."""

    valid_from: date
    valid_to: date | None
    plan: str
    basis: str
    levels: list[str | None]


days = st.one_of(st.dates(EARLIEST, LATEST), st.sampled_from(EDGES))
sometimes = st.sampled_from([False, False, True])
rarely = st.sampled_from([False, False, False, False, False, True])


@st.composite
def portfolios(draw: st.DrawFn) -> Portfolio:
    """A rulebook, one to three families in one or two contracts, and a window of one to five months."""
    rulebook, slots = draw(rulebooks())
    members: list[dict[str, object]] = []
    enrolments: list[dict[str, object]] = []
    for first_id in range(8, 8 + 10 * draw(st.integers(1, 3)), 10):
        family = draw(families(first_id))
        members.extend(family)
        for contract_id in draw(st.sampled_from([[1], [2], [1, 2]])):
            stretches = draw(timelines(rulebook, len(family)))
            enrolments.extend(family_enrolments(contract_id, family, stretches))
    for number, enrolment in enumerate(enrolments, start=1):
        enrolment["enrolment_id"], enrolment["ref"] = number, f"e{number}"
    facts = FactsFrames(contracts(), pl.DataFrame(members, MEMBERS), pl.DataFrame(enrolments, ENROLMENTS))
    first = draw(st.integers(1, 3))
    last = draw(st.integers(first, 5))
    return Portfolio(facts, rulebook, slots, date(2024, first, 1), date(2024, last, 1))


def contracts() -> pl.DataFrame:
    """An individual and a company contract, both in euro."""
    rows = [(1, "c1", "individual", "advance", "EUR"), (2, "c2", "company", "arrears", "EUR")]
    return pl.DataFrame(rows, CONTRACTS, orient="row")


@st.composite
def families(draw: st.DrawFn, first_id: int) -> list[dict[str, object]]:
    """A primary, perhaps a partner, and up to four children, often with twins.

    References run against the numbers, so that the rank of twins shows which of the two is used.
    """
    adult_births = st.dates(date(1955, 1, 1), date(2003, 12, 31))
    child_births = st.one_of(
        st.sampled_from(BIRTHS_OF_CHILDREN), st.dates(date(2002, 6, 1), date(2024, 4, 30))
    )
    births = [("primary", draw(adult_births))]
    births += [("partner", birth) for birth in draw(st.lists(adult_births, max_size=1))]
    children = draw(st.lists(child_births, max_size=4))
    if draw(st.booleans()):
        children[1:2] = children[:1]
    births += [("child", birth) for birth in children]
    return [
        {
            "member_id": first_id + place,
            "ref": f"m{99 - first_id - place}",
            "role": role,
            "birth_date": birth,
            "family_id": first_id,
        }
        for place, (role, birth) in enumerate(births)
    ]


@st.composite
def timelines(draw: st.DrawFn, rulebook: RulebookFrames, family_size: int) -> list[Stretch]:
    """The family's stretches in one contract, in order and without overlap; the last may be open.

    Plan and level mostly stay what they were, so that one slot often has several pieces in a month.
    """
    plans = st.sampled_from(rulebook.plans["plan"].to_list())
    busy_month = st.dates(date(2024, 2, 1), date(2024, 2, 29))
    cuts = sorted(draw(st.one_of(*[st.sets(day, min_size=2, max_size=5) for day in (days, busy_month)])))
    plan, level = draw(plans), draw(st.sampled_from(LEVELS))
    stretches = []
    for start, end in pairwise(cuts):
        if draw(sometimes):
            plan, level = draw(plans), draw(st.sampled_from(LEVELS))
        is_open = end == cuts[-1] and draw(st.booleans())
        basis = "portability" if draw(rarely) else "active"
        if basis == "portability" and draw(st.booleans()):
            end, is_open = min(end, latest_portability_end(rulebook, plan, start)), False
        levels = draw(levels_of_members(level, family_size))
        stretches.append(Stretch(start, None if is_open else end, plan, basis, levels))
    return stretches


def latest_portability_end(rulebook: RulebookFrames, plan: str, start: date) -> date:
    """The first day without cover when portability lasts as long as the plan allows."""
    limit = rulebook.plans.filter(plan=plan)["portability_max_months"][0]
    return date.max if limit is None else month_after(start, limit)


@st.composite
def levels_of_members(draw: st.DrawFn, level: str, family_size: int) -> list[str | None]:
    """The level of each member: mostly the family's; sometimes another, or no cover."""
    levels: list[str | None] = [level] * family_size
    if draw(rarely):
        levels[draw(st.integers(0, family_size - 1))] = draw(st.sampled_from(LEVELS))
    return [None if draw(rarely) else own for own in levels]


def family_enrolments(
    contract_id: int, family: list[dict[str, object]], stretches: list[Stretch]
) -> list[dict[str, object]]:
    """One enrolment per stretch and covered member."""
    return [
        {
            "contract_id": contract_id,
            "member_id": member["member_id"],
            "plan": stretch.plan,
            "level": level,
            "basis": stretch.basis,
            "valid_from": stretch.valid_from,
            "valid_to": stretch.valid_to,
        }
        for stretch in stretches
        for member, level in zip(family, stretch.levels, strict=True)
        if level is not None
    ]


@st.composite
def cut_in_two(draw: st.DrawFn, portfolio: Portfolio) -> Portfolio:
    """The same portfolio, with some enrolments told as two adjacent ones."""
    pieces: list[dict[str, object]] = []
    for enrolment in portfolio.facts.enrolments.iter_rows(named=True):
        length = ((enrolment["valid_to"] or LATEST) - enrolment["valid_from"]).days
        if length < 2 or draw(st.booleans()):
            pieces.append(enrolment)
            continue
        middle = enrolment["valid_from"] + timedelta(days=draw(st.integers(1, length - 1)))
        pieces.append(enrolment | {"valid_to": middle})
        pieces.append(enrolment | {"valid_from": middle, "enrolment_id": 1_000 + len(pieces)})
    cut = replace(portfolio.facts, enrolments=pl.DataFrame(pieces, ENROLMENTS))
    return replace(portfolio, facts=cut)


@st.composite
def shuffled(draw: st.DrawFn, portfolio: Portfolio) -> Portfolio:
    """The same portfolio, with the rows of every frame in another order."""
    seed = draw(st.integers(0, 1_000))

    def mixed(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.sample(fraction=1, shuffle=True, seed=seed)

    facts, book = portfolio.facts, portfolio.rulebook
    return replace(
        portfolio,
        facts=FactsFrames(mixed(facts.contracts), mixed(facts.members), mixed(facts.enrolments)),
        rulebook=replace(
            book,
            plans=mixed(book.plans),
            price_lines=mixed(book.price_lines),
            rates=mixed(book.rates),
            parameters=mixed(book.parameters),
        ),
        slots=mixed(portfolio.slots),
    )

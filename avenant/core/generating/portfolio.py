"""A whole portfolio from a seed: the same seed gives the same rows, on every machine.

Example: `portfolio(1, 2_000, date(2023, 7, 1), 30, offers)` tells the 30 months of about 3,000 families.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from avenant.core.frames.news import TABLES, News
from avenant.core.generating.contracts import Contracts, drawn_contracts
from avenant.core.generating.counters import counted
from avenant.core.generating.families import drawn_families
from avenant.core.generating.knowledge import known_state, known_versions
from avenant.core.generating.members import drawn_members
from avenant.core.generating.mix import LIVELY, STEADY, Mix
from avenant.core.generating.names import people_of
from avenant.core.generating.offers import Offer
from avenant.core.generating.spells import drawn_spells
from avenant.core.generating.story import Story
from avenant.core.generating.telling import (
    columns_of,
    told_contracts,
    told_enrolments,
    told_members,
    told_twice,
    with_births_as_known,
)
from avenant.core.generating.terms import enrolment_terms, stretches
from avenant.core.generating.window import Window, window


@dataclass(frozen=True, slots=True)
class Truth:
    """What really happens in the story, with the days on which each thing becomes known."""

    contracts: Contracts
    members: pl.DataFrame
    terms: pl.DataFrame


def portfolio(
    seed: int,
    contracts: int,
    first_month: date,
    months: int,
    offers: tuple[Offer, ...],
    mix: Mix = LIVELY,
) -> Story:
    """The story of a portfolio: every fact with all its versions, each with the day it became known.

    `offers` say what can be bought (see `offers_of`); nothing is known after the last day of the last
    month. Raises ValueError for a portfolio without contracts or months.
    """
    frame = window(seed, contracts, first_month, months, offers, mix)
    truth = _truth(frame)
    versions = told_enrolments(frame, known_versions(truth.terms, frame.ends))
    told = _told(frame, truth, versions)
    again = told_twice(frame, versions)
    enrolments = pl.concat([versions, again]).sort("known_on", "member", "ref", maintain_order=True)
    people = _people(frame, told["members"])
    return Story(
        seed=seed,
        first_month=first_month,
        months=months,
        contracts=told["contracts"].select(columns_of("contracts")),
        members=told["members"].select(columns_of("members")),
        enrolments=enrolments.select(columns_of("enrolments")),
        people=people,
        counters=counted(frame, told["members"], versions) | {"told_twice": again.height},
    )


def snapshot(
    seed: int,
    contracts: int,
    first_month: date,
    months: int,
    offers: tuple[Offer, ...],
    mix: Mix = STEADY,
) -> News:
    """The facts of a portfolio as known at its end, without their history and without people.

    With the same mix, what `portfolio(...).known_at_the_end()` gives of covered members, but faster.
    """
    frame = window(seed, contracts, first_month, months, offers, mix)
    truth = _truth(frame)
    state = told_enrolments(frame, known_state(truth.terms, frame.ends))
    contracts_told = told_contracts(frame, truth.contracts, state)
    members_told = told_members(frame, with_births_as_known(frame, truth.members), state)
    return News(
        contracts=contracts_told.select(*TABLES["contracts"]),
        members=members_told.select(*TABLES["members"]),
        enrolments=state.select(*TABLES["enrolments"]),
    )


def _truth(frame: Window) -> Truth:
    contracts = drawn_contracts(frame)
    families = drawn_families(frame, contracts)
    members = drawn_members(frame, families)
    spells = drawn_spells(frame, contracts, families)
    return Truth(contracts, members, enrolment_terms(members, stretches(frame, contracts, spells)))


def _told(frame: Window, truth: Truth, enrolments: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Contracts and members, told no later than the enrolments that name them."""
    return {
        "contracts": told_contracts(frame, truth.contracts, enrolments),
        "members": told_members(frame, truth.members, enrolments),
    }


def _people(frame: Window, members: pl.DataFrame) -> pl.DataFrame:
    """People rows with known_on, told with the first news of the member."""
    first = members.unique(subset="ref", keep="first", maintain_order=True).sort("member")
    people = people_of(frame.seed, first)
    told = first.select(pl.col("ref").alias("member_ref"), "known_on")
    dated = people.join(told, on="member_ref", maintain_order="left")
    return dated.select(columns_of("people")).sort("known_on", "member_ref", "kind", maintain_order=True)

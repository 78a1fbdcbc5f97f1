"""The columnar claims engine and the slow, obvious reference agree to the cent and to the last reason.

`make test` plays a seeded sample; AVENANT_SOAK=1 plays many, from AVENANT_SEED (default 1) on.
"""

from __future__ import annotations

import os
import random
from dataclasses import replace
from types import SimpleNamespace
from typing import TypeVar

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy
from polars.testing import assert_frame_equal

from avenant.core.claims.adjudication.decisions import adjudicated
from avenant.core.claims.expected import expected_reimbursements
from avenant.core.claims.matching import matched
from avenant.core.claims.model import Care, CareTerms
from avenant.core.claims.reasons import bit_of
from avenant.core.frames.care import ACT, LINK, WAITING
from benchmarks import reference_claims, reference_matching
from benchmarks.reference_claims import ROWS, Facts
from benchmarks.reference_claims_model import Act, Answer, Code, Line, Rules, grouped
from benchmarks.reference_model import records
from tests.strategies.care import Told, matched_acts, told_care
from tests.strategies.care_rules import care_terms
from tests.strategies.care_stories import story
from tests.strategies.messages import FAMILIES, answer_frame, frame

SOAK = os.environ.get("AVENANT_SOAK") == "1"
SEED = int(os.environ.get("AVENANT_SEED", "1"))
MEMBERS, FAMILIES_AT_ONCE, RULEBOOKS = 300, 30, 2
Value = TypeVar("Value")
LOOKED_UP = (
    "base_cents",
    "rate_ppm",
    "increase_cents",
    "ceiling_cents",
    "tariff_line_id",
    "guarantee_line_id",
)
TOLD_AMOUNTS = ("base_cents", "rate_ppm", "retention_cents", "secu_cents", "asked_cents", "others_cents")


def generated(quick: int) -> settings:
    """Few examples, or a hundred times as many; a found difference is printed as it is."""
    return settings(
        max_examples=quick * 100 if SOAK else quick,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def comparable(rows: pl.DataFrame) -> pl.DataFrame:
    """Sorted rows. Where the rules do not decide (taken back, excepted, not covered), what they would have looked up
    is no part of the answer."""
    said = pl.lit(0)
    for code in ("not_covered", "cancelled", "exception"):
        said = said | (pl.col("reasons") & (1 << bit_of(code)))
    by_rules = said == 0
    looked_up = [pl.when(by_rules).then(name).alias(name) for name in (*LOOKED_UP, "reasons")]
    return rows.with_columns(looked_up).sort("act_id", "payee_id")


def told_of(acts: pl.DataFrame) -> pl.DataFrame:
    """Sorted acts. Of one that was taken back no amount counts."""
    kept = [pl.when(~pl.col("cancelled")).then(name).alias(name) for name in TOLD_AMOUNTS]
    return acts.with_columns(kept).sort("act_id")


def by_reference(acts: pl.DataFrame, care: Care, terms: CareTerms) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows and what waits, decided act by act."""
    rules, facts = Rules.read(terms.rules, terms.parameters), Facts.read(care)
    rows, waiting = [], []
    for of_member in grouped(records(Act, acts), "member_id").values():
        decisions, waits = reference_claims.decided(of_member, facts, rules)
        rows += [row for decision in decisions for row in reference_claims.payee_rows(decision)]
        waiting += [list(wait) for wait in waits]
    return pl.DataFrame(rows, ROWS), pl.DataFrame(waiting, WAITING, orient="row")


def matched_by_reference(
    lines: pl.DataFrame, answers: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Acts, links and what waits, member by member."""
    rules = SimpleNamespace(codes={code.act_code: code for code in records(Code, FAMILIES)})
    acts: list[list[object]] = []
    links: list[list[object]] = []
    waiting: list[list[object]] = []
    for of_member in grouped(records(Line, lines), "member_id").values():
        found = reference_matching.matched(of_member, records(Answer, answers), rules)  # type: ignore[arg-type]
        acts += [[getattr(act, name) for name in ACT] for act in found[0]]
        links += [list(link) for link in found[1]]
        waiting += [list(wait) for wait in found[2]]
    frames = zip((acts, links, waiting), (ACT, LINK, WAITING), strict=True)
    first, second, third = (pl.DataFrame(rows, schema, orient="row") for rows, schema in frames)
    return first, second, third


@pytest.mark.soak
@pytest.mark.parametrize("number", range(SEED, SEED + (100 if SOAK else 1)))
def test_messages_and_answers_become_the_same_acts_as_by_the_slow_reference(number: int) -> None:
    dice = random.Random(number)
    stories = [story(member_id, dice.choice) for member_id in range(1, MEMBERS + 1)]
    lines = frame([line for one in stories for line in one.lines])
    answers = answer_frame([answer for one in stories for answer in one.answers])
    found = matched(lines, answers, FAMILIES)
    acts, links, waiting = matched_by_reference(lines, answers)
    assert_frame_equal(found.links.sort("line_id"), links.sort("line_id"))
    assert_frame_equal(found.waiting.sort("line_id"), waiting.sort("line_id"))
    assert_frame_equal(told_of(found.acts), told_of(acts))


def drawn(strategy: SearchStrategy[Value], count: int, number: int) -> list[Value]:
    """So many values of a strategy, by a seed."""
    values: list[Value] = []

    @seed(number)
    @settings(generated(1), max_examples=count)
    @given(value=strategy)
    def collect(value: Value) -> None:
        values.append(value)

    collect()
    return values


def together(families: list[tuple[pl.DataFrame, Care]]) -> tuple[pl.DataFrame, Care]:
    """Many families at once, renumbered so that none shares an act or a member; providers as the first knows them."""
    members = [pl.col("member_id") + 10 * place for place in range(len(families))]
    acts = [
        told.with_columns(of_family, act_id=pl.col("act_id") + 10 * place)
        for place, ((told, _), of_family) in enumerate(zip(families, members, strict=True))
    ]
    people, enrolled = (
        pl.concat(
            getattr(care, name).with_columns(of_family.cast(pl.Int32))
            for (_, care), of_family in zip(families, members, strict=True)
        )
        for name in ("members", "enrolments")
    )
    return pl.concat(acts), replace(families[0][1], members=people, enrolments=enrolled)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(SEED, SEED + (100 if SOAK else 1)))
def test_acts_are_decided_as_by_the_slow_reference(number: int) -> None:
    acts, care = together(drawn(matched_acts(), FAMILIES_AT_ONCE, number))
    for terms in drawn(care_terms(), RULEBOOKS, number):
        found = adjudicated(acts, care, terms)
        rows, waiting = by_reference(acts, care, terms)
        assert_frame_equal(found.waiting.sort("line_id"), waiting.sort("line_id"))
        assert_frame_equal(comparable(found.rows), comparable(rows))


@pytest.mark.soak
@seed(SEED)
@generated(quick=3)
@given(told=told_care(), terms=care_terms())
def test_messages_become_the_same_rows_as_by_the_slow_reference(told: Told, terms: CareTerms) -> None:
    found = expected_reimbursements(told.care, terms)
    wanted = reference_claims.expected_reimbursements(told.care, terms)
    assert_frame_equal(found.links.sort("line_id"), wanted.links.sort("line_id"))
    assert_frame_equal(found.waiting.sort("line_id"), wanted.waiting.sort("line_id"))
    assert_frame_equal(comparable(found.rows), comparable(wanted.rows))

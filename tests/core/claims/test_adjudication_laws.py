"""Laws that hold for every act, whatever is told about it: who pays what, who never pays what, order and company."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avenant.core.claims.adjudication.decisions import Adjudicated, adjudicated
from avenant.core.claims.model import Care, CareTerms
from avenant.core.frames.care import ACT, BASKETS, CARE_PATHS, EXEMPTIONS, MEMBER_PAYEE
from tests.core.claims.small_rules import (
    ACTS,
    ENROLMENT,
    SINCE_2016,
    Row,
    act,
    care,
    care_rules,
    guarantee,
    parameters,
)

generated = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])

WINDOW = {
    "plan": "plan",
    "level": "one",
    "envelope": "glasses",
    "label": "Glasses",
    "period": "window",
    "months": 24,
    "scope": "member",
    "age_from": 0,
    "age_to": 151,
    "valid_from": SINCE_2016,
    "max_count": 1,
}
RULES = care_rules(
    guarantee("consultation_gp", rate_ppm=2_200_000, optam="optam"),
    guarantee("consultation_gp", rate_ppm=1_500_000, optam="non_optam"),
    guarantee("consultation_specialist", real_cost=True),
    guarantee("technical_act", rate_ppm=900_000),
    guarantee("dental_prosthesis", basket="no_rac", price_limit=True),
    guarantee("dental_prosthesis", rate_ppm=3_000_000),
    guarantee("dental_prosthesis", pmss_ppm=50_000, part=2),
    guarantee("optics_frame", flat_cents=12_000, basis="complement"),
    guarantee("optics_lens", real_cost=True),
    guarantee("hearing_aid", rate_ppm=4_000_000, flat_cents=50_000),
    guarantee("private_room", pmss_ppm=15_000, per="day"),
    guarantee("soft_medicine", flat_cents=4_000, per="session"),
    guarantee("daily_charge", real_cost=True),
    envelopes=[WINDOW],
    drawing={"optics_frame": "glasses"},
)
TERMS = CareTerms(RULES, parameters())
NEVER_OPEN = replace(TERMS, rules=replace(RULES, plans=RULES.plans.with_columns(responsible=False)))

cents = st.integers(0, 300_000)
perhaps = st.none() | cents


@st.composite
def acts(draw: st.DrawFn, act_id: int) -> Row:
    """Any act that matching may hand over."""
    said: dict[str, Any] = {
        "act_id": act_id,
        "member_id": draw(st.sampled_from([1, 2])),
        "quantity": draw(st.none() | st.integers(1, 4)),
        "others_cents": draw(st.just(0) | cents),
        "asked_cents": draw(perhaps),
        "exception_cents": draw(st.none() | st.none() | cents),
        "exemption": draw(st.none() | st.sampled_from(EXEMPTIONS)),
        "care_path": draw(st.none() | st.sampled_from(CARE_PATHS)),
        "provider_id": draw(st.none() | st.sampled_from([5, 6])),
        "sector": draw(st.none() | st.sampled_from([1, 2])),
        "optam": draw(st.none() | st.booleans()),
        "basket": draw(st.none() | st.sampled_from(BASKETS)),
        "cancelled": draw(st.sampled_from([False, False, False, True])),
    }
    if draw(st.booleans()):
        said |= {"told_by_secu": True, "base_cents": draw(perhaps), "secu_cents": draw(perhaps)}
        said |= {"rate_ppm": draw(st.none() | st.sampled_from([300_000, 600_000, 700_000, 1_000_000]))}
        said |= {"retention_cents": draw(st.none() | st.integers(0, 400))}
    day = draw(st.dates(date(2016, 6, 1), date(2026, 6, 1)))
    return act(draw(st.sampled_from([*ACTS, "UNKNOWN", None])), draw(perhaps), day, **said)


@st.composite
def several(draw: st.DrawFn) -> list[Row]:
    return [draw(acts(act_id)) for act_id in range(1, draw(st.integers(2, 13)))]


def two_members() -> Care:
    """Member 1, covered from 2017 to June 2025; member 2, a child, covered from 2020 on."""
    child = ENROLMENT | {"enrolment_id": 2, "member_id": 2, "valid_from": date(2020, 1, 1)}
    facts = care([ENROLMENT | {"valid_to": date(2025, 7, 1)}, child])
    members = pl.DataFrame(
        {"member_id": [1, 2], "family_id": [1, 1], "birth_date": [date(1980, 5, 5), date(2012, 2, 29)]}
    )
    return replace(facts, members=members.cast({"member_id": pl.Int32, "family_id": pl.Int32}))


def answer(told: list[Row], terms: CareTerms = TERMS) -> Adjudicated:
    return adjudicated(pl.DataFrame(told, schema=ACT), two_members(), terms)


@generated
@given(told=several())
def test_every_act_is_decided_or_waits_and_nothing_is_left_open(told: list[Row]) -> None:
    found = answer(told)
    decided, waiting = set(found.rows["act_id"]), set(found.waiting["line_id"])
    assert decided | waiting == {row["act_id"] for row in told}
    assert not decided & waiting
    assert len(found.waiting) == len(waiting)
    assert found.rows.null_count().sum_horizontal().item() == 0


@generated
@given(told=several())
def test_all_payers_together_pay_what_was_charged_and_no_more(told: list[Row]) -> None:
    for row in answer(told).rows.iter_rows(named=True):
        assert 0 <= row["retention_cents"] <= row["secu_cents"] <= row["charged_cents"]
        assert 0 <= row["decided_cents"] <= row["left_cents"] <= row["charged_cents"]
        rest = row["charged_cents"] - row["secu_cents"] + row["retention_cents"]
        assert row["out_of_pocket_cents"] == max(0, rest - row["others_cents"] - row["decided_cents"])
        if not row["others_cents"]:
            assert row["out_of_pocket_cents"] >= row["retention_cents"]


@generated
@given(told=several())
def test_payees_share_what_is_decided(told: list[Row]) -> None:
    asked = {row["act_id"]: row["asked_cents"] or 0 for row in told if not row["cancelled"]}
    for (act_id,), rows in answer(told).rows.group_by("act_id"):
        first = rows.row(0, named=True)
        assert (
            first["member_cents"] + first["provider_cents"]
            == first["decided_cents"]
            == rows["amount_cents"].sum()
        )
        assert first["provider_cents"] <= asked.get(act_id, 0)
        paid = {row["payee_id"]: row["amount_cents"] for row in rows.iter_rows(named=True)}
        assert paid.get(MEMBER_PAYEE, 0) == first["member_cents"]
        assert len(paid) == len(rows)
        assert all(amount > 0 for payee, amount in paid.items() if payee != MEMBER_PAYEE or len(paid) > 1)


@generated
@given(told=several())
def test_a_responsible_contract_never_pays_the_increase_or_what_is_withheld(told: list[Row]) -> None:
    excepted = {row["act_id"] for row in told if row["exception_cents"] is not None}
    for row in answer(told).rows.iter_rows(named=True):
        if row["act_id"] not in excepted:
            assert row["decided_cents"] <= max(0, row["left_cents"] - row["increase_cents"])


@generated
@given(told=several(), data=st.data())
def test_the_order_of_acts_is_irrelevant(told: list[Row], data: st.DataObject) -> None:
    found, again = answer(told), answer(data.draw(st.permutations(told)))
    assert found.rows.equals(again.rows)
    assert found.waiting.sort("line_id").equals(again.waiting.sort("line_id"))


@generated
@given(told=several())
def test_a_member_decided_alone_is_decided_the_same(told: list[Row]) -> None:
    mine = [row for row in told if row["member_id"] == 1]
    assert answer(mine).rows.equals(answer(told).rows.filter(pl.col("member_id") == 1))


@generated
@given(told=several())
def test_who_is_not_covered_gets_nothing_but_by_exception(told: list[Row]) -> None:
    for row in answer(told, NEVER_OPEN).rows.iter_rows(named=True):
        first = date(2017, 1, 1) if row["member_id"] == 1 else date(2020, 1, 1)
        last = date(2025, 7, 1) if row["member_id"] == 1 else date(2099, 1, 1)
        excepted = next(t for t in told if t["act_id"] == row["act_id"])["exception_cents"] is not None
        if not first <= row["care_date"] < last and not excepted:
            assert row["decided_cents"] == 0

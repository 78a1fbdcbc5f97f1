"""Envelopes: what is left of a limit over time, in the order of care dates; and the laws of drawing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from avenant.core.claims.adjudication.envelopes import CONSUMED, consumed, undetermined
from avenant.core.claims.reasons import LIMITS
from avenant.core.rulebook.care_model import CareRules
from tests.strategies.envelopes import WANTED, Drawn, care_rules, drawn_acts, envelope, parameters

generated = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
AMOUNT, COUNT, RENEWAL = LIMITS["envelope_amount"], LIMITS["envelope_count"], LIMITS["renewal"]


def act(
    act_id: int, day: str, wanted_cents: int, family: str = "soft_medicine", **told: Any
) -> dict[str, Any]:
    """An act of an adult of plan alpha, level base."""
    usual = {"member_id": 1, "plan": "alpha", "level": "base", "basket": None, "location": None}
    rest = {
        "age": 40,
        "quantity": 1,
        "excepted": False,
        "care_from": date.fromisoformat(day),
        "family": family,
    }
    return usual | rest | {"act_id": act_id, "wanted_cents": wanted_cents} | told


def decided(acts: list[dict[str, Any]], rules: CareRules) -> pl.DataFrame:
    """What ``consumed`` says about the acts."""
    return consumed(pl.DataFrame(acts, WANTED), rules, parameters())


def allowed(acts: list[dict[str, Any]], rules: CareRules) -> list[int]:
    """What each act is allowed, in cents, in the order given."""
    return decided(acts, rules)["allowed_cents"].to_list()


def soft(**limits: Any) -> CareRules:
    """One envelope for soft medicine."""
    return care_rules([envelope(7, "soft", **limits)], [("soft", "soft_medicine", None)])


GLASSES = care_rules(
    [
        envelope(number, "glasses", period="window", months=months, max_count=1, age_from=low, age_to=high)
        for number, months, low, high in [(1, 6, 0, 6), (2, 12, 6, 16), (3, 24, 16, 151)]
    ],
    [("glasses", "optics_frame", None)],
)


def frame(act_id: int, day: str, **told: Any) -> dict[str, Any]:
    """A frame for 100.00 €."""
    return act(act_id, day, 10_000, "optics_frame", **told)


def test_a_yearly_sum_is_used_up_in_the_order_of_care_dates() -> None:
    acts = [act(1, "2024-06-09", 8_000), act(2, "2024-03-03", 6_000), act(3, "2024-05-05", 9_000)]
    found = decided(acts, soft(max_cents=20_000))
    assert found["act_id"].to_list() == [1, 2, 3]
    assert found["allowed_cents"].to_list() == [20_000 - 6_000 - 9_000, 6_000, 9_000]
    assert found.row(0, named=True) == {
        "act_id": 1,
        "allowed_cents": 5_000,
        "limit_kind": AMOUNT,
        "limit_left_cents": 5_000,
        "envelope_line_id": 7,
        "renewal_until": None,
    }
    assert found.row(1)[2:] == (0, -1, 0, None)


def test_an_earlier_act_that_arrives_late_takes_from_the_later_ones() -> None:
    acts = [act(1, "2024-03-03", 6_000), act(2, "2024-05-05", 9_000), act(3, "2024-06-09", 8_000)]
    late = act(4, "2024-02-01", 4_000)
    assert allowed([*acts, late], soft(max_cents=20_000)) == [6_000, 9_000, 5_000 - 4_000, 4_000]


def test_a_new_year_starts_a_new_envelope() -> None:
    acts = [act(1, "2024-12-31", 20_000), act(2, "2025-01-01", 20_000)]
    assert allowed(acts, soft(max_cents=15_000)) == [15_000, 15_000]


def test_a_count_is_used_up_by_paid_acts_and_by_quantity() -> None:
    acts = [
        act(1, "2024-01-10", 0),
        act(2, "2024-02-10", 6_000, quantity=2),
        act(3, "2024-03-10", 9_000, quantity=3),
    ]
    found = decided([*acts, act(4, "2024-04-10", 3_000)], soft(max_count=4))
    assert found["allowed_cents"].to_list() == [0, 6_000, 9_000 * 2 // 3, 0]
    assert found["limit_kind"].to_list() == [0, 0, COUNT, COUNT]
    assert found["renewal_until"].to_list() == [None, None, date(2025, 1, 1), date(2025, 1, 1)]


def test_an_act_that_the_sum_leaves_nothing_consumes_no_session() -> None:
    rules = care_rules(
        [envelope(1, "sum", max_cents=5_000), envelope(2, "sessions", max_count=2)],
        [
            ("sum", "soft_medicine", None),
            ("sessions", "soft_medicine", None),
            ("sessions", "paramedical", None),
        ],
    )
    acts = [act(1, "2024-01-10", 5_000), act(2, "2024-02-10", 5_000)]
    later = act(3, "2024-03-10", 4_000, "paramedical")
    assert allowed([*acts, later], rules) == [5_000, 0, 4_000]


def test_of_two_envelopes_the_lowest_wins_and_both_are_drawn_on() -> None:
    rules = care_rules(
        [envelope(1, "all", max_cents=10_000), envelope(2, "prostheses", max_cents=6_000)],
        [
            ("all", "dental_prosthesis", None),
            ("prostheses", "dental_prosthesis", None),
            ("all", "implant", None),
        ],
    )
    acts = [act(1, "2024-01-10", 9_000, "dental_prosthesis"), act(2, "2024-02-10", 9_000, "implant")]
    found = decided(acts, rules)
    assert found["allowed_cents"].to_list() == [6_000, 10_000 - 6_000]
    assert found["envelope_line_id"].to_list() == [2, 1]


@pytest.mark.parametrize(
    ("age", "day", "paid"),
    [
        pytest.param(40, "2026-03-14", False, id="an adult the day before two years"),
        pytest.param(40, "2026-03-15", True, id="an adult after two years"),
        pytest.param(15, "2025-03-14", False, id="below 16 the day before one year"),
        pytest.param(15, "2025-03-15", True, id="below 16 after one year"),
        pytest.param(5, "2024-09-14", False, id="below 6 the day before six months"),
        pytest.param(5, "2024-09-15", True, id="below 6 after six months"),
    ],
)
def test_glasses_are_renewed_after_a_period_that_depends_on_age(age: int, day: str, paid: bool) -> None:
    found = decided([frame(1, "2024-03-15", age=age), frame(2, day, age=age)], GLASSES)
    assert found["allowed_cents"].to_list() == [10_000, 10_000 * paid]
    assert found["limit_kind"][1] == (0 if paid else RENEWAL)
    until = date.fromisoformat(day) + timedelta(days=1)
    assert found["renewal_until"][1] == (None if paid else until)


def test_the_age_at_the_new_purchase_decides_how_long_the_old_one_bars() -> None:
    acts = [frame(1, "2024-03-15", age=15), frame(2, "2025-04-01", age=16)]
    found = decided(acts, GLASSES)
    assert found["allowed_cents"].to_list() == [10_000, 0]
    assert found["renewal_until"][1] == date(2026, 3, 15)


def test_a_refused_pair_does_not_start_a_new_period() -> None:
    acts = [frame(1, "2024-03-15"), frame(2, "2025-03-15"), frame(3, "2026-03-15"), frame(4, "2027-03-15")]
    assert allowed(acts, GLASSES) == [10_000, 0, 10_000, 0]


def test_a_correction_of_the_first_pair_frees_the_second() -> None:
    second = frame(2, "2025-03-15")
    assert allowed([frame(1, "2024-03-15"), second], GLASSES) == [10_000, 0]
    assert allowed([frame(1, "2024-03-15") | {"wanted_cents": 0}, second], GLASSES) == [0, 10_000]


@pytest.mark.parametrize(
    ("bought", "free"),
    [("2024-02-29", "2025-02-28"), ("2023-02-28", "2024-02-28"), ("2024-08-31", "2025-08-31")],
)
def test_a_period_that_starts_at_the_end_of_a_month_ends_within_its_month(bought: str, free: str) -> None:
    child, first_day = {"age": 10}, date.fromisoformat(free)
    acts = [frame(1, bought, **child), frame(2, str(first_day - timedelta(days=1)), **child)]
    found = decided(acts, GLASSES)
    assert found["renewal_until"][1] == first_day
    assert allowed([acts[0], frame(2, free, **child)], GLASSES) == [10_000, 10_000]


def test_each_ear_has_its_own_period() -> None:
    rules = care_rules(
        [envelope(1, "ears", period="window", months=48, scope="location", max_count=1)],
        [("ears", "hearing_aid", None)],
    )
    ears = [("left", "2022-01-10"), ("right", "2023-05-10"), ("left", "2025-06-10"), ("right", "2027-05-10")]
    bought = [act(n, day, 90_000, "hearing_aid", location=ear) for n, (ear, day) in enumerate(ears)]
    rules.envelopes[0, "valid_from"] = date(2021, 1, 1)
    assert allowed(bought, rules) == [90_000, 90_000, 0, 90_000]


def test_a_limit_that_changes_within_the_year_goes_on_with_what_was_used() -> None:
    rules = care_rules(
        [
            envelope(1, "soft", max_cents=10_000, valid_to=date(2024, 7, 1)),
            envelope(2, "soft", max_cents=15_000, valid_from=date(2024, 7, 1)),
        ],
        [("soft", "soft_medicine", None)],
    )
    acts = [act(1, "2024-05-01", 12_000), act(2, "2024-06-30", 1_000), act(3, "2024-07-01", 9_000)]
    assert allowed(acts, rules) == [10_000, 0, 15_000 - 10_000]


def test_a_member_who_changes_level_keeps_what_was_used() -> None:
    rules = care_rules(
        [envelope(1, "soft", max_cents=10_000), envelope(2, "soft", level="plus", max_cents=30_000)],
        [("soft", "soft_medicine", None)],
    )
    acts = [act(1, "2024-05-01", 12_000), act(2, "2024-06-30", 25_000, level="plus")]
    assert allowed(acts, rules) == [10_000, 30_000 - 10_000]


def test_a_share_of_the_monthly_ceiling_is_that_of_the_care_date() -> None:
    acts = [act(1, "2023-12-31", 90_000), act(2, "2024-01-01", 90_000)]
    assert allowed(acts, soft(pmss_ppm=10_000)) == [3_666, 3_864]


def test_an_act_on_a_day_without_a_known_ceiling_must_wait() -> None:
    wanted = pl.DataFrame([act(1, "2022-12-31", 90_000), act(2, "2024-01-01", 90_000)], WANTED)
    rules = soft(pmss_ppm=10_000, valid_from=date(2020, 1, 1))
    assert undetermined(wanted, rules, parameters()).to_list() == [1]
    with pytest.raises(ValueError, match="no value on 2022-12-31"):
        consumed(wanted, rules, parameters())


def test_an_exception_is_paid_in_full_and_uses_up_like_any_other() -> None:
    second = frame(2, "2025-03-15", excepted=True)
    acts = [frame(1, "2024-03-15"), second, frame(3, "2026-03-15")]
    found = decided(acts, GLASSES)
    assert found["allowed_cents"].to_list() == [10_000, 10_000, 10_000]
    assert found["limit_kind"].to_list() == [0, 0, 0]
    sums = [act(1, "2024-01-01", 8_000, excepted=True), act(2, "2024-01-02", 8_000)]
    assert allowed(sums, soft(max_cents=5_000)) == [8_000, 0]


def test_other_baskets_and_families_pass() -> None:
    rules = care_rules([envelope(1, "b", max_cents=100)], [("b", "optics_lens", "class_b")])
    acts = [
        act(n, "2024-01-01", 900, "optics_lens", basket=basket) for n, basket in enumerate([None, "class_b"])
    ]
    assert allowed([*acts, act(3, "2024-01-01", 900)], rules) == [900, 100, 900]


def test_without_acts_or_envelopes_nothing_happens() -> None:
    nothing = consumed(pl.DataFrame(schema=WANTED), GLASSES, parameters())
    assert nothing.schema == CONSUMED and nothing.is_empty()
    assert allowed([act(1, "2024-01-01", 900)], CareRules()) == [900]


@generated
@given(drawn_acts())
def test_each_act_has_one_answer_that_explains_itself(drawn: Drawn) -> None:
    found = consumed(drawn.wanted, drawn.rules, drawn.parameters)
    assert found.schema == CONSUMED
    both = found.hstack(drawn.wanted.select("wanted_cents", wanted_id="act_id"))
    assert both["act_id"].to_list() == both["wanted_id"].to_list()
    for row in both.iter_rows(named=True):
        limited = row["allowed_cents"] < row["wanted_cents"]
        assert 0 <= row["allowed_cents"] <= row["wanted_cents"]
        assert (row["limit_kind"] > 0) == limited == (row["envelope_line_id"] > 0)
        assert (row["limit_kind"] == AMOUNT) == (row["limit_left_cents"] >= 0)
        assert (row["limit_kind"] in (COUNT, RENEWAL)) == (row["renewal_until"] is not None)
        if row["limit_kind"] == AMOUNT:
            assert row["allowed_cents"] == row["limit_left_cents"]


@generated
@given(drawn_acts(), st.integers(0, 1_000))
def test_the_order_of_the_rows_is_irrelevant(drawn: Drawn, seed: int) -> None:
    mixed = drawn.wanted.sample(fraction=1, shuffle=True, seed=seed)
    found = consumed(mixed, drawn.rules, drawn.parameters).sort("act_id")
    assert_frame_equal(found, consumed(drawn.wanted, drawn.rules, drawn.parameters).sort("act_id"))


@generated
@given(drawn_acts())
def test_later_acts_never_change_earlier_ones(drawn: Drawn) -> None:
    acts = drawn.wanted.sort("care_from", "act_id")
    whole = consumed(acts, drawn.rules, drawn.parameters)
    for size in range(len(acts)):
        assert_frame_equal(consumed(acts[:size], drawn.rules, drawn.parameters), whole[:size])


@generated
@given(drawn_acts())
def test_members_are_independent(drawn: Drawn) -> None:
    whole = consumed(drawn.wanted, drawn.rules, drawn.parameters)
    for member in (1, 2):
        own = drawn.wanted.filter(member_id=member)
        alone = consumed(own, drawn.rules, drawn.parameters)
        assert_frame_equal(alone, whole.join(own.select("act_id"), on="act_id", maintain_order="left"))


@generated
@given(drawn_acts(steady=True))
def test_no_year_and_no_window_exceeds_its_limits(drawn: Drawn) -> None:
    found = consumed(drawn.wanted, drawn.rules, drawn.parameters).select("act_id", "allowed_cents")
    paid = drawn.wanted.join(found, on="act_id").filter(pl.col("allowed_cents") > 0, plan="alpha")
    lines = drawn.rules.envelopes.filter(level="base").iter_rows(named=True)
    for line in lines:
        families = drawn.rules.envelope_families.filter(envelope=line["envelope"], level="base")
        own = paid.join(families.select("family", only="basket"), on="family")
        own = own.filter(pl.col("only").is_null() | (pl.col("only") == pl.col("basket")))
        place = ["location"] if line["scope"] == "location" else []
        for _, pot in own.sort("care_from", "act_id").group_by(["member_id", *place], maintain_order=True):
            assert_within(line, pot)


def assert_within(line: dict[str, Any], pot: pl.DataFrame) -> None:
    """Cut the paid acts of one pot into its periods, and hold each against the limits."""
    periods: list[tuple[date, list[dict[str, Any]]]] = []
    for row in pot.iter_rows(named=True):
        day = row["care_from"]
        if not periods or day >= periods[-1][0]:
            months = f"{line['months']}mo"
            end = (
                pl.select(pl.lit(day).dt.offset_by(months)).item()
                if line["months"]
                else date(day.year + 1, 1, 1)
            )
            periods.append((end, []))
        periods[-1][1].append(row)
    for _, rows in periods:
        ceilings = [366_600 if row["care_from"].year == 2023 else 386_400 for row in rows]
        shares = [] if line["pmss_ppm"] is None else [max(ceilings) * line["pmss_ppm"] // 1_000_000]
        for limit in [*shares, *([] if line["max_cents"] is None else [line["max_cents"]])]:
            assert sum(row["allowed_cents"] for row in rows) <= limit
        assert line["max_count"] is None or len(rows) <= line["max_count"]

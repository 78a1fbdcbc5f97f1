"""Decisions of single acts: base and rate, retentions, other payers, the guarantee, payees, rights."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.core.claims.small_rules import (
    ENROLMENT,
    act,
    care_rules,
    decided,
    guarantee,
    only_row,
    rows_by_act,
    visit,
    waits,
)

SECU_RETURN = {"told_by_secu": True, "base_cents": 3_000, "rate_ppm": 700_000, "secu_cents": 1_900}


def amounts(row: dict[str, Any]) -> tuple[int, int, int, int]:
    """Sécu gross, withheld, ours, out of pocket."""
    return row["secu_cents"], row["retention_cents"], row["decided_cents"], row["out_of_pocket_cents"]


def test_a_visit_inside_the_care_path_leaves_the_participation_to_the_member() -> None:
    row = only_row(visit())
    assert amounts(row) == (2_100, 200, 900, 200)
    assert row["left_cents"] == 3_000 - 2_100
    assert (row["payee_id"], row["amount_cents"], row["member_cents"], row["provider_cents"]) == (
        0,
        900,
        900,
        0,
    )
    assert row["reasons"] == ["by_tariff", "participation"]


def test_the_secu_return_says_the_same_as_the_tariff() -> None:
    told = only_row(visit(**SECU_RETURN, retention_cents=200))
    assert amounts(told) == (2_100, 200, 900, 200)
    assert told["reasons"] == ["told_by_secu", "participation"]
    assert told["tariff_line_id"] == 0


def test_what_the_secu_did_not_pay_of_its_part_is_what_it_withheld() -> None:
    assert amounts(only_row(visit(**SECU_RETURN)))[1] == 200


def test_a_yearly_limit_of_participations_shows_in_what_the_secu_paid() -> None:
    row = only_row(visit(**{**SECU_RETURN, "secu_cents": 2_100}))
    assert amounts(row) == (2_100, 0, 900, 0)


@pytest.mark.parametrize(("day", "withheld"), [(date(2024, 5, 14), 100), (date(2024, 5, 15), 200)])
def test_the_participation_rises_on_15_may_2024(day: date, withheld: int) -> None:
    assert only_row(act("G", 2_500, day, sector=1))["retention_cents"] == withheld


def test_half_a_cent_is_rounded_up() -> None:
    """Published: 7.525 is printed 7.53."""
    row = only_row(act("AMS", 2_000), rules=care_rules(guarantee("paramedical", rate_ppm=1_300_000)))
    assert row["secu_cents"] == 645
    assert row["ceiling_cents"] == 1_398 - 645  # 130 % of 10.75 is 13.975
    row = only_row(act("AMS", 2_000, told_by_secu=True, base_cents=1_075, rate_ppm=700_000))
    assert row["secu_cents"] == 753  # 7.525


@pytest.mark.parametrize(
    ("day", "secu", "ours"), [(date(2023, 10, 14), 8_400, 3_600), (date(2023, 10, 15), 7_200, 4_800)]
)
def test_a_crown_costs_the_contract_more_from_15_october_2023(day: date, secu: int, ours: int) -> None:
    row = only_row(act("CROWN", 60_000, day))
    assert amounts(row) == (secu, 0, ours, 60_000 - secu - ours)
    assert row["reasons"] == ["by_tariff", "guarantee_reached"]


@pytest.mark.parametrize(
    ("rate_ppm", "flat_cents", "ours"), [(4_000_000, 20_000, 52_475), (1_000_000, None, 3_225)]
)
def test_published_crowns_of_2018_come_out_to_the_cent(
    rate_ppm: int, flat_cents: int | None, ours: int
) -> None:
    """devismutuelle.com: 600 € charged, base 107.50, 70 %; 400 % + 200 € pays 524.75, 100 % pays 32.25."""
    line = guarantee("dental_prosthesis", rate_ppm=rate_ppm, flat_cents=flat_cents)
    told = {"told_by_secu": True, "base_cents": 10_750, "rate_ppm": 700_000}
    row = only_row(act("CROWN", 60_000, date(2018, 1, 1), **told), rules=care_rules(line))
    assert row["secu_cents"] == 7_525
    assert row["decided_cents"] == ours


def test_minors_bear_no_participation_and_the_year_decides_who_is_a_minor() -> None:
    assert amounts(only_row(visit(), born=date(2007, 1, 2))) == (2_100, 0, 900, 0)  # 18, but not on 1 January
    assert amounts(only_row(visit(), born=date(2007, 1, 1))) == (2_100, 200, 900, 200)
    assert "retention_exempt" in only_row(visit(), born=date(2015, 6, 1))["reasons"]


def test_long_illness_raises_the_rate_and_leaves_the_participation() -> None:
    row = only_row(visit(exemption="ald"))
    assert amounts(row) == (3_000, 200, 0, 200)
    assert row["rate_ppm"] == 1_000_000
    assert {"full_cover", "participation", "nothing_left"} <= set(row["reasons"])


def test_maternity_and_c2s_bear_no_participation() -> None:
    assert amounts(only_row(visit(exemption="maternity"))) == (3_000, 0, 0, 0)
    assert amounts(only_row(visit(exemption="c2s", others_cents=900))) == (2_100, 0, 0, 0)


def test_outside_the_care_path_the_increase_stays_with_the_member() -> None:
    row = only_row(visit(care_path="out"))
    assert amounts(row) == (900, 200, 900, 1_200 + 200)
    assert (row["rate_ppm"], row["increase_cents"]) == (300_000, 1_200)


def test_the_secu_told_rate_outside_the_path_gives_the_same_increase() -> None:
    told = {
        "told_by_secu": True,
        "base_cents": 3_000,
        "rate_ppm": 300_000,
        "secu_cents": 700,
        "retention_cents": 200,
    }
    row = only_row(visit(care_path="out", **told))
    assert amounts(row) == (900, 200, 900, 1_400)
    assert row["increase_cents"] == 1_200


def test_the_increase_is_capped_by_a_specialists_consultation() -> None:
    """40 % of 31.50 € is 12.60 €, not 40.00 €."""
    row = only_row(act("BIG", 10_000, sector=1, care_path="out"))
    assert row["increase_cents"] == 1_260
    assert row["secu_cents"] == 7_000 - 1_260
    assert row["decided_cents"] == 3_000


def test_under_16_one_is_always_inside_the_path() -> None:
    assert only_row(visit(care_path="out"), born=date(2010, 1, 1))["increase_cents"] == 0


def test_high_fees_outside_the_path_do_not_let_the_contract_pay_the_increase() -> None:
    assert only_row(visit(care_path="out") | {"charged_cents": 6_000})["decided_cents"] == 900


def test_boxes_bear_a_franchise_each_but_never_more_than_the_secu_pays() -> None:
    assert only_row(act("PH7", 3_000, quantity=3))["retention_cents"] == 300
    cheap = {"told_by_secu": True, "base_cents": 100, "rate_ppm": 150_000}
    assert only_row(act("PH7", 100, **cheap))["retention_cents"] == 15


def test_paramedical_franchises_of_a_day_are_capped() -> None:
    sessions = [act("AMS", 1_075, act_id=n) for n in range(1, 7)]
    found = rows_by_act(*sessions)
    assert [found[n]["retention_cents"] for n in range(1, 7)] == [100, 100, 100, 100, 0, 0]
    next_day = rows_by_act(*sessions, act("AMS", 1_075, date(2025, 3, 4), act_id=9))
    assert next_day[9]["retention_cents"] == 100


def test_participations_are_capped_per_professional_and_day() -> None:
    visits = [visit(act_id=n) for n in range(1, 6)] + [visit(act_id=6, provider_id=6)]
    found = rows_by_act(*visits)
    assert [found[n]["retention_cents"] for n in range(1, 7)] == [200, 200, 200, 200, 0, 200]


def test_a_told_participation_counts_towards_the_cap_of_its_day() -> None:
    told = [visit(act_id=n, **SECU_RETURN) for n in range(1, 5)]
    assert rows_by_act(*told, visit(act_id=5))[5]["retention_cents"] == 0


def test_another_insurer_that_paid_first_is_deducted() -> None:
    row = only_row(visit(others_cents=600))
    assert (row["left_cents"], row["decided_cents"], row["out_of_pocket_cents"]) == (300, 300, 200)
    assert "others_first" in row["reasons"]


def test_the_secu_never_counts_for_more_than_was_charged() -> None:
    row = only_row(visit() | {"charged_cents": 1_000})
    assert (row["secu_cents"], row["decided_cents"]) == (1_000, 0)
    assert "secu_capped" in row["reasons"]


@pytest.mark.parametrize(
    ("line", "ceiling"),
    [
        ({"rate_ppm": 1_500_000}, 4_500 - 2_100),
        ({"rate_ppm": 1_500_000, "basis": "complement"}, 4_500),
        ({"flat_cents": 2_500}, 2_500 - 2_100),
        ({"rate_ppm": 1_000_000, "flat_cents": 1_000}, 3_000 + 1_000 - 2_100),
        ({"pmss_ppm": 10_000, "basis": "complement"}, 3_925),
        ({"real_cost": True}, -1),
    ],
)
def test_each_form_of_a_guarantee_has_its_ceiling(line: dict[str, Any], ceiling: int) -> None:
    rules = care_rules(guarantee("consultation_gp", **line), responsible=False)
    row = only_row(visit() | {"charged_cents": 9_000}, rules=rules)
    assert row["ceiling_cents"] == ceiling
    assert row["decided_cents"] == (ceiling if ceiling >= 0 else 9_000 - 2_100)


def test_the_lowest_of_several_lines_wins() -> None:
    rules = care_rules(
        guarantee("implant", flat_cents=50_000),
        guarantee("implant", pmss_ppm=100_000, part=2),
        responsible=False,
    )
    row = only_row(act("IMPLANT", 100_000), rules=rules)
    assert (row["decided_cents"], row["guarantee_line_id"]) == (39_250, 2)
    assert "no_base" in row["reasons"]


def test_an_amount_per_session_or_day_counts_for_each() -> None:
    rules = care_rules(guarantee("private_room", flat_cents=6_000, per="day", basis="complement"))
    assert only_row(act("CHP", 40_000, quantity=5), rules=rules)["decided_cents"] == 5 * 6_000


def test_the_guarantee_of_the_day_of_care_counts() -> None:
    change = date(2025, 1, 1)
    rules = care_rules(
        guarantee("implant", flat_cents=30_000, valid_to=change),
        guarantee("implant", flat_cents=40_000, valid_from=change),
    )
    assert only_row(act("IMPLANT", 100_000, date(2024, 12, 31)), rules=rules)["decided_cents"] == 30_000
    assert only_row(act("IMPLANT", 100_000, change), rules=rules)["decided_cents"] == 40_000


def test_without_a_guarantee_nothing_is_paid_and_the_row_says_so() -> None:
    row = only_row(act("OSTEO", 6_000), rules=care_rules(guarantee("implant", flat_cents=1)))
    assert (row["decided_cents"], row["out_of_pocket_cents"], row["limit_kind"]) == (0, 6_000, 0)
    assert "not_guaranteed" in row["reasons"]


def test_the_provider_gets_what_it_asks_and_the_member_the_rest() -> None:
    rules = care_rules(guarantee("dental_prosthesis", rate_ppm=3_000_000))
    found = decided(act("CROWN", 60_000, provider_id=5, asked_cents=4_800), rules=rules).rows
    assert found.select("payee_id", "amount_cents").rows() == [(0, 28_800 - 4_800), (5, 4_800)]
    assert found["decided_cents"].to_list() == [28_800, 28_800]


def test_who_asked_for_everything_leaves_nothing_for_the_member() -> None:
    row = only_row(visit(asked_cents=900))
    assert (row["payee_id"], row["amount_cents"], row["member_cents"]) == (5, 900, 0)
    more = only_row(visit(asked_cents=1_500))
    assert (more["provider_cents"], more["member_cents"]) == (900, 0)
    assert "asked_more" in more["reasons"]


def test_a_request_of_nobody_waits_unless_it_asks_for_nothing() -> None:
    assert waits(visit(asked_cents=900, provider_id=None)) == ["provider_unknown"]
    assert only_row(visit(asked_cents=0, provider_id=None))["member_cents"] == 900
    long_before = visit(asked_cents=900, provider_id=None, exception_cents=100, on=date(2016, 6, 1))
    assert waits(long_before) == ["provider_unknown"]


def test_an_exception_replaces_what_the_rules_say_up_to_what_is_left() -> None:
    row = only_row(act("CROWN", 60_000, exception_cents=10_000))
    assert (row["decided_cents"], row["limit_kind"]) == (10_000, 8)
    capped = only_row(visit(exception_cents=5_000))
    assert capped["decided_cents"] == 900
    assert {"exception", "exception_capped"} <= set(capped["reasons"])


def test_an_exception_decides_what_would_wait() -> None:
    assert waits(act("G", 2_500, date(2017, 4, 1), sector=1)) == ["tariff_unknown"]
    row = only_row(act("G", 2_500, date(2017, 4, 1), sector=1, exception_cents=700))
    assert row["decided_cents"] == 700


def test_a_day_that_no_enrolment_covers_is_decided_as_nothing_under_the_nearest_contract() -> None:
    old = ENROLMENT | {"valid_to": date(2025, 2, 1)}
    new = ENROLMENT | {"enrolment_id": 2, "contract_id": 8, "valid_from": date(2026, 1, 1)}
    row = only_row(visit(), enrolments=[new, old])
    assert (row["contract_id"], row["decided_cents"], row["out_of_pocket_cents"]) == (7, 0, 900 + 200)
    assert "not_covered" in row["reasons"]
    assert row["guarantee_line_id"] == 0


def test_cover_begins_on_its_first_day_and_is_over_on_the_day_after_its_last() -> None:
    spell = [ENROLMENT | {"valid_from": date(2025, 3, 3), "valid_to": date(2025, 4, 1)}]
    assert only_row(visit(), enrolments=spell)["decided_cents"] == 900
    assert only_row(visit(on=date(2025, 3, 31)), enrolments=spell)["decided_cents"] == 900
    assert only_row(visit(on=date(2025, 4, 1)), enrolments=spell)["decided_cents"] == 0


def test_portability_covers_like_before_and_stands_back_for_a_new_job() -> None:
    carried = ENROLMENT | {"basis": "portability"}
    assert only_row(visit(), enrolments=[carried])["decided_cents"] == 900
    job = ENROLMENT | {"enrolment_id": 2, "contract_id": 8, "valid_from": date(2025, 3, 1)}
    row = only_row(visit(), enrolments=[carried, job])
    assert row["contract_id"] == 8
    assert "several_contracts" in row["reasons"]


def test_without_any_enrolment_the_act_waits_and_keeps_nothing_booked() -> None:
    for told in (visit(), act("NEW", 1_000)):
        found = decided(told, enrolments=[])
        assert found.waiting.select("line_id", "reason", "keeps_booked").rows() == [(1, "no_contract", False)]


def test_what_is_not_known_waits_and_is_never_guessed() -> None:
    assert waits(act("NEW", 1_000)) == ["act_unknown"]
    assert waits(act("G", None)) == ["charge_unknown"]
    assert waits(act("M03", 5_000, date(2019, 12, 31))) == ["tariff_unknown"]
    assert waits(act(None, 1_000, family="dental_care")) == ["tariff_unknown"]


def test_a_family_without_code_is_decided_by_what_the_secu_says() -> None:
    told = {
        "told_by_secu": True,
        "base_cents": 1_000,
        "rate_ppm": 650_000,
        "secu_cents": 550,
        "retention_cents": 100,
    }
    assert amounts(only_row(act(None, 1_000, family="pharmacy_65", **told))) == (650, 100, 350, 100)


def test_an_act_that_was_taken_back_has_one_row_of_nothing() -> None:
    row = only_row(visit(cancelled=True, lines=2))
    assert (row["amount_cents"], row["charged_cents"], row["out_of_pocket_cents"], row["lines"]) == (
        0,
        0,
        0,
        2,
    )
    assert row["reasons"] == ["cancelled", "by_tariff"]

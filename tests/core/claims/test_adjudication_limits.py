"""Limits of the law and of the contract: responsible rules, OPTAM, 100 % Santé, equipment, hospital, envelopes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from avenant.core.claims.reasons import LIMITS
from tests.core.claims.small_rules import (
    ENROLMENT,
    SINCE_2016,
    TARIFFS,
    Row,
    act,
    care_rules,
    decided,
    guarantee,
    only_row,
    rows_by_act,
    tariff,
    visit,
    waits,
)

IN_2019 = date(2019, 3, 4)
EARLY = ENROLMENT | {"valid_from": SINCE_2016}
GENEROUS = (
    guarantee("consultation_gp", rate_ppm=2_200_000, optam="optam"),
    guarantee("consultation_gp", rate_ppm=2_200_000, optam="non_optam"),
)


def visit_of_2019(charged_cents: int, **said: Any) -> Row:
    """A visit in March 2019: base 25.00 € in sector 1 and OPTAM, 23.00 € outside (service-public.fr F1069)."""
    return act("G", charged_cents, IN_2019, **({"care_path": "in", "provider_id": 5} | said))


def status(valid_from: date, valid_to: date | None, optam: bool) -> Row:
    """What is known of provider 5."""
    return {"provider_id": 5, "sector": 2, "optam": optam, "valid_from": valid_from, "valid_to": valid_to}


def test_the_base_depends_on_optam() -> None:
    assert only_row(visit_of_2019(4_000, sector=2, optam=True))["base_cents"] == 2_500
    outside = only_row(visit_of_2019(4_000, sector=2, optam=False))
    assert (outside["base_cents"], outside["secu_cents"]) == (2_300, 1_610)


def test_a_responsible_contract_pays_fees_outside_optam_up_to_the_base() -> None:
    row = only_row(visit_of_2019(8_000, sector=2, optam=False), rules=care_rules(*GENEROUS))
    assert row["decided_cents"] == (2_300 - 1_610) + 2_300
    assert row["limit_kind"] == LIMITS["responsible"]
    assert "non_optam_cap" in row["reasons"]


def test_displayed_150_percent_in_optam_forces_130_outside() -> None:
    line = guarantee("consultation_gp", rate_ppm=1_500_000)
    row = only_row(visit_of_2019(8_000, sector=2, optam=False), rules=care_rules(line))
    assert row["decided_cents"] == (2_300 - 1_610) + 690  # 30 % of 23.00


def test_where_the_cap_outside_optam_is_in_force_but_not_known_the_act_waits() -> None:
    """The cap holds since April 2015, its share of the base is known from 2017 on."""
    visit_of_2016 = act("CS", 8_000, date(2016, 6, 1), sector=2, optam=False, care_path="in", provider_id=5)
    in_2016 = {**visit_of_2016, "told_by_secu": True, "base_cents": 2_300, "rate_ppm": 700_000}
    rules, around = care_rules(guarantee("consultation_specialist", real_cost=True)), {"enrolments": [EARLY]}
    assert waits(in_2016, rules=rules, **around) == ["parameter_unknown"]
    in_2017 = in_2016 | {"care_from": date(2017, 6, 1), "care_last_day": date(2017, 6, 1)}
    assert only_row(in_2017, rules=rules, **around)["decided_cents"] == (2_300 - 1_610) + 2_300


def test_the_cap_does_not_bind_a_contract_that_is_not_responsible() -> None:
    rules = care_rules(*GENEROUS, responsible=False)
    row = only_row(visit_of_2019(8_000, sector=2, optam=False), rules=rules)
    assert row["decided_cents"] == 5_060 - 1_610


def test_the_status_of_the_day_of_care_counts() -> None:
    known = [status(SINCE_2016, date(2019, 1, 1), True), status(date(2019, 1, 1), None, False)]
    assert only_row(visit_of_2019(4_000), statuses=known)["base_cents"] == 2_300


def test_what_nobody_knows_of_the_doctor_waits_only_where_it_matters() -> None:
    assert waits(visit_of_2019(4_000)) == ["provider_status_unknown"]
    contradicting = [status(SINCE_2016, None, True), status(SINCE_2016, None, False)]
    assert waits(visit_of_2019(4_000), statuses=contradicting) == ["provider_status_unknown"]
    told = {"told_by_secu": True, "base_cents": 2_500, "rate_ppm": 700_000, "secu_cents": 1_650}
    assert only_row(visit_of_2019(2_500, **told))["decided_cents"] == 750
    high_fees = visit_of_2019(9_000, **told)
    assert waits(high_fees, rules=care_rules(*GENEROUS)) == ["provider_status_unknown"]


def test_a_cap_outside_optam_that_is_not_known_for_the_day_waits_where_the_status_is_not_either() -> None:
    told = {"told_by_secu": True, "base_cents": 2_300, "rate_ppm": 700_000, "secu_cents": 1_510}
    early = act("G", 2_300, date(2016, 5, 2), care_path="in", provider_id=5, **told)
    assert waits(early, enrolments=[EARLY]) == ["parameter_unknown"]


def test_the_law_raises_a_low_guarantee_to_the_patients_share() -> None:
    line = guarantee("consultation_gp", rate_ppm=800_000)
    row = only_row(visit(), rules=care_rules(line))
    assert (row["ceiling_cents"], row["decided_cents"]) == (300, 900)
    assert "responsible_minimum" in row["reasons"]
    assert only_row(visit(), rules=care_rules(line, responsible=False))["decided_cents"] == 300


def crown(
    charged_cents: int, limit_cents: int | None, basket: str | None = "no_rac"
) -> tuple[Row, list[Row]]:
    """A crown and tariffs that give it this price limit."""
    others = [line for line in TARIFFS if line["act_code"] != "CROWN"]
    return act("CROWN", charged_cents, basket=basket), [
        *others,
        tariff("CROWN", 12_000, price_limit_cents=limit_cents),
    ]


def test_nothing_is_left_to_pay_for_a_crown_of_the_100_percent_basket() -> None:
    """A published quote of 2024: 298.70 € charged, 72.00 € from the Sécu, 226.70 € left and nothing to pay."""
    told, tariffs = crown(29_870, None)
    line = guarantee("dental_prosthesis", basket="no_rac", price_limit=True)
    row = only_row(told, rules=care_rules(line, tariffs=tariffs))
    assert (row["secu_cents"], row["decided_cents"], row["out_of_pocket_cents"]) == (7_200, 22_670, 0)
    assert "price_limit_unknown" in row["reasons"]


def test_above_the_price_limit_the_member_pays() -> None:
    told, tariffs = crown(31_000, 29_000)
    line = guarantee("dental_prosthesis", basket="no_rac", price_limit=True)
    row = only_row(told, rules=care_rules(line, tariffs=tariffs))
    assert (row["decided_cents"], row["out_of_pocket_cents"]) == (29_000 - 7_200, 2_000)
    assert row["limit_kind"] == LIMITS["price_limit"]


def test_the_law_leaves_nothing_to_pay_whatever_the_guarantee_says() -> None:
    told, tariffs = crown(29_000, 29_000)
    row = only_row(
        told, rules=care_rules(guarantee("dental_prosthesis", rate_ppm=1_000_000), tariffs=tariffs)
    )
    assert row["decided_cents"] == 29_000 - 7_200
    assert {"responsible_minimum", "no_rest_to_pay"} <= set(row["reasons"])


def test_a_basket_with_lines_of_its_own_does_not_take_the_lines_for_all() -> None:
    lines = (
        guarantee("dental_prosthesis", basket="controlled", rate_ppm=2_000_000),
        guarantee("dental_prosthesis", rate_ppm=3_000_000),
        guarantee("dental_prosthesis", flat_cents=20_000, part=2),
    )
    found = [
        only_row(crown(90_000, None, basket)[0], rules=care_rules(*lines))
        for basket in ("controlled", "free")
    ]
    assert [row["ceiling_cents"] for row in found] == [24_000 - 7_200, 20_000 - 7_200]


def test_where_the_basket_decides_and_is_not_said_the_act_waits() -> None:
    line = guarantee("dental_prosthesis", basket="controlled", rate_ppm=2_000_000)
    assert waits(crown(90_000, None, None)[0], rules=care_rules(line)) == ["basket_unknown"]
    free = only_row(crown(90_000, None, "free")[0], rules=care_rules(line))
    assert "not_guaranteed" in free["reasons"]


def test_a_frame_of_class_b_is_paid_up_to_100_euros_with_the_secu() -> None:
    rules = care_rules(guarantee("optics_frame", flat_cents=15_000))
    row = only_row(act("M03", 18_000, basket="class_b"), rules=rules)
    assert row["decided_cents"] == 10_000 - 3
    assert "optics_cap" in row["reasons"]


@pytest.mark.parametrize(
    ("second", "cap_cents"),
    [("VU1", 42_000), ("VU4", 56_000)],
    ids=["two simple lenses", "simple and complex"],
)
def test_a_pair_of_class_b_shares_the_cap_of_its_category(second: str, cap_cents: int) -> None:
    rules = care_rules(guarantee("optics_frame", real_cost=True), guarantee("optics_lens", real_cost=True))
    pair = [
        act("M03", 15_000, basket="class_b", provider_id=9),
        act("VU1", 25_000, basket="class_b", provider_id=9, act_id=2),
        act(second, 25_000, basket="class_b", provider_id=9, act_id=3),
    ]
    found = rows_by_act(*pair, rules=rules)
    assert sum(row["decided_cents"] + row["secu_cents"] for row in found.values()) == cap_cents
    assert [found[n]["decided_cents"] for n in (1, 2)] == [9_997, 25_000 - 3]


def test_hearing_aids_of_class_two_are_capped_per_ear() -> None:
    rules = care_rules(guarantee("hearing_aid", real_cost=True))
    row = only_row(act("PAU", 250_000, basket="class_2", location="left"), rules=rules)
    assert (row["secu_cents"], row["decided_cents"]) == (24_000, 170_000 - 24_000)
    child = only_row(act("PAU", 250_000, basket="class_2"), rules=rules, born=date(2010, 1, 1))
    assert (child["secu_cents"], child["decided_cents"]) == (84_000, 170_000 - 84_000)


def stay(act_code: str, charged_cents: int, act_id: int, **said: Any) -> Row:
    """Five days in hospital 8 in January 2025."""
    days = {"care_last_day": date(2025, 1, 10), "provider_id": 8, "act_id": act_id}
    return act(act_code, charged_cents, date(2025, 1, 6), **(days | said))


WARD = {"told_by_secu": True, "base_cents": 114_536, "rate_ppm": 800_000}


def test_the_daily_charge_is_absorbed_by_a_higher_patient_share() -> None:
    found = rows_by_act(stay("GHS", 114_536, 1, **WARD), stay("FJ", 10_000, 2, quantity=5))
    assert found[1]["decided_cents"] == 22_907  # published: 229.07 of 1,145.36
    assert (found[2]["decided_cents"], found[2]["reasons"][-1]) == (0, "daily_charge_absorbed")


def test_a_lower_patient_share_is_absorbed_by_the_daily_charge() -> None:
    small = WARD | {"base_cents": 40_000}
    found = rows_by_act(stay("GHS", 40_000, 1, **small), stay("FJ", 10_000, 2, quantity=5))
    assert [found[n]["decided_cents"] for n in (1, 2)] == [0, 10_000]
    assert "patient_share_absorbed" in found[1]["reasons"]


def test_of_an_absorbed_share_nothing_is_paid_nor_fees_above_the_base_instead() -> None:
    small = WARD | {"base_cents": 40_000}
    acts = (stay("GHS", 45_000, 1, **small), stay("FJ", 10_000, 2, quantity=5))
    assert rows_by_act(*acts)[1]["decided_cents"] == 0
    generous = care_rules(
        guarantee("hospital_stay", rate_ppm=1_100_000), guarantee("daily_charge", real_cost=True)
    )
    assert rows_by_act(*acts, rules=generous)[1]["decided_cents"] == 4_000


def test_a_share_that_a_person_pays_by_exception_absorbs_the_daily_charge_too() -> None:
    ward = WARD | {"exception_cents": 0}
    found = rows_by_act(stay("GHS", 114_536, 1, **ward), stay("FJ", 10_000, 2, quantity=5))
    assert [found[n]["decided_cents"] for n in (1, 2)] == [0, 0]
    assert "daily_charge_absorbed" in found[2]["reasons"]


def test_with_a_heavy_act_both_the_flat_sum_and_the_daily_charge_are_due() -> None:
    full = WARD | {"rate_ppm": 1_000_000}
    found = rows_by_act(
        stay("GHS", 114_536, 1, **full), stay("FJ", 10_000, 2, quantity=5), stay("PAS", 2_400, 3, quantity=1)
    )
    assert [found[n]["decided_cents"] for n in (1, 2, 3)] == [0, 10_000, 2_400]


def test_another_stay_or_another_hospital_is_not_offset() -> None:
    later = {"care_from": date(2025, 1, 11), "care_last_day": date(2025, 1, 12)}
    found = rows_by_act(
        stay("GHS", 114_536, 1, **WARD),
        stay("FJ", 4_000, 2, quantity=2, **later),
        stay("FJ", 10_000, 3, quantity=5, provider_id=99),
    )
    assert [found[n]["decided_cents"] for n in (1, 2, 3)] == [22_907, 4_000, 10_000]


def test_a_responsible_contract_pays_the_daily_charge_without_a_guarantee_line() -> None:
    row = only_row(stay("FJ", 10_000, 1, quantity=5), rules=care_rules(guarantee("implant", flat_cents=1)))
    assert row["decided_cents"] == 5 * 2_000


YEARLY = {
    "plan": "plan",
    "level": "one",
    "envelope": "soft",
    "label": "Soft medicine",
    "period": "calendar_year",
    "scope": "member",
    "age_from": 0,
    "age_to": 151,
    "valid_from": SINCE_2016,
}
SOFT = guarantee("soft_medicine", flat_cents=9_000)


def soft_visits(*days: date) -> list[Row]:
    return [act("OSTEO", 6_000, day, act_id=n) for n, day in enumerate(days, start=1)]


def test_an_envelope_is_used_up_in_the_order_of_care() -> None:
    rules = care_rules(SOFT, envelopes=[YEARLY | {"max_cents": 10_000}], drawing={"soft_medicine": "soft"})
    found = rows_by_act(*soft_visits(date(2025, 5, 1), date(2025, 3, 1)), rules=rules)
    assert [found[n]["decided_cents"] for n in (1, 2)] == [4_000, 6_000]
    assert (found[1]["limit_kind"], found[1]["limit_left_cents"]) == (LIMITS["envelope_amount"], 4_000)
    assert (found[1]["envelope_line_id"], found[2]["envelope_line_id"]) == (1, 0)
    assert "envelope_amount" in found[1]["reasons"]


def test_an_envelope_holds_for_care_before_birth_that_an_enrolment_covers() -> None:
    rules = care_rules(SOFT, envelopes=[YEARLY | {"max_cents": 1_000}], drawing={"soft_medicine": "soft"})
    (early,) = soft_visits(date(2025, 3, 1))
    assert only_row(early, rules=rules, born=date(2025, 3, 9))["decided_cents"] == 1_000


def test_an_exception_goes_beyond_an_envelope() -> None:
    rules = care_rules(SOFT, envelopes=[YEARLY | {"max_count": 1}], drawing={"soft_medicine": "soft"})
    first, second = soft_visits(date(2025, 3, 1), date(2025, 5, 1))
    found = rows_by_act(first, second, rules=rules)
    assert (found[2]["decided_cents"], found[2]["limit_kind"]) == (0, LIMITS["envelope_count"])
    found = rows_by_act(first, second | {"exception_cents": 5_000}, rules=rules)
    assert (found[2]["decided_cents"], found[2]["limit_kind"]) == (5_000, LIMITS["exception"])


def test_an_exception_uses_up_an_envelope_like_any_other_payment() -> None:
    rules = care_rules(SOFT, envelopes=[YEARLY | {"max_count": 2}], drawing={"soft_medicine": "soft"})
    first, second, third = soft_visits(date(2025, 3, 1), date(2025, 5, 1), date(2025, 6, 1))
    found = rows_by_act(first, second | {"exception_cents": 6_000}, third, rules=rules)
    assert [found[n]["decided_cents"] for n in (1, 2, 3)] == [6_000, 6_000, 0]


def test_an_exception_alone_explains_its_amount() -> None:
    row = only_row(act("CROWN", 60_000, exception_cents=10_000))
    assert row["reasons"] == ["by_tariff", "exception"]


def test_an_envelope_in_shares_of_an_unknown_ceiling_waits() -> None:
    rules = care_rules(SOFT, envelopes=[YEARLY | {"pmss_ppm": 30_000}], drawing={"soft_medicine": "soft"})
    assert waits(act("OSTEO", 6_000, date(2023, 3, 1)), rules=rules) == ["parameter_unknown"]
    assert only_row(act("OSTEO", 6_000), rules=rules)["decided_cents"] == 6_000


def test_the_order_of_the_acts_is_irrelevant() -> None:
    acts = [visit(act_id=n, care_path="out" if n % 2 else "in", charged_cents=3_000 + n) for n in range(1, 9)]
    acts += [
        stay("GHS", 114_536, 20, **WARD),
        stay("FJ", 10_000, 21, quantity=5),
        visit_of_2019(9_000, act_id=30),
    ]
    once, again = decided(*acts), decided(*reversed(acts))
    assert once.rows.equals(again.rows)
    assert once.waiting.sort("line_id").equals(again.waiting.sort("line_id"))

"""Poorer lines: without act code, provider or location they join the one act they fit, or wait for a person."""

from datetime import date
from typing import Any

import pytest

from tests.strategies.messages import bill, matched_as, poor_bill, request, secu, statement

FIFTH, SEVENTH = date(2024, 3, 5), date(2024, 3, 7)
BY_FAMILY: dict[str, Any] = {"act_code": None, "family": "consultation_gp"}


@pytest.mark.parametrize(
    "missing",
    [
        pytest.param({"provider_id": None}, id="provider"),
        pytest.param(BY_FAMILY, id="act code"),
        pytest.param(BY_FAMILY | {"provider_id": None}, id="both"),
        pytest.param({"provider_id": None, "charged_cents": None}, id="provider and charge"),
        pytest.param({"provider_id": None, "act_code": None}, id="provider, act code and family"),
    ],
)
def test_a_poorer_bill_joins_the_only_act_of_its_day_and_charge(missing: dict[str, Any]) -> None:
    seen = matched_as([bill("B#1", **missing), secu("S#1")])
    assert seen.acts["B#1 S#1"]["provider_id"] == 7
    assert not seen.waiting


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"charged_cents": 2_500}, id="another charge"),
        pytest.param({"act_code": None, "family": "paramedical"}, id="another family"),
        pytest.param({"member_id": 2}, id="another member"),
        pytest.param({"act_code": "CS"}, id="another act code"),
    ],
)
def test_a_poorer_bill_that_fits_no_act_is_an_act_of_its_own(other: dict[str, Any]) -> None:
    assert matched_as([secu("S#1"), poor_bill("B#1", **other)]).acts.keys() == {"S#1", "B#1"}


def test_a_poorer_bill_alone_is_an_act() -> None:
    assert matched_as([poor_bill("B#1")]).acts.keys() == {"B#1"}


def test_lines_that_leave_out_different_things_join_the_same_act() -> None:
    seen = matched_as([secu("S#1"), poor_bill("B#1"), request("R#1", **BY_FAMILY)])
    assert seen.acts.keys() == {"B#1 R#1 S#1"}


def test_a_poorer_bill_that_fits_two_acts_waits_with_both_as_candidates() -> None:
    seen = matched_as([poor_bill("B#1"), secu("T#1", provider_id=8), secu("S#1")])
    assert seen.acts.keys() == {"S#1", "T#1"}
    assert seen.waiting == {"B#1": ("several_acts_fit", "S#1 T#1", False)}


def test_a_poorer_bill_waits_where_the_act_has_a_bill_already() -> None:
    seen = matched_as([secu("S#1"), bill("A#1"), poor_bill("B#1")])
    assert seen.acts.keys() == {"A#1 S#1"}
    assert seen.waiting == {"B#1": ("perhaps_same_act", "S#1", False)}


def test_two_poorer_bills_for_one_act_wait_both() -> None:
    seen = matched_as([secu("S#1"), poor_bill("B#1"), bill("C#1", **BY_FAMILY)])
    assert seen.reasons == {"B#1": "perhaps_same_act", "C#1": "perhaps_same_act"}


def test_lines_that_do_not_fit_each_other_do_not_join_one_act() -> None:
    crown = secu("S#1", act_code="HBLD734", provider_id=None, location="11")
    others = [bill("B#1", act_code="HBLD734"), statement("X#1", act_code="HBLD734", provider_id=8)]
    assert matched_as([crown, *others[:1]]).acts.keys() == {"B#1 S#1"}
    assert matched_as([crown, *others]).reasons == {"B#1": "perhaps_same_act", "X#1": "perhaps_same_act"}


def test_the_nth_poorer_line_meets_the_nth_of_equal_acts() -> None:
    sessions = [secu("S#1"), secu("S#2"), secu("S#3")]
    seen = matched_as([*sessions, poor_bill("B#1"), poor_bill("B#2")])
    assert seen.acts.keys() == {"B#1 S#1", "B#2 S#2", "S#3"}


def test_more_equal_poorer_lines_than_acts_leave_the_rest_waiting() -> None:
    seen = matched_as([secu("S#1"), poor_bill("B#1"), poor_bill("B#2")])
    assert seen.acts.keys() == {"B#1 S#1"}
    assert seen.waiting == {"B#2": ("perhaps_same_act", "S#1", False)}


def test_as_many_equal_lines_as_acts_join_one_each() -> None:
    returned = [secu("S#1", act_code="H1"), secu("S#2", act_code="H1")]
    ears = [bill("B#1", act_code="H1", location="left"), bill("B#2", act_code="H1", location="right")]
    seen = matched_as([*returned, *ears])
    assert {refs: act["location"] for refs, act in seen.acts.items()} == {
        "B#1 S#1": "left",
        "B#2 S#2": "right",
    }


def test_lines_that_differ_do_not_choose_between_acts() -> None:
    returned = [secu("S#1", act_code="H1"), secu("S#2", act_code="H1", secu_cents=1_500)]
    ears = [bill("B#1", act_code="H1", location="left"), bill("B#2", act_code="H1", location="right")]
    assert matched_as([*returned, *ears]).reasons == {"S#1": "several_acts_fit", "S#2": "several_acts_fit"}


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2024, 3, 2), FIFTH, date(2024, 3, 6)])
def test_a_poorer_bill_within_three_days_of_an_act_waits(day: date) -> None:
    seen = matched_as([secu("S#1"), poor_bill("B#1", care_from=day)])
    assert seen.acts.keys() == {"S#1"}
    assert seen.waiting == {"B#1": ("perhaps_same_act", "S#1", False)}


def test_after_more_than_three_days_it_is_another_act() -> None:
    assert matched_as([secu("S#1"), poor_bill("B#1", care_from=SEVENTH)]).acts.keys() == {"S#1", "B#1"}


def test_a_full_bill_of_another_day_is_another_act() -> None:
    assert matched_as([secu("S#1"), bill("B#1", care_from=FIFTH)]).acts.keys() == {"S#1", "B#1"}


def test_near_days_do_not_matter_where_the_act_has_a_bill_already() -> None:
    seen = matched_as([secu("S#1"), bill("A#1"), poor_bill("B#1", care_from=FIFTH)])
    assert seen.acts.keys() == {"A#1 S#1", "B#1"}


def test_near_days_do_not_matter_where_the_own_day_fits() -> None:
    seen = matched_as([secu("S#1"), secu("T#1", care_from=FIFTH), poor_bill("B#1")])
    assert seen.acts.keys() == {"B#1 S#1", "T#1"}


def test_the_sécus_return_never_waits_for_a_bill_of_another_day() -> None:
    seen = matched_as([secu("S#1", provider_id=None), bill("B#1", care_from=FIFTH)])
    assert seen.acts.keys() == {"S#1"}
    assert seen.waiting == {"B#1": ("perhaps_same_act", "S#1", False)}


def test_a_statement_that_fits_no_act_waits() -> None:
    seen = matched_as([secu("S#1"), statement("X#1", provider_id=8)])
    assert seen.waiting == {"X#1": ("statement_without_act", None, False)}


def test_a_poorer_statement_joins_its_act() -> None:
    seen = matched_as([statement("X#1", provider_id=None, charged_cents=None), secu("S#1")])
    assert seen.acts["S#1 X#1"]["others_cents"] == 500


def test_two_statements_that_together_say_more_wait_for_the_act_of_another_day() -> None:
    tooth = statement("X#1", provider_id=None, charged_cents=None, location="11", care_from=FIFTH)
    seen = matched_as([tooth, statement("Y#1", payer="c2s", care_from=FIFTH), secu("S#1")])
    assert seen.waiting == {"X#1 Y#1": ("perhaps_same_act", "S#1", False)}


def test_a_candidate_is_named_by_the_message_that_was_received_first() -> None:
    again = secu("A#1", quantity=None, received_on=date(2024, 3, 11))
    seen = matched_as([secu("S#1"), again, poor_bill("B#1", care_from=FIFTH)])
    assert seen.roles["S#1"] == "basis"
    assert seen.waiting == {"B#1": ("perhaps_same_act", "S#1", False)}


def test_of_equal_acts_a_poorer_line_joins_the_one_of_the_highest_authority() -> None:
    sessions = [statement("X#1"), statement("X#2"), secu("S#1")]
    seen = matched_as([*sessions, request("R#1", provider_id=None)])
    assert seen.acts.keys() == {"R#1 S#1 X#1"}
    assert seen.reasons == {"X#2": "statement_without_act"}

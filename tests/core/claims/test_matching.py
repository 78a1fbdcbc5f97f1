"""Any number of messages about one act, in any order, become one act."""

from datetime import date
from itertools import permutations

import pytest

from avenant.core.claims.matching import matched
from avenant.core.frames.care import ACT, LINK, WAITING
from tests.strategies.messages import (
    FAMILIES,
    Line,
    again,
    answer_frame,
    bill,
    frame,
    matched_as,
    request,
    secu,
    statement,
)

TELLERS = {
    "the Sécu": secu("S#1"),
    "the provider": request("R#1"),
    "the member": bill("B#1"),
    "another insurer": statement("X#1"),
}


@pytest.mark.parametrize(("first", "then"), list(permutations(TELLERS, 2)))
def test_two_messages_about_a_visit_are_one_act_whoever_tells_first(first: str, then: str) -> None:
    early = TELLERS[first] | {"received_on": date(2024, 3, 10)}
    late = TELLERS[then] | {"received_on": date(2024, 6, 1)}
    seen = matched_as([early, late])
    assert list(seen.acts) == [" ".join(sorted([early["ref"], late["ref"]]))]
    assert seen.acts.popitem()[1]["charged_cents"] == 3_000
    assert not seen.waiting


def test_all_four_kinds_are_one_act() -> None:
    seen = matched_as([*TELLERS.values()])
    act = seen.acts["B#1 R#1 S#1 X#1"]
    assert seen.roles == {"S#1": "basis", "R#1": "request", "B#1": "invoice", "X#1": "payer"}
    assert (act["base_cents"], act["rate_ppm"], act["secu_cents"]) == (3_000, 700_000, 2_100 - 200)
    assert (act["others_cents"], act["asked_cents"], act["told_by_secu"], act["lines"]) == (500, 900, True, 4)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"member_id": 2}, id="another member"),
        pytest.param({"act_code": "CS"}, id="another act code"),
        pytest.param({"care_from": date(2024, 3, 20)}, id="another day"),
        pytest.param({"provider_id": 8}, id="another provider"),
    ],
)
def test_what_differs_in_the_key_is_another_act(other: Line) -> None:
    assert {"B#1", "S#1"} == matched_as([secu("S#1"), bill("B#1", **other)]).acts.keys()


def test_two_teeth_are_two_acts() -> None:
    crowns = [bill(f"B#{tooth}", act_code="HBLD734", location=tooth) for tooth in ("11", "12")]
    returned = [secu(f"S#{tooth}", act_code="HBLD734", location=tooth) for tooth in ("12", "11")]
    assert matched_as([*crowns, *returned]).acts.keys() == {"B#11 S#11", "B#12 S#12"}


def test_the_same_message_twice_changes_nothing() -> None:
    once = matched_as([secu("S#1"), bill("B#1")]).acts["B#1 S#1"]
    seen = matched_as([secu("S#1"), bill("B#1"), again(secu("S#1"), "T#1", received_on=date(2024, 4, 1))])
    assert seen.acts["B#1 S#1 T#1"] == once | {"lines": 3}
    assert seen.roles["T#1"] == "duplicate"


def test_messages_of_which_one_says_more_complete_each_other() -> None:
    seen = matched_as([secu("S#1", retention_cents=None), secu("T#1", received_on=date(2024, 4, 1))])
    assert seen.acts["S#1 T#1"]["retention_cents"] == 200


def test_two_equal_sessions_of_one_day_stay_two() -> None:
    sessions = [secu("S#1"), secu("S#2"), bill("B#1"), bill("B#2")]
    repeated = [again(line, line["ref"].replace("S", "T")) for line in sessions[:2]]
    assert matched_as(sessions).acts.keys() == {"B#1 S#1", "B#2 S#2"}
    assert matched_as([*sessions, *repeated]).acts.keys() == {"B#1 S#1 T#1", "B#2 S#2 T#2"}


def test_the_bill_for_one_of_two_sessions_leaves_the_other() -> None:
    assert matched_as([secu("S#1"), secu("S#2"), bill("B#1")]).acts.keys() == {"B#1 S#1", "S#2"}


def test_sessions_of_different_prices_meet_their_own_bill() -> None:
    returned = [secu("S#1", charged_cents=2_500), secu("S#2", charged_cents=4_000)]
    seen = matched_as([*returned, bill("B#1", charged_cents=4_000)])
    assert seen.acts.keys() == {"S#1", "B#1 S#2"}


def test_messages_of_one_kind_that_contradict_each_other_wait_and_keep_what_was_booked() -> None:
    seen = matched_as([secu("S#1"), bill("B#1"), secu("T#1", secu_cents=2_100 - 100)])
    assert not seen.acts
    assert seen.waiting == {"B#1 S#1 T#1": ("messages_contradict", "S#1 T#1", True)}


def test_quotes_take_no_part() -> None:
    quote = secu("Q#1") | {"kind": "quote"}
    assert not matched_as([quote]).acts
    assert matched_as([quote, bill("B#1")]).acts.keys() == {"B#1"}


def test_a_held_line_waits_with_its_reason_and_keeps_what_was_booked() -> None:
    assert matched_as([secu("S#1", hold="care_in_future")]).waiting == {"S#1": ("care_in_future", None, True)}


def test_where_others_tell_of_the_act_a_held_line_keeps_nothing_booked() -> None:
    seen = matched_as([secu("S#1", hold="care_in_future"), bill("B#1")])
    assert seen.acts.keys() == {"B#1"}
    assert seen.waiting == {"S#1": ("care_in_future", None, False)}


def test_the_sécus_charge_wins_and_others_fill_what_it_does_not_say() -> None:
    seen = matched_as([bill("B#1", charged_cents=3_200, exemption="ald", sector=2, optam=True), secu("S#1")])
    act = seen.acts["B#1 S#1"]
    assert (act["charged_cents"], act["exemption"], act["sector"], act["optam"]) == (3_000, "ald", 2, True)


def test_without_the_sécu_only_what_it_paid_is_taken_from_others() -> None:
    act = matched_as([bill("B#1", base_cents=3_000, rate_ppm=700_000, secu_cents=1_900)]).acts["B#1"]
    assert (act["base_cents"], act["rate_ppm"], act["secu_cents"], act["told_by_secu"]) == (
        None,
        None,
        1_900,
        False,
    )


def test_other_payers_before_us_are_added_each_once() -> None:
    insurers = [statement("X#1"), statement("Y#1", payer="c2s", payer_rank=2, others_cents=300)]
    after_us = statement("Z#1", payer="second", payer_rank=5, others_cents=100)
    repeated = again(insurers[0], "W#1", received_on=date(2024, 5, 1))
    seen = matched_as([secu("S#1"), *insurers, after_us, repeated, bill("B#1", others_cents=9_999)])
    assert seen.acts.popitem()[1]["others_cents"] == 500 + 300


def test_what_others_paid_is_taken_from_bills_where_no_insurer_tells() -> None:
    seen = matched_as([secu("S#1"), bill("B#1", others_cents=400), request("R#1", others_cents=450)])
    assert seen.acts.popitem()[1]["others_cents"] == 450


def test_family_and_basket_follow_from_the_act_code() -> None:
    act = matched_as([secu("S#1", act_code="HBLD734")]).acts["S#1"]
    assert (act["family"], act["basket"]) == ("dental_prosthesis", "no_rac")


@pytest.mark.parametrize(
    "lines", [[], [*TELLERS.values(), secu("T#1", secu_cents=1, hold="no"), bill("C#1")]]
)
def test_the_answer_has_its_columns_whatever_is_told(lines: list[Line]) -> None:
    found = matched(frame(lines), answer_frame([]), FAMILIES)
    assert (found.acts.schema, found.links.schema, found.waiting.schema) == (ACT, LINK, WAITING)

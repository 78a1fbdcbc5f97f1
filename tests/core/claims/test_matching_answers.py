"""What persons answer decides what otherwise waits; an answer that is withdrawn is simply gone."""

from datetime import date

from tests.strategies.messages import again, bill, matched_as, poor_bill, request, secu, statement, taken_back

FIFTH = date(2024, 3, 5)
TWO_DOCTORS = [secu("S#1"), secu("T#1", provider_id=8), poor_bill("B#1")]
CONTRADICTING = [secu("S#1"), secu("T#1", secu_cents=1_500, received_on=date(2024, 3, 11)), bill("B#1")]


def test_same_joins_a_waiting_line_to_its_act() -> None:
    seen = matched_as(TWO_DOCTORS, [("same", "B#1", "T#1")])
    assert seen.acts.keys() == {"S#1", "B#1 T#1"}


def test_different_from_all_candidates_but_one_leaves_that_one() -> None:
    assert matched_as(TWO_DOCTORS, [("different", "T#1", "B#1")]).acts.keys() == {"B#1 S#1", "T#1"}


def test_different_from_all_candidates_makes_an_act_of_its_own() -> None:
    answers = [("different", "B#1", "S#1"), ("different", "B#1", "T#1")]
    assert matched_as(TWO_DOCTORS, answers).acts.keys() == {"B#1", "S#1", "T#1"}


def test_different_frees_a_line_that_waits_for_an_act_of_a_near_day() -> None:
    lines = [secu("S#1"), poor_bill("B#1", care_from=FIFTH)]
    assert matched_as(lines, [("different", "B#1", "S#1")]).acts.keys() == {"B#1", "S#1"}
    assert matched_as(lines, [("same", "B#1", "S#1")]).acts["B#1 S#1"]["care_from"] == date(2024, 3, 3)


def test_different_keeps_apart_what_has_one_key() -> None:
    assert matched_as([secu("S#1"), bill("B#1")], [("different", "S#1", "B#1")]).acts.keys() == {"S#1", "B#1"}


def test_same_joins_acts_with_all_their_lines() -> None:
    lines = [
        secu("S#1"),
        statement("X#1"),
        bill("B#1", act_code="CS"),
        taken_back(bill("B#1"), "C#1", cancels="B#1"),
    ]
    assert matched_as(lines, [("same", "S#1", "B#1")]).acts.keys() == {"B#1 C#1 S#1 X#1"}


def test_answers_reach_over_several_lines() -> None:
    lines = [secu("S#1"), bill("B#1", act_code="CS"), statement("X#1", act_code="AMK")]
    assert matched_as(lines, [("same", "S#1", "B#1"), ("same", "X#1", "B#1")]).acts.keys() == {"B#1 S#1 X#1"}


def test_of_contradicting_messages_that_are_the_same_the_later_counts() -> None:
    assert matched_as(CONTRADICTING, [("same", "S#1", "T#1")]).acts["B#1 S#1 T#1"]["secu_cents"] == 1_500


def test_contradicting_messages_that_are_different_are_two_acts() -> None:
    seen = matched_as(CONTRADICTING, [("different", "S#1", "T#1")])
    assert sorted(act["secu_cents"] for act in seen.acts.values()) == [1_500, 1_900]
    assert len(seen.acts) == 2


def test_of_contradicting_messages_an_exception_names_the_one_that_counts() -> None:
    act = matched_as(CONTRADICTING, [("exception", "S#1", None)]).acts["B#1 S#1 T#1"]
    assert (act["secu_cents"], act["exception_cents"]) == (1_900, None)


def test_an_exception_sets_what_we_pay_for_the_act() -> None:
    seen = matched_as([secu("S#1"), bill("B#1")], [("exception", "B#1", 1_234)])
    assert seen.acts["B#1 S#1"]["exception_cents"] == 1_234


def test_an_exception_releases_a_held_line() -> None:
    lines = [secu("S#1", hold="care_in_future"), bill("B#1")]
    assert matched_as(lines, [("exception", "S#1", None)]).acts["B#1 S#1"]["secu_cents"] == 1_900
    assert matched_as(lines, [("exception", "B#1", None)]).reasons == {"S#1": "care_in_future"}


def test_an_exception_makes_a_waiting_line_an_act_of_its_own() -> None:
    assert matched_as(TWO_DOCTORS, [("exception", "B#1", 1_000)]).acts["B#1"]["exception_cents"] == 1_000
    assert matched_as([statement("X#1")], [("exception", "X#1", None)]).acts.keys() == {"X#1"}


def test_answers_that_contradict_each_other_wait() -> None:
    seen = matched_as(TWO_DOCTORS[:2], [("same", "S#1", "T#1"), ("different", "T#1", "S#1")])
    assert seen.waiting["S#1 T#1"] == ("answers_contradict", "S#1 T#1", True)


def test_answers_may_contradict_each_other_over_several_lines() -> None:
    answers = [("same", "S#1", "T#1"), ("same", "T#1", "B#1"), ("different", "S#1", "B#1")]
    seen = matched_as(TWO_DOCTORS, answers)
    assert seen.waiting == {"B#1 S#1 T#1": ("answers_contradict", "B#1 S#1 T#1", True)}


def test_exceptions_of_different_amounts_for_one_act_contradict_each_other() -> None:
    answers = [("exception", "S#1", 1_000), ("exception", "B#1", 2_000)]
    seen = matched_as([secu("S#1"), bill("B#1")], answers)
    assert seen.waiting == {"B#1 S#1": ("answers_contradict", "B#1 S#1", True)}


def test_a_statement_meets_the_session_that_stands_when_an_answer_says_which_was_cancelled() -> None:
    sessions = [bill("B#1"), bill("B#2"), statement("X#1")]
    elsewhere = taken_back(bill("B#1", care_from=FIFTH, provider_id=8), "C#1")
    seen = matched_as([*sessions, elsewhere], [("same", "C#1", "B#1")])
    assert (seen.acts["B#1 C#1"]["cancelled"], seen.acts["B#2 X#1"]["cancelled"]) == (True, False)
    assert not seen.waiting


def test_cancellations_of_nothing_wait_for_their_message_whatever_was_answered() -> None:
    lost = [taken_back(bill("B#1"), "C#1"), taken_back(bill("B#1"), "D#1")]
    answers = [("same", "C#1", "D#1"), ("different", "C#1", "D#1"), ("exception", "C#1", 1_000)]
    seen = matched_as(lost, [*answers, ("exception", "C#1", 2_000)])
    assert seen.waiting == dict.fromkeys(("C#1", "D#1"), ("cancels_nothing", None, False))


def test_answers_that_contradict_each_other_leave_an_equal_session_alone() -> None:
    lines = [bill("B#1"), bill("B#2"), again(bill("B#1"), "E#1")]
    seen = matched_as(lines, [("same", "B#1", "E#1"), ("different", "B#1", "E#1")])
    assert seen.acts.keys() == {"B#2"}
    assert seen.waiting == {"B#1 E#1": ("answers_contradict", "B#1 E#1", True)}


def test_without_its_answer_a_line_waits_again() -> None:
    assert matched_as(TWO_DOCTORS).reasons == {"B#1": "several_acts_fit"}


def test_an_answer_about_unknown_lines_or_two_members_says_nothing() -> None:
    lines = [secu("S#1"), bill("B#1", member_id=2)]
    answers = [("same", "S#1", "B#1"), ("same", "S#1", "Z#9"), ("exception", "Z#9", 1_000)]
    assert matched_as(lines, answers).acts.keys() == {"S#1", "B#1"}


def test_of_lines_that_are_the_same_the_first_one_speaks_for_the_act() -> None:
    lines = [
        bill("B#1", charged_cents=None),
        bill("B#2", act_code=None, family="consultation_gp", provider_id=8),
    ]
    seen = matched_as(lines, [("same", "B#1", "B#2")])
    assert seen.roles == {"B#1": "invoice", "B#2": "duplicate"}
    assert (seen.acts["B#1 B#2"]["provider_id"], seen.acts["B#1 B#2"]["charged_cents"]) == (7, 3_000)


def test_an_act_that_contradictions_meet_in_names_all_of_them() -> None:
    asked = [
        request("R#1", provider_id=None),
        request("R#2", provider_id=None, location="11", charged_cents=2_500),
    ]
    billed = [bill("B#1"), bill("C#1", charged_cents=2_500)]
    seen = matched_as([*asked, *billed], [("same", "R#1", "R#2")])
    assert seen.waiting == {"B#1 C#1 R#1 R#2": ("messages_contradict", "B#1 C#1 R#1 R#2", True)}

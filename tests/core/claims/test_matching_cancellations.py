"""Cancellations take back what their speaker told; what is told after them counts again."""

from datetime import date

import pytest

from tests.strategies.messages import Line, again, bill, matched_as, secu, statement, taken_back

RETURNED = secu("S#1")
EARLIER, LATER = date(2024, 3, 1), date(2024, 4, 1)


def test_a_cancelled_message_leaves_a_cancelled_act() -> None:
    seen = matched_as([RETURNED, taken_back(RETURNED, "C#1")])
    assert seen.acts["C#1 S#1"]["cancelled"]
    assert seen.roles == {"S#1": "cancelled", "C#1": "cancellation"}


def test_what_others_tell_stays() -> None:
    act = matched_as([RETURNED, taken_back(RETURNED, "C#1"), bill("B#1")]).acts["B#1 C#1 S#1"]
    assert (act["cancelled"], act["told_by_secu"], act["secu_cents"], act["lines"]) == (False, False, None, 3)


@pytest.mark.parametrize("received_on", [EARLIER, RETURNED["received_on"], LATER])
@pytest.mark.parametrize("named", [{}, {"cancels": "S#1"}])
def test_a_cancellation_may_come_before_its_message(received_on: date, named: Line) -> None:
    cancellation = taken_back(RETURNED, "C#1", received_on=received_on, **named)
    assert matched_as([cancellation, RETURNED]).acts["C#1 S#1"]["cancelled"]


def test_a_cancellation_that_names_its_line_need_not_say_anything_else() -> None:
    poor = taken_back(RETURNED, "C#1", cancels="S#1", act_code=None, provider_id=None, charged_cents=None)
    assert matched_as([RETURNED, poor]).acts["C#1 S#1"]["cancelled"]


def test_what_is_told_again_after_a_cancellation_counts() -> None:
    corrected = secu("R#1", charged_cents=2_500, received_on=LATER)
    seen = matched_as([corrected, taken_back(RETURNED, "C#1"), RETURNED])
    assert seen.acts["C#1 R#1 S#1"]["charged_cents"] == 2_500
    assert seen.roles == {"S#1": "cancelled", "C#1": "cancellation", "R#1": "basis"}


@pytest.mark.parametrize("charged_cents", [2_500, 3_000])
def test_one_document_may_cancel_and_correct(charged_cents: int) -> None:
    cancellation = taken_back(RETURNED, "C#1")
    corrected = secu("C#2", charged_cents=charged_cents, received_on=cancellation["received_on"])
    act = matched_as([RETURNED, cancellation, corrected]).acts["C#1 C#2 S#1"]
    assert (act["charged_cents"], act["cancelled"]) == (charged_cents, False)


def test_a_correction_may_be_cancelled_again() -> None:
    corrected = secu("R#1", charged_cents=2_500, received_on=LATER)
    second = taken_back(corrected, "D#1", received_on=date(2024, 4, 9))
    assert matched_as([RETURNED, taken_back(RETURNED, "C#1"), corrected, second]).acts["C#1 D#1 R#1 S#1"][
        "cancelled"
    ]


def test_the_repetition_of_a_cancelled_message_is_cancelled_too() -> None:
    seen = matched_as([RETURNED, again(RETURNED, "T#1"), taken_back(RETURNED, "C#1", cancels="T#1")])
    assert seen.acts["C#1 S#1 T#1"]["cancelled"]


def test_a_cancellation_told_twice_changes_nothing() -> None:
    cancellation = taken_back(RETURNED, "C#1")
    seen = matched_as([RETURNED, cancellation, again(cancellation, "D#1", received_on=LATER)])
    assert seen.acts["C#1 D#1 S#1"]["cancelled"]
    assert seen.roles["D#1"] == "duplicate"


def test_a_message_and_its_cancellation_sent_once_more_change_nothing() -> None:
    sent = [RETURNED, taken_back(RETURNED, "C#1")]
    once_more = [again(RETURNED, "T#1", received_on=LATER), taken_back(RETURNED, "D#1", received_on=LATER)]
    assert matched_as([*sent, *once_more]).acts["C#1 D#1 S#1 T#1"]["cancelled"]


def test_of_two_equal_sessions_one_is_cancelled() -> None:
    seen = matched_as([secu("S#1"), secu("S#2"), bill("B#1"), taken_back(RETURNED, "C#1")])
    assert {refs: act["cancelled"] for refs, act in seen.acts.items()} == {"B#1 S#1": False, "C#1 S#2": True}


def test_of_two_sessions_the_corrected_one_is_not_confused_with_the_other() -> None:
    corrected = secu("C#2", charged_cents=2_500, received_on=date(2024, 3, 12))
    seen = matched_as([secu("S#1"), secu("S#2"), taken_back(RETURNED, "C#1"), corrected])
    assert sorted(act["charged_cents"] for act in seen.acts.values()) == [2_500, 3_000]


def test_an_equal_cancellation_waits_where_it_may_repeat_or_take_back_another_session() -> None:
    cancellation = taken_back(RETURNED, "C#1")
    repeated = again(cancellation, "D#1", received_on=LATER)
    seen = matched_as([secu("S#1"), secu("S#2"), cancellation, repeated])
    assert seen.waiting == {"D#1": ("several_acts_fit", "C#1 S#1", False)}
    taken = matched_as([secu("S#1"), secu("S#2"), cancellation, repeated], [("same", "D#1", "S#1")])
    assert all(act["cancelled"] for act in taken.acts.values()) and not taken.waiting
    repeats = matched_as([secu("S#1"), secu("S#2"), cancellation, repeated], [("different", "D#1", "S#1")])
    assert repeats.acts.keys() == {"S#1", "C#1 D#1 S#2"}


@pytest.mark.parametrize(
    "cancellation",
    [
        pytest.param(taken_back(secu("?#1", charged_cents=4_000), "C#1"), id="of other amounts"),
        pytest.param(taken_back(secu("?#1", provider_id=8), "C#1"), id="of another provider"),
        pytest.param(taken_back(bill("?#1"), "C#1"), id="by another speaker"),
        pytest.param(taken_back(RETURNED, "C#1", cancels="T#7"), id="of a line that nobody told"),
        pytest.param(taken_back(RETURNED, "C#1", member_id=2, cancels="S#1"), id="of another member's line"),
    ],
)
def test_a_cancellation_of_nothing_waits(cancellation: Line) -> None:
    seen = matched_as([RETURNED, cancellation])
    assert not seen.acts["S#1"]["cancelled"]
    assert seen.waiting == {"C#1": ("cancels_nothing", None, False)}


def test_a_contradiction_ends_when_one_message_is_cancelled() -> None:
    other = secu("T#1", secu_cents=1_500)
    seen = matched_as([RETURNED, other, taken_back(RETURNED, "C#1")])
    assert seen.acts["C#1 S#1 T#1"]["secu_cents"] == 1_500


def test_a_statement_left_alone_by_a_cancellation_waits() -> None:
    seen = matched_as([RETURNED, statement("X#1"), taken_back(RETURNED, "C#1")])
    assert seen.waiting == {"C#1 S#1 X#1": ("statement_without_act", None, False)}


def test_a_cancellation_called_the_same_as_one_of_nothing_still_takes_its_message_back() -> None:
    lost = taken_back(secu("?#1", provider_id=8, charged_cents=2_500), "C#1")
    meant = taken_back(RETURNED, "D#1", received_on=date(2024, 3, 13))
    seen = matched_as([RETURNED, lost, meant], [("same", "D#1", "C#1")])
    assert seen.acts["D#1 S#1"]["cancelled"]
    assert seen.reasons == {"C#1": "cancels_nothing"}


@pytest.mark.parametrize("named", [{"cancels": "T#7"}, {}], ids=["by name", "by its amounts"])
def test_what_was_booked_for_a_held_line_stands_beside_a_cancellation_of_nothing(
    named: dict[str, str],
) -> None:
    held = secu("S#1", hold="contradicts_itself")
    seen = matched_as([held, taken_back(secu("?#1"), "C#1", **named)])
    assert seen.waiting["S#1"] == ("contradicts_itself", None, True)


def test_two_cancellations_of_one_day_take_back_the_lines_that_persons_name() -> None:
    first, second = bill("B#1"), bill("A#1", received_on=date(2024, 3, 13))
    taking = [taken_back(first, "C#1"), taken_back(first, "D#1")]
    seen = matched_as([first, second, *taking], [("same", "C#1", "B#1"), ("same", "D#1", "A#1")])
    assert seen.acts["A#1 B#1 C#1 D#1"]["cancelled"]
    assert seen.roles == dict.fromkeys(("A#1", "B#1"), "cancelled") | dict.fromkeys(
        ("C#1", "D#1"), "cancellation"
    )


def test_what_repeats_a_repetition_of_a_cancellation_repeats_it_too() -> None:
    named = taken_back(RETURNED, "C#1", cancels="S#1", received_on=date(2024, 3, 10))
    meant, again_later = (
        taken_back(RETURNED, ref, received_on=day)
        for ref, day in (("D#1", date(2024, 3, 11)), ("E#1", LATER))
    )
    seen = matched_as([RETURNED, named, meant, again_later], [("same", "D#1", "S#1")])
    assert (seen.roles["D#1"], seen.roles["E#1"]) == ("duplicate", "duplicate")
    assert seen.acts["C#1 D#1 E#1 S#1"]["cancelled"] and not seen.waiting


def test_a_repetition_may_come_before_what_it_repeats() -> None:
    named = taken_back(RETURNED, "C#1", cancels="S#1", received_on=date(2024, 3, 9))
    early, meant = (
        taken_back(RETURNED, ref, received_on=day)
        for ref, day in (("D#1", date(2024, 3, 9)), ("E#1", date(2024, 3, 10)))
    )
    later = again(RETURNED, "T#1", received_on=date(2024, 3, 11))
    seen = matched_as([early, named, meant, RETURNED, later], [("same", "E#1", "S#1")])
    assert (seen.roles["D#1"], seen.roles["T#1"]) == ("duplicate", "basis")


def test_an_equal_cancellation_waits_while_nothing_was_told_since_even_beside_a_contradiction() -> None:
    told = [secu("S#1"), secu("S#2"), secu("T#1", charged_cents=2_500), secu("T#2")]
    cancellation = taken_back(RETURNED, "C#1")
    seen = matched_as([*told, cancellation, again(cancellation, "D#1", received_on=LATER)])
    assert seen.waiting["D#1"] == ("several_acts_fit", "C#1 S#2", False)


def test_cancellations_that_persons_call_the_same_wait_with_their_candidates() -> None:
    cancellation = taken_back(RETURNED, "C#1")
    doubtful = [again(cancellation, ref, received_on=LATER) for ref in ("D#1", "E#1")]
    seen = matched_as([secu("S#1"), secu("S#2"), cancellation, *doubtful], [("same", "D#1", "E#1")])
    assert seen.waiting == dict.fromkeys(("D#1", "E#1"), ("several_acts_fit", "C#1 S#1", False))


def test_a_cancellation_that_persons_keep_apart_from_an_act_is_no_repetition_in_it() -> None:
    lines = [RETURNED, bill("B#1"), taken_back(RETURNED, "C#1"), taken_back(RETURNED, "D#1")]
    seen = matched_as(lines, [("different", "S#1", "D#1"), ("different", "C#1", "B#1")])
    assert seen.acts["C#1 S#1"]["cancelled"]
    assert seen.reasons == {"D#1": "cancels_nothing"}

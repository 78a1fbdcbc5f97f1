"""What a person recognises as one thing, what stands for it, and what happened to it since."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avenant.core.frames.care_rules import CARE_FAMILIES
from avenant.core.timeline import CareEvent, Payment, Selection, Split, care_events, selected, totals
from avenant.core.timeline.kinds import GATHERING, KINDS
from avenant.core.timeline.model import STATES
from avenant.core.timeline.wording import title, whys
from avenant.core.timeline.words import EN, FR
from tests.core.timeline_histories import MARCH, Row, act, booked, history, line, on_payout


def day(number: int) -> date:
    """A day of March 2026, or after."""
    return date(2026, 3, 1) + timedelta(days=number - 1)


def gathered(*acts: Row) -> list[list[int]]:
    """The act_ids of each event, oldest first."""
    told = reversed(care_events(history(list(acts))))
    return [sorted(part.act_id for part in event.acts) for event in told]


def stay(act_id: int, family: str, first: int, last: int, provider_id: int = 1) -> Row:
    return act(act_id, family, day(first), care_last_day=day(last), provider_id=provider_id)


def the(*decisions: Row) -> CareEvent:
    """The only event of one visit for which this was booked."""
    (event,) = care_events(history([act(1, "consultation_gp")], list(decisions)))
    return event


@pytest.mark.parametrize(
    ("acts", "events"),
    [
        ([act(1, "optics_frame"), act(2, "optics_lens"), act(3, "optics_lens", day(5))], [[1, 2, 3]]),
        ([act(1, "pharmacy_65"), act(2, "pharmacy_30"), act(3, "pharmacy_65", day(4))], [[1, 2], [3]]),
        ([act(1, "pharmacy_65"), act(2, "pharmacy_65", provider_id=2)], [[1], [2]]),
        ([act(1, "consultation_gp"), act(2, "technical_act"), act(3, "biology")], [[1, 2], [3]]),
        ([act(1, "consultation_gp"), act(2, "consultation_gp", member_id=2)], [[1], [2]]),
        (
            [
                stay(1, "hospital_stay", 3, 7),
                stay(2, "hospital_fees", 4, 4, 2),
                stay(3, "daily_charge", 3, 7),
            ],
            [[1, 2, 3]],
        ),
        ([stay(1, "hospital_stay", 3, 7), stay(2, "private_room", 9, 12)], [[1], [2]]),
        (
            [
                act(1, "dental_prosthesis", day(2), act_code="INLAYCORE", location="26"),
                act(2, "dental_prosthesis", day(20), act_code="HBLD038", location="26"),
                act(3, "dental_prosthesis", day(20), act_code="HBLD038", location="27"),
            ],
            [[1, 2], [3]],
        ),
    ],
    ids=["glasses", "pharmacy", "two pharmacies", "visit", "two people", "stay", "two stays", "crowns"],
)
def test_what_belongs_together_is_one_event(acts: list[Row], events: list[list[int]]) -> None:
    assert gathered(*acts) == events
    assert gathered(*reversed(acts)) == events


def test_acts_of_unknown_providers_are_together_only_in_one_document() -> None:
    acts = [act(number, "consultation_gp", provider_id=None) for number in (1, 2, 3)]
    lines = [line(1), line(2, document_id=1), line(3)]
    told = care_events(history(acts, lines=lines))
    assert sorted([part.act_id for part in event.acts] for event in told) == [[1, 2], [3]]


histories = st.lists(
    st.tuples(
        st.sampled_from(CARE_FAMILIES),
        st.integers(1, 120),
        st.integers(0, 9),
        st.sampled_from([1, 2, None]),
        st.sampled_from(["26", None]),
        st.sampled_from([1, 2]),
        st.integers(0, 60_00),
    ),
    max_size=12,
)


@settings(max_examples=30, deadline=None)
@given(told=histories, seed=st.randoms(use_true_random=False))
def test_each_act_is_in_one_event_in_any_order_and_sums_are_kept(told: list[tuple], seed: object) -> None:
    acts, decisions = [], []
    for number, (family, first, length, provider, place, member, ours) in enumerate(told, start=1):
        said = {"provider_id": provider, "location": place, "member_id": member}
        acts.append(act(number, family, day(first), care_last_day=day(first + length), **said))
        decisions.append(booked(number, ours, member_id=member, care_date=day(first)))
    told_events = care_events(history(acts, decisions))
    assert sorted(p.act_id for event in told_events for p in event.acts) == list(range(1, len(acts) + 1))
    assert sum(event.split.ours_cents for event in told_events) == sum(d["amount_cents"] for d in decisions)
    seed.shuffle(acts)  # type: ignore[attr-defined]
    seed.shuffle(decisions)  # type: ignore[attr-defined]
    assert care_events(history(acts, decisions)) == told_events


def test_a_visit_is_paid_or_still_to_be_paid() -> None:
    open_ = the(booked(1, 60_00))
    assert (open_.state, open_.open_cents, open_.pending) == ("to_be_paid", 60_00, True)
    paid = the(on_payout(booked(1, 60_00)))
    assert (paid.state, paid.pending) == ("paid", False)
    assert paid.payments == (Payment("member", "AVP-2026-000001", date(2026, 3, 31), 60_00),)
    assert paid.split == Split(100_00, 40_00, 0, 60_00, 0)


def test_provider_and_member_are_paid_each_on_their_own_payout() -> None:
    provider = on_payout(booked(1, 50_00, payee_id=1, payee="P1"), "AVP-2026-000002")
    event = the(on_payout(booked(1, 10_00)), provider)
    assert [(p.payee, p.amount_cents) for p in event.payments] == [("member", 10_00), ("P1", 50_00)]
    assert event.split.ours_cents == 10_00 + 50_00


def test_a_decision_of_nothing_is_a_refusal_unless_nothing_was_left() -> None:
    not_guaranteed = 1 << 15
    refused = the(booked(1, 0, reasons=not_guaranteed))
    assert refused.state == "refused"
    assert "no guarantee" in whys(refused, "en")[0].reason
    nothing = the(booked(1, 0, left_cents=0, secu_cents=100_00, out_of_pocket_cents=0))
    assert nothing.state == "nothing_due" and whys(nothing, "fr") == ()


def test_a_correction_keeps_before_and_after_and_owes_the_difference() -> None:
    first = on_payout(booked(1, 60_00))
    event = the(first, booked(1, -60_00, 20, version=2, kind="cancel"), booked(1, 45_00, 20, version=3))
    (change,) = event.changes
    assert (change.before.ours_cents, change.after.ours_cents, change.known_at[:10]) == (
        60_00,
        45_00,
        "2026-03-20",
    )
    assert (event.state, event.open_cents, event.split.ours_cents) == ("to_be_paid", 45_00 - 60_00, 45_00)
    settled = the(
        first,
        on_payout(booked(1, -60_00, 20, version=2, kind="cancel"), "#7"),
        on_payout(booked(1, 45_00, 20, version=3), "#7"),
    )
    assert (settled.state, settled.corrected) == ("corrected", True)


def test_a_pair_that_changes_only_the_explanation_is_no_correction() -> None:
    again = [booked(1, -60_00, 20, version=2, kind="cancel"), booked(1, 60_00, 20, version=3, reasons=32)]
    assert not the(booked(1, 60_00), *again).corrected


def test_what_was_taken_back_altogether_stays_visible() -> None:
    gone = booked(7, 0, 20, version=3, lines=0, charged_cents=0, out_of_pocket_cents=0)
    entries = [booked(7, 60_00), booked(7, -60_00, 20, version=2, kind="cancel"), gone]
    told = history([], entries, links=[(1, 1)], lines=[line(7, family="biology", withdrawn=True)])
    told = replace(told, links=told.links.clear())
    (event,) = care_events(told)
    assert (event.kind, event.state, event.split, event.payments) == ("laboratory", "corrected", Split(), ())
    assert "taken back" in whys(event, "en")[0].reason


def test_what_was_booked_under_an_older_number_is_told_with_the_act_it_belongs_to() -> None:
    told = history([act(3, "biology")], [on_payout(booked(7, 60_00))], links=[(3, 3), (3, 7)])
    (event,) = care_events(told)
    assert ([part.act_id for part in event.acts], event.split.ours_cents) == ([3], 60_00)
    assert {message.ref for message in event.acts[0].messages} == {"D3#1", "D7#1"}


def test_a_line_that_waits_is_an_event_with_its_reason() -> None:
    lines = [line(4, family="biology", charged_cents=80_00, secu_cents=30_00)]
    told = history([], links=[(4, 4)], lines=lines, waiting=[(4, "several_acts_fit")])
    (event,) = care_events(told)
    assert (event.state, event.waits) == ("waiting", ("several_acts_fit",))
    assert event.split == Split(charged_cents=80_00, secu_cents=30_00, undecided_cents=50_00)


def test_care_before_the_book_opened_waits_and_new_care_waits_for_the_night() -> None:
    told = care_events(history([act(1, "biology", date(2025, 12, 30)), act(2, "biology")]))
    assert [event.waits for event in told] == [("not_decided_yet",), ("before_opening",)]


def test_a_selection_keeps_what_is_asked_for_and_totals_do_not_mix_currencies() -> None:
    acts = [act(1, "biology"), act(2, "pharmacy_65", date(2025, 3, 3)), act(3, "biology", member_id=2)]
    entries = [booked(1, 60_00), on_payout(booked(2, 30_00)), booked(3, 60_00, currency="CHF", member_id=2)]
    told = care_events(history(acts, entries))
    asked = [
        (Selection(member="M-2"), [3]),
        (Selection(kind="pharmacy"), [2]),
        (Selection(pending=False), [2]),
        (Selection(corrected=True), []),
        (Selection(at_least_cents=100_01), []),
        (Selection(year=2026, at_most_cents=100_00), [3, 1]),
    ]
    for selection, ids in asked:
        assert [event.event_id for event in selected(told, selection)] == ids, selection
    sums = {found.currency: found for found in totals(told)}
    assert (sums["EUR"].paid_cents, sums["EUR"].open_cents, sums["CHF"].open_cents) == (30_00, 60_00, 60_00)
    assert (sums["EUR"].events, sums["EUR"].split.charged_cents) == (2, 200_00)


def test_every_family_kind_and_state_has_its_words_in_both_languages() -> None:
    assert set(GATHERING) == set(CARE_FAMILIES)
    assert EN.keys() == FR.keys()
    wanted = {*KINDS, *(f"state_{state}" for state in STATES)}
    assert wanted <= EN.keys()
    blanks = [(key, EN[key].count("{"), FR[key].count("{")) for key in EN]
    assert [key for key, english, french in blanks if english != french] == []
    for family in CARE_FAMILIES:
        (event,) = care_events(history([act(1, family, MARCH)]))
        assert event.kind in KINDS and title(event, "en") and title(event, "fr")

"""What is left of envelopes: the same that the rules would find for an act of that day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from avenant.core.claims.adjudication.envelopes import consumed
from avenant.core.claims.model import CareTerms
from avenant.core.rulebook.care_model import CareRules
from avenant.core.timeline import Cover, EnvelopeLeft, care_events, envelopes_left
from tests.core.timeline_histories import act, booked, history
from tests.strategies.envelopes import BEGINNING, WANTED, care_rules, envelope, parameters

TERMS = CareTerms(
    care_rules(
        [
            envelope(1, "soft", max_cents=200_00, max_count=3),
            envelope(2, "frames", period="window", months=12, max_count=1, age_to=16),
            envelope(3, "frames", period="window", months=24, max_count=1, age_from=16),
            envelope(4, "ears", period="window", months=48, scope="location", max_cents=900_00),
            envelope(5, "teeth", pmss_ppm=100_000),
        ],
        [
            ("soft", "soft_medicine", None),
            ("frames", "optics_frame", None),
            ("ears", "hearing_aid", None),
            ("teeth", "implant", None),
        ],
    ),
    parameters(),
)
BORN = date(2008, 9, 1)
Told = tuple[str, date, int, int]


def cover(last: date | None = None) -> Cover:
    """One member, 16 in September 2024, under plan alpha."""
    types = {"contract_id": pl.Int32, "member_id": pl.Int32}
    cover = {"contract_id": 1, "member_id": 1, "plan": "alpha", "level": "base", "basis": "active"}
    spell = cover | {"valid_from": BEGINNING, "valid_to": last, "currency": "EUR"}
    enrolments = pl.DataFrame([spell], schema_overrides=types | {"valid_to": pl.Date})
    people = [{"member_id": 1, "member": "M-1", "birth_date": BORN}]
    return Cover(pl.DataFrame(people, schema_overrides={"member_id": pl.Int32}), enrolments)


def left(told: list[Told], on: date, last: date | None = None) -> dict[tuple[str, str | None], EnvelopeLeft]:
    """What is left on a day of each envelope and location after acts: family, day, what we pay, quantity."""
    acts, decisions = [], []
    for number, (family, day, ours, quantity) in enumerate(told, start=1):
        location = "left" if family == "hearing_aid" else None
        acts.append(act(number, family, day, quantity=quantity, location=location))
        decisions.append(booked(number, ours, care_date=day))
    found = envelopes_left(care_events(history(acts, decisions)), cover(last), TERMS, on)
    return {(envelope.envelope, envelope.location): envelope for envelope in found}


def test_a_calendar_year_starts_anew_in_january() -> None:
    told: list[Told] = [
        ("soft_medicine", date(2024, 5, 2), 60_00, 1),
        ("soft_medicine", date(2024, 6, 2), 90_00, 1),
    ]
    soft = left(told, date(2024, 12, 31))["soft", None]
    assert (soft.limit_cents, soft.used_cents, soft.left_cents) == (200_00, 150_00, 50_00)
    assert (soft.limit_count, soft.used_count, soft.left_count) == (3, 2, 1)
    assert soft.until == date(2025, 1, 1)
    assert left(told, date(2025, 1, 1))["soft", None].left_cents == 200_00


def test_a_window_lasts_from_the_first_paid_act_and_longer_from_sixteen_on() -> None:
    told: list[Told] = [("optics_frame", date(2024, 3, 15), 80_00, 1)]
    child, grown = (left(told, day)["frames", None] for day in (date(2024, 8, 31), date(2025, 3, 20)))
    assert (child.left_count, child.until) == (0, date(2025, 3, 15))
    assert (grown.left_count, grown.until) == (0, date(2026, 3, 15))
    over = left(told, date(2026, 3, 15))["frames", None]
    assert (over.left_count, over.until) == (1, None)


def test_an_ear_has_an_envelope_of_its_own_and_a_share_of_the_ceiling_is_told_in_cents() -> None:
    told: list[Told] = [("hearing_aid", date(2024, 2, 1), 700_00, 1)]
    found = left(told, date(2024, 6, 1))
    assert found["ears", "left"].left_cents == 900_00 - 700_00
    assert ("ears", None) not in found
    assert found["teeth", None].limit_cents == 386_40


def test_what_was_refused_uses_up_nothing_and_who_is_not_covered_has_no_envelope() -> None:
    told: list[Told] = [("soft_medicine", date(2024, 5, 2), 0, 1)]
    assert left(told, date(2024, 6, 1))["soft", None].left_count == 3
    assert left(told, date(2024, 6, 1), last=date(2024, 6, 1)) == {}


days = st.integers(0, 1_000).map(lambda number: BEGINNING + timedelta(days=number))
wanted_acts = st.lists(
    st.tuples(
        st.sampled_from(["soft_medicine", "optics_frame"]), days, st.integers(1, 120_00), st.integers(1, 2)
    ),
    max_size=8,
)


@settings(max_examples=30, deadline=None)
@given(told=wanted_acts, later=st.integers(0, 400))
def test_what_is_left_is_what_the_rules_would_grant_that_day(told: list[Told], later: int) -> None:
    on = max([day for _, day, _, _ in told], default=BEGINNING) + timedelta(days=later)
    granted = _granted([*told], TERMS.rules)
    paid = [(*said[:2], ours, said[3]) for said, ours in zip(told, granted, strict=True)]
    found = left(paid, on)
    for family, name in (("soft_medicine", "soft"), ("optics_frame", "frames")):
        would = _granted([*told, (family, on, 10_000_00, 1)], TERMS.rules)[-1]
        envelope = found[name, None]
        expected = 10_000_00 if envelope.left_cents is None else envelope.left_cents
        assert would == (expected if envelope.left_count else 0), envelope


def _granted(told: list[Told], rules: CareRules) -> list[int]:
    """What the rules grant to each act, in cents."""
    rows: list[dict[str, Any]] = []
    for number, (family, day, cents, quantity) in enumerate(told, start=1):
        age = day.year - BORN.year - ((day.month, day.day) < (BORN.month, BORN.day))
        said = {
            "act_id": number,
            "member_id": 1,
            "plan": "alpha",
            "level": "base",
            "family": family,
            "age": age,
        }
        amount = {"wanted_cents": cents, "quantity": quantity, "excepted": False, "care_from": day}
        rows.append(dict.fromkeys(WANTED) | said | amount)
    return consumed(pl.DataFrame(rows, WANTED), rules, parameters())["allowed_cents"].to_list()

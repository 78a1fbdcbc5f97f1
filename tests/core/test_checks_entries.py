"""Checks of entries on small frames: versions, day counts, family prices, what a recompute would write."""

from datetime import date

import polars as pl
import pytest

from avenant.core.book.diff import difference
from avenant.core.book.entries import PREMIUMS
from avenant.core.checks import billed_days, covered_days, family_prices, recompute, versions
from avenant.core.checks.day_count import (
    accounted_days,
    compared,
    counted_days,
    latest_rows,
    without_explained,
)
from avenant.core.checks.finding import MOST, Names, errors, place, shortened

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
ROW = {
    "contract_id": 1,
    "member_id": 7,
    "month": JUNE,
    "slot_id": 4,
    "amount_cents": 54_60,
    "employer_cents": 0,
    "tax_cents": 0,
    "unit_price_cents": 54_60,
    "line_id": 3,
    "covered_days": 30,
    "billed_days": 30,
    "days_in_month": 30,
    "age": 34,
    "child_rank": 0,
}
SLOTS = pl.DataFrame(
    {
        "slot_id": [4, 5, 6, 8],
        "plan": "family-plan",
        "level": "base",
        "component": "health",
        "tier": ["famille", "partner", "child", "isole"],
        "status": ["pays", "carried", "carried", "portability"],
        "structure": "family",
    }
)
COMPONENT = {"plan": "family-plan", "level": "base", "component": "health"}


def entry(version: int = 1, **values: object) -> dict[str, object]:
    """A row of the book; a cancel has the negative of the amounts given."""
    row = {**ROW, "version": version, "kind": "charge" if version % 2 else "cancel", **values}
    if row["kind"] == "cancel":
        row |= {name: -row[name] for name in ("amount_cents", "employer_cents", "tax_cents")}  # type: ignore[operator]
    return row


def book(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(rows))


CORRECTED = (entry(1), entry(2), entry(3, amount_cents=21_84, covered_days=12, billed_days=12))


def test_a_corrected_key_keeps_the_promise_in_any_order() -> None:
    assert versions.findings(PREMIUMS, book(*reversed(CORRECTED), entry(1, month=JULY))) == []
    assert versions.findings(PREMIUMS, book(entry(1)).clear()) == []


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param([entry(1), entry(3)], "right after version 1, where 2", id="a cancel is gone"),
        pytest.param([entry(2), entry(3)], "should be version 1", id="the first charge is gone"),
        pytest.param([entry(1), entry(1)], "where 2 should be", id="a version twice"),
        pytest.param([entry(1), entry(2)], "no charge after it", id="the last charge is gone"),
        pytest.param(
            [entry(1), entry(2, amount_cents=54_61), entry(3)], "not the mirror", id="another amount"
        ),
        pytest.param([entry(1), entry(2, age=35), entry(3)], "not the mirror", id="another explanation"),
        pytest.param([entry(1, kind="cancel")], "odd versions charge", id="the wrong kind"),
    ],
)
def test_a_broken_sequence_of_versions_is_found_once(rows: list[dict[str, object]], said: str) -> None:
    (found,) = versions.findings(PREMIUMS, book(*rows, entry(1, month=JULY)))
    assert said in found.message
    assert found.where.startswith("contract 1, member 7, June 2026, slot 4, version")


def test_a_missing_value_is_no_mirror() -> None:
    assert versions.findings(PREMIUMS, book(entry(1), entry(2) | {"age": None}, entry(3)))


def test_findings_beyond_the_first_hundred_are_counted() -> None:
    lost = book(*(entry(2, member_id=number) for number in range(MOST + 20)))
    found = versions.findings(PREMIUMS, lost)
    assert (len(found), errors(found)) == (MOST + 1, MOST + 20)
    assert errors(shortened(found + found)) == 2 * (MOST + 20)
    assert len(shortened(found + found)) == MOST + 1


def enrolled(valid_from: date, valid_to: date | None, level: str = "base") -> dict[str, object]:
    return {
        "contract_id": 1,
        "member_id": 7,
        "plan": "family-plan",
        "level": level,
        "valid_from": valid_from,
        "valid_to": valid_to,
    }


def days(*cover: dict[str, object], booked: pl.DataFrame, proration: str = "days") -> pl.DataFrame:
    """Both counts for June and July, under one convention for levels base and plus."""
    slots = pl.concat([SLOTS, SLOTS.with_columns(pl.col("slot_id") + 10, level=pl.lit("plus"))])
    levels = [COMPONENT | {"level": level, "proration": proration} for level in ("base", "plus")]
    schema = {"valid_from": pl.Date, "valid_to": pl.Date}
    counted = counted_days(pl.DataFrame(list(cover), schema_overrides=schema), JUNE, JULY)
    return compared(counted, accounted_days(latest_rows(booked), slots), pl.DataFrame(levels))


def test_days_are_counted_one_by_one() -> None:
    cover = [enrolled(date(2026, 6, 19), None), enrolled(date(2026, 6, 1), date(2026, 6, 3))]
    counted = counted_days(pl.DataFrame(cover), JUNE, JULY).sort("month")
    assert counted.select("month", "covered", "on_first", "last_day", "month_days").rows() == [
        (JUNE, 2 + 12, True, 30, 30),
        (JULY, 31, True, 31, 31),
    ]


def test_every_covered_day_is_accounted_for_by_the_slots_of_its_component() -> None:
    cover = enrolled(JUNE, date(2026, 7, 1))
    split = book(entry(1, covered_days=14), entry(1, slot_id=8, covered_days=16, billed_days=16))
    assert covered_days.findings(days(cover, booked=split)) == []
    lost = book(entry(1, covered_days=14), entry(1, slot_id=8, covered_days=15))
    (found,) = covered_days.findings(days(cover, booked=lost))
    assert found.message == "30 days are covered, the entries account for 29"


def test_cover_without_entry_and_entry_without_cover_are_findings() -> None:
    nothing = book(entry(1)).clear()
    assert len(covered_days.findings(days(enrolled(JUNE, date(2026, 7, 1)), booked=nothing))) == 1
    elsewhere = enrolled(date(2027, 1, 1), None)
    assert len(covered_days.findings(days(elsewhere, booked=book(entry(1))))) == 1
    assert covered_days.findings(days(elsewhere, booked=book(entry(1, covered_days=0, billed_days=0)))) == []


def test_an_entry_in_an_unknown_slot_accounts_for_nothing() -> None:
    found = covered_days.findings(days(enrolled(JUNE, date(2026, 7, 1)), booked=book(entry(1, slot_id=99))))
    assert len(found) == 2


@pytest.mark.parametrize(
    ("proration", "billed"),
    [("days", 11), ("month_if_covered_on_first", 0), ("departure_month_due", 11 + 10)],
)
def test_billed_days_follow_the_convention_of_the_plan(proration: str, billed: int) -> None:
    cover = enrolled(date(2026, 6, 10), date(2026, 6, 21))
    for seen in (0, 11, 21, 30):
        row = book(entry(1, covered_days=11, billed_days=seen))
        assert bool(billed_days.findings(days(cover, booked=row, proration=proration))) == (seen != billed)


def test_only_the_level_that_ends_last_bills_the_rest_of_a_departure_month() -> None:
    cover = [
        enrolled(date(2026, 6, 1), date(2026, 6, 11)),
        enrolled(date(2026, 6, 11), date(2026, 6, 21), level="plus"),
    ]
    rows = book(
        entry(1, covered_days=10, billed_days=10), entry(1, slot_id=14, covered_days=10, billed_days=20)
    )
    assert billed_days.findings(days(*cover, booked=rows, proration="departure_month_due")) == []
    rows = rows.with_columns(pl.Series("billed_days", [20, 10]))
    assert len(billed_days.findings(days(*cover, booked=rows, proration="departure_month_due"))) == 2


def test_an_unknown_convention_is_a_finding() -> None:
    cover = enrolled(JUNE, date(2026, 7, 1))
    assert billed_days.findings(days(cover, booked=book(entry(1)), proration="by the moon"))


def test_explained_members_and_held_months_are_left_out() -> None:
    rows = book(entry(1), entry(1, member_id=8), entry(1, month=JULY))
    held = pl.DataFrame({"contract_id": [1], "member_id": [7], "first_month": [JUNE], "last_month": [JUNE]})
    left = without_explained(rows, pl.DataFrame({"member_id": [8]}), held)
    assert left.select("member_id", "month").rows() == [(7, JULY)]


def test_a_family_price_stands_on_the_primary_and_its_dependants_carry_nothing() -> None:
    roles = pl.DataFrame({"member_id": [7, 8, 9], "role": ["primary", "partner", "child"]})
    nothing = {"amount_cents": 0, "unit_price_cents": 0}
    good = [
        entry(1),
        entry(1, member_id=8, slot_id=5, **nothing),
        entry(1, member_id=9, slot_id=6, **nothing),
        entry(1, month=JULY, slot_id=8, amount_cents=0),
    ]
    assert family_prices.findings(book(*good), SLOTS, roles) == []
    bad = {
        "does not stand on the primary": entry(1, member_id=8),
        "stands on a dependant": entry(1, member_id=9, slot_id=6, amount_cents=0),
        "should be 0": entry(1, month=JULY, slot_id=8),
        "is carried": entry(1, member_id=8, slot_id=5),
        "nobody knows": entry(1, member_id=99),
    }
    slots = SLOTS.with_columns(
        status=pl.when(pl.col("slot_id") == 6).then(pl.lit("free")).otherwise("status")
    )
    for said, row in bad.items():
        table = slots if said == "stands on a dependant" else SLOTS
        (found,) = family_prices.findings(book(row), table, roles)
        assert said in found.message
    assert family_prices.findings(book(entry(1, member_id=8, covered_days=0)), SLOTS, roles) == []


def test_what_a_recompute_would_write_is_told_with_both_amounts_and_the_reason() -> None:
    booked = book(entry(1)).select(PREMIUMS.entry)
    expected = book(entry(1, amount_cents=21_84, covered_days=12), entry(1, month=JULY)).select(
        PREMIUMS.expected
    )
    first, second = recompute.differing_rows(PREMIUMS, difference(PREMIUMS, expected, booked).entries())
    assert "the book says 54.60, a fresh recompute 21.84 (covered_days 30 → 12)" in first.message
    assert "nothing is booked, a fresh recompute gives 54.60" in second.message
    assert (
        recompute.differing_rows(
            PREMIUMS, difference(PREMIUMS, booked.select(PREMIUMS.expected), booked).entries()
        )
        == []
    )


def test_entries_of_somebody_who_was_never_enrolled_are_strangers() -> None:
    pairs = pl.DataFrame({"contract_id": [1, 1], "member_id": [7, 8]})
    assert recompute.strangers(pairs, pairs) == []
    (found,) = recompute.strangers(pairs, pairs.head(1))
    assert found.where == "contract 1, member 8"


def test_a_place_is_called_what_people_call_it() -> None:
    names = Names(contracts={1: "C-1"}, members={7: "M-7"}, slots={4: "plan base health"})
    row = {"contract_id": 1, "member_id": 7, "month": JUNE, "slot_id": 4, "version": 2}
    assert place(row, names) == "contract C-1, member M-7, June 2026, slot plan base health, version 2"
    assert place({"family_id": 7}, names) == "family M-7"
    assert place({}) == "the database"

"""Checks of the domain's own promises on small frames: unbilled cover, taxes, what settles late, what is unusual."""

from datetime import date

import polars as pl
import pytest

from avenant.core.checks import (
    debts_offset,
    payout_once,
    taxes,
    unbilled_cover,
    unsettled_age,
    unusual_premiums,
    unusual_runs,
)
from avenant.core.checks.finding import NOTE, WARNING, errors, warnings

JUNE = date(2026, 6, 1)
MEMBER = {"contract_id": 1, "member_id": 7}
ROW = {
    **MEMBER,
    "month": JUNE,
    "slot_id": 4,
    "amount_cents": 50_00,
    "employer_cents": 0,
    "tax_cents": 0,
    "unit_price_cents": 50_00,
    "covered_days": 30,
    "billed_days": 30,
    "days_in_month": 30,
}
SLOTS = pl.DataFrame({"slot_id": [4, 5], "plan": "solo", "status": ["pays", "free"]})


def standing(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([ROW | row for row in rows])


def covered(days: int = 30) -> pl.DataFrame:
    return pl.DataFrame([{**MEMBER, "month": JUNE, "covered": days}])


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"amount_cents": 0, "slot_id": 5},
        {"amount_cents": 0, "billed_days": 0},
        {"amount_cents": 0, "unit_price_cents": 0},
        {"amount_cents": 0, "unit_price_cents": 14, "billed_days": 1},
    ],
    ids=["charged", "free by its slot", "no billed day", "no price", "less than half a cent"],
)
def test_cover_that_is_charged_or_says_why_it_is_free_is_billed(row: dict[str, object]) -> None:
    assert unbilled_cover.findings(covered(), standing(row), SLOTS) == []


def test_a_month_of_cover_without_an_entry_is_unbilled() -> None:
    (found,) = unbilled_cover.findings(covered(12), standing({"month": date(2026, 5, 1)}), SLOTS)
    assert "12 days are covered and nothing is booked" in found.message
    assert errors(unbilled_cover.findings(covered(), standing({"covered_days": 0}), SLOTS)) == 1
    assert unbilled_cover.findings(covered(0), standing({}).clear(), SLOTS) == []


def test_a_price_that_is_billed_at_nothing_is_unbilled() -> None:
    (found,) = unbilled_cover.findings(covered(), standing({"amount_cents": 0}), SLOTS)
    assert "30 days at 50.00 a month are billed at nothing" in found.message


RATES = pl.DataFrame(
    {
        "plan": "solo",
        "kind": ["tax", "tax", "employer_share"],
        "valid_from": [date(2025, 1, 1), date(2026, 6, 1), date(2025, 1, 1)],
        "valid_to": [date(2026, 6, 1), None, None],
        "rate_ppm": [70_000, 132_700, 600_000],
    }
)


def taxed(mode: str, **values: object) -> int:
    plans = pl.DataFrame({"plan": ["solo"], "tax_mode": [mode]})
    return errors(taxes.findings(standing(values), SLOTS, plans, RATES))


def test_a_tax_that_follows_from_its_rate_adds_up() -> None:
    assert taxed("included", tax_cents=50_00 - 44_14, employer_cents=30_00) == 0
    assert taxed("added", amount_cents=50_00 + 6_64, tax_cents=6_64, employer_cents=33_98) == 0
    assert taxed("none", employer_cents=30_00) == 0
    may = {"month": date(2026, 5, 1), "employer_cents": 30_00}
    assert taxed("included", tax_cents=50_00 - 46_73, **may) == 0


def test_a_tax_or_an_employers_part_that_is_a_cent_off_does_not() -> None:
    assert taxed("included", tax_cents=5_85, employer_cents=30_00) == 1
    assert taxed("included", tax_cents=5_86, employer_cents=30_01) == 1
    assert taxed("added", amount_cents=50_00 + 6_65, tax_cents=6_65, employer_cents=33_99) == 1
    assert taxed("none", tax_cents=1, employer_cents=30_00) == 1
    assert taxed("included", tax_cents=5_86, employer_cents=30_00, slot_id=99) == 1


def unsettled(**values: object) -> pl.DataFrame:
    row = {"contract_id": 1, "kind": "individual", "parked": False, "due_on": JUNE}
    return pl.DataFrame([{**row, "entries": 3, "amount_cents": 76_44} | values])


def test_a_premium_waits_for_one_invoice_run_and_not_longer() -> None:
    assert unsettled_age.findings(unsettled(), ["individual"], date(2026, 7, 16)) == []
    (late,) = unsettled_age.findings(unsettled(), ["individual"], date(2026, 7, 17))
    assert (late.severity, warnings([late]), errors([late])) == (WARNING, 1, 0)
    assert "3 entries, 76.44 in all, are due since 2026-06-01, 46 days" in late.message


def test_what_a_parked_family_or_a_book_never_invoiced_explains_is_noted() -> None:
    august = date(2026, 8, 31)
    (parked,) = unsettled_age.findings(unsettled(parked=True), ["individual"], august)
    (never,) = unsettled_age.findings(unsettled(kind="company"), ["individual"], august)
    assert parked.severity == never.severity == NOTE
    assert "1 company contracts have premiums due; none was ever invoiced" in never.message


TWICE = {"entry_id": 5, "contract_id": 1, "act_id": 12, "times": 2}
AGAIN = {**MEMBER, "act_id": 12, "payee_id": 0, "paid_cents": 21_00, "most_cents": 12_00}


def test_an_act_is_paid_out_once() -> None:
    twice, again = pl.DataFrame([TWICE]), pl.DataFrame([AGAIN])
    assert payout_once.findings(twice.clear(), again.clear()) == []
    (found,) = payout_once.findings(twice, again.clear())
    assert (found.where, "is in 2 payouts" in found.message) == ("act 12", True)
    (found,) = payout_once.findings(twice.clear(), again)
    assert "21.00 were paid to one payee, and no decision ever said more than 12.00" in found.message


def test_a_debt_that_was_passed_over_is_found() -> None:
    debt = {**MEMBER, "act_id": 12, "owed_cents": 9_00, "owed_on": JUNE, "payout_id": 8}
    passed_over = pl.DataFrame([debt])
    assert debts_offset.findings(passed_over.clear()) == []
    (found,) = debts_offset.findings(passed_over)
    assert "9.00 are owed since 2026-06-01, and payout 8" in found.message


def months(*amounts: int, **last: object) -> pl.DataFrame:
    """Whole months of one member that end in June."""
    first = 6 - len(amounts) + 1
    rows = [{"month": date(2026, first + i, 1), "amount_cents": cents} for i, cents in enumerate(amounts)]
    return standing(*rows[:-1], rows[-1] | last)


@pytest.mark.parametrize(
    ("book", "unusual"),
    [
        (months(50_00, 50_00, 50_00, 54_00), 0),
        (months(50_00, 50_00, 50_00, 350_00), 1),
        (months(150_00, 150_00, 150_00, 50_00), 1),
        (months(5_00, 5_00, 5_00, 15_00), 0),
        (months(50_00, 50_00, 350_00), 0),
        (months(50_00, 50_00, 50_00, 0, slot_id=5), 0),
        (months(50_00, 50_00, 50_00, 10_00, billed_days=6), 0),
    ],
    ids=["birthday", "seven times", "a third", "few euros", "few months", "free now", "part of a month"],
)
def test_a_premium_far_outside_the_months_before_is_unusual(book: pl.DataFrame, unusual: int) -> None:
    found = unusual_premiums.findings(book, SLOTS, JUNE)
    assert (len(found), errors(found)) == (unusual, 0)


def moved(*amounts: int, series: str = "invoices, individual") -> pl.DataFrame:
    told = [{"run_id": i, "series": series, "amount_cents": cents} for i, cents in enumerate(amounts)]
    return pl.DataFrame(told).with_columns(currency=pl.lit("EUR"))


USUAL = (80_000_00, 82_000_00, 90_000_00, 85_000_00, 85_000_00)


@pytest.mark.parametrize(
    ("runs", "unusual"),
    [
        (moved(*USUAL, 120_000_00), 0),
        (moved(*USUAL, 410_000_00), 1),
        (moved(*USUAL, 12_000_00), 1),
        (moved(*USUAL, 12_000_00, series="payouts"), 0),
        (moved(*USUAL, -410_000_00, series="nightly, premiums"), 1),
        (moved(1, 1, 1, 1, 1, 999_00), 0),
        (moved(*USUAL[1:], 410_000_00), 0),
        (moved(410_000_00, *USUAL), 0),
    ],
    ids=["usual", "too much", "too little", "payouts", "back", "few euros", "few runs", "only once"],
)
def test_a_run_far_outside_those_before_is_unusual(runs: pl.DataFrame, unusual: int) -> None:
    found = unusual_runs.findings(runs)
    assert [one.where for one in found] == ["run 5"] * unusual
    assert warnings(found) == unusual

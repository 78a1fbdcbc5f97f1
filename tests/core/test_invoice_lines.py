"""Which lines an invoice shows: net of what cancels out, and always adding up to the invoice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from dataframely.exc import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from avenant.core.frames.invoices import LINE_COLUMNS, NET, OPTIONAL
from avenant.core.invoices.lines import InvoiceDoesNotAddUp, invoice_lines
from tests.strategies.invoice_scenes import EMMA, FREE, HUGO, PAUL, company, family
from tests.strategies.invoices import APRIL, JUNE, MAY, chain, entries_of, gone, header_of, state

Chain = list[dict[str, Any]]


def lines_of(*chains: Chain) -> list[dict[str, Any]]:
    entries = entries_of(*chains)
    return invoice_lines(header_of(entries), entries).to_dicts()


def amounts(lines: list[dict[str, Any]]) -> list[tuple[str, date, int]]:
    return [(line["section"], line["month"], line["amount_cents"]) for line in lines]


def test_a_whole_month_is_one_current_line() -> None:
    assert amounts(lines_of(chain(state()))) == [("current", JUNE, 5_460)]


def test_a_charge_and_its_cancel_on_one_invoice_vanish() -> None:
    left_before_it_began = chain(state(), gone(state()))
    corrected_before_invoicing = chain(state(MAY), state(MAY, days=12), state(MAY), settled=1)
    assert lines_of(left_before_it_began, corrected_before_invoicing) == []


def test_a_pair_that_changes_only_the_explanation_vanishes() -> None:
    assert lines_of(chain(state(MAY), state(MAY, age=35), settled=1)) == []


def test_a_pair_that_moves_only_the_employers_part_stays() -> None:
    before, after = state(MAY, employer_cents=2_730), state(MAY, employer_cents=3_276)
    (line,) = lines_of(chain(before, after, settled=1))
    assert (line["amount_cents"], line["employer_cents"], line["employee_cents"]) == (0, 546, -546)


def test_a_departure_shows_what_was_invoiced_and_what_is_right() -> None:
    (line,) = lines_of(chain(state(APRIL), state(APRIL, days=12), settled=1))
    assert (line["before_amount_cents"], line["after_amount_cents"]) == (5_460, 2_184)
    assert (line["before_covered_days"], line["after_covered_days"]) == (30, 12)
    assert line["amount_cents"] == 2_184 - 5_460


def test_several_corrections_between_two_invoices_are_one_line() -> None:
    (line,) = lines_of(chain(state(MAY), state(MAY, days=3), state(MAY, days=20), settled=1))
    assert (line["before_covered_days"], line["after_covered_days"]) == (31, 20)


def test_current_month_comes_first_then_adjustments_by_month() -> None:
    late = [chain(state(month)) for month in (MAY, JUNE, APRIL)]
    assert [month for _, month, _ in amounts(lines_of(*late))] == [JUNE, APRIL, MAY]


def test_the_invoices_own_month_corrected_later_is_an_adjustment() -> None:
    (line,) = lines_of(chain(state(), state(days=12), settled=1))
    assert line["section"] == "adjustment"


def test_a_free_child_is_shown_in_the_current_month_only() -> None:
    child = HUGO | FREE | {"child_rank": 2}
    lines = lines_of(chain(state(JUNE, 2_410, **child)), chain(state(MAY, 2_410, **child)))
    assert amounts(lines) == [("current", JUNE, 0)]


def test_a_child_who_pays_since_the_first_left_is_one_line_from_free_to_charged() -> None:
    free = state(MAY, 2_410, **(HUGO | FREE), child_rank=2)
    (line,) = lines_of(chain(free, gone(free), settled=1), chain(state(MAY, 2_410, **HUGO, child_rank=1)))
    assert (line["before_status"], line["after_status"], line["amount_cents"]) == ("free", "pays", 2_410)


def test_a_change_of_level_in_a_past_month_is_one_line() -> None:
    was, now = state(MAY), state(MAY, 7_000, level="Premium")
    (line,) = lines_of(chain(was, gone(was), settled=1), chain(now))
    assert (line["before_level"], line["after_level"]) == ("Confort", "Premium")
    assert line["amount_cents"] == 7_000 - 5_460


def test_a_switch_to_two_slots_at_once_is_told_slot_by_slot() -> None:
    was = state(MAY)
    parts = [
        chain(state(MAY, price, days, level=level))
        for level, price, days in (("A", 3_100, 10), ("B", 6_200, 21))
    ]
    lines = lines_of(chain(was, gone(was), settled=1), *parts)
    assert sorted(line["amount_cents"] for line in lines) == [-5_460, 1_000, 4_200]


def test_somebody_who_comes_back_to_a_month_given_back_was_not_invoiced_before() -> None:
    told = chain(state(MAY), gone(state(MAY)), state(MAY, days=5), settled=3)
    (line,) = lines_of(told)
    assert (line["before_amount_cents"], line["amount_cents"]) == (0, 881)


def test_families_are_listed_by_name_with_the_primary_first() -> None:
    paul = state(JUNE, 5_785, **PAUL)
    emma = state(JUNE, 2_410, **EMMA, child_rank=1)
    other = state(member_id=9, member_ref="M-9", family_ref="M-9", member_name="Álvaro Abad")
    lines = lines_of(chain(emma), chain(paul), chain(state()), chain(other))
    assert [line["member_ref"] for line in lines] == ["M-9", "M-1", "M-2", "M-3"]


def test_an_erased_name_does_not_stop_an_invoice() -> None:
    (line,) = lines_of(chain(state(member_name=None)))
    assert line["member_name"] is None


def test_an_invoice_that_does_not_add_up_is_refused() -> None:
    entries = entries_of(chain(state()))
    with pytest.raises(
        InvoiceDoesNotAddUp, match=r"5460 in amount_cents, its header says 5461.*avenant check"
    ):
        invoice_lines(replace(header_of(entries), total_cents=5_461), entries)


def test_an_impossible_entry_is_refused() -> None:
    entries = entries_of(chain(state()))
    with pytest.raises(ValidationError):
        invoice_lines(header_of(entries), entries.with_columns(status=pl.lit("gift")))


def test_optional_columns_may_be_absent() -> None:
    header, entries = family()
    assert invoice_lines(header, entries.drop(OPTIONAL)).height == invoice_lines(header, entries).height


def test_no_entries_give_no_lines() -> None:
    entries = entries_of()
    assert invoice_lines(header_of(entries), entries).schema == pl.Schema(LINE_COLUMNS)


slots = st.fixed_dictionaries(
    {
        "member_id": st.integers(1, 3),
        "month": st.sampled_from([APRIL, MAY, JUNE]),
        "level": st.sampled_from(["Confort", "Premium"]),
        "status": st.sampled_from(["pays", "free"]),
    }
)
values = st.fixed_dictionaries(
    {
        "amount_cents": st.integers(0, 9_999),
        "employer_cents": st.integers(0, 999),
        "tax_cents": st.integers(0, 99),
        "days": st.integers(0, 30),
    }
)
settled_chains = st.tuples(slots, st.lists(values, min_size=1, max_size=4), st.integers(0, 6))


def booked(slot: dict[str, Any], told: list[dict[str, Any]], settled: int) -> Chain:
    """A chain of random states, of which whole pairs (or the first charge) were settled before."""
    person = {"member_ref": f"M-{slot['member_id']}", "member_name": None}
    states = [state(slot["month"], **slot_without_month(slot), **person, **value) for value in told]
    return chain(*states, settled=min(settled // 2 * 2 + 1 if settled else 0, 2 * len(states) - 1))


def slot_without_month(slot: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in slot.items() if name != "month"}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(settled_chains, max_size=8, unique_by=lambda one: tuple(sorted(map(str, one[0].values())))),
    st.randoms(),
)
def test_lines_add_up_to_the_invoice_whatever_was_cancelled_and_in_whatever_order(
    told: list[tuple[dict[str, Any], list[dict[str, Any]], int]], random: Any
) -> None:
    entries = entries_of(*(booked(*one) for one in told))
    header = header_of(entries)
    lines = invoice_lines(header, entries)
    totals = (header.total_cents, header.employer_cents, header.employee_cents, header.tax_cents)
    assert tuple(lines[name].sum() for name in NET) == totals
    change = pl.col("after_amount_cents").fill_null(0) - pl.col("before_amount_cents").fill_null(0)
    assert lines.filter(change != pl.col("amount_cents")).is_empty()
    order = random.sample(range(entries.height), entries.height)
    assert_frame_equal(invoice_lines(header, entries[order]), lines)


def test_a_company_of_forty_adds_up() -> None:
    header, entries = company(40)
    lines = invoice_lines(header, entries)
    assert [lines[name].sum() for name in NET[:2]] == [header.total_cents, header.employer_cents]

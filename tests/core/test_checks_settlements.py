"""Checks of settlements on small frames: totals, numbers, dues and balances."""

from datetime import date

import polars as pl
import pytest

from avenant.core.checks import balances, invoice_numbers, settlement_totals

FIRST = date(2026, 7, 1)
NO_TIES_TWICE = pl.DataFrame(schema={"entry_id": pl.Int64, "times": pl.Int64})


def invoice(
    invoice_id: int, total_cents: int, number: int | None = None, **values: object
) -> dict[str, object]:
    """An invoice, credit note or settlement by its total; nothing of the balance used."""
    kind = "invoice" if total_cents > 0 else "credit_note" if total_cents < 0 else "settlement"
    row = {
        "invoice_id": invoice_id,
        "contract_id": 1,
        "kind": kind,
        "series": "AV",
        "year": 2026,
        "number": number,
        "issue_date": FIRST,
        "total_cents": total_cents,
        "employer_cents": 0,
        "tax_cents": 0,
        "entries": 2,
        "balance_used_cents": 0,
        "due_cents": max(total_cents, 0),
    }
    return row | values


def frame(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema_overrides={"number": pl.Int32})


def sums(*rows: dict[str, object]) -> pl.DataFrame:
    """What ties make: two entries of 54.60 and 21.84 unless told otherwise."""
    usual = {"total_cents": 54_60 + 21_84, "employer_cents": 0, "tax_cents": 0, "entries": 2}
    return pl.DataFrame([usual | {"missing": 0, "foreign": 0, "later": 0} | row for row in rows])


def test_a_total_is_the_sum_of_its_entries() -> None:
    told = frame(invoice(12, 54_60 + 21_84, 1))
    assert settlement_totals.findings(told, sums({"invoice_id": 12}), NO_TIES_TWICE) == []


@pytest.mark.parametrize(
    ("tied", "said"),
    [
        ({"total_cents": 54_60}, "the total is 76.44, its entries make 54.60"),
        ({"employer_cents": 1}, "the employer's part is 0.00, its entries make 0.01"),
        ({"tax_cents": 7}, "the tax is 0.00"),
        ({"entries": 3}, "the number of entries is 2, its entries make 3"),
        ({"missing": 1}, "1 entries that do not exist"),
        ({"foreign": 1, "later": 2}, "1 entries of another contract and 2 entries of a later month"),
    ],
)
def test_a_settlement_that_is_not_its_entries_is_found(tied: dict[str, object], said: str) -> None:
    told = frame(invoice(12, 76_44, 1))
    (found,) = settlement_totals.findings(told, sums({"invoice_id": 12, **tied}), NO_TIES_TWICE)
    assert found.where == "settlement 12"
    assert said in found.message


def test_settlements_without_entries_and_entries_without_settlement_are_found() -> None:
    first, second = settlement_totals.findings(
        frame(invoice(12, 76_44, 1)), sums({"invoice_id": 13}), NO_TIES_TWICE
    )
    assert (first.where, second.where) == ("settlement 13", "settlement 12")


def test_an_entry_in_two_settlements_is_found() -> None:
    twice = pl.DataFrame({"entry_id": [5], "times": [2]})
    (found,) = settlement_totals.findings(frame(invoice(12, 76_44, 1)), sums({"invoice_id": 12}), twice)
    assert (found.where, found.message) == ("entry 5", "is tied 2 times")


def test_numbers_follow_each_other_per_series_and_year() -> None:
    later = {"issue_date": date(2027, 1, 1), "year": 2027}
    rows = [invoice(1, 10, 1), invoice(2, -10, 2), invoice(3, 0), invoice(4, 10, 1, **later)]
    rows.append(invoice(5, 10, 1, series="B"))
    assert invoice_numbers.findings(frame(*rows)) == []
    assert invoice_numbers.findings(frame(*rows[::-1])) == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (invoice(2, 10, 3), "right after number 1"),
        (invoice(2, 10, 1), "right after number 1"),
        (invoice(2, 10, 2, issue_date=date(2026, 6, 30)), "before the number before it (2026-07-01)"),
        (invoice(2, 10, 2, issue_date=date(2027, 7, 1)), "in another year"),
        (invoice(2, 10, 2, kind="credit_note"), "its total makes it a invoice"),
        (invoice(2, 10), "documents have a number"),
        (invoice(2, 0, 2), "documents have a number"),
    ],
)
def test_a_number_or_date_out_of_order_is_found(row: dict[str, object], said: str) -> None:
    (found,) = invoice_numbers.findings(frame(invoice(1, 10, 1), row))
    assert said in found.message


def movement(number: int, kind: str, amount_cents: int, invoice_id: int | None) -> dict[str, object]:
    return {
        "movement_id": number,
        "contract_id": 1,
        "kind": kind,
        "amount_cents": amount_cents,
        "invoice_id": invoice_id,
        "rev": number,
    }


CREDIT = invoice(1, -20_00, 1)
USING = invoice(2, 54_60, 2, balance_used_cents=20_00, due_cents=54_60 - 20_00)
MOVES = [movement(1, "credit", 20_00, 1), movement(2, "use", -20_00, 2)]


def moved(rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema_overrides={"invoice_id": pl.Int64})


def test_a_credit_note_is_used_by_the_next_invoice() -> None:
    opening_debt = movement(3, "opening", -5_00, None)
    assert balances.findings(frame(CREDIT, USING), moved([*MOVES, opening_debt])) == []


def test_a_wrong_due_a_wrong_movement_and_a_balance_below_zero_are_found() -> None:
    (due,) = balances.findings(frame(CREDIT, USING | {"due_cents": 54_60}), moved(MOVES))
    assert "54.60 due of a total of 54.60 with 20.00 of balance used" in due.message
    (lost,) = balances.findings(frame(CREDIT, USING), moved([MOVES[1], movement(0, "opening", 20_00, None)]))
    assert lost.message == "should move the balance by 20.00, its movement is 0.00"
    (below,) = balances.findings(frame(CREDIT, USING), moved([MOVES[1] | {"rev": 0}, MOVES[0]]))
    assert "leaves the balance at -20.00" in below.message
    (stray,) = balances.findings(frame(CREDIT, USING), moved([*MOVES, movement(3, "credit", 1_00, 9)]))
    assert stray.where == "settlement 9"


def test_more_of_the_balance_than_the_total_cannot_be_used() -> None:
    used = invoice(2, 10_00, 2, balance_used_cents=12_00, due_cents=-2_00)
    rows = [movement(1, "opening", 12_00, None), movement(2, "use", -12_00, 2)]
    assert len(balances.findings(frame(used), moved(rows))) == 1

"""The workbook of an invoice: real numbers, formulas that give the totals, no formula from a name."""

from __future__ import annotations

import io
import re

import openpyxl
import polars as pl
import pytest
from openpyxl.workbook import Workbook

from avenant.core.invoices.header import InvoiceHeader
from avenant.gateways.documents import render
from tests.strategies.invoice_scenes import company, family
from tests.strategies.invoices import chain, entries_of, header_of, state

RANGE = re.compile(r"'?([^'!(,]+)'?!\$([A-Z]+)\$2:\$[A-Z]+\$(\d+)")


def workbook(
    header: InvoiceHeader, entries: pl.DataFrame, language: str = "en", values: bool = False
) -> Workbook:
    document = render(header, entries, "xlsx", language)
    assert isinstance(document, bytes)
    return openpyxl.load_workbook(io.BytesIO(document), data_only=values)


def cells(book: Workbook, sheet: str, column: str, last: int) -> list[object]:
    return [book[sheet][f"{column}{row}"].value for row in range(2, last + 1)]


def test_the_sheets_are_named_in_the_language() -> None:
    assert workbook(*company(3)).sheetnames == ["Invoice", "Employees", "Lines", "Entries"]
    assert workbook(*family(), "fr").sheetnames == ["Facture", "Lignes", "Écritures"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_sum_on_the_first_sheet_is_the_sum_of_the_cells_it_names(language: str) -> None:
    header, entries = company(20)
    formulas, values = workbook(header, entries, language), workbook(header, entries, language, values=True)
    sheet = formulas.sheetnames[0]
    seen = 0
    for row in formulas[sheet].iter_rows(min_col=2, max_col=2):
        formula = str(row[0].value)
        if formula.startswith("=ROUND(SUM("):
            (where,) = RANGE.findall(formula)
            numbers = [float(str(cell)) for cell in cells(values, where[0], where[1], int(where[2]))]
            assert round(sum(numbers), 2) == values[sheet][row[0].coordinate].value
            seen += 1
    assert seen == 5  # total, tax, employer, employee, and the check over all entries


def test_the_parts_by_section_and_the_amount_due_follow() -> None:
    header, entries = family()
    formulas, values = workbook(header, entries), workbook(header, entries, values=True)
    by_label = {row[0].value: row[1] for row in formulas["Invoice"].iter_rows(max_col=2) if row[0].value}
    assert "SUMIF('Lines'!$F$2:$F$9,\"adjustment\"," in by_label["Adjustments"].value
    due = by_label["Amount due"]
    assert re.fullmatch(r"=B\d+\+B\d+", due.value)
    assert values["Invoice"][due.coordinate].value == 101.95


def test_amounts_and_days_are_numbers_and_headings_stay_in_sight() -> None:
    book = workbook(*family())
    assert book["Lines"]["O2"].value == 54.6
    assert book["Lines"]["I2"].value == 30
    assert book["Lines"].freeze_panes == "D2" and book["Entries"].freeze_panes == "D2"
    assert book["Entries"].max_row == family()[1].height + 1


def test_the_sums_under_the_lines_give_the_total() -> None:
    header, entries = family()
    book = workbook(header, entries)
    assert book["Lines"].cell(book["Lines"].max_row, 15).value == "=ROUND(SUM(O2:O9),2)"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", '=HYPERLINK("http://x")', "http://x", "123"])
def test_a_name_stays_a_text(name: str) -> None:
    entries = entries_of(chain(state(member_name=name)))
    book = workbook(header_of(entries, customer=name), entries)
    for sheet, place in (("Lines", "C2"), ("Entries", "D2")):
        cell = book[sheet][place]
        assert (cell.value, cell.data_type, cell.hyperlink) == (name, "s", None)
        assert cell.quotePrefix is (name[0] in "=+-@")

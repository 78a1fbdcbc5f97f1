"""Tables on worksheets: looks, columns, cells by kind of value, sums as formulas that carry their value.

Texts are written as texts, never as formulas; what looks like a formula also gets the spreadsheet's own quote
prefix, so that editing the cell does not wake it up.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from avenant.core.wording.paper import Paper
from avenant.gateways.documents.cleaning import starts_a_formula

FONT = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
MONEY = "#,##0.00;−#,##0.00"
LOOKS: Mapping[str, dict[str, Any]] = {
    "text": {},
    "quoted": {"quote_prefix": True},
    "wrapped": {"text_wrap": True},
    "number": {"num_format": "0"},
    "money": {"num_format": MONEY},
    "day": {"num_format": "yyyy-mm-dd"},
    "month": {"num_format": "yyyy-mm"},
    "head": {"bold": True, "bg_color": "#F1F5F4", "bottom": 1, "text_wrap": True},
    "title": {"bold": True, "font_size": 20},
    "mark": {"bold": True, "bg_color": "#FDE68A"},
    "label": {"font_color": "#525252"},
    "strong": {"bold": True, "top": 1},
    "strong_money": {"bold": True, "top": 1, "num_format": MONEY},
}


NO_GUESSES = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: heading, width in characters, look of its cells, whether it is summed."""

    heading: str
    width: int
    look: str
    is_summed: bool = False


def new_workbook(paper: Paper) -> tuple[Workbook, io.BytesIO]:
    """An open workbook and where its bytes go; the same paper gives the same bytes."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, NO_GUESSES)
    book.set_properties({"title": paper.title, "created": datetime.combine(paper.issue_date, time())})
    return book, target


def write_table(
    sheet: Worksheet,
    looks: Mapping[str, Format],
    columns: Sequence[Column],
    rows: Sequence[Sequence[Any]],
    sum_label: str | None,
) -> None:
    """Headings (frozen, filtered), rows, and under them the sums as formulas with their values."""
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, column.heading, looks["head"])
    for number, row in enumerate(rows, start=1):
        for place, (cell, column) in enumerate(zip(row, columns, strict=True)):
            write_cell(sheet, looks, number, place, cell, column.look)
    sheet.freeze_panes(1, 3)
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    if sum_label is not None and rows:
        sheet.write_string(len(rows) + 1, 0, sum_label, looks["strong"])
        _sums(sheet, looks, columns, rows)


def _sums(
    sheet: Worksheet, looks: Mapping[str, Format], columns: Sequence[Column], rows: Sequence[Sequence[Any]]
) -> None:
    for place, column in enumerate(columns):
        if column.is_summed:
            letter = xl_col_to_name(place)
            formula = f"=ROUND(SUM({letter}2:{letter}{len(rows) + 1}),2)"
            value = round(sum(row[place] for row in rows), 2)
            sheet.write_formula(len(rows) + 1, place, formula, looks["strong_money"], value)


def write_cell(
    sheet: Worksheet, looks: Mapping[str, Format], row: int, column: int, value: Any, look: str
) -> None:
    """A cell by the kind of its value: text stays text, whatever it begins with."""
    if value is None:
        return
    if isinstance(value, str):
        sheet.write_string(row, column, value, looks["quoted" if starts_a_formula(value) else look])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, looks[look])
    else:
        sheet.write_number(row, column, value, looks[look])


def units(cents: int) -> float:
    """Cents in units of the currency, as spreadsheets hold them."""
    return cents / 100


def write_entries(
    sheet: Worksheet, looks: Mapping[str, Format], entries: pl.DataFrame, summed: Sequence[str]
) -> None:
    """Every entry as booked, under the names of the book; money in units of the currency."""
    kinds = entries.schema
    columns = [
        Column(name.removesuffix("_cents"), 12, _look(name, kind), is_summed=name in summed)
        for name, kind in kinds.items()
    ]
    money = [name.endswith("_cents") for name in kinds]
    rows = (
        [
            units(cell) if is_money and cell is not None else cell
            for cell, is_money in zip(row, money, strict=True)
        ]
        for row in entries.iter_rows()
    )
    write_table(sheet, looks, columns, list(rows), None)


def _look(name: str, kind: pl.DataType) -> str:
    if name.endswith("_cents"):
        return "money"
    return "day" if kind == pl.Date else "number" if kind.is_integer() else "text"

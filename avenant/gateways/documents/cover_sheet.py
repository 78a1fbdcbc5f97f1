"""The first sheet of an invoice workbook: head and totals, each total a formula over the other sheets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from avenant.core.invoices.document import InvoiceDocument, TotalRow
from avenant.core.invoices.header import InvoiceHeader
from avenant.gateways.documents.sheets import units, write_cell

# Columns of the sheets of lines and entries that the totals sum.
SECTION, TOTAL, EMPLOYER, EMPLOYEE, TAX = "F", "O", "P", "Q", "R"
SUMMED = {"total": TOTAL, "employer": EMPLOYER, "employee": EMPLOYEE, "tax": TAX}
ENTRY_AMOUNT = "P"


@dataclass(frozen=True, slots=True)
class Extent:
    """How many rows the sheets of lines and entries have."""

    lines: int
    entries: int


def write_cover(
    sheet: Worksheet,
    looks: Mapping[str, Format],
    header: InvoiceHeader,
    document: InvoiceDocument,
    extent: Extent,
) -> None:
    """Title, marks, parties, facts, totals with formulas, notes."""
    sheet.set_column(0, 0, 46)
    sheet.set_column(1, 1, 24)
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, document.title, looks["title"])
    sheet.write_string(1, 0, document.subtitle, looks["label"])
    sheet.freeze_panes(2, 0)
    row = _marks_and_facts(sheet, looks, header, document) + 1
    cells: dict[str, str] = {}
    for total in document.totals:
        cells[total.key] = f"B{row + 1}"
        _total(sheet, looks, row, total, _formula(total, cells, document, extent))
        row += 1
    row = _entries_check(sheet, looks, row, document, extent, header.total_cents) + 1
    for number, note in enumerate(document.notes):
        write_cell(sheet, looks, row + number, 0, note, "label")


def _marks_and_facts(
    sheet: Worksheet, looks: Mapping[str, Format], header: InvoiceHeader, document: InvoiceDocument
) -> int:
    """The rows under the title; the number of the next free row."""
    row = 2
    for mark in document.marks:
        sheet.merge_range(row, 0, row, 1, mark, looks["mark"])
        row += 1
    say = document.voice.say
    parties = [(say("issued_by"), line) for line in (header.issuer, *header.issuer_address)]
    if header.customer is not None:
        parties += [(say("issued_to"), line) for line in (header.customer, *header.customer_address)]
    previous = ""
    for label, value in [*parties, *document.facts]:
        write_cell(sheet, looks, row, 0, label if label != previous else None, "label")
        write_cell(sheet, looks, row, 1, value, "text")
        previous = label
        row += 1
    return row


def _total(
    sheet: Worksheet, looks: Mapping[str, Format], row: int, total: TotalRow, formula: str | None
) -> None:
    is_strong = total.weight == "strong"
    label = "    " + total.label if total.weight == "part" else total.label
    sheet.write_string(row, 0, label, looks["strong" if is_strong else "text"])
    look = looks["strong_money" if is_strong else "money"]
    if formula is None:
        sheet.write_number(row, 1, units(total.cents), look)
    else:
        sheet.write_formula(row, 1, formula, look, units(total.cents))


def _formula(
    total: TotalRow, cells: Mapping[str, str], document: InvoiceDocument, extent: Extent
) -> str | None:
    """How the total follows from the lines or from the totals above; None where it is a figure of its own."""
    if extent.lines == 0:
        return None
    if total.key in SUMMED:
        return f"=ROUND(SUM({_lines_range(SUMMED[total.key], document, extent)}),2)"
    if total.key in ("current", "adjustments"):
        word = document.voice.say("section_current" if total.key == "current" else "section_adjustment")
        sections = _lines_range(SECTION, document, extent)
        return f'=ROUND(SUMIF({sections},"{word}",{_lines_range(TOTAL, document, extent)}),2)'
    if total.key == "credited":
        return f"=-{cells['total']}"
    return _due_formula(total, cells, document) if total.key == "due" else None


def _due_formula(total: TotalRow, cells: Mapping[str, str], document: InvoiceDocument) -> str | None:
    """Total plus the (negative) balance used, where that is what is due."""
    parts = [row for row in document.totals if row.key in ("total", "balance_used")]
    if sum(row.cents for row in parts) != total.cents:
        return None
    return "=" + "+".join(cells[row.key] for row in parts)


def _lines_range(column: str, document: InvoiceDocument, extent: Extent) -> str:
    return f"'{document.voice.say('sheet_lines')}'!${column}$2:${column}${extent.lines + 1}"


def _entries_check(
    sheet: Worksheet,
    looks: Mapping[str, Format],
    row: int,
    document: InvoiceDocument,
    extent: Extent,
    total_cents: int,
) -> int:
    """The same total counted another way: from every entry behind the lines."""
    if extent.entries:
        name = document.voice.say("sheet_entries")
        formula = f"=ROUND(SUM('{name}'!${ENTRY_AMOUNT}$2:${ENTRY_AMOUNT}${extent.entries + 1}),2)"
        sheet.write_string(row + 1, 0, document.voice.say("entries_sum"), looks["label"])
        sheet.write_formula(row + 1, 1, formula, looks["money"], units(total_cents))
    return row + 2

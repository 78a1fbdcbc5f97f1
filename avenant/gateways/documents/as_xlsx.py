"""An invoice as a workbook: invoice, employees (companies), lines, entries; sums are formulas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from avenant.core.invoices.document import InvoiceDocument, invoice_document
from avenant.core.invoices.header import InvoiceHeader
from avenant.core.invoices.lines import invoice_entries, invoice_lines
from avenant.core.invoices.wording import Row, Voice, why
from avenant.gateways.documents.cover_sheet import write_cover
from avenant.gateways.documents.invoice_formulas import InvoiceFormulas
from avenant.gateways.documents.sheets import (
    FONT,
    LOOKS,
    Column,
    new_workbook,
    units,
    write_entries,
    write_table,
)

ENTRY_SUMS = ("amount_cents", "employer_cents", "tax_cents")


def invoice_xlsx(header: InvoiceHeader, entries: pl.DataFrame, language: str) -> bytes:
    """The workbook; the same invoice gives the same bytes."""
    document = invoice_document(header, entries, language)
    book, target = new_workbook(document)
    looks = {name: book.add_format(FONT | look) for name, look in LOOKS.items()}
    sheets = _sheets(book, document)
    lines = invoice_lines(header, entries)
    _lines_sheet(sheets["lines"], looks, document.voice, lines)
    write_entries(sheets["entries"], looks, invoice_entries(entries).sort("entry_id"), ENTRY_SUMS)
    if document.families:
        _employees_sheet(sheets["employees"], looks, document)
    formulas = InvoiceFormulas(document, lines.height, entries.height)
    write_cover(sheets["invoice"], looks, document, formulas.of, formulas.check(header.total_cents))
    book.close()
    return target.getvalue()


def _sheets(book: Workbook, document: InvoiceDocument) -> dict[str, Worksheet]:
    names = ["invoice", *(["employees"] if document.families else []), "lines", "entries"]
    return {name: book.add_worksheet(document.voice.say(f"sheet_{name}")) for name in names}


def _lines_sheet(sheet: Worksheet, looks: Mapping[str, Format], voice: Voice, lines: pl.DataFrame) -> None:
    rows = [_line_cells(row, voice) for row in lines.iter_rows(named=True)]
    write_table(sheet, looks, _line_columns(voice), rows, voice.say("sum_row"))


def _line_columns(voice: Voice) -> list[Column]:
    say = voice.say
    return [
        Column(say("column_line"), 6, "number"),
        Column(say("column_ref"), 12, "text"),
        Column(say("column_name"), 28, "text"),
        Column(say("column_role"), 10, "text"),
        Column(say("column_family"), 12, "text"),
        Column(say("column_section"), 14, "text"),
        Column(say("column_month"), 10, "month"),
        Column(say("column_cover"), 22, "text"),
        Column(say("column_days"), 9, "number"),
        Column(say("column_days_charged"), 9, "number"),
        Column(say("column_days_in_month"), 9, "number"),
        Column(say("column_price"), 12, "money"),
        Column(say("column_before"), 12, "money"),
        Column(say("column_after"), 12, "money"),
        Column(say("column_total"), 13, "money", is_summed=True),
        Column(say("column_employer"), 13, "money", is_summed=True),
        Column(say("column_employee_part"), 13, "money", is_summed=True),
        Column(say("column_tax"), 13, "money", is_summed=True),
        Column(say("column_reason"), 90, "wrapped"),
    ]


def _line_cells(row: Row, voice: Voice) -> list[Any]:
    side = "after" if row["after_level"] is not None else "before"
    return [
        row["line"],
        row["member_ref"],
        row["member_name"],
        voice.say(f"role_{row['role']}"),
        row["family_ref"],
        voice.say(f"section_{row['section']}"),
        row["month"],
        f"{row[f'{side}_level']} · {row['component']}",
        row[f"{side}_covered_days"],
        row[f"{side}_billed_days"],
        row["days_in_month"],
        units(row[f"{side}_unit_price_cents"]),
        units(row["before_amount_cents"] or 0),
        units(row["after_amount_cents"] or 0),
        *(units(row[f"{name}_cents"]) for name in ("amount", "employer", "employee", "tax")),
        why(row, voice),
    ]


def _employees_sheet(sheet: Worksheet, looks: Mapping[str, Format], document: InvoiceDocument) -> None:
    say = document.voice.say
    money = ("column_adjustments", "column_employer", "column_employee_part", "column_tax", "column_total")
    columns = [Column(say("column_ref"), 14, "text"), Column(say("column_employee"), 32, "text")]
    columns += [Column(document.month_text, 16, "money", is_summed=True)]
    columns += [Column(say(name), 16, "money", is_summed=True) for name in money]
    rows = [
        [
            family.ref,
            family.name,
            *map(units, (family.current_cents, family.adjustment_cents, family.amounts.employer_cents)),
            *map(
                units, (family.amounts.employee_cents, family.amounts.tax_cents, family.amounts.total_cents)
            ),
        ]
        for family in document.families
    ]
    write_table(sheet, looks, columns, rows, say("sum_row"))

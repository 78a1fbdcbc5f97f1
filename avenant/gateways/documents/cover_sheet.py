"""The first sheet of any workbook: head, totals (each a formula over the other sheets where it has one), notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from avenant.core.wording.paper import Paper, TotalRow
from avenant.gateways.documents.sheets import units, write_cell

Formulas = Callable[[TotalRow, Mapping[str, str]], str | None]
"""How a total follows from the other sheets or from the cells of the totals above; None: a figure of its own."""


@dataclass(frozen=True, slots=True)
class Check:
    """The same total counted another way, as a formula over every entry, and what it must give."""

    formula: str
    cents: int


def write_cover(
    sheet: Worksheet, looks: Mapping[str, Format], paper: Paper, formulas: Formulas, check: Check | None
) -> None:
    """Title, marks, parties, facts, totals with formulas, notes."""
    sheet.set_column(0, 0, 46)
    sheet.set_column(1, 1, 24)
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, paper.title, looks["title"])
    sheet.write_string(1, 0, paper.subtitle, looks["label"])
    sheet.freeze_panes(2, 0)
    row = _marks_and_facts(sheet, looks, paper) + 1
    cells: dict[str, str] = {}
    for total in paper.totals:
        cells[total.key] = f"B{row + 1}"
        _total(sheet, looks, row, total, formulas(total, cells))
        row += 1
    if check is not None:
        sheet.write_string(row + 1, 0, paper.voice.say("entries_sum"), looks["label"])
        sheet.write_formula(row + 1, 1, check.formula, looks["money"], units(check.cents))
    for number, note in enumerate(paper.notes, start=row + 3):
        write_cell(sheet, looks, number, 0, note, "label")


def _marks_and_facts(sheet: Worksheet, looks: Mapping[str, Format], paper: Paper) -> int:
    """The rows under the title; the number of the next free row."""
    row = 2
    for mark in paper.marks:
        sheet.merge_range(row, 0, row, 1, mark, looks["mark"])
        row += 1
    say = paper.voice.say
    parties = [(say("issued_by"), line) for line in paper.issuer]
    parties += [(say("issued_to"), line) for line in paper.addressee]
    previous = ""
    for label, value in [*parties, *paper.facts]:
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

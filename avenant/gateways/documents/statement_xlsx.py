"""A payout statement as a workbook: statement, lines, entries; sums are formulas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

import polars as pl
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from avenant.core.payouts.header import PayoutHeader
from avenant.core.payouts.lines import payout_entries, payout_lines
from avenant.core.payouts.statement import Statement, act_title, statement, waterfall_of
from avenant.core.payouts.wording import Row, explanation
from avenant.core.wording.paper import TotalRow
from avenant.gateways.documents.cover_sheet import Check, write_cover
from avenant.gateways.documents.sheets import (
    FONT,
    LOOKS,
    Column,
    new_workbook,
    units,
    write_entries,
    write_table,
)

# Columns of the sheets of lines and entries that the totals sum.
SECTION, NET = "F", "P"
ENTRY_AMOUNT = "P"
SHEETS = ("payout", "lines", "entries")


def statement_xlsx(header: PayoutHeader, entries: pl.DataFrame, language: str) -> bytes:
    """The workbook; the same statement gives the same bytes."""
    document = statement(header, entries, language)
    book, target = new_workbook(document)
    looks = {name: book.add_format(FONT | look) for name, look in LOOKS.items()}
    sheets = {name: book.add_worksheet(document.voice.say(f"sheet_{name}")) for name in SHEETS}
    lines = payout_lines(header, entries)
    _lines_sheet(sheets["lines"], looks, document, lines)
    write_entries(sheets["entries"], looks, payout_entries(entries).sort("entry_id"), ["amount_cents"])
    formulas = StatementFormulas(document, lines.height, entries.height)
    write_cover(sheets["payout"], looks, document, formulas.of, formulas.check(header.total_cents))
    book.close()
    return target.getvalue()


@dataclass(frozen=True, slots=True)
class StatementFormulas:
    """How the totals follow from the lines. lines, entries: how many rows those sheets have."""

    document: Statement
    lines: int
    entries: int

    def of(self, total: TotalRow, cells: Mapping[str, str]) -> str | None:
        """How the total follows from the lines or from the totals above; None without lines."""
        if self.lines == 0:
            return None
        if total.key == "total":
            return f"=ROUND(SUM({self._range(NET)}),2)"
        section = self.document.voice.say("section_care" if total.key == "care" else "section_correction")
        sign = {"raised": ',">0"', "taken_back": ',"<0"'}.get(total.key)
        more = f",{self._range(NET)}{sign}" if sign else ""
        return f'=ROUND(SUMIFS({self._range(NET)},{self._range(SECTION)},"{section}"{more}),2)'

    def check(self, total_cents: int) -> Check | None:
        """The total again, from every entry behind the lines."""
        if not self.entries:
            return None
        name = self.document.voice.say("sheet_entries")
        column = f"'{name}'!${ENTRY_AMOUNT}$2:${ENTRY_AMOUNT}${self.entries + 1}"
        return Check(f"=ROUND(SUM({column}),2)", total_cents)

    def _range(self, column: str) -> str:
        return f"'{self.document.voice.say('sheet_lines')}'!${column}$2:${column}${self.lines + 1}"


def _lines_sheet(
    sheet: Worksheet, looks: Mapping[str, Format], document: Statement, lines: pl.DataFrame
) -> None:
    rows = [_cells(row, document) for row in lines.iter_rows(named=True)]
    write_table(sheet, looks, _columns(document), rows, document.voice.say("sum_row"))


def _columns(document: Statement) -> list[Column]:
    say = document.voice.say
    water = ("charged", "secu", "others", "ours", f"rest_{document.payee_kind}", "withheld")
    return [
        Column(say("column_line"), 6, "number"),
        Column(say("column_ref"), 12, "text"),
        Column(say("column_name"), 28, "text"),
        Column(say("column_date"), 11, "day"),
        Column(say("column_act"), 34, "text"),
        Column(say("column_section"), 12, "text"),
        Column(say("column_provider"), 14, "text"),
        *(Column(say(f"column_{name}"), 12, "money", is_summed=True) for name in water),
        Column(say("column_before"), 12, "money"),
        Column(say("column_after"), 12, "money"),
        Column(say("column_net"), 13, "money", is_summed=True),
        Column(say("column_reason"), 90, "wrapped"),
    ]


def _cells(row: Row, document: Statement) -> list[Any]:
    water, voice = waterfall_of(row), document.voice
    return [
        row["line"],
        row["member_ref"],
        row["member_name"],
        row["care_date"],
        act_title(row, voice),
        voice.say(f"section_{row['section']}"),
        row["provider_ref"],
        *map(units, astuple(water) if water else [0] * 6),
        units(row["before_amount_cents"] or 0),
        units(row["after_amount_cents"] or 0),
        units(row["amount_cents"]),
        explanation(row, document.payee_kind, voice),
    ]

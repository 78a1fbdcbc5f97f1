"""How the totals of an invoice workbook follow from its sheets of lines and entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from avenant.core.invoices.document import InvoiceDocument
from avenant.core.wording.paper import TotalRow
from avenant.gateways.documents.cover_sheet import Check

# Columns of the sheets of lines and entries that the totals sum.
SECTION, TOTAL, EMPLOYER, EMPLOYEE, TAX = "F", "O", "P", "Q", "R"
SUMMED = {"total": TOTAL, "employer": EMPLOYER, "employee": EMPLOYEE, "tax": TAX}
ENTRY_AMOUNT = "P"


@dataclass(frozen=True, slots=True)
class InvoiceFormulas:
    """The formulas of one workbook. lines, entries: how many rows those sheets have."""

    document: InvoiceDocument
    lines: int
    entries: int

    def of(self, total: TotalRow, cells: Mapping[str, str]) -> str | None:
        """How the total follows from the lines or from the totals above; None where it is a figure of its own."""
        if self.lines == 0:
            return None
        if total.key in SUMMED:
            return f"=ROUND(SUM({self._range(SUMMED[total.key])}),2)"
        if total.key in ("current", "adjustments"):
            section = "section_current" if total.key == "current" else "section_adjustment"
            word = self.document.voice.say(section)
            return f'=ROUND(SUMIF({self._range(SECTION)},"{word}",{self._range(TOTAL)}),2)'
        if total.key == "credited":
            return f"=-{cells['total']}"
        return self._due(total, cells) if total.key == "due" else None

    def check(self, total_cents: int) -> Check | None:
        """The total again, from every entry behind the lines."""
        if not self.entries:
            return None
        name = self.document.voice.say("sheet_entries")
        column = f"'{name}'!${ENTRY_AMOUNT}$2:${ENTRY_AMOUNT}${self.entries + 1}"
        return Check(f"=ROUND(SUM({column}),2)", total_cents)

    def _due(self, total: TotalRow, cells: Mapping[str, str]) -> str | None:
        """Total plus the (negative) balance used, where that is what is due."""
        parts = [row for row in self.document.totals if row.key in ("total", "balance_used")]
        if sum(row.cents for row in parts) != total.cents:
            return None
        return "=" + "+".join(cells[row.key] for row in parts)

    def _range(self, column: str) -> str:
        return f"'{self.document.voice.say('sheet_lines')}'!${column}$2:${column}${self.lines + 1}"

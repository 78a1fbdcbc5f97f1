"""Tables as CSV, one row per line, with stable English column names; nothing in a cell can wake a formula.

English: comma between cells, point in numbers. French: semicolon between cells, comma in numbers, as French
spreadsheets expect. Amounts are in units of the currency with two decimals, dates as 2026-06-01.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from avenant.core.wording.figures import plain_amount
from avenant.gateways.documents.cleaning import neutral_cell

SEPARATOR = {"en": ",", "fr": ";"}
DECIMAL = {"en": ".", "fr": ","}


class Figure(str):
    """An amount already written as a number: its minus sign starts no formula."""

    __slots__ = ()


def figure(cents: int, language: str) -> Figure:
    """Cents as a number that spreadsheets of ``language`` read."""
    return Figure(plain_amount(cents, DECIMAL[language]))


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], language: str) -> str:
    """The table with its header row; every row must have exactly ``columns``."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, delimiter=SEPARATOR[language], lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return text.getvalue()


def _cell(value: Any) -> Any:
    return neutral_cell(value) if isinstance(value, str) and not isinstance(value, Figure) else value

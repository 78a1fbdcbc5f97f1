"""An invoice's lines as CSV, one row per line, with stable English column names.

English: comma between cells, point in numbers. French: semicolon between cells, comma in numbers, as French
spreadsheets expect. Amounts are in units of the currency with two decimals, dates as 2026-06-01.
"""

from __future__ import annotations

import csv
import io
from typing import Any

import polars as pl

from avenant.core.invoices.figures import plain_amount
from avenant.core.invoices.header import InvoiceHeader
from avenant.core.invoices.lines import invoice_lines
from avenant.core.invoices.wording import Row, Voice, why
from avenant.gateways.documents.cleaning import neutral_cell

SEPARATOR = {"en": ",", "fr": ";"}
DECIMAL = {"en": ".", "fr": ","}
COLUMNS = (
    "invoice", "contract", "currency", "line", "family", "member", "name", "role", "kind", "month", "plan",
    "level", "component", "tier", "status", "age", "child_rank", "covered_days", "billed_days",
    "days_in_month", "price", "amount_before", "amount_after", "amount", "employer", "employee", "tax",
    "reason",
)  # fmt: skip
EXPLAINING = ("plan", "level", "tier", "status", "age", "child_rank", "covered_days", "billed_days")


def invoice_csv(header: InvoiceHeader, entries: pl.DataFrame, language: str) -> str:
    """The lines of the invoice (`COLUMNS`); a line is explained by its present state, else its former."""
    voice = Voice(language, header.currency)
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, delimiter=SEPARATOR[language], lineterminator="\r\n")
    writer.writeheader()
    for row in invoice_lines(header, entries).iter_rows(named=True):
        writer.writerow({name: _cell(value) for name, value in _row(header, row, voice).items()})
    return text.getvalue()


def _row(header: InvoiceHeader, row: Row, voice: Voice) -> dict[str, Any]:
    side = "after" if row["after_level"] is not None else "before"
    decimal = DECIMAL[voice.language]
    money = {"price": row[f"{side}_unit_price_cents"]}
    money |= {
        "amount_before": row["before_amount_cents"] or 0,
        "amount_after": row["after_amount_cents"] or 0,
    }
    money |= {name: row[f"{name}_cents"] for name in ("amount", "employer", "employee", "tax")}
    return {
        "invoice": header.number or "",
        "contract": header.contract_ref,
        "currency": header.currency,
        "line": row["line"],
        "family": row["family_ref"],
        "member": row["member_ref"],
        "name": row["member_name"] or "",
        "role": row["role"],
        "kind": row["section"],
        "month": row["month"],
        "component": row["component"],
        "days_in_month": row["days_in_month"],
        "reason": why(row, voice),
        **{name: row[f"{side}_{name}"] for name in EXPLAINING},
        **{name: Figure(plain_amount(cents, decimal)) for name, cents in money.items()},
    }


class Figure(str):
    """An amount already written as a number: its minus sign starts no formula."""

    __slots__ = ()


def _cell(value: Any) -> Any:
    return neutral_cell(value) if isinstance(value, str) and not isinstance(value, Figure) else value

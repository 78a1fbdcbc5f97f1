"""An invoice as JSON for programs: head, lines with both sides of each change, and every entry behind them.

Money is integer cents, dates are `2026-06-01`, the month is its first day. The document follows
`invoice.schema.json` beside this module; `schema` names its version. The reason of each line is in the
language asked for; everything else is the same in every language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import polars as pl

from avenant.core.invoices.header import InvoiceHeader
from avenant.core.invoices.lines import invoice_entries, invoice_lines
from avenant.core.invoices.wording import Row, Voice, side, why
from avenant.gateways.documents.json_text import json_schema, json_text

SCHEMA = "avenant.invoice/1"
LINE = (
    "line", "family_ref", "member_ref", "member_name", "role", "birth_date", "section", "month", "component",
    "days_in_month", "amount_cents", "employer_cents", "employee_cents", "tax_cents",
)  # fmt: skip


def invoice_json(header: InvoiceHeader, entries: pl.DataFrame, language: str) -> str:
    """The invoice as an indented JSON text, keys in a fixed order, entries in the order of their ids."""
    voice = Voice(language, header.currency)
    lines = invoice_lines(header, entries).iter_rows(named=True)
    return json_text(
        {
            "schema": SCHEMA,
            "language": language,
            "invoice": asdict(header) | {"employee_cents": header.employee_cents},
            "lines": [_line(row, voice) for row in lines],
            "entries": invoice_entries(entries).sort("entry_id").to_dicts(),
        }
    )


def invoice_json_schema() -> Mapping[str, Any]:
    """The published JSON schema of the document."""
    return json_schema("invoice")


def _line(row: Row, voice: Voice) -> dict[str, Any]:
    sides = {"before": side(row, "before"), "after": side(row, "after")}
    return {name: row[name] for name in LINE} | {"reason": why(row, voice)} | sides

"""An invoice's lines as CSV, one row per line."""

from __future__ import annotations

from typing import Any

import polars as pl

from avenant.core.invoices.header import InvoiceHeader
from avenant.core.invoices.lines import invoice_lines
from avenant.core.invoices.wording import Row, Voice, why
from avenant.gateways.documents.csv_table import csv_text, figure

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
    lines = invoice_lines(header, entries).iter_rows(named=True)
    return csv_text(COLUMNS, (_row(header, row, voice) for row in lines), language)


def _row(header: InvoiceHeader, row: Row, voice: Voice) -> dict[str, Any]:
    side = "after" if row["after_level"] is not None else "before"
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
        **{name: figure(cents, voice.language) for name, cents in money.items()},
    }

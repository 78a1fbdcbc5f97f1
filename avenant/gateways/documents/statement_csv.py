"""A payout statement's lines as CSV, one row per line."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import polars as pl

from avenant.core.payouts.header import PayoutHeader
from avenant.core.payouts.lines import payout_lines
from avenant.core.payouts.statement import act_title, waterfall_of
from avenant.core.payouts.wording import Row, Voice, explanation, shown_side
from avenant.core.wording.figures import percent_text
from avenant.gateways.documents.csv_table import csv_text, figure

WATER = ("charged", "secu", "others", "ours", "rest", "withheld")
COLUMNS = (
    "payout", "payee", "currency", "line", "family", "member", "name", "kind", "care_date", "act", "act_code",
    "provider", "message", "quantity", "base", "rate", *WATER, "to_provider", "amount_before", "amount_after",
    "amount", "reason",
)  # fmt: skip


def statement_csv(header: PayoutHeader, entries: pl.DataFrame, language: str) -> str:
    """The lines of the statement (`COLUMNS`) as is right now; who pays what is empty where nothing is due."""
    voice = Voice(language, header.currency)
    lines = payout_lines(header, entries).iter_rows(named=True)
    return csv_text(COLUMNS, (_row(header, row, voice) for row in lines), language)


def _row(header: PayoutHeader, row: Row, voice: Voice) -> dict[str, Any]:
    told, water = shown_side(row), waterfall_of(row)
    money = {name: None if water is None else asdict(water)[f"{name}_cents"] for name in WATER}
    money |= {
        "base": told["base_cents"],
        "to_provider": told["provider_cents"],
        "amount": row["amount_cents"],
    }
    money |= {f"amount_{side}": row[f"{side}_amount_cents"] or 0 for side in ("before", "after")}
    return {
        "payout": header.number or "",
        "payee": header.payee_ref,
        "currency": header.currency,
        "line": row["line"],
        "family": row["family_ref"],
        "member": row["member_ref"],
        "name": row["member_name"] or "",
        "kind": row["section"],
        "care_date": row["care_date"],
        "act": act_title(row, voice),
        "act_code": row["act_code"] or "",
        "provider": row["provider_ref"] or "",
        "message": row["line_ref"] or "",
        "quantity": told["quantity"],
        "rate": percent_text(told["rate_ppm"], "en"),
        "reason": explanation(row, header.payee_kind, voice),
        **{name: "" if cents is None else figure(cents, voice.language) for name, cents in money.items()},
    }

"""A payout statement as JSON for programs: head, lines with both sides of each change, every entry behind them.

The document follows `statement.schema.json` beside this module; `schema` names its version. The reason of each line
is in the language asked for; everything else is the same in every language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import polars as pl

from avenant.core.claims.reasons import decoded
from avenant.core.frames.payouts import ACT
from avenant.core.payouts.header import PayoutHeader
from avenant.core.payouts.lines import payout_entries, payout_lines
from avenant.core.payouts.statement import waterfall_of
from avenant.core.payouts.wording import Row, Voice, explanation, shown_side, side
from avenant.gateways.documents.json_text import json_schema, json_text

SCHEMA = "avenant.payout/1"
LINE = ("line", "section", *ACT, "amount_cents", "paid_with", "paid_on")


def statement_json(header: PayoutHeader, entries: pl.DataFrame, language: str) -> str:
    """The statement as an indented JSON text, entries in the order of their ids."""
    voice = Voice(language, header.currency)
    lines = payout_lines(header, entries).iter_rows(named=True)
    return json_text(
        {
            "schema": SCHEMA,
            "language": language,
            "payout": asdict(header),
            "lines": [_line(row, header.payee_kind, voice) for row in lines],
            "entries": payout_entries(entries).sort("entry_id").to_dicts(),
        }
    )


def statement_json_schema() -> Mapping[str, Any]:
    """The published JSON schema of the document."""
    return json_schema("statement")


def _line(row: Row, payee_kind: str, voice: Voice) -> dict[str, Any]:
    water = waterfall_of(row)
    return {name: row[name] for name in LINE} | {
        "who_pays": None if water is None else asdict(water),
        "reason_codes": decoded(shown_side(row)["reasons"]),
        "reason": explanation(row, payee_kind, voice),
        "before": side(row, "before"),
        "after": side(row, "after"),
    }

"""What a timeline is made of: acts, the messages behind them, every decision on them, what waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from avenant.core.frames.care import Columns

DECISION: Final[Columns] = {
    "act_id": pl.Int64,
    "contract_id": pl.Int32,
    "payee_id": pl.Int32,
    "payee": pl.String,  # "member" or the provider's number
    "version": pl.Int32,
    "kind": pl.String,  # charge, cancel
    "amount_cents": pl.Int64,
    "member_id": pl.Int32,
    "care_date": pl.Date,
    "lines": pl.Int16,
    "quantity": pl.Int32,
    "charged_cents": pl.Int64,
    "secu_cents": pl.Int64,  # before retention
    "retention_cents": pl.Int64,
    "others_cents": pl.Int64,
    "left_cents": pl.Int64,
    "decided_cents": pl.Int64,
    "out_of_pocket_cents": pl.Int64,
    "reasons": pl.Int64,
    "currency": pl.String,
    "rev": pl.Int64,
    "known_at": pl.String,  # ISO, in Paris
    "payout": pl.String,  # null: open
    "paid_on": pl.Date,
}
"""Every entry of the second book about some people, with the payout that settled it."""
PEOPLE: Final[Columns] = {"member_id": pl.Int32, "member": pl.String, "name": pl.String}
PROVIDERS: Final[Columns] = {"provider_id": pl.Int32, "provider": pl.String}


@dataclass(frozen=True, slots=True)
class History:
    """All that is known of the care of one family, as of one revision.

    acts (ACT), links (LINK), waiting (WAITING): what matching and the rules make of ``lines`` (CARE_LINE), which
    also holds lines withdrawn since under whose number something was booked. decisions (DECISION): all versions.
    people (PEOPLE), providers (PROVIDERS). codes: act_code, family, label. opens: the book's first day.
    currency: of acts that nothing was booked for.
    """

    acts: pl.DataFrame
    links: pl.DataFrame
    waiting: pl.DataFrame
    lines: pl.DataFrame
    decisions: pl.DataFrame
    people: pl.DataFrame
    providers: pl.DataFrame
    codes: pl.DataFrame
    opens: date
    currency: str

"""What a step led to in the book of reimbursements: decisions, what waits, payouts, debts, simulations.

External numbers, never ids. An act goes by the line that named it first, and by its code or else its family.
A payee is the word ``member`` or a provider's number; on payouts and debts, the number of a family's primary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

Columns = dict[str, type[pl.DataType]]

DECISION_COLUMNS: Columns = {
    "contract": pl.String,
    "member": pl.String,
    "act": pl.String,
    "line": pl.String,
    "care_date": pl.Date,
    "payee": pl.String,
    "version": pl.Int32,
    "kind": pl.String,
    "amount_cents": pl.Int64,
    "lines": pl.Int16,
    "quantity": pl.Int32,
    "charged_cents": pl.Int64,
    "base_cents": pl.Int64,
    "rate_ppm": pl.Int32,
    "secu_cents": pl.Int64,
    "retention_cents": pl.Int64,
    "increase_cents": pl.Int64,
    "others_cents": pl.Int64,
    "left_cents": pl.Int64,
    "ceiling_cents": pl.Int64,  # null: none
    "limit": pl.String,
    "limit_left_cents": pl.Int64,  # null: not a sum
    "decided_cents": pl.Int64,
    "member_cents": pl.Int64,
    "provider_cents": pl.Int64,
    "out_of_pocket_cents": pl.Int64,
    "reasons": pl.String,  # codes, separated by spaces
}
WAITING_COLUMNS: Columns = {"line": pl.String, "reason": pl.String, "candidates": pl.String}
PAYOUT_COLUMNS: Columns = {
    "payee": pl.String,
    "number": pl.String,
    "dated": pl.Date,
    "currency": pl.String,
    "total_cents": pl.Int64,
    "entries": pl.Int32,
}
PAYOUT_LINE_COLUMNS: Columns = {
    "number": pl.String,
    "member": pl.String,
    "act": pl.String,
    "line": pl.String,
    "care_date": pl.Date,
    "version": pl.Int32,
    "kind": pl.String,
    "amount_cents": pl.Int64,
}
KEY = ("contract", "line", "payee")


def _empty(columns: Columns) -> pl.DataFrame:
    return pl.DataFrame(schema=dict(columns))


@dataclass(frozen=True, slots=True)
class ObservedCare:
    """Frames with the columns above. ``debts``: payee -> what it owes us, in cents.

    ``simulated``: decisions that were computed and not written.
    """

    entries: pl.DataFrame = field(default_factory=lambda: _empty(DECISION_COLUMNS))
    waiting: pl.DataFrame = field(default_factory=lambda: _empty(WAITING_COLUMNS))
    payouts: pl.DataFrame = field(default_factory=lambda: _empty(PAYOUT_COLUMNS))
    payout_lines: pl.DataFrame = field(default_factory=lambda: _empty(PAYOUT_LINE_COLUMNS))
    debts: Mapping[str, int] = field(default_factory=dict)
    simulated: pl.DataFrame = field(default_factory=lambda: _empty(DECISION_COLUMNS))


def current_decisions(entries: pl.DataFrame) -> pl.DataFrame:
    """The latest entry of every act and payee, without those behind which no message stands any more."""
    latest = entries.sort("care_date", *KEY, "version").unique(list(KEY), keep="last", maintain_order=True)
    return latest.filter(pl.col("lines") > 0)

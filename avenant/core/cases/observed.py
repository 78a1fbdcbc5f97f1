"""What a step led to: the book and the invoices as they are read, and what its runs reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from avenant.core.cases.observed_care import ObservedCare

ENTRY_COLUMNS: dict[str, type[pl.DataType]] = {
    "contract": pl.String,
    "member": pl.String,
    "month": pl.Date,
    "plan": pl.String,
    "level": pl.String,
    "component": pl.String,
    "tier": pl.String,
    "status": pl.String,
    "version": pl.Int32,
    "kind": pl.String,
    "amount_cents": pl.Int64,
    "employer_cents": pl.Int64,
    "tax_cents": pl.Int64,
    "unit_price_cents": pl.Int64,
    "covered_days": pl.Int16,
    "billed_days": pl.Int16,
    "days_in_month": pl.Int16,
    "age": pl.Int16,
    "child_rank": pl.Int16,
}
INVOICE_COLUMNS: dict[str, type[pl.DataType]] = {
    "contract": pl.String,
    "kind": pl.String,
    "number": pl.String,
    "month": pl.Date,
    "dated": pl.Date,
    "currency": pl.String,
    "total_cents": pl.Int64,
    "employer_cents": pl.Int64,
    "tax_cents": pl.Int64,
    "balance_used_cents": pl.Int64,
    "due_cents": pl.Int64,
}
LINE_COLUMNS: dict[str, type[pl.DataType]] = {
    "number": pl.String,
    "member": pl.String,
    "month": pl.Date,
    "section": pl.String,
    "component": pl.String,
    "status": pl.String,
    "amount_cents": pl.Int64,
    "before_cents": pl.Int64,
    "after_cents": pl.Int64,
    "covered_days": pl.Int16,
    "age": pl.Int16,
    "child_rank": pl.Int16,
    "unit_price_cents": pl.Int64,
}
SLOT = ("plan", "level", "component", "tier", "status")
KEY = ("contract", "member", "month", *SLOT)


@dataclass(frozen=True, slots=True)
class Observed:
    """Frames with the columns above (external numbers, never ids), and the reports of the step's runs.

    ``written``: charges and cancels of its nightly runs, in both books. ``parked``, ``left_out``: primary -> reason.
    ``balances``: contract -> credit in cents. ``refused``: the message the step was refused with.
    """

    entries: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=dict(ENTRY_COLUMNS)))
    invoices: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=dict(INVOICE_COLUMNS)))
    lines: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=dict(LINE_COLUMNS)))
    balances: Mapping[str, int] = field(default_factory=dict)
    written: Mapping[str, int] = field(default_factory=dict)
    learnt: int = 0
    held: int = 0
    settled_without_document: int = 0
    parked: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    refused: str | None = None
    care: ObservedCare = field(default_factory=ObservedCare)


def current_rows(entries: pl.DataFrame) -> pl.DataFrame:
    """The latest entry of every key, in the order of the key."""
    return entries.sort(*KEY, "version").unique(list(KEY), keep="last", maintain_order=True)


def covered_rows(entries: pl.DataFrame) -> pl.DataFrame:
    """The current rows that still cover a day: what is true now, without what was taken back to 0."""
    return current_rows(entries).filter(pl.col("covered_days") > 0)

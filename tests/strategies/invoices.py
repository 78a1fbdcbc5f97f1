"""Small books to invoice: entries written as chains of states, and headers whose totals are their sums.

A *state* is what a slot of a month looks like at one time (amount, days, age ...). A chain of states is
booked as the book does it: charge, then cancel and charge for every further state.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

import polars as pl

from avenant.core.frames.invoices import InvoiceEntries
from avenant.core.invoices.header import InvoiceHeader
from avenant.core.money import round_half_up_div

JUNE = date(2026, 6, 1)
MAY = date(2026, 5, 1)
APRIL = date(2026, 4, 1)
DAYS = {1: 31, 2: 28, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}
TSA_PPM = 132_700
PERSON = {
    "member_id": 1,
    "member_ref": "M-1",
    "member_name": "Ana Lopez",
    "role": "primary",
    "birth_date": date(1992, 10, 12),
    "family_ref": "M-1",
}
SLOT = {
    "plan": "fr-individual",
    "level": "Confort",
    "component": "health",
    "tier": "primary",
    "status": "pays",
    "proration": "days",
    "age_convention": "calendar_year",
}
LINE = {
    "unit": "cents",
    "line_amount_cents": 5_460,
    "line_rate_ppm": None,
    "age_from": 34,
    "age_to": 35,
    "line_valid_from": date(2026, 1, 1),
}


def state(month: date = JUNE, price: int = 5_460, days: int | None = None, **given: Any) -> dict[str, Any]:
    """One state of a slot: `days` of `month` at `price` cents (a whole month by default)."""
    length = DAYS[month.month]
    covered = length if days is None else days
    billed = given.get("billed_days", covered)
    amount = given.get("amount_cents", round_half_up_div(price * billed, length))
    told = {
        "month": month,
        "amount_cents": amount,
        "employer_cents": 0,
        "tax_cents": round_half_up_div(amount * TSA_PPM, 1_000_000 + TSA_PPM),
        "unit_price_cents": price,
        "covered_days": covered,
        "billed_days": billed,
        "days_in_month": length,
        "age": 34,
        "child_rank": 0,
    }
    return PERSON | SLOT | LINE | told | given


def gone(was: dict[str, Any]) -> dict[str, Any]:
    """The last state of a slot whose reason to exist has gone."""
    nothing = dict.fromkeys(("amount_cents", "employer_cents", "tax_cents", "covered_days", "billed_days"), 0)
    return was | nothing


def chain(*states: dict[str, Any] | None, settled: int = 0) -> list[dict[str, Any]]:
    """The entries of a slot going through `states`, without the first `settled`, invoiced earlier."""
    rows: list[dict[str, Any]] = []
    for told in states:
        if rows:
            rows.append(negated(rows[-1]) | {"kind": "cancel", "version": len(rows) + 1})
        rows.append(told | {"kind": "charge", "version": len(rows) + 1})
    return rows[settled:]


def negated(row: dict[str, Any]) -> dict[str, Any]:
    return row | {name: -row[name] for name in ("amount_cents", "employer_cents", "tax_cents")}


def entries_of(*chains: list[dict[str, Any]]) -> pl.DataFrame:
    """The frame of all chains, with entry ids."""
    numbers = count(1)
    rows = [{"entry_id": next(numbers)} | row for rows in chains for row in rows]
    schema = {name: column.dtype for name, column in InvoiceEntries.columns().items()}
    return pl.DataFrame(rows, schema=schema)


def header_of(entries: pl.DataFrame, **given: Any) -> InvoiceHeader:
    """A header of June 2026 whose totals are the sums of `entries`."""
    total = int(entries["amount_cents"].sum())
    kind = "invoice" if total > 0 else "credit_note" if total < 0 else "settlement"
    header = InvoiceHeader(
        number="AV-2026-000123" if total else None,
        kind=kind,
        issuer="Avenant Mutuelle",
        issue_date=JUNE,
        month=JUNE,
        contract_ref="C-0001",
        contract_kind="individual",
        cycle="advance",
        currency="EUR",
        total_cents=total,
        employer_cents=int(entries["employer_cents"].sum()),
        tax_cents=int(entries["tax_cents"].sum()),
        tax_code="TSA",
        balance_used_cents=0,
        due_cents=max(total, 0),
        customer="Ana Lopez",
    )
    return replace(header, **given)

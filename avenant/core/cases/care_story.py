"""What happened to care in a step, as text for people and as plain data for programs.

          M1      2025-03-03  G  v1 charge  9.00 to member  30.00 charged, Sécu 21.00, base 30.00 x 70%
waits     D2#1: several_acts_fit, candidates D1#1 D3#1
paid      PAY-2025-000001 to M1: 36.00 EUR for 4 entries
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from avenant.core.cases.columns import written_cents, written_value
from avenant.core.cases.observed_care import ObservedCare


def care_results(new_entries: pl.DataFrame, observed: ObservedCare) -> Iterator[str]:
    """Decisions that were written, what waits, payouts, debts and simulated decisions, a line each."""
    yield from (f"          {_decision(row)}" for row in new_entries.to_dicts())
    for row in observed.waiting.to_dicts():
        candidates = f", candidates {row['candidates']}" if row["candidates"] else ""
        yield f"waits     {row['line']}: {row['reason']}{candidates}"
    for row in observed.payouts.to_dicts():
        amount = f"{written_cents(row['total_cents'])} {row['currency']}"
        yield f"paid      {row['number']} to {row['payee']}: {amount} for {row['entries']} entries"
    yield from (f"owes us   {payee}: {written_cents(cents)}" for payee, cents in observed.debts.items())
    yield from (f"would be  {_decision(row)}" for row in observed.simulated.to_dicts())


def _decision(row: Mapping[str, Any]) -> str:
    where = (
        f"{row['member']:<8}{row['care_date']}  {row['act']} {row['line']} v{row['version']} {row['kind']}"
    )
    base = f"base {written_cents(row['base_cents'])} x {written_value('rate_ppm', row['rate_ppm'])}"
    ceiling = "" if row["ceiling_cents"] is None else f", ceiling {written_cents(row['ceiling_cents'])}"
    sums = {"charged": "charged", "Sécu": "secu", "withheld": "retention", "increase": "increase"}
    sums |= {"others": "others", "out of pocket": "out_of_pocket"}
    told = ", ".join(f"{word} {written_cents(row[f'{column}_cents'])}" for word, column in sums.items())
    why = f"{told}, {base}{ceiling}, {row['limit']}; {row['reasons']}"
    return f"{where} {written_cents(row['amount_cents'])} to {row['payee']}  ({why})"


def care_data(new_entries: pl.DataFrame, observed: ObservedCare) -> dict[str, Any]:
    """The same as plain data; amounts are in cents under names that end in ``_cents``."""
    return {
        "decisions": plain_rows(new_entries),
        "waiting": plain_rows(observed.waiting),
        "payouts": plain_rows(observed.payouts),
        "payout_lines": plain_rows(observed.payout_lines),
        "debts_cents": dict(observed.debts),
        "simulated": plain_rows(observed.simulated),
    }


def plain_rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain data: days and months as text."""
    return [
        {
            column: written_value(column, value) if column == "month" else _plain(value)
            for column, value in row.items()
        }
        for row in frame.to_dicts()
    ]


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | str | bool) else str(value)

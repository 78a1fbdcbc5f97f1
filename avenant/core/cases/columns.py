"""The words of case files for the columns of the book, and values as case files write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from avenant.core.cases import care_words
from avenant.core.cases.model import Value

COLUMN = {
    "amount": "amount_cents",
    "employer": "employer_cents",
    "tax": "tax_cents",
    "price": "unit_price_cents",
    "days": "covered_days",
    "rank": "child_rank",
    "total": "total_cents",
    "balance_used": "balance_used_cents",
    "due": "due_cents",
    "before": "before_cents",
    "after": "after_cents",
    "born": "birth_date",
    "of": "primary_ref",
    "from": "valid_from",
    "credit": "amount_cents",
    "minimum": "minimum_cents",
}
"""A word of the case file -> its column, where the two are not the same."""

WORD = {column: word for word, column in COLUMN.items() if word != "credit"} | {
    "contract_ref": "contract",
    "member_ref": "member",
}
WORD = care_words.WORD | WORD
MONTH_COLUMNS = {"month", "from_month", "through_month"}


def written_cents(cents: int) -> str:
    """Cents as an amount: -1_234 is ``-12.34``."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{rest:02d}"


def written_value(column: str, value: Value) -> str:
    """A value as a case file writes it; nothing is written ``none``."""
    if value is None:
        return "none"
    if isinstance(value, date):
        return f"{value:%Y-%m}" if column in MONTH_COLUMNS else value.isoformat()
    if isinstance(value, int) and column.endswith("_cents"):
        return written_cents(value)
    if isinstance(value, int) and column.endswith("_ppm"):
        return f"{Decimal(value) / 10_000:f}%"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def written_cell(column: str, value: Value) -> str:
    """A column and its value: ``amount 21.84``."""
    return f"{WORD.get(column, column)} {written_value(column, value)}"

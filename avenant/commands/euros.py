"""Amounts as people type them: 12.50."""

from decimal import Decimal, InvalidOperation

import typer


def cents_typed(text: str, option: str) -> int:
    """The cents of an amount typed for ``option``. Errors: typer.BadParameter."""
    try:
        cents = Decimal(text) * 100
    except InvalidOperation:
        raise typer.BadParameter(f"{option}: an amount is written like 12.50; seen {text!r}") from None
    if not cents.is_finite() or cents != int(cents) or cents < 0:
        raise typer.BadParameter(f"{option}: at most two decimals, and not negative; seen {text!r}")
    return int(cents)

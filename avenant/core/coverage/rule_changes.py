"""What a newer rulebook says otherwise of one slot in one month: conventions, prices, rates, the ceiling.

Example: price 0-150 of confort: 54.60 → 56.00; retro_months — → 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from avenant.core.coverage.model import FieldChange, Slot
from avenant.core.rulebook.grid import CEILING
from avenant.core.rulebook.model import Rulebook
from avenant.core.wording.figures import factor_text, percent_text, plain_amount


def rulebook_changes(
    before: Rulebook | None, after: Rulebook, slot: Slot, month: date
) -> tuple[FieldChange, ...]:
    """Every value that decides about ``slot`` in ``month`` and differs; empty where the news is about others."""
    old, new = ({} if book is None else dict(_values(book, slot, month)) for book in (before, after))
    names = [*new, *(name for name in old if name not in new)]
    found = (FieldChange(name, old.get(name), new.get(name)) for name in names)
    return tuple(change for change in found if change.before != change.after)


def _values(book: Rulebook, slot: Slot, month: date) -> Iterator[tuple[str, str]]:
    """Each value under a name that stays the same from one rulebook to the next."""
    for row in book.plans.filter(pl.col("plan") == slot.plan).iter_rows(named=True):
        yield from ((name, str(value)) for name, value in row.items() if name != "plan" and value is not None)
    mine = (pl.col("plan") == slot.plan) & (pl.col("level") == slot.level)
    mine &= (pl.col("component") == slot.component) & (pl.col("tier") == slot.tier)
    for row in _valid(book.price_lines.filter(mine), month).sort("age_from").iter_rows(named=True):
        name = f"price {slot.level} {slot.tier} {row['age_from']}-{row['age_to'] - 1}"
        yield name, _price(row)
    for row in _valid(book.rates.filter(pl.col("plan") == slot.plan), month).iter_rows(named=True):
        yield row["kind"], percent_text(row["rate_ppm"], "en")
    ceilings = book.parameters.filter(pl.col("parameter") == CEILING)
    for row in _valid(ceilings, month).iter_rows(named=True):
        yield CEILING.removesuffix("_cents"), plain_amount(row["value"])


def _valid(rows: pl.DataFrame, month: date) -> pl.DataFrame:
    return rows.filter(
        (pl.col("valid_from") <= month) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > month))
    )


def _price(row: dict[str, object]) -> str:
    amount, rate = row["amount_cents"], row["rate_ppm"]
    assert isinstance(amount, int | None) and isinstance(rate, int | None)
    if row["unit"] == "pmss":
        return f"{percent_text(rate or 0, 'en')} PMSS"
    if row["unit"] == "curve":
        return f"{plain_amount(amount or 0)} × {factor_text(rate or 0, 'en')}"
    return plain_amount(amount or 0)

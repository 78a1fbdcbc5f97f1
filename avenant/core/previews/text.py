"""A preview of the whole book as people read it in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from avenant.core.money import money_text
from avenant.core.previews.words import row_words, word

SECTIONS: Final = ("plans", "months", "reasons", "steps")
CASES: Final = ("largest", "sample")
SHOWN: Final = 12
"""So many rows of a section are printed; the JSON and HTML reports have all."""
Values = Mapping[str, Any]
"""A preview as `flows.preview_told.fields` gives it."""


def text(values: Values) -> str:
    """The report."""
    return "\n".join(_lines(values))


def _lines(values: Values) -> Iterator[str]:
    yield (
        f"Preview of the nightly run of {values['business_date']} under rulebook {values['rulebook_version']}: "
        f"{values['families']:,} families, {values['expected_rows']:,} premiums and {values['expected_acts']:,} "
        f"decisions recomputed in {values['seconds']:.1f} s; nothing was written"
    )
    if not values["charges"]:
        yield "  the books would not change"
    for row in values["totals"]:
        yield f"  {_book(row):<15} {row['kind']:<10} {row['rows']:>10,} rows  {moved(row)}"
    for name in SECTIONS:
        yield from _section(name, values[name])
    for name in CASES:
        yield from _cases(word(name, "en"), values[name])
    yield from _families(values)
    if values["breaker_would_stop"]:
        yield f"  the breaker would stop this run: it would cancel {values['cancels']:,} rows"


def _section(name: str, rows: list[dict[str, Any]]) -> Iterator[str]:
    if rows:
        yield f"{word(name, 'en')}:"
    for row in rows[:SHOWN]:
        yield f"  {_book(row):<15} {row_words(row, name, 'en'):<32} {row['rows']:>10,} rows  {moved(row)}"
    if len(rows) > SHOWN:
        yield f"  and {len(rows) - SHOWN:,} more (--json lists all)"


def _cases(title: str, rows: list[dict[str, Any]]) -> Iterator[str]:
    if rows:
        yield f"{title}:"
    for row in rows[:SHOWN]:
        amounts = [money_text(row[name], row["currency"]) for name in ("before_cents", "after_cents")]
        yield (
            f"  {_book(row):<15} {row['contract_ref']} {row['member_ref']}: {amounts[0]} → {amounts[1]} "
            f"({row['rows']} rows, {row['first_month'][:7]} to {row['last_month'][:7]}; {row['reasons']})"
        )


def _families(values: Values) -> Iterator[str]:
    failing = values["failing"]
    if failing:
        yield f"{len(failing):,} families would newly fail and be parked:"
    yield from (f"  {row['family_ref']}: {row['reason']}" for row in failing[:SHOWN])
    if values["released"]:
        yield f"{len(values['released']):,} families would no longer be parked"
    for row in values["waiting"]:
        yield f"  {row['lines']:,} lines of care {row['state']} ({row['reason']})"


def _book(row: Mapping[str, Any]) -> str:
    return word(row["book"], "en")


def moved(row: Mapping[str, Any]) -> str:
    """What goes up and down, with its currency."""
    up, down = (money_text(row[name], row["currency"] or "EUR") for name in ("up_cents", "down_cents"))
    return f"up {up}, down {down}"

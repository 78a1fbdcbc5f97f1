"""A preview of the whole book as text and as JSON values."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from avenant.core.money import money_text

if TYPE_CHECKING:
    import polars as pl

    from avenant.flows.previewing_book import BookPreview

BOOKS = {"premium": "premiums", "reimbursement": "reimbursements"}
SECTIONS = {
    "plans": ("By plan", ("plan", "level")),
    "months": ("By month", ("month",)),
    "reasons": ("By reason", ("kind", "reason")),
    "steps": ("By size of the move", ("step_cents",)),
}
"""Attribute of a preview -> title, and the columns that name a row of it."""
CASES = {"largest": "Largest moves", "sample": "A sample"}
SHOWN = 12
"""So many rows of a section are printed; the JSON and HTML reports have all."""


def fields(seen: "BookPreview") -> dict[str, Any]:
    """The preview as JSON values; amounts in cents, days as ISO."""
    tally = seen.tally
    frames = (*SECTIONS, *CASES, "totals", "failing", "released", "waiting")
    return {
        "business_date": seen.business_date.isoformat(),
        "read_rev": seen.read_rev,
        "rulebook_version": seen.rulebook_version,
        "code_version": seen.code_version,
        "families": tally.families,
        "expected_rows": tally.expected_rows,
        "expected_acts": tally.expected_acts,
        "charges": tally.charges,
        "cancels": tally.cancels,
        "held": len(tally.held.filter(tally.held["months"] > 0)) if len(tally.held) else 0,
        "breaker_would_stop": seen.stopped,
        "seconds": seen.seconds,
        **{name: rows_of(getattr(seen, name)) for name in frames},
    }


def rows_of(frame: "pl.DataFrame") -> list[dict[str, Any]]:
    """Rows as JSON values, without our own ids."""
    kept = frame.drop("contract_id", "member_id", "family_id", strict=False)
    return [{name: _plain(value) for name, value in row.items()} for row in kept.to_dicts()]


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def text(seen: "BookPreview") -> str:
    """The preview as people read it in a terminal."""
    return "\n".join(_lines(seen))


def _lines(seen: "BookPreview") -> Iterator[str]:
    tally = seen.tally
    yield (
        f"Preview of the nightly run of {seen.business_date} under rulebook {seen.rulebook_version}: "
        f"{tally.families:,} families, {tally.expected_rows:,} premiums and {tally.expected_acts:,} decisions "
        f"recomputed in {seen.seconds:.1f} s; nothing was written"
    )
    if not seen.moves:
        yield "  the books would not change"
    for row in rows_of(seen.totals):
        yield f"  {BOOKS[row['book']]:<15} {row['kind']:<10} {row['rows']:>10,} rows  {moved(row)}"
    for name, (title, columns) in SECTIONS.items():
        yield from _section(title, rows_of(getattr(seen, name)), columns)
    for name, title in CASES.items():
        yield from _cases(title, rows_of(getattr(seen, name)))
    yield from _families(seen)
    if seen.stopped:
        yield f"  the breaker would stop this run: it would cancel {tally.cancels:,} rows"


def _section(title: str, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> Iterator[str]:
    if rows:
        yield f"{title}:"
    for row in rows[:SHOWN]:
        yield f"  {BOOKS[row['book']]:<15} {named(row, columns):<32} {row['rows']:>10,} rows  {moved(row)}"
    if len(rows) > SHOWN:
        yield f"  and {len(rows) - SHOWN:,} more (--json lists all)"


def _cases(title: str, rows: list[dict[str, Any]]) -> Iterator[str]:
    if rows:
        yield f"{title}:"
    for row in rows[:SHOWN]:
        amounts = [money_text(row[name], row["currency"]) for name in ("before_cents", "after_cents")]
        yield (
            f"  {BOOKS[row['book']]:<15} {row['contract_ref']} {row['member_ref']}: {amounts[0]} → {amounts[1]} "
            f"({row['rows']} rows, {row['first_month'][:7]} to {row['last_month'][:7]}; {row['reasons']})"
        )


def _families(seen: "BookPreview") -> Iterator[str]:
    failing = rows_of(seen.failing)
    if failing:
        yield f"{len(failing):,} families would newly fail and be parked:"
    yield from (f"  {row['family_ref']}: {row['reason']}" for row in failing[:SHOWN])
    if len(seen.released):
        yield f"{len(seen.released):,} families would no longer be parked"
    for row in rows_of(seen.waiting):
        yield f"  {row['lines']:,} lines of care {row['state']} ({row['reason']})"


def moved(row: dict[str, Any]) -> str:
    """What goes up and down, with its currency."""
    up, down = (money_text(row[name], row["currency"] or "EUR") for name in ("up_cents", "down_cents"))
    return f"up {up}, down {down}"


def named(row: dict[str, Any], columns: tuple[str, ...]) -> str:
    """What a row of a section is about."""
    if columns == ("step_cents",):
        return _step(row["step_cents"], row["currency"] or "EUR")
    values = [str(row[name])[:7] if name == "month" else str(row[name] or "—") for name in columns]
    return " ".join(values)


def _step(cents: int, currency: str) -> str:
    if cents == 0:
        return "the amount stays"
    edge = abs(cents)
    size = (
        f"up to {money_text(edge, currency)}" if edge % 10 == 0 else f"above {money_text(edge - 1, currency)}"
    )
    return f"{'more' if cents > 0 else 'less'}, {size}"

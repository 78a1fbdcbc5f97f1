"""An invoice or payout opened up: every line down to the entries behind it, with the run and revision of each.

for line in invoice_entries(db, "AV-2026-000001").lines: ...
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import polars as pl

from avenant.core.invoices.header import InvoiceHeader
from avenant.core.invoices.lines import invoice_lines
from avenant.core.payouts.header import PayoutHeader
from avenant.core.payouts.lines import payout_lines
from avenant.store.database import Database
from avenant.store.readers.invoices import invoice_document
from avenant.store.readers.origins import origins
from avenant.store.readers.payouts import payout_document

SLOT = ("plan", "level", "tier", "status")
SLOT_KEY = ("member_id", "month", "component", *SLOT)
ACT_KEY = ("member_id", "act_id")
Places = Callable[[dict[str, Any]], list[tuple[Any, ...]]]
Header = TypeVar("Header", InvoiceHeader, PayoutHeader)


class NoSuchLine(LookupError):
    """The document has no line with this number."""


@dataclass(frozen=True, slots=True)
class EntryBehind:
    """One entry of a book. run_id: null where no run booked it; known_at: ISO, in Paris.

    explained: the columns that explain the amount (``InvoiceEntries``, ``PayoutEntries``).
    """

    entry_id: int
    version: int
    kind: str
    amount_cents: int
    run_id: int | None
    run_kind: str | None
    actor: str
    rev: int
    known_at: str
    explained: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OpenedLine:
    """A line as the document shows it (columns of its LINE_COLUMNS), and its entries in the order of booking.

    line: its number; null: entries that cancel each other out and are shown on no line.
    """

    line: int | None
    amount_cents: int
    shown: dict[str, Any]
    entries: tuple[EntryBehind, ...]


@dataclass(frozen=True, slots=True)
class OpenedInvoice:
    """An invoice with all that its lines are made of; the entries' amounts sum to its total."""

    header: InvoiceHeader
    lines: tuple[OpenedLine, ...]


@dataclass(frozen=True, slots=True)
class OpenedPayout:
    """The same for a payout."""

    header: PayoutHeader
    lines: tuple[OpenedLine, ...]


@dataclass(frozen=True, slots=True)
class PaperRead(Generic[Header]):
    """A paper before it is worded: its entries, and its lines (columns of its LINE_COLUMNS).

    unshown: how many entries cancel each other out and are shown on no line.
    """

    header: Header
    entries: pl.DataFrame
    lines: pl.DataFrame
    unshown: int


def invoice_read(db: Database, number: str, rev: int | None = None) -> PaperRead[InvoiceHeader]:
    """The invoice with this number and its lines. Errors: UnknownInvoice."""
    with db.snapshot() as connection:
        found = invoice_document(connection, number, rev)
    lines = invoice_lines(found.header, found.entries)
    return PaperRead(found.header, found.entries, lines, _unshown(lines, found.entries, SLOT_KEY, _of_slot))


def payout_read(db: Database, number: str, rev: int | None = None) -> PaperRead[PayoutHeader]:
    """The payout with this number and its lines. Errors: UnknownPayout."""
    with db.snapshot() as connection:
        found = payout_document(connection, number, rev)
    lines = payout_lines(found.header, found.entries)
    return PaperRead(found.header, found.entries, lines, _unshown(lines, found.entries, ACT_KEY, _of_act))


def invoice_entries(
    db: Database, number: str, line: int | None = None, rev: int | None = None
) -> OpenedInvoice:
    """The invoice with this number (``#17``: a settlement of zero), or one ``line`` of it, with its entries.

    line: 0 are the entries that no line shows.

    Errors: UnknownInvoice, also where it was not known at ``rev``; NoSuchLine.
    """
    with db.snapshot() as connection:
        found = invoice_document(connection, number, rev)
        made = origins(connection, "premium", found.entries["entry_id"].to_list())
    lines = invoice_lines(found.header, found.entries)
    return OpenedInvoice(
        found.header, _opened(lines, found.entries.join(made, on="entry_id"), SLOT_KEY, _of_slot, line)
    )


def payout_entries(
    db: Database, number: str, line: int | None = None, rev: int | None = None
) -> OpenedPayout:
    """The payout with this number, or one ``line`` of it, with its entries. Errors: UnknownPayout, NoSuchLine."""
    with db.snapshot() as connection:
        found = payout_document(connection, number, rev)
        made = origins(connection, "reimbursement", found.entries["entry_id"].to_list())
    lines = payout_lines(found.header, found.entries)
    return OpenedPayout(
        found.header, _opened(lines, found.entries.join(made, on="entry_id"), ACT_KEY, _of_act, line)
    )


def _of_slot(row: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Where a line's entries stand: on the slots before and after; a change of level is one line of two slots."""
    sides = [tuple(row[f"{side}_{name}"] for name in SLOT) for side in ("before", "after")]
    key = (row["member_id"], row["month"], row["component"])
    return [(*key, *side) for side in dict.fromkeys(sides) if any(side)]


def _of_act(row: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(row["member_id"], row["act_id"])]


def _line_at(rows: list[dict[str, Any]], places: Places) -> dict[tuple[Any, ...], int]:
    """Which line shows the entries of a place."""
    found: dict[tuple[Any, ...], int] = {}
    for row in rows:
        for place in places(row):
            found.setdefault(place, row["line"])
    return found


def _unshown(lines: pl.DataFrame, entries: pl.DataFrame, key: tuple[str, ...], places: Places) -> int:
    line_at = _line_at(lines.to_dicts(), places)
    return sum(place not in line_at for place in entries.select(key).iter_rows())


def _opened(
    lines: pl.DataFrame,
    entries: pl.DataFrame,
    key: tuple[str, ...],
    places: Places,
    wanted: int | None,
) -> tuple[OpenedLine, ...]:
    """Lines with their entries; those that no line shows come last, under a line without a number."""
    rows = lines.to_dicts()
    line_at = _line_at(rows, places)
    behind: dict[int | None, list[EntryBehind]] = {}
    for row in entries.sort("entry_id").to_dicts():
        at = line_at.get(tuple(row[name] for name in key))
        if wanted is None or wanted == (at or 0):
            behind.setdefault(at, []).append(_entry(row))
    told = [
        OpenedLine(row["line"], row["amount_cents"], row, tuple(behind.get(row["line"], ()))) for row in rows
    ]
    if None in behind:
        told.append(OpenedLine(None, 0, {}, tuple(behind[None])))
    if wanted is None:
        return tuple(told)
    chosen = tuple(one for one in told if (one.line or 0) == wanted)
    if not chosen:
        raise NoSuchLine(f"the document has {len(rows)} lines; seen line {wanted}")
    return chosen


def _entry(row: dict[str, Any]) -> EntryBehind:
    names = (
        *("entry_id", "version", "kind", "amount_cents", "run_id", "run_kind", "actor", "rev", "known_at"),
    )
    return EntryBehind(
        **{name: row[name] for name in names},
        explained={name: value for name, value in row.items() if name not in names},
    )

"""An invoice or payout opened up: every line down to the entries behind it, with the run and revision of each.

for line in invoice_entries(db, "AV-2026-000001").lines: ...
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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


def invoice_entries(
    db: Database, number: str, line: int | None = None, rev: int | None = None
) -> OpenedInvoice:
    """The invoice with this number (``#17``: a settlement of zero), or one ``line`` of it, with its entries.

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


def _opened(
    lines: pl.DataFrame,
    entries: pl.DataFrame,
    key: tuple[str, ...],
    places: Callable[[dict[str, Any]], list[tuple[Any, ...]]],
    wanted: int | None,
) -> tuple[OpenedLine, ...]:
    """Lines with their entries; those that no line shows come last, under a line without a number."""
    rows = lines.to_dicts()
    line_at: dict[tuple[Any, ...], int] = {}
    for row in rows:
        for place in places(row):
            line_at.setdefault(place, row["line"])
    behind: dict[int | None, list[EntryBehind]] = {}
    for row in entries.sort("entry_id").to_dicts():
        place = tuple(row[name] for name in key)
        behind.setdefault(line_at.get(place), []).append(_entry(row))
    told = [
        OpenedLine(row["line"], row["amount_cents"], row, tuple(behind.get(row["line"], ()))) for row in rows
    ]
    if None in behind:
        told.append(OpenedLine(None, 0, {}, tuple(behind[None])))
    if wanted is None:
        return tuple(told)
    chosen = tuple(one for one in told if one.line == wanted)
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

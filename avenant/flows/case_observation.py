"""What the book of a case holds after a step, in the words of case files."""

from __future__ import annotations

import polars as pl

from avenant.core.cases import observed_care
from avenant.core.cases.observed import KEY, LINE_COLUMNS, Observed
from avenant.core.cases.observed_care import ObservedCare
from avenant.core.invoices.lines import invoice_lines
from avenant.store.database import Connection, Database
from avenant.store.readers.as_told import balances_as_told, entries_as_told, invoices_as_told
from avenant.store.readers.care_as_told import (
    debts_as_told,
    decisions_as_told,
    payout_lines_as_told,
    payouts_as_told,
    waiting_as_told,
)
from avenant.store.readers.invoices import invoice_document


def observed_book(database: Database, rev: int | None = None) -> Observed:
    """Both books with their documents and balances as known now, or as of ``rev``."""
    with database.snapshot() as connection:
        entries = entries_as_told(connection, rev)
        invoices = invoices_as_told(connection, rev)
        balances = balances_as_told(connection, rev)
        care = _observed_care(connection, rev)
    return Observed(entries=entries, invoices=invoices.drop("invoice_id"), balances=balances, care=care)


def _observed_care(connection: Connection, rev: int | None) -> ObservedCare:
    return ObservedCare(
        entries=decisions_as_told(connection, rev),
        waiting=waiting_as_told(connection, rev),
        payouts=payouts_as_told(connection, rev),
        payout_lines=payout_lines_as_told(connection, rev),
        debts=debts_as_told(connection, rev),
    )


def new_entries(before: Observed, after: Observed) -> pl.DataFrame:
    """The entries that a step added."""
    return after.entries.join(before.entries, on=[*KEY, "version"], how="anti", maintain_order="left")


def new_decisions(before: Observed, after: Observed) -> pl.DataFrame:
    """The reimbursement entries that a step added."""
    key = [*observed_care.KEY, "version"]
    return after.care.entries.join(before.care.entries, on=key, how="anti", maintain_order="left")


def new_payouts(before: Observed, after: Observed) -> pl.DataFrame:
    """The payouts that a step added."""
    return after.care.payouts.join(before.care.payouts, on="number", how="anti", maintain_order="left")


def new_invoices(before: Observed, after: Observed) -> pl.DataFrame:
    """The invoices that a step added."""
    return after.invoices.join(before.invoices, on="number", how="anti", maintain_order="left")


def invoice_lines_of(database: Database, invoices: pl.DataFrame, rev: int | None = None) -> pl.DataFrame:
    """The lines of ``invoices`` as their documents show them, in their order (columns LINE_COLUMNS)."""
    with database.snapshot() as connection:
        documents = {number: invoice_document(connection, number, rev) for number in invoices["number"]}
    shown = [_lines(number, invoice_lines(each.header, each.entries)) for number, each in documents.items()]
    return pl.concat([pl.DataFrame(schema=dict(LINE_COLUMNS)), *shown])


def _lines(number: str, lines: pl.DataFrame) -> pl.DataFrame:
    """Lines in the words of case files: what is right now, or where nothing is, what was."""
    either = ("status", "age", "child_rank", "unit_price_cents")
    told = {name: pl.coalesce(f"after_{name}", f"before_{name}") for name in either}
    renamed = lines.with_columns(
        number=pl.lit(number),
        member="member_ref",
        before_cents="before_amount_cents",
        after_cents="after_amount_cents",
        covered_days="after_covered_days",
        **told,
    )
    return renamed.select(pl.col(name).cast(kind) for name, kind in LINE_COLUMNS.items())

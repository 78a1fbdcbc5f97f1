"""An invoice as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from avenant.core.invoices.document import DocumentLine, InvoiceDocument, MemberBlock, invoice_document
from avenant.core.invoices.header import InvoiceHeader
from avenant.gateways.documents.text_layout import WIDTH, head, named, notes, prose, row, text_of, totals


def invoice_text(header: InvoiceHeader, entries: pl.DataFrame, language: str) -> str:
    """The whole invoice: head, totals, per employee for a company, then line by line."""
    document = invoice_document(header, entries, language)
    return text_of(
        (head(document), totals(document), _families(document), _members(document), notes(document))
    )


def _families(document: InvoiceDocument) -> Iterator[str]:
    """Per employee: employer's part, employee's part, total."""
    if not document.families:
        return
    say, amount = document.voice.say, document.voice.amount
    titles = (say("column_employer"), say("column_employee_part"), say("column_total"))
    yield row(say("families_title").upper(), *titles)
    yield "─" * WIDTH
    for family in document.families:
        parts = family.amounts
        cents = (parts.employer_cents, parts.employee_cents, parts.total_cents)
        yield row(named(family.name, family.ref), *(amount(part) for part in cents))


def _members(document: InvoiceDocument) -> Iterator[str]:
    yield document.voice.say("members_title").upper()
    yield "─" * WIDTH
    for member in document.members:
        title = f"{named(member.name, member.ref)} · {member.role}"
        yield row(title, document.voice.amount(member.amounts.total_cents))
        yield from _lines(document, member)
        yield ""


def _lines(document: InvoiceDocument, member: MemberBlock) -> Iterator[str]:
    for line in member.lines:
        yield row(f"  {_line_title(document, line)}", document.voice.amount(line.amounts.total_cents))
        yield from prose(line.explanation)


def _line_title(document: InvoiceDocument, line: DocumentLine) -> str:
    if not line.is_adjustment:
        return f"{line.month_text} · {line.title}"
    change = f" · {line.change[0]} → {line.change[1]}" if line.change else ""
    return f"{line.month_text}, {document.voice.say('adjustment')} · {line.title}{change}"

"""An invoice as plain text for a terminal, 96 columns wide."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator

import polars as pl

from avenant.core.invoices.document import DocumentLine, InvoiceDocument, MemberBlock, invoice_document
from avenant.core.invoices.header import InvoiceHeader

WIDTH = 96
PROSE = 72
AMOUNT = 16
INDENT = {"plain": "", "part": "  ", "strong": ""}


def invoice_text(header: InvoiceHeader, entries: pl.DataFrame, language: str) -> str:
    """The whole invoice: head, totals, per employee for a company, then line by line."""
    document = invoice_document(header, entries, language)
    parts = (
        _head(header, document),
        _totals(document),
        _families(document),
        _members(document),
        _notes(document),
    )
    return "\n\n".join(text for part in parts if (text := "\n".join(part))) + "\n"


def _head(header: InvoiceHeader, document: InvoiceDocument) -> Iterator[str]:
    yield from (f"*** {mark} ***" for mark in document.marks)
    yield document.title
    yield document.subtitle
    yield ""
    parties = [(document.voice.say("issued_by"), (header.issuer, *header.issuer_address))]
    if header.customer is not None:
        parties.append((document.voice.say("issued_to"), (header.customer, *header.customer_address)))
    told = [(label, ", ".join(lines)) for label, lines in parties] + list(document.facts)
    label_width = max(text_width(label) for label, _ in told) + 2
    yield from (_left(label, label_width) + value for label, value in told)


def _totals(document: InvoiceDocument) -> Iterator[str]:
    for total in document.totals:
        if total.weight == "strong":
            yield "─" * WIDTH
        yield _row(INDENT[total.weight] + total.label, document.voice.amount(total.cents))


def _families(document: InvoiceDocument) -> Iterator[str]:
    """Per employee: employer's part, employee's part, total."""
    if not document.families:
        return
    say, amount = document.voice.say, document.voice.amount
    titles = (say("column_employer"), say("column_employee_part"), say("column_total"))
    yield _row(say("families_title").upper(), *titles)
    yield "─" * WIDTH
    for family in document.families:
        parts = family.amounts
        cents = (parts.employer_cents, parts.employee_cents, parts.total_cents)
        yield _row(_named(family.name, family.ref), *(amount(part) for part in cents))


def _members(document: InvoiceDocument) -> Iterator[str]:
    yield document.voice.say("members_title").upper()
    yield "─" * WIDTH
    for member in document.members:
        title = f"{_named(member.name, member.ref)} · {member.role}"
        yield _row(title, document.voice.amount(member.amounts.total_cents))
        yield from _lines(document, member)
        yield ""


def _lines(document: InvoiceDocument, member: MemberBlock) -> Iterator[str]:
    for line in member.lines:
        yield _row(f"  {_line_title(document, line)}", document.voice.amount(line.amounts.total_cents))
        yield from textwrap.wrap(line.explanation, PROSE, initial_indent="    ", subsequent_indent="    ")


def _line_title(document: InvoiceDocument, line: DocumentLine) -> str:
    if not line.is_adjustment:
        return f"{line.month_text} · {line.title}"
    change = f" · {line.change[0]} → {line.change[1]}" if line.change else ""
    return f"{line.month_text}, {document.voice.say('adjustment')} · {line.title}{change}"


def _notes(document: InvoiceDocument) -> Iterator[str]:
    for note in document.notes:
        yield from textwrap.wrap(note, PROSE, initial_indent="· ", subsequent_indent="  ")


def _named(name: str | None, ref: str) -> str:
    return f"{name} ({ref})" if name else ref


def _row(text: str, *amounts: str) -> str:
    """A text on the left, cut where it is too long, and amounts on the right."""
    room = WIDTH - AMOUNT * len(amounts)
    return _left(_cut(text, room - 1), room) + "".join(_right(amount, AMOUNT) for amount in amounts)


def _cut(text: str, width: int) -> str:
    if text_width(text) <= width:
        return text
    while text_width(text) > width - 1:
        text = text[:-1]
    return f"{text}…"


def _left(text: str, width: int) -> str:
    return text + " " * (width - text_width(text))


def _right(text: str, width: int) -> str:
    return " " * (width - text_width(text)) + text


def text_width(text: str) -> int:
    """Columns on a terminal: two for wide letters, none for combining marks."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide - sum(unicodedata.combining(letter) > 0 for letter in text)

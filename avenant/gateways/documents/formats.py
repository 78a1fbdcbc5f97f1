"""One door to all formats of all papers we send: invoices and payout statements."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from avenant.core.invoices.header import InvoiceHeader
from avenant.core.payouts.header import PayoutHeader
from avenant.gateways.documents.as_csv import invoice_csv
from avenant.gateways.documents.as_json import invoice_json
from avenant.gateways.documents.as_pdf import invoice_pdf
from avenant.gateways.documents.as_text import invoice_text
from avenant.gateways.documents.as_xlsx import invoice_xlsx
from avenant.gateways.documents.cleaning import cleaned_entries, cleaned_header
from avenant.gateways.documents.statement_csv import statement_csv
from avenant.gateways.documents.statement_json import statement_json
from avenant.gateways.documents.statement_pdf import statement_pdf
from avenant.gateways.documents.statement_text import statement_text
from avenant.gateways.documents.statement_xlsx import statement_xlsx

Header = InvoiceHeader | PayoutHeader
Renderer = Callable[[Any, pl.DataFrame, str], str | bytes]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of paper: what people call it, and how each format is made."""

    name: str
    renderers: Mapping[str, Renderer]


INVOICE = Kind(
    "an invoice",
    {
        "text": invoice_text,
        "json": invoice_json,
        "pdf": invoice_pdf,
        "xlsx": invoice_xlsx,
        "csv": invoice_csv,
    },
)
STATEMENT = Kind(
    "a statement",
    {
        "text": statement_text,
        "json": statement_json,
        "pdf": statement_pdf,
        "xlsx": statement_xlsx,
        "csv": statement_csv,
    },
)
FORMATS = tuple(INVOICE.renderers)
ENDINGS = {"text": "txt"}
SPREADSHEET_MARK = "\ufeff"  # tells spreadsheets that a CSV file is UTF-8


def render(header: Header, entries: pl.DataFrame, format: str, language: str = "en") -> str | bytes:
    """The paper of `header` over all entries tied to it, in one of `FORMATS`.

    entries: `InvoiceEntries` of an invoice, `PayoutEntries` of a payout. Text, JSON and CSV are strings; PDF and
    XLSX are bytes; the same input gives the same document. Control characters in names are dropped. Raises
    `ValueError` for an unknown format or language, `InvoiceDoesNotAddUp` or `PayoutDoesNotAddUp` when the entries
    do not sum to the header.
    """
    kind = INVOICE if isinstance(header, InvoiceHeader) else STATEMENT
    if format not in FORMATS:
        raise ValueError(f"{kind.name} has no format {format!r}: choose one of {', '.join(FORMATS)}")
    return kind.renderers[format](cleaned_header(header), cleaned_entries(entries), language)


def document_bytes(header: Header, entries: pl.DataFrame, format: str, language: str = "en") -> bytes:
    """What to write to a file: `render` in UTF-8, a CSV with the mark that spreadsheets look for."""
    document = render(header, entries, format, language)
    if isinstance(document, bytes):
        return document
    return ((SPREADSHEET_MARK if format == "csv" else "") + document).encode()


def file_name(header: Header, format: str) -> str:
    """A file name: `AV-2026-000123.pdf`; `C-0001-2026-06.txt` where the settlement has no number."""
    return f"{re.sub(r'[^A-Za-z0-9_-]+', '-', header.file_stem)}.{ENDINGS.get(format, format)}"

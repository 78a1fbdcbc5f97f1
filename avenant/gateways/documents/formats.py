"""One door to all formats of an invoice document."""

from __future__ import annotations

import re
from collections.abc import Callable

import polars as pl

from avenant.core.invoices.header import InvoiceHeader
from avenant.gateways.documents.as_csv import invoice_csv
from avenant.gateways.documents.as_json import invoice_json
from avenant.gateways.documents.as_pdf import invoice_pdf
from avenant.gateways.documents.as_text import invoice_text
from avenant.gateways.documents.as_xlsx import invoice_xlsx
from avenant.gateways.documents.cleaning import cleaned_entries, cleaned_header

Renderer = Callable[[InvoiceHeader, pl.DataFrame, str], str | bytes]
RENDERERS: dict[str, Renderer] = {
    "text": invoice_text,
    "json": invoice_json,
    "pdf": invoice_pdf,
    "xlsx": invoice_xlsx,
    "csv": invoice_csv,
}
FORMATS = tuple(RENDERERS)
ENDINGS = {"text": "txt"}
SPREADSHEET_MARK = "\ufeff"  # tells spreadsheets that a CSV file is UTF-8


def render(header: InvoiceHeader, entries: pl.DataFrame, format: str, language: str = "en") -> str | bytes:
    """The invoice of `header` over all entries tied to it (`InvoiceEntries`), in one of `FORMATS`.

    Text, JSON and CSV are strings; PDF and XLSX are bytes; the same input gives the same document. Control
    characters in names are dropped. Raises `ValueError` for an unknown format or language and
    `InvoiceDoesNotAddUp` when the entries do not sum to the header.
    """
    if format not in RENDERERS:
        raise ValueError(f"an invoice has no format {format!r}: choose one of {', '.join(FORMATS)}")
    return RENDERERS[format](cleaned_header(header), cleaned_entries(entries), language)


def document_bytes(header: InvoiceHeader, entries: pl.DataFrame, format: str, language: str = "en") -> bytes:
    """What to write to a file: `render` in UTF-8, a CSV with the mark that spreadsheets look for."""
    document = render(header, entries, format, language)
    if isinstance(document, bytes):
        return document
    return ((SPREADSHEET_MARK if format == "csv" else "") + document).encode()


def file_name(header: InvoiceHeader, format: str) -> str:
    """A file name: `AV-2026-000123.pdf`; `C-0001-2026-06.txt` where the settlement has no number."""
    name = header.number or f"{header.contract_ref}-{header.month:%Y-%m}"
    return f"{re.sub(r'[^A-Za-z0-9_-]+', '-', name)}.{ENDINGS.get(format, format)}"

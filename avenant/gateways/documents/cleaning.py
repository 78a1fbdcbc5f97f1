"""Text from the outside made harmless: no control characters anywhere, no formulas in spreadsheets.

Example: the name `=HYPERLINK("http://x")` becomes `'=HYPERLINK("http://x")` in a CSV cell, and a name with an
escape sequence cannot repaint a terminal. Letters of any script stay as they are.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import polars as pl

from avenant.core.invoices.header import InvoiceHeader, LeftOut

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Invisible marks that turn the direction of the text after them, so that it reads as something else.
TURNING = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u2028\u2029"
)


def cleaned(text: str) -> str:
    """`text` without control characters and direction marks, each run of them a space, ends trimmed."""
    spaced = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") or c in TURNING else c for c in text)
    return spaced if spaced == text else " ".join(spaced.split())


def cleaned_header(header: InvoiceHeader) -> InvoiceHeader:
    """`header` with its free texts cleaned."""
    return replace(
        header,
        issuer=cleaned(header.issuer),
        customer=None if header.customer is None else cleaned(header.customer),
        contract_ref=cleaned(header.contract_ref),
        issuer_address=tuple(map(cleaned, header.issuer_address)),
        customer_address=tuple(map(cleaned, header.customer_address)),
        left_out=tuple(LeftOut(cleaned(one.family_ref), cleaned(one.reason)) for one in header.left_out),
    )


def cleaned_entries(entries: pl.DataFrame) -> pl.DataFrame:
    """`entries` with all text columns cleaned; each distinct text is looked at once."""
    columns = [name for name, kind in entries.schema.items() if kind == pl.String]
    return entries.with_columns(_cleaned_column(entries[name]) for name in columns)


def _cleaned_column(column: pl.Series) -> pl.Series:
    changed = {text: cleaned(text) for text in column.unique().to_list() if text is not None}
    changed = {old: new for old, new in changed.items() if old != new}
    return column.replace(changed) if changed else column


def starts_a_formula(text: str) -> bool:
    """Whether a spreadsheet could take `text` for a formula."""
    return text.lstrip(" \u00a0").startswith(FORMULA_STARTS)


def neutral_cell(text: str) -> str:
    """`text` for a CSV cell: an apostrophe before what a spreadsheet could take for a formula."""
    return f"'{text}" if starts_a_formula(text) else text

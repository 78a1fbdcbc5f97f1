"""Text from the outside made harmless: no control characters anywhere, no formulas in spreadsheets.

Example: the name `=HYPERLINK("http://x")` becomes `'=HYPERLINK("http://x")` in a CSV cell, and a name with an
escape sequence cannot repaint a terminal. Letters of any script stay as they are.
"""

from __future__ import annotations

import unicodedata
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Header = TypeVar("Header", bound="DataclassInstance")

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Invisible marks that turn the direction of the text after them, so that it reads as something else.
TURNING = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u2028\u2029"
)


def cleaned(text: str) -> str:
    """`text` without control characters and direction marks, each run of them a space, ends trimmed."""
    spaced = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") or c in TURNING else c for c in text)
    return spaced if spaced == text else " ".join(spaced.split())


def cleaned_header(header: Header) -> Header:
    """The head of a paper (a frozen dataclass) with all its texts cleaned, those of its parts too."""
    return replace(header, **{name.name: _cleaned(getattr(header, name.name)) for name in fields(header)})


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return cleaned(value)
    if isinstance(value, tuple):
        return tuple(map(_cleaned, value))
    return cleaned_header(value) if is_dataclass(value) and not isinstance(value, type) else value


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

"""An invoice as a PDF, A4, set by typst from the template beside this module.

The template receives finished texts as JSON values, never as markup: `#`, `*` or `@` in a name are only
letters. The date in the file is the issue date, so the same invoice gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import font_source_sans_pro
import polars as pl
import typst

from avenant.core.invoices.document import (
    Amounts,
    DocumentLine,
    FamilyRow,
    InvoiceDocument,
    MemberBlock,
    invoice_document,
)
from avenant.core.invoices.header import InvoiceHeader

LABELS = (
    "page", "page_of", "issued_by", "issued_to", "families_title", "months_title", "members_title",
    "column_employee", "column_adjustments", "column_employer", "column_employee_part", "column_tax",
    "column_total", "column_month", "column_why", "adjustment", "sum_row", "simulated",
)  # fmt: skip


def invoice_pdf(header: InvoiceHeader, entries: pl.DataFrame, language: str) -> bytes:
    """The PDF of the invoice."""
    return _typeset(_payload(header, invoice_document(header, entries, language)), "pdf")[0]


def invoice_pages(
    header: InvoiceHeader, entries: pl.DataFrame, language: str, ppi: float = 110
) -> list[bytes]:
    """The pages of the same document as PNG pictures, to look at."""
    return _typeset(_payload(header, invoice_document(header, entries, language)), "png", ppi)


def _typeset(payload: dict[str, Any], format: Literal["pdf", "png"], ppi: float | None = None) -> list[bytes]:
    result: Any = typst.compile(
        _template(),
        font_paths=[font_source_sans_pro.font_directory],
        format=format,
        ppi=ppi,
        sys_inputs={"invoice": json.dumps(payload, ensure_ascii=False)},
    )
    return result if isinstance(result, list) else [result]


@cache
def _template() -> bytes:
    return files("avenant.gateways.documents").joinpath("invoice.typ").read_bytes()


def _payload(header: InvoiceHeader, document: InvoiceDocument) -> dict[str, Any]:
    """All texts of the document, amounts written, for the template."""
    amount = document.voice.amount
    issued = header.issue_date
    return {
        "language": document.voice.language,
        "date": [issued.year, issued.month, issued.day],
        "labels": {name: document.voice.say(name) for name in LABELS}
        | {"column_current": document.month_text},
        "title": document.title,
        "subtitle": document.subtitle,
        "simulated": header.simulated,
        "zero": amount(0),
        "marks": document.marks,
        "issuer": [header.issuer, *header.issuer_address],
        "customer": [header.customer, *header.customer_address] if header.customer is not None else [],
        "facts": document.facts,
        "totals": [
            {"label": t.label, "amount": amount(t.cents), "weight": t.weight} for t in document.totals
        ],
        "months": [[month, amount(cents)] for month, cents in document.months],
        "families": [_family(family, amount) for family in document.families],
        "families_sum": _families_sum(document),
        "members": [_member(member, amount) for member in document.members],
        "notes": document.notes,
        "shows_employer": document.shows_employer,
        "shows_tax": document.shows_tax,
    }


def _amounts(amounts: Amounts, amount: Callable[[int], str]) -> dict[str, str]:
    return {
        "total": amount(amounts.total_cents),
        "employer": amount(amounts.employer_cents),
        "employee": amount(amounts.employee_cents),
        "tax": amount(amounts.tax_cents),
    }


def _family(family: FamilyRow, amount: Callable[[int], str]) -> dict[str, Any]:
    return {
        "name": family.name or family.ref,
        "ref": family.ref if family.name else "",
        "current": amount(family.current_cents),
        "adjustments": amount(family.adjustment_cents),
        **_amounts(family.amounts, amount),
    }


def _families_sum(document: InvoiceDocument) -> dict[str, str]:
    def added(cents: Callable[[Any], int]) -> str:
        return document.voice.amount(sum(cents(family) for family in document.families))

    return {
        "current": added(lambda family: family.current_cents),
        "adjustments": added(lambda family: family.adjustment_cents),
        "employer": added(lambda family: family.amounts.employer_cents),
        "employee": added(lambda family: family.amounts.employee_cents),
        "tax": added(lambda family: family.amounts.tax_cents),
        "total": added(lambda family: family.amounts.total_cents),
    }


def _member(member: MemberBlock, amount: Callable[[int], str]) -> dict[str, Any]:
    return {
        "name": member.name or member.ref,
        "ref": member.ref if member.name else "",
        "role": member.role,
        "lines": [_line(line, amount) for line in member.lines],
        **_amounts(member.amounts, amount),
    }


def _line(line: DocumentLine, amount: Callable[[int], str]) -> dict[str, Any]:
    return {
        "month": line.month_text,
        "is_adjustment": line.is_adjustment,
        "title": line.title,
        "change": line.change,
        "explanation": line.explanation,
        **_amounts(line.amounts, amount),
    }

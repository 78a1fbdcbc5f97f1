"""An invoice as a PDF, and the same pages as pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from avenant.core.invoices.document import (
    Amounts,
    DocumentLine,
    FamilyRow,
    InvoiceDocument,
    MemberBlock,
    invoice_document,
)
from avenant.core.invoices.header import InvoiceHeader
from avenant.gateways.documents.typesetting import frame_payload, typeset

LABELS = (
    "families_title", "months_title", "members_title", "column_employee", "column_adjustments",
    "column_employer", "column_employee_part", "column_tax", "column_total", "column_month", "column_why",
    "adjustment",
)  # fmt: skip


def invoice_pdf(header: InvoiceHeader, entries: pl.DataFrame, language: str) -> bytes:
    """The PDF of the invoice."""
    return typeset("invoice", _payload(invoice_document(header, entries, language)), "pdf")[0]


def invoice_pages(
    header: InvoiceHeader, entries: pl.DataFrame, language: str, ppi: float = 110
) -> list[bytes]:
    """The pages of the same document as PNG pictures, to look at."""
    return typeset("invoice", _payload(invoice_document(header, entries, language)), "png", ppi)


def _payload(document: InvoiceDocument) -> dict[str, Any]:
    """All texts of the document, amounts written, for the template."""
    amount = document.voice.amount
    payload = frame_payload(document, LABELS)
    payload["labels"]["column_current"] = document.month_text
    return payload | {
        "months": [[month, amount(cents)] for month, cents in document.months],
        "families": [_family(family, amount) for family in document.families],
        "families_sum": _families_sum(document),
        "members": [_member(member, amount) for member in document.members],
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

"""The invoice as a person reads it, before it has a format: every text said, every amount still in cents.

Example: title "Invoice AV-2026-000123", totals "Total including tax" 9_100 and "Amount due" 6_600; for the
member "Ana Lopez" one line of June, 4_550: "Age 34 in 2026 (born 1992), level Confort, whole month: €45.50."
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import astuple, dataclass
from datetime import date
from itertools import groupby

import polars as pl

from avenant.core.frames.invoices import NET
from avenant.core.invoices.header import InvoiceHeader
from avenant.core.invoices.lines import invoice_lines
from avenant.core.invoices.notes import notes
from avenant.core.invoices.wording import Row, Voice, amount_change, explanation
from avenant.core.wording.figures import day_text, month_text
from avenant.core.wording.paper import Paper, TotalRow, warning_marks


@dataclass(frozen=True, slots=True)
class Amounts:
    """A sum in cents; employer and employee parts sum to the total, the tax is contained in it."""

    total_cents: int
    employer_cents: int
    employee_cents: int
    tax_cents: int


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line: its month, what it is about, the change of amount if it corrects one, the reason, the net.

    number: its place among all lines of the document, from 1.
    """

    number: int
    month: date
    month_text: str
    is_adjustment: bool
    title: str
    change: tuple[str, str] | None
    explanation: str
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class MemberBlock:
    """A member and their lines; `name` is null where it is not known or was erased."""

    ref: str
    name: str | None
    role: str
    family_ref: str
    amounts: Amounts
    lines: tuple[DocumentLine, ...]


@dataclass(frozen=True, slots=True)
class FamilyRow:
    """What one employee and their family come to, as payroll needs it."""

    ref: str
    name: str | None
    current_cents: int
    adjustment_cents: int
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class InvoiceDocument(Paper):
    """All a format has to lay out.

    The keys of the totals: current, adjustments, total, tax, employer, employee, credited, balance_used, due.
    """

    voice: Voice
    month_text: str
    months: tuple[tuple[str, int], ...]
    families: tuple[FamilyRow, ...]
    members: tuple[MemberBlock, ...]
    shows_employer: bool
    shows_tax: bool


def invoice_document(header: InvoiceHeader, entries: pl.DataFrame, language: str) -> InvoiceDocument:
    """The document of `header`'s invoice over its `entries` (`InvoiceEntries`) in `language` (`en`, `fr`).

    Raises `InvoiceDoesNotAddUp` when header and entries disagree, `ValueError` for an unknown language.
    """
    return document_of_lines(header, invoice_lines(header, entries), language)


def document_of_lines(
    header: InvoiceHeader, lines: pl.DataFrame, language: str, families: Collection[str] | None = None
) -> InvoiceDocument:
    """The same of the `lines` of the invoice (`LINE_COLUMNS`).

    families: only their members are told line by line, where a page shows a part of a large invoice; all else is of
    the whole invoice.
    """
    voice = Voice(language, header.currency)
    told = lines if families is None else lines.filter(pl.col("family_ref").is_in(list(families)))
    is_company = header.contract_kind == "company"
    return InvoiceDocument(
        voice=voice,
        title=voice.say(f"title_{header.kind}", number=header.number or ""),
        subtitle=voice.say("subtitle", month=month_text(header.month, language)),
        issue_date=header.issue_date,
        simulated=header.simulated,
        issuer=(header.issuer, *header.issuer_address),
        addressee=() if header.customer is None else (header.customer, *header.customer_address),
        month_text=month_text(header.month, language),
        marks=tuple(warning_marks(header.simulated, header.known_at, header.revision, voice)),
        facts=tuple(_facts(header, lines, voice)),
        totals=tuple(_totals(header, lines, voice)),
        months=tuple(_months(lines, voice)),
        families=tuple(_families(lines)) if is_company else (),
        members=tuple(_members(told, voice, is_company)),
        notes=tuple(notes(header, lines, voice)),
        shows_employer=is_company or header.employer_cents != 0,
        shows_tax=header.tax_code is not None or bool((lines["tax_cents"] != 0).any()),
    )


def _facts(header: InvoiceHeader, lines: pl.DataFrame, voice: Voice) -> Iterator[tuple[str, str]]:
    """What identifies the document."""
    if header.number is not None:
        yield voice.say("fact_number"), header.number
    yield voice.say("fact_issue_date"), day_text(header.issue_date, voice.language)
    yield voice.say("fact_month"), month_text(header.month, voice.language)
    kind = voice.say(f"contract_{header.contract_kind}")
    yield voice.say("fact_contract"), f"{header.contract_ref} ({kind})"
    yield voice.say("fact_billing"), voice.say(f"cycle_{header.cycle}")
    yield voice.say("fact_insured"), str(lines["member_id"].n_unique())


def _totals(header: InvoiceHeader, lines: pl.DataFrame, voice: Voice) -> Iterator[TotalRow]:
    """From the lines to the amount due: each row follows from the ones above it."""
    adjusted = _sum(lines.filter(pl.col("section") == "adjustment"))
    if (lines["section"] == "adjustment").any():
        month = month_text(header.month, voice.language)
        yield TotalRow(
            "current", voice.say("total_current", month=month), header.total_cents - adjusted, "plain"
        )
        yield TotalRow("adjustments", voice.say("total_adjustments"), adjusted, "plain")
    yield TotalRow("total", voice.say("total"), header.total_cents, "strong")
    if header.tax_code is not None or header.tax_cents:
        yield TotalRow("tax", _tax_label(header.tax_code, voice), header.tax_cents, "part")
    if header.contract_kind == "company" or header.employer_cents:
        yield TotalRow("employer", voice.say("total_employer"), header.employer_cents, "part")
        yield TotalRow("employee", voice.say("total_employee"), header.employee_cents, "part")
    if header.kind == "credit_note":
        yield TotalRow("credited", voice.say("credited"), -header.total_cents, "strong")
        return
    if header.balance_used_cents:
        yield TotalRow("balance_used", voice.say("balance_used"), -header.balance_used_cents, "plain")
    yield TotalRow("due", voice.say("due"), header.due_cents, "strong")


def _tax_label(code: str | None, voice: Voice) -> str:
    if code is None:
        return voice.say("total_tax_plain")
    return voice.say("total_tax", code=voice.words[voice.language].get(f"tax_{code}", code))


def _months(lines: pl.DataFrame, voice: Voice) -> Iterator[tuple[str, int]]:
    """The net of the adjustments of each month, earliest first."""
    adjusted = lines.filter(pl.col("section") == "adjustment")
    for month, cents in adjusted.group_by("month").agg(pl.sum("amount_cents")).sort("month").iter_rows():
        yield month_text(month, voice.language), cents


def _families(lines: pl.DataFrame) -> Iterator[FamilyRow]:
    """One row per family, in the order of the lines."""
    adjusted = pl.col("amount_cents").filter(pl.col("section") == "adjustment").sum()
    primary = pl.col("member_name").filter(pl.col("role") == "primary").first()
    sums = lines.group_by("family_ref", maintain_order=True).agg(
        *map(pl.sum, NET), adjusted.alias("adjusted_cents"), primary.alias("name")
    )
    for row in sums.iter_rows(named=True):
        amounts = Amounts(*(row[name] for name in NET))
        current = amounts.total_cents - row["adjusted_cents"]
        yield FamilyRow(row["family_ref"], row["name"], current, row["adjusted_cents"], amounts)


def _members(lines: pl.DataFrame, voice: Voice, is_company: bool) -> Iterator[MemberBlock]:
    """One block per member, in the order of the lines."""
    for _, group in groupby(lines.iter_rows(named=True), key=lambda row: row["member_id"]):
        rows = list(group)
        first = rows[0]
        told = tuple(_line(row, voice) for row in rows)
        yield MemberBlock(
            ref=first["member_ref"],
            name=first["member_name"],
            role=_role(first, voice, is_company),
            family_ref=first["family_ref"],
            amounts=_added([line.amounts for line in told]),
            lines=told,
        )


def _role(row: Row, voice: Voice, is_company: bool) -> str:
    """Employee or insured person; a dependant of an employee with the family it belongs to."""
    if not is_company:
        return voice.say(f"role_{row['role']}")
    if row["role"] == "primary":
        return voice.say("role_primary_company")
    return voice.say("role_in_family", role=voice.say(f"role_{row['role']}"), family=row["family_ref"])


def _line(row: Row, voice: Voice) -> DocumentLine:
    now = "after" if row["after_level"] is not None else "before"
    return DocumentLine(
        number=row["line"],
        month=row["month"],
        month_text=month_text(row["month"], voice.language),
        is_adjustment=row["section"] == "adjustment",
        title=f"{row[f'{now}_level']} · {row['component']}",
        change=amount_change(row, voice),
        explanation=explanation(row, voice),
        amounts=Amounts(row["amount_cents"], row["employer_cents"], row["employee_cents"], row["tax_cents"]),
    )


def _added(parts: list[Amounts]) -> Amounts:
    return Amounts(*(sum(column) for column in zip(*map(astuple, parts), strict=True)))


def _sum(lines: pl.DataFrame) -> int:
    return int(lines["amount_cents"].sum())

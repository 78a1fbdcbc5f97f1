"""Invoices and payouts as sent, every line down to its entries, and the files of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import polars as pl
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path

from avenant.core.invoices.document import document_of_lines
from avenant.core.payouts.statement import StatementLine, Waterfall, statement_of_lines
from avenant.core.timeline.model import Split
from avenant.desk.context import Desk, PageRefused, desk_of, page
from avenant.desk.doors import door
from avenant.desk.moments import steps
from avenant.desk.roles import Permission
from avenant.desk.words import say
from avenant.flows.documents_opened import (
    NoSuchLine,
    invoice_entries,
    invoice_read,
    payout_entries,
    payout_read,
)
from avenant.flows.instants import changes_about
from avenant.gateways.documents.formats import ENDINGS, FORMATS, Header, document_bytes, file_name
from avenant.store.database import PARIS
from avenant.store.readers.invoices import UnknownInvoice
from avenant.store.readers.payouts import UnknownPayout

Answer = TypeVar("Answer")
PER_PAGE = 25
"""Families of an invoice, members of a payout."""
FILES = ("pdf", "xlsx", "csv", "json", "text")
MEDIA = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "text": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One page of many: who is on it, which it is, out of how many."""

    refs: tuple[str, ...]
    number: int
    pages: int


def part_of(refs: pl.Series, number: int) -> Part:
    """The page ``number`` of those named in ``refs``, each once, in their order."""
    everyone = refs.unique(maintain_order=True).to_list()
    pages = max(1, -(-len(everyone) // PER_PAGE))
    number = min(max(number, 1), pages)
    return Part(tuple(everyone[(number - 1) * PER_PAGE : number * PER_PAGE]), number, pages)


def page_number(asked: QueryDict) -> int:
    """The page that an address or a form asks for; what is no number is the first."""
    typed = asked.get("page", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 8 else 1


def known(desk: Desk, read: Callable[[], Answer]) -> Answer:
    """What ``read`` reads of a paper; one that is unknown, or was then, is a page that says so."""
    try:
        return read()
    except UnknownInvoice:
        raise PageRefused(say(desk.language, "papers.unknown_invoice"), status=404) from None
    except UnknownPayout:
        raise PageRefused(say(desk.language, "papers.unknown_payout"), status=404) from None
    except NoSuchLine:
        raise PageRefused(say(desk.language, "papers.unknown_line"), status=404) from None


@door(Permission.SEE_MONEY, looks_at="invoice", by="number")
def invoice(request: HttpRequest, number: str) -> HttpResponse:
    """The invoice as sent; fetched for a popover, its totals alone."""
    desk = desk_of(request)
    read = known(desk, lambda: invoice_read(desk.db, number, desk.rev))
    part = part_of(read.lines["family_ref"], page_number(request.GET))
    paper = document_of_lines(read.header, read.lines, desk.language, part.refs)
    context = {"paper": paper, "header": read.header, "number": number, "kind": "invoice"}
    if request.headers.get("HX-Request"):
        return page(request, "paper/totals_part.html", context)
    context |= {
        "part": part,
        "families": [family for family in paper.families if family.ref in part.refs],
        "addressee": read.entries["family_ref"].head(1).to_list(),
        "unshown": read.unshown,
        "files": FILES,
        "steps": steps(changes_about(desk.db, "invoice", number), desk.moment),
    }
    return page(request, "paper/invoice.html", context)


@door(Permission.SEE_MONEY, looks_at="invoice", by="number")
def invoice_file(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """The invoice as a file: PDF, XLSX, CSV, JSON or text."""
    desk = desk_of(request)
    refuse_unknown_format(desk, form)
    read = known(desk, lambda: invoice_read(desk.db, number, desk.rev))
    family = read.entries["family_ref"].head(1).to_list()
    customer = read.header.customer and desk.name(family[0] if family else None, read.header.customer)
    header = replace(read.header, customer=customer, known_at=_known_at(desk))
    return file_of(desk, header, read.entries, form)


@door(Permission.SEE_MONEY, looks_at="invoice", by="number")
def invoice_line(request: HttpRequest, number: str, line: int) -> HttpResponse:
    """The entries behind a line; line 0: those that cancel each other out and are shown on none."""
    desk = desk_of(request)
    opened = known(desk, lambda: invoice_entries(desk.db, number, line, desk.rev))
    context = {"opened": opened.lines[0], "header": opened.header, "number": number, "kind": "invoice"}
    return line_page(request, desk, context)


@door(Permission.SEE_MONEY, looks_at="payout", by="number")
def payout(request: HttpRequest, number: str) -> HttpResponse:
    """The statement as sent; fetched for a popover, its totals alone."""
    desk = desk_of(request)
    read = known(desk, lambda: payout_read(desk.db, number, desk.rev))
    paper = statement_of_lines(read.header, read.lines, desk.language)
    context = {"paper": paper, "header": read.header, "number": number, "kind": "payout"}
    if request.headers.get("HX-Request"):
        return page(request, "paper/totals_part.html", context)
    part = part_of(read.lines["member_ref"], page_number(request.GET))
    shown = [member for member in paper.members if member.ref in part.refs]
    context |= {
        "part": part,
        "members": [(member, [(line, split_of(line)) for line in member.lines]) for member in shown],
        "whole": as_split(paper.waterfall) if paper.waterfall.charged_cents else None,
        "unshown": read.unshown,
        "files": FILES,
        "steps": steps(changes_about(desk.db, "payout", number), desk.moment),
    }
    return page(request, "paper/payout.html", context)


@door(Permission.SEE_MONEY, looks_at="payout", by="number")
def payout_file(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """The statement as a file: PDF, XLSX, CSV, JSON or text."""
    desk = desk_of(request)
    refuse_unknown_format(desk, form)
    read = known(desk, lambda: payout_read(desk.db, number, desk.rev))
    payee = read.header.payee and desk.name(read.header.payee_ref, read.header.payee)
    header = replace(read.header, payee=payee, known_at=_known_at(desk))
    return file_of(desk, header, read.entries, form)


@door(Permission.SEE_MONEY, looks_at="payout", by="number")
def payout_line(request: HttpRequest, number: str, line: int) -> HttpResponse:
    """The entries behind a line; line 0: those that cancel each other out and are shown on none."""
    desk = desk_of(request)
    opened = known(desk, lambda: payout_entries(desk.db, number, line, desk.rev))
    context = {"opened": opened.lines[0], "header": opened.header, "number": number, "kind": "payout"}
    return line_page(request, desk, context)


def line_page(request: HttpRequest, desk: Desk, context: dict[str, Any]) -> HttpResponse:
    """A line's entries, as a part of the paper's page or alone."""
    if request.headers.get("HX-Request"):
        return page(request, "paper/entries_part.html", context)
    changes = changes_about(desk.db, context["kind"], context["number"])
    return page(request, "paper/line.html", context | {"steps": steps(changes, desk.moment)})


def split_of(line: StatementLine) -> Split | None:
    """Who pays what for the act of a line, for its bar."""
    return None if line.waterfall is None else as_split(line.waterfall)


def as_split(water: Waterfall) -> Split:
    """A statement's waterfall for the bar; the Sécu's part is what it really pays."""
    return Split(
        charged_cents=water.charged_cents,
        secu_cents=water.secu_cents,
        others_cents=water.others_cents,
        ours_cents=water.ours_cents,
        out_of_pocket_cents=water.rest_cents,
        withheld_cents=water.withheld_cents,
    )


def refuse_unknown_format(desk: Desk, form: str) -> None:
    """Raise PageRefused for a format that papers do not have."""
    if form not in FORMATS:
        known_ones = ", ".join(ENDINGS.get(name, name) for name in FILES)
        raise PageRefused(say(desk.language, "papers.unknown_format", known=known_ones), status=404)


def _known_at(desk: Desk) -> Any:
    return desk.moment.instant.astimezone(PARIS) if desk.moment.instant and desk.moment.is_past else None


def file_of(desk: Desk, header: Header, entries: pl.DataFrame, form: str) -> HttpResponse:
    """The paper to be saved; people whom this person may not see by name carry their pseudonym."""
    masked = _masked(desk, entries)
    answer = HttpResponse(document_bytes(header, masked, form, desk.language), content_type=MEDIA[form])
    answer["Content-Disposition"] = f'attachment; filename="{file_name(header, form)}"'
    return answer


def _masked(desk: Desk, entries: pl.DataFrame) -> pl.DataFrame:
    people = entries.select("member_ref", "member_name").unique("member_ref")
    names = {ref: desk.name(ref, name) if name else None for ref, name in people.iter_rows()}
    shown = pl.col("member_ref").replace_strict(names, return_dtype=pl.String)
    return entries.with_columns(member_name=shown) if names else entries


urlpatterns = [
    path("invoices/<str:number>", invoice, name="invoice"),
    path("invoices/<str:number>/file/<str:form>", invoice_file, name="invoice-file"),
    path("invoices/<str:number>/lines/<int:line>", invoice_line, name="invoice-line"),
    path("payouts/<str:number>", payout, name="payout"),
    path("payouts/<str:number>/file/<str:form>", payout_file, name="payout-file"),
    path("payouts/<str:number>/lines/<int:line>", payout_line, name="payout-line"),
]

"""A contract: people, premium, invoices, balance, what waits for the next invoice, and a preview of it."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.urls import path

from avenant.core.invoices.document import document_of_lines
from avenant.core.invoices.lines import invoice_lines
from avenant.core.periods import add_months
from avenant.desk.context import Desk, desk_of, page
from avenant.desk.doors import door
from avenant.desk.forms import month_asked
from avenant.desk.moments import steps
from avenant.desk.pages.papers import page_number, part_of
from avenant.desk.roles import Permission
from avenant.flows.contract_view import InvoicePreview, contract_view, month_to_invoice
from avenant.flows.contract_view import next_invoice as preview_of
from avenant.flows.instants import changes_about

INVOICES_SHOWN = 13
MOVEMENTS_SHOWN = 13
FAMILIES_PER_PAGE = 25


@door(Permission.SEE_MONEY, looks_at="contract", by="ref")
def contract(request: HttpRequest, ref: str) -> HttpResponse:
    """People by family, the month's premium, invoices, balance and what waits.

    The filter is sent by POST, because names must not stand in addresses; it changes nothing.
    """
    desk = desk_of(request)
    asked = request.POST if request.method == "POST" else request.GET
    view = contract_view(
        desk.db,
        ref,
        desk.rev,
        page=page_number(asked),
        per_page=FAMILIES_PER_PAGE,
        filter_text=request.POST.get("filter", "")[:100],
        former=bool(asked.get("former")),
        by_name=desk.may(Permission.SEE_NAMES),
    )
    every = bool(request.GET.get("all"))
    context = {
        "view": view,
        "facts": view.facts,
        "filter": request.POST.get("filter", "")[:100],
        "former": bool(asked.get("former")),
        "invoices": view.invoices if every else view.invoices[:INVOICES_SHOWN],
        "movements": view.movements if every else view.movements[:MOVEMENTS_SHOWN],
        "adjustments_beyond": view.adjustment_count - len(view.adjustments),
        "steps": steps(changes_about(desk.db, "contract", ref), desk.moment),
    }
    return page(request, "contract/contract.html", context)


@door(Permission.SEE_MONEY, looks_at="contract", by="ref")
def next_invoice(request: HttpRequest, ref: str) -> HttpResponse:
    """What the next invoice run would issue for the contract, if it ran on what is known; nothing is written."""
    desk = desk_of(request)
    typed = request.GET.get("month", "")
    month = month_asked(desk, typed) if typed else month_to_invoice(desk.db, ref, desk.rev)
    preview = preview_of(desk.db, ref, month, desk.rev)
    context = {
        "ref": ref,
        "month": month,
        "before": add_months(month, -1) if month > date(1900, 1, 1) else None,
        "after": add_months(month, 1) if month < date(9000, 1, 1) else None,
        "preview": preview,
        "steps": steps(changes_about(desk.db, "contract", ref), desk.moment),
    }
    return page(request, "contract/next_invoice.html", context | (_told(request, desk, preview)))


def _told(request: HttpRequest, desk: Desk, preview: InvoicePreview | None) -> dict[str, object]:
    """The document in words, one page of its families."""
    if preview is None:
        return {"paper": None}
    header = preview.document.header
    lines = invoice_lines(header, preview.document.entries)
    shown = part_of(lines["family_ref"], page_number(request.GET))
    paper = document_of_lines(header, lines, desk.language, shown.refs)
    return {"paper": paper, "header": header, "part": shown}


urlpatterns = [
    path("contracts/<str:ref>", contract, name="contract"),
    path("contracts/<str:ref>/next-invoice", next_invoice, name="next-invoice"),
]

"""Invoices and payouts as sent, and every line down to its entries."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from avenant.desk.context import page
from avenant.desk.doors import door
from avenant.desk.roles import Permission


@door(Permission.SEE_MONEY, looks_at="invoice", by="number")
def invoice(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.SEE_MONEY, looks_at="invoice", by="number")
def invoice_file(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.SEE_MONEY, looks_at="invoice", by="number")
def invoice_line(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.SEE_MONEY, looks_at="payout", by="number")
def payout(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.SEE_MONEY, looks_at="payout", by="number")
def payout_file(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.SEE_MONEY, looks_at="payout", by="number")
def payout_line(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


urlpatterns = [
    path("invoices/<str:number>", invoice, name="invoice"),
    path("invoices/<str:number>/file/<str:form>", invoice_file, name="invoice-file"),
    path("invoices/<str:number>/lines/<int:line>", invoice_line, name="invoice-line"),
    path("payouts/<str:number>", payout, name="payout"),
    path("payouts/<str:number>/file/<str:form>", payout_file, name="payout-file"),
    path("payouts/<str:number>/lines/<int:line>", payout_line, name="payout-line"),
]

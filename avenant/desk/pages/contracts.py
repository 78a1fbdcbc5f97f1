"""A contract: people, premium, invoices, balance, what waits for the next invoice."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from avenant.desk.context import page
from avenant.desk.doors import door
from avenant.desk.roles import Permission


@door(Permission.SEE_MONEY, looks_at="contract", by="ref")
def contract(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.SEE_MONEY, looks_at="contract", by="ref")
def next_invoice(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


urlpatterns = [
    path("contracts/<str:ref>", contract, name="contract"),
    path("contracts/<str:ref>/next-invoice", next_invoice, name="next-invoice"),
]

"""Nightly, invoice and payout runs."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from avenant.desk.context import page
from avenant.desk.doors import door
from avenant.desk.roles import Permission


@door(Permission.SEE_RUNS)
def runs(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.SEE_RUNS)
def run(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.RETRY)
def retry(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


urlpatterns = [
    path("runs", runs, name="runs"),
    path("runs/<int:run>", run, name="run"),
    path("runs/retry", retry, name="retry"),
]

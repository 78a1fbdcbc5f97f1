"""Cases: a question that travels up the ladder and back."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from avenant.desk.context import page
from avenant.desk.doors import door
from avenant.desk.roles import Permission


@door(Permission.SEE_CASES)
def cases(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.SEE_CASES)
def case(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.ESCALATE)
def escalate(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.ESCALATE)
def case_step(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.SEE_CASES)
def case_statistics(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


urlpatterns = [
    path("cases", cases, name="cases"),
    path("cases/<int:number>", case, name="case"),
    path("cases/new", escalate, name="escalate"),
    path("cases/<int:number>/step", case_step, name="case-step"),
    path("cases/statistics", case_statistics, name="case-statistics"),
]

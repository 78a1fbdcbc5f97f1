"""The administrator's pages: users, rulebooks, breaker, erasure; the auditor's: visits."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from avenant.desk.context import page
from avenant.desk.doors import door
from avenant.desk.roles import Permission


@door(Permission.SEE_USERS)
def users(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.SEE_RULEBOOKS)
def rulebooks(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.OVERRIDE)
def breaker(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.ERASE)
def erasure(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.SEE_VISITS)
def visits(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


urlpatterns = [
    path("users", users, name="users"),
    path("rulebooks", rulebooks, name="rulebooks"),
    path("breaker", breaker, name="breaker"),
    path("erasure", erasure, name="erasure"),
    path("visits", visits, name="visits"),
]

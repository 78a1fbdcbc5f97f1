"""Find: people, contracts, documents, by name or number."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from avenant.desk.context import page
from avenant.desk.doors import door
from avenant.desk.roles import Permission


@door(Permission.FIND)
def find(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.FIND)
def find_quick(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


urlpatterns = [
    path("find", find, name="find"),
    path("find/quick", find_quick, name="find-quick"),
]

"""Facts in: news told, and what it would change, before it is saved."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from avenant.desk.context import page
from avenant.desk.doors import door
from avenant.desk.roles import Permission


@door(Permission.TELL)
def tell(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.TELL)
def tell_form(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.TELL)
def tell_preview(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.TELL)
def tell_save(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


urlpatterns = [
    path("tell", tell, name="tell"),
    path("tell/<str:what>", tell_form, name="tell-form"),
    path("tell/<str:what>/preview", tell_preview, name="tell-preview"),
    path("tell/<str:what>/save", tell_save, name="tell-save"),
]

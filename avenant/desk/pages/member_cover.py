"""A member's cover and billing."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from avenant.desk.context import page
from avenant.desk.doors import door
from avenant.desk.roles import Permission


@door(Permission.SEE_COVER, looks_at="member", by="ref")
def cover(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.SEE_COVER, looks_at="member", by="ref")
def premium(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.SEE_COVER, looks_at="member", by="ref")
def premium_why(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


urlpatterns = [
    path("members/<str:ref>/cover", cover, name="cover"),
    path("members/<str:ref>/premiums/<str:month>", premium, name="premium"),
    path("members/<str:ref>/premiums/<str:month>/why", premium_why, name="premium-why"),
]

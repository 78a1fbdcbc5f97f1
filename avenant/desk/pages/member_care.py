"""A member's care events."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from avenant.desk.context import page
from avenant.desk.doors import door
from avenant.desk.roles import Permission


@door(Permission.SEE_CARE, looks_at="member", by="ref")
def care(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.SEE_CARE, looks_at="member", by="ref")
def care_event(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.SEE_CARE, looks_at="act", by="act")
def act_why(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


urlpatterns = [
    path("members/<str:ref>/care", care, name="care"),
    path("members/<str:ref>/care/<int:event>", care_event, name="care-event"),
    path("acts/<int:act>/why", act_why, name="act-why"),
]

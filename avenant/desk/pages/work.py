"""What waits for a person, answered in place."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from avenant.desk.context import page
from avenant.desk.doors import door
from avenant.desk.roles import Permission


@door(Permission.SEE_WORK)
def work(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.SEE_WORK)
def work_item(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


@door(Permission.ANSWER)
def answer(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


urlpatterns = [
    path("work", work, name="work"),
    path("work/<str:kind>/<str:ref>", work_item, name="work-item"),
    path("work/<str:kind>/<str:ref>/answer", answer, name="answer"),
]

"""Home: what needs me."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from avenant.desk.context import page
from avenant.desk.doors import door
from avenant.desk.roles import Permission


@door(Permission.ENTER)
def home(request: HttpRequest, **where: object) -> HttpResponse:
    """Being built."""
    return page(request, "coming.html")


urlpatterns = [
    path("", home, name="home"),
]

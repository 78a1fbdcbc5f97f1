"""Health and metrics, for machines."""

import psycopg
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from avenant.desk.context import book
from avenant.desk.doors import door, open_to_anybody
from avenant.desk.roles import Permission


@open_to_anybody
def health(request: HttpRequest) -> HttpResponse:
    """200 while the books can be read, 503 while not; no detail for strangers."""
    try:
        book().head()
    except psycopg.Error:
        return JsonResponse({"healthy": False}, status=503)
    return JsonResponse({"healthy": True})


@door(Permission.SEE_RUNS)
def metrics(request: HttpRequest) -> HttpResponse:
    """Being built."""
    return HttpResponse("", content_type="text/plain; version=0.0.4")


urlpatterns = [path("health", health, name="health"), path("metrics", metrics, name="metrics")]

"""Health and metrics, for machines; with the pages that tell how an amount moved and what a change would do."""

from __future__ import annotations

import hmac
import os

import psycopg
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from avenant.desk.context import book
from avenant.desk.doors import door, open_to_anybody
from avenant.desk.pages import previews, why
from avenant.desk.roles import Permission
from avenant.flows.health import health as state_of
from avenant.flows.metrics import metrics_text

TEXT = "text/plain; version=0.0.4; charset=utf-8"


@open_to_anybody
def health(request: HttpRequest) -> HttpResponse:
    """200 while the books can be read and the night runs as it should, else 503; no detail for strangers."""
    try:
        healthy = state_of(book()).healthy
    except psycopg.Error:
        return JsonResponse({"healthy": False, "readable": False}, status=503)
    return JsonResponse({"healthy": healthy, "readable": True}, status=200 if healthy else 503)


@open_to_anybody
def health_of_desk(request: HttpRequest) -> HttpResponse:
    """200 while this desk can read the books: for a proxy that asks whether to send people here."""
    try:
        book().head()
    except psycopg.Error:
        return JsonResponse({"readable": False}, status=503)
    return JsonResponse({"readable": True})


@door(Permission.SEE_RUNS)
def metrics_for_people(request: HttpRequest) -> HttpResponse:
    """The metrics, for somebody who is signed in and may see runs."""
    return HttpResponse(metrics_text(book()), content_type=TEXT)


def metrics(request: HttpRequest) -> HttpResponse:
    """Metrics for Prometheus, who shows the token of AVENANT_METRICS_TOKEN; for people by their role."""
    if _is_machine(request):
        return HttpResponse(metrics_text(book()), content_type=TEXT)
    return metrics_for_people(request)


metrics.permission = Permission.SEE_RUNS  # type: ignore[attr-defined]


def _is_machine(request: HttpRequest) -> bool:
    token = os.environ.get("AVENANT_METRICS_TOKEN", "")
    shown = request.headers.get("Authorization", "")
    return bool(token) and hmac.compare_digest(shown.encode(), f"Bearer {token}".encode())


urlpatterns = [
    *why.urlpatterns,
    *previews.urlpatterns,
    path("health", health, name="health"),
    path("health/desk", health_of_desk, name="health-desk"),
    path("metrics", metrics, name="metrics"),
]

"""Pages for what no view answered: unknown addresses, broken requests, an expired form."""

from django.http import HttpRequest, HttpResponse

from avenant.desk.context import language_of, page
from avenant.desk.words import say


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An address that leads nowhere."""
    return page(request, "not_found.html", status=404)


def malformed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that cannot be read."""
    return page(
        request, "error.html", {"said": say(language_of(request), "error.not_found_text")}, status=400
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Something that is not for this person."""
    return page(request, "refused.html", {"permission": None}, status=403)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: too old, or from elsewhere."""
    return page(request, "error.html", {"said": say(language_of(request), "error.form_expired")}, status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """Something of ours broke before a page could be made."""
    return page(
        request, "error.html", {"said": say(language_of(request), "error.title"), "ours": True}, status=500
    )

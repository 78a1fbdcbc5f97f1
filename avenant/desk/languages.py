"""Django's and allauth's own texts in the language that the person reads the desk in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation


class LanguageOfPerson:
    """Activate the language of the cookie, else the browser's; pages of the desk themselves ask the user."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get("language")
        if chosen not in ("en", "fr"):
            chosen = "fr" if request.headers.get("Accept-Language", "").lower().startswith("fr") else "en"
        with translation.override(chosen):
            return self.get_response(request)

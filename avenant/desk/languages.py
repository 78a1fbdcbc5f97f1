"""Django's and allauth's own texts in the language that the person reads the desk in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from avenant.desk.context import language_of


class LanguageOfPerson:
    """Activate the language of the user, else of the cookie, else of the browser: that of the page around it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(language_of(request)):
            return self.get_response(request)

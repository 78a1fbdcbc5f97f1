"""What arrives with a request, as a database can hold it: PostgreSQL's text has no NUL, so none gets further.

legible("a\\x00b") == "a\\ufffdb"
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, QueryDict

NUL, UNREADABLE = "\x00", "\ufffd"


def legible(value: Any) -> Any:
    """Text without NUL, which is shown as a sign that could not be read; anything else as it is."""
    return value.replace(NUL, UNREADABLE) if isinstance(value, str) else value


def make_legible(request: HttpRequest) -> None:
    """Replace what nobody can read in the request's query and form, for every page alike."""
    request.GET = _fields(request.GET)
    if request.method == "POST":
        request.POST = _fields(request.POST)


def _fields(sent: QueryDict) -> QueryDict:
    if not any(NUL in text for name, texts in sent.lists() for text in (name, *texts)):
        return sent
    clean = QueryDict(mutable=True, encoding=sent.encoding)
    for name, texts in sent.lists():
        clean.setlist(legible(name), [legible(text) for text in texts])
    return clean

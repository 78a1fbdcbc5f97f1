"""Every page and search of the desk asked for again and again, in one process like a web worker of `avenant serve`.

python -m benchmarks.desk_visits postgresql://… --visits 40

Requests go through all of Django, as WSGI would hand them in; no network and no browser. Warm: a few requests of each
page, about others, come before those that count; the subjects of those are asked about for the first time by this
page. Like a worker it stays on one processor.

Prints one JSON object per page: its name, and of each request that counts the milliseconds, and those in which
this process had the processor: what is left of the former on a busy machine.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from avenant.commands.users import look_at
from avenant.desk.one_processor import processors, stay_on, way_back
from avenant.store.database import Database
from benchmarks.bars.desk_pages import PAGES, Asked, Page
from benchmarks.bars.desk_subjects import Subject, subjects

if TYPE_CHECKING:
    from django.test import Client

WARM_UP = 3


class NotThePage(Exception):
    """Something else than the page was answered; the text says what."""


def main() -> None:
    """Measure the pages of the database on the command line. Exit code 1: one of them did not answer."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--visits", type=int, default=40)
    asked = parser.parse_args()
    stay_on(min(processors(), default=None))
    back = way_back()
    db = Database(asked.url)
    drawn = subjects(db, WARM_UP + asked.visits)
    with looked_at(db) as clients:
        for page in PAGES:
            try:
                found = times(clients[page.role], page, drawn, back)
            except NotThePage as other:
                sys.exit(str(other))
            print(json.dumps({"page": page.name, **found}), flush=True)


@contextmanager
def looked_at(db: Database) -> Iterator[dict[str, Client]]:
    """A signed-in client for each role, on a desk over ``db``; its log goes nowhere."""
    look_at(db)
    from django.conf import settings
    from django.db import connections
    from django.test import Client

    from avenant.desk import context
    from avenant.desk.models import User

    settings.BOOK_URL = db.url
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.REQUIRE_MFA = settings.SECURE_SSL_REDIRECT = False
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    context.book.cache_clear()
    context.book_settings.cache_clear()
    clients = {}
    for user in User.objects.all():
        clients[user.username] = Client(raise_request_exception=False)
        clients[user.username].force_login(user)
    with open(os.devnull, "w") as nowhere:
        handlers: list[Any] = logging.getLogger("avenant").handlers
        streams = [handler.setStream(nowhere) for handler in handlers]
        yield clients
        for handler, stream in zip(handlers, streams, strict=True):
            handler.setStream(stream)
    context.book.cache_clear()
    connections.close_all()


def times(
    client: Client, page: Page, drawn: list[Subject], back: Callable[[], None] = lambda: None
) -> dict[str, list[float]]:
    """``milliseconds`` and ``cpu_milliseconds`` of each request that counts. Errors: NotThePage.

    back: what a web worker does before each request, to answer it where it stays.
    """
    found: dict[str, list[float]] = {"milliseconds": [], "cpu_milliseconds": []}
    for one in drawn:
        asked = page.asks(one)
        back()
        clocks = time.perf_counter(), time.process_time()
        status = answered(client, asked).status_code
        for name, began, now in zip(found, clocks, (time.perf_counter(), time.process_time()), strict=True):
            found[name].append(1000 * (now - began))
        if status not in page.statuses:
            raise NotThePage(f"{page.name}: {asked.path} answered {status} to the role {page.role}")
    return {name: samples[WARM_UP:] for name, samples in found.items()}


def answered(client: Client, asked: Asked) -> Any:
    """The answer to one request."""
    headers = {"HX-Request": "true"} if asked.part else {}
    if asked.form is None:
        return client.get(asked.path, headers=headers)
    return client.post(asked.path, asked.form, headers=headers)


if __name__ == "__main__":
    main()

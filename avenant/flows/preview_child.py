"""What computes a preview of the whole book for a page, told as events on standard output.

It is started by the guard, never by hand: `python -m avenant.flows.preview_child` with the request, JSON, on its
standard input. In the sandbox: one connection, one snapshot, a role that can only read. With facts to try: beside the
desk, under the application's role; it ends with the desk that began it.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from avenant.core.frames.news_rows import news_of
from avenant.flows.preview_told import fields
from avenant.flows.previewing_book import previewed_book
from avenant.flows.reruns.child import Telling, url_inside
from avenant.gateways.rulebook_files import rulebook_in
from avenant.store.database import Connection, Database

EVERY_SECONDS: Final = 0.5
LOOK_SECONDS: Final = 0.5
FAMILIES: Final = 2_000


@dataclass(frozen=True, slots=True)
class OneSnapshot(Database):
    """The database through one connection: a sandbox may not have others see the same snapshot."""

    connection: Connection

    @contextmanager
    def snapshot(self, imported: str | None = None) -> Iterator[Connection]:
        """The one snapshot. ``imported`` is not looked at."""
        yield self.connection


def main() -> None:
    """Answer the request on standard input; the exit code is 0 also where the code under it raised."""
    descriptor = os.dup(1)
    os.dup2(2, 1)  # what the code prints is no event
    telling = Telling(descriptor)
    telling.tell(["ready"])
    telling.send()
    request = json.loads(sys.stdin.buffer.read())
    try:
        with _database(request) as database:
            telling.tell(["result", "preview", _previewed(database, request, telling)])
    except Exception as error:
        telling.tell(["error", None, {"type": type(error).__name__, "message": str(error)[:2_000]}])
    telling.tell(["end"])
    telling.send()


@contextmanager
def _database(request: dict[str, Any]) -> Iterator[Database]:
    """The book: through the one door of the sandbox, or as the desk reaches it where facts are to be tried."""
    if "news" in request:
        os.environ["PGAPPNAME"] = request["called"]
        _leave_with(request["desk"])
        yield Database(request["url"])
        return
    database = Database(url_inside(request))
    with database.snapshot() as connection:
        yield OneSnapshot(database.url, connection)


def _leave_with(desk: int) -> None:
    """End at once, and with it the trial, when the process that began this one is no more. desk: its number."""

    def watch() -> None:
        while os.getppid() == desk:
            time.sleep(LOOK_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _previewed(db: Database, request: dict[str, Any], telling: Telling) -> dict[str, Any]:
    """The preview as plain values. rulebook: a folder of plan files, or null for the one in force; news: its rows."""
    told_at = 0.0

    def progress(stage: str, count: int, total: int) -> None:
        nonlocal told_at
        if count == total or time.monotonic() - told_at > EVERY_SECONDS:
            told_at = time.monotonic()
            telling.tell(["stage", stage, count, total])
            telling.send()

    folder = request["rulebook"]
    draft = None if folder is None else rulebook_in(Path(folder))
    news = news_of(request["news"]) if "news" in request else None
    day = date.fromisoformat(request["business_date"])
    seen = previewed_book(db, day, draft, news, 0, FAMILIES, progress, files=False)
    return fields(seen)


if __name__ == "__main__":
    main()

"""What runs inside the sandbox for a page: a preview of the whole book, told as events on standard output.

It is started by the guard, never by hand: `python -m avenant.flows.preview_child` with the request, JSON, on its
standard input. One connection, one snapshot, a role that can only read.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from avenant.flows.preview_told import fields
from avenant.flows.previewing_book import previewed_book
from avenant.flows.reruns.child import Telling, url_inside
from avenant.gateways.rulebook_files import rulebook_in
from avenant.store.database import Connection, Database

EVERY_SECONDS: Final = 0.5
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
    database = Database(url_inside(request))
    try:
        with database.snapshot() as connection:
            seen = _previewed(OneSnapshot(database.url, connection), request, telling)
        telling.tell(["result", "preview", seen])
    except Exception as error:
        telling.tell(["error", None, {"type": type(error).__name__, "message": str(error)[:2_000]}])
    telling.tell(["end"])
    telling.send()


def _previewed(db: Database, request: dict[str, Any], telling: Telling) -> dict[str, Any]:
    """The preview as plain values. rulebook: a folder of plan files, or null for the one in force."""
    told_at = 0.0

    def progress(stage: str, count: int, total: int) -> None:
        nonlocal told_at
        if count == total or time.monotonic() - told_at > EVERY_SECONDS:
            told_at = time.monotonic()
            telling.tell(["stage", stage, count, total])
            telling.send()

    folder = request["rulebook"]
    draft = None if folder is None else rulebook_in(Path(folder))
    day = date.fromisoformat(request["business_date"])
    seen = previewed_book(db, day, draft, None, 0, FAMILIES, progress, files=False)
    return fields(seen)


if __name__ == "__main__":
    main()

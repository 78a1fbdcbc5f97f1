"""A witness: notes what was acknowledged and what was answered, and later asks whether it still holds.

I1 what was acknowledged is there. I2 every as-of answer ever given is given again.
"""

import hashlib
import random
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType

import psycopg

from avenant.store.database import Connection, Database, FutureInstant
from tests.faults.books import contents_on

REVISION = "SELECT rev, committed_at, digest FROM revision ORDER BY rev DESC LIMIT 1"


@dataclass(slots=True)
class Witness:
    """Watches one book. In a `with` block it also asks as-of questions all the time, on a thread of its own."""

    book: Database
    dice: random.Random = field(default_factory=lambda: random.Random(0))
    acknowledged: dict[int, tuple[datetime, bytes]] = field(default_factory=dict)
    answers: dict[int, str] = field(default_factory=dict)
    instants: dict[datetime, int] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def look(self) -> None:
        """Note the latest revision and what the book looks like as of one revision and of one instant."""
        with self.book.connect() as connection:
            row = connection.execute(REVISION).fetchone()
            assert row is not None
            rev, at, digest = row
            self.acknowledged[rev] = (at, digest)
            asked = self.dice.choice([rev, rev, self.dice.randint(1, rev)])
            self.answers.setdefault(asked, _answer(connection, asked))
            instant = at - timedelta(microseconds=self.dice.choice([0, 0, 1, 10_000_000]))
        self.instants.setdefault(instant, self.book.revision_at(instant))

    def contradictions(self) -> list[str]:
        """What is no longer as it was acknowledged (I1) or answered (I2)."""
        found = []
        with self.book.connect() as connection:
            there = {
                rev: (at, digest)
                for rev, at, digest in connection.execute("SELECT rev, committed_at, digest FROM revision")
            }
            for rev, noted in self.acknowledged.items():
                if there.get(rev) != noted:
                    found.append(f"I1 revision {rev} was {noted}, is {there.get(rev)}")
            for rev, answer in self.answers.items():
                if _answer(connection, rev) != answer:
                    found.append(f"I2 the book as of revision {rev} is no longer what it was")
        for instant, rev in self.instants.items():
            if self.book.revision_at(instant) != rev:
                found.append(f"I2 {instant} was revision {rev}, is {self.book.revision_at(instant)}")
        return found

    def __enter__(self) -> "Witness":
        self.look()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        assert self._thread is not None
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(self.dice.uniform(0.02, 0.1)):
            try:
                self.look()
            except (psycopg.Error, FutureInstant):
                time.sleep(0.05)  # the server is away, or its clock was just set back


def _answer(connection: Connection, rev: int) -> str:
    return hashlib.sha256(repr(contents_on(connection, rev)).encode()).hexdigest()

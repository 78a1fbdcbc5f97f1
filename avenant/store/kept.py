"""A database whose reading connections are kept for the next question, for a process that is asked all day.

db = KeptConnections(url)
with db.snapshot() as connection: ...       # as of ``Database``, without signing in each time

Only snapshots are kept: they write nothing, and a rollback leaves nothing of them on the connection. Whoever writes
gets a connection of its own, as from any ``Database``.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import psycopg
from psycopg import IsolationLevel

from avenant.store.database import BookSettings, Connection, Database

MOST_KEPT = 8
"""So many wait for the next question; what more come back are closed."""
KEPT_SECONDS = 300.0
"""A connection that nobody wanted for so long is closed by the next question."""


@dataclass(slots=True)
class Shelf:
    """The connections of one process that wait, the one used last on top; each with when it was put back."""

    process: int = field(default_factory=os.getpid)
    waiting: list[tuple[float, Connection]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    settings: BookSettings | None = None

    def taken(self) -> Connection | None:
        """The one used last; None where none waits. Those that waited too long are closed."""
        oldest = time.monotonic() - KEPT_SECONDS
        with self.lock:
            if self.process != os.getpid():  # a fork must not speak on its parent's connections, nor end them
                self.process, self.waiting = os.getpid(), []
            stale = [one for since, one in self.waiting if since < oldest]
            self.waiting = [kept for kept in self.waiting if kept[0] >= oldest]
            found = self.waiting.pop()[1] if self.waiting else None
        for one in stale:
            one.close()
        return found

    def put_back(self, connection: Connection) -> None:
        """Keep it for the next question, or close it where enough wait."""
        with self.lock:
            if len(self.waiting) < MOST_KEPT:
                self.waiting.append((time.monotonic(), connection))
                return
        connection.close()

    def clear(self) -> None:
        """Close all that wait."""
        with self.lock:
            waiting, self.waiting = self.waiting, []
        for _, connection in waiting:
            connection.close()

    def __del__(self) -> None:
        """Nobody asks any more: close all that wait, in the process that opened them."""
        if self.process == os.getpid():
            self.clear()


@dataclass(frozen=True, slots=True)
class KeptConnections(Database):
    """The database of ``url``; its snapshots share a few connections. ``close`` ends those that wait."""

    _shelf: Shelf = field(default_factory=Shelf, compare=False, repr=False)

    @contextmanager
    def snapshot(self, imported: str | None = None) -> Iterator[Connection]:
        """As ``Database.snapshot``; one of an exported snapshot gets a connection of its own."""
        if imported is not None:
            with Database(self.url).snapshot(imported) as connection:
                yield connection
            return
        connection = self._begun()
        try:
            yield connection
        finally:
            self._ended(connection)

    def _ended(self, connection: Connection) -> None:
        """Keep the connection, unless it broke."""
        try:
            connection.rollback()
        except psycopg.Error:
            connection.close()
        else:
            self._shelf.put_back(connection)

    def _begun(self) -> Connection:
        """A connection inside a fresh snapshot; a kept one that broke meanwhile is replaced by a new one."""
        while (kept := self._shelf.taken()) is not None:
            try:
                kept.execute("SELECT 1")
                return kept
            except psycopg.OperationalError:
                kept.close()
        connection = psycopg.connect(self.url, prepare_threshold=None)
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        connection.execute("SELECT 1")
        return connection

    def settings(self) -> BookSettings:
        """The settings of the book, read once: they stay for ever."""
        if self._shelf.settings is None:
            self._shelf.settings = Database.settings(self)
        return self._shelf.settings

    def now(self) -> datetime:
        """The database's clock: real, or simulated."""
        with self.snapshot() as connection:
            row = connection.execute("SELECT book_now()").fetchone()
        assert row is not None
        return row[0]

    def close(self) -> None:
        """Close the connections that wait."""
        self._shelf.clear()

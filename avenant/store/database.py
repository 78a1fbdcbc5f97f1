"""One database of books: its address, connections, clock, and instants resolved to revisions.

database = Database(url)
with database.connect() as connection: ...
rev = database.revision_at(datetime(2026, 3, 14, 9, 12, tzinfo=PARIS))
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg import IsolationLevel

PARIS = ZoneInfo("Europe/Paris")
Connection = psycopg.Connection[tuple[Any, ...]]


class FutureInstant(ValueError):
    """An as-of question about an instant that has not come yet."""


@dataclass(frozen=True, slots=True)
class BookSettings:
    """What the database was created with: clock (real, simulated), opening month, issuer, number series, when."""

    clock: str
    opens: date
    issuer: str
    series: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Database:
    """The address of one database; every connection is opened by the caller and closed by it."""

    url: str

    def connect(self) -> Connection:
        """An autocommit connection."""
        return psycopg.connect(self.url, autocommit=True)

    @contextmanager
    def snapshot(self, imported: str | None = None) -> Iterator[Connection]:
        """A connection inside one REPEATABLE READ, READ ONLY transaction; ``imported``: an exported snapshot."""
        with psycopg.connect(self.url) as connection:
            connection.isolation_level = IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            if imported is None:
                connection.execute("SELECT 1")
            else:
                import_snapshot(connection, imported)
            yield connection
            connection.rollback()

    def settings(self) -> BookSettings:
        """The settings written when the database was created."""
        with self.connect() as connection:
            row = connection.execute(
                "SELECT clock, opens, issuer, series, created_at FROM book_settings"
            ).fetchone()
        if row is None:
            raise LookupError("this database has no book yet: create one with `avenant db create NAME`")
        return BookSettings(*row)

    def simulate(self, instant: datetime) -> None:
        """Set the clock of a simulated database."""
        with self.connect() as connection:
            done = connection.execute("UPDATE simulated_clock SET at = %s", [aware(instant)]).rowcount
        if not done:
            raise ValueError(
                "this database has the real clock: create one with `--clock simulated` to set its time"
            )

    def now(self) -> datetime:
        """The database's clock: real, or simulated."""
        with self.connect() as connection:
            return _one(connection.execute("SELECT book_now()"))

    def today(self) -> date:
        """The day in Paris, by the database's clock."""
        return self.now().astimezone(PARIS).date()

    def head(self) -> int:
        """The latest revision."""
        with self.connect() as connection:
            return _one(connection.execute("SELECT rev FROM head"))

    def revision_at(self, instant: datetime) -> int:
        """The revision that was known at ``instant``; asking again gives the same for ever."""
        with self.connect() as connection:
            try:
                return _one(connection.execute("SELECT rev_at(%s)", [aware(instant)]))
            except psycopg.errors.DatetimeFieldOverflow as error:
                raise FutureInstant(str(error.diag.message_primary)) from error


def import_snapshot(connection: Connection, imported: str) -> None:
    """See what the exported snapshot saw; before the first query of a REPEATABLE READ transaction.

    Errors: psycopg.OperationalError when the transaction that exported it is over.
    """
    try:
        connection.execute(f"SET TRANSACTION SNAPSHOT '{imported}'")
    except (
        psycopg.errors.UndefinedObject,
        psycopg.errors.InvalidParameterValue,
        psycopg.errors.ObjectNotInPrerequisiteState,
    ) as gone:
        raise psycopg.OperationalError("the connection that held the run's snapshot was lost") from gone


def aware(instant: datetime) -> datetime:
    """``instant`` with a time zone: Paris where none is given."""
    return instant if instant.tzinfo else instant.replace(tzinfo=PARIS)


def _one(cursor: psycopg.Cursor[tuple[Any, ...]]) -> Any:
    row = cursor.fetchone()
    assert row is not None
    return row[0]

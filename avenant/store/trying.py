"""Trying: write as in earnest inside a transaction that is always rolled back, and read what then would be.

with never_committed(database) as connection, undone_change(connection) as writer:
    writer.write("enrolment", rows)
    inside = Inside(database.url, connection)      # its snapshots see the rows; nobody else ever does
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg import IsolationLevel

from avenant.store.changes import ChangeWriter
from avenant.store.database import Connection, Database, import_snapshot

PATIENCE = "2s"
"""So long a trial waits for somebody who is writing the same version of a fact."""


@contextmanager
def never_committed(db: Database, imported: str | None = None) -> Iterator[Connection]:
    """A connection of its own in one REPEATABLE READ transaction that ends in a rollback, however it ends.

    imported: an exported snapshot to see the database as of.
    """
    with db.connect() as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        with connection.transaction(force_rollback=True):
            if imported is not None:
                import_snapshot(connection, imported)
            connection.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            yield connection


@contextmanager
def undone_change(connection: Connection) -> Iterator[ChangeWriter]:
    """A change whose rows this transaction sees until the block ends; it is never sealed and spends no revision.

    Errors: psycopg.errors.UniqueViolation, DeadlockDetected or LockNotAvailable when somebody else writes the
    same versions.
    """
    with connection.transaction(force_rollback=True):
        row = connection.execute(
            "INSERT INTO change (actor, reason) VALUES ('preview', 'tried and undone') RETURNING change_id"
        ).fetchone()
        assert row is not None
        yield ChangeWriter(connection, row[0])


@dataclass(frozen=True, slots=True)
class Inside(Database):
    """The database as one open transaction sees it: its snapshots are that transaction."""

    connection: Connection

    @contextmanager
    def snapshot(self, imported: str | None = None) -> Iterator[Connection]:
        """The open transaction; what fails in the block does not spoil it. ``imported`` is not looked at."""
        with self.connection.transaction():
            yield self.connection

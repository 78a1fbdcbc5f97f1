"""Revisions and their instants: the head, the first one, and any by its number."""

from dataclasses import dataclass
from datetime import datetime

from avenant.store.database import Connection


@dataclass(frozen=True, slots=True)
class Ends:
    """The first and the latest revision with their instants (None: nothing was ever told), and the book's clock."""

    first_at: datetime | None
    head: int
    head_at: datetime | None
    now: datetime
    simulated: bool


def ends(connection: Connection) -> Ends:
    """Where the knowledge of this database begins and ends."""
    row = connection.execute(
        """SELECT (SELECT committed_at FROM revision ORDER BY rev LIMIT 1), head.rev,
                  (SELECT committed_at FROM revision WHERE revision.rev = head.rev),
                  book_now(), (SELECT clock = 'simulated' FROM book_settings)
           FROM head"""
    ).fetchone()
    assert row is not None
    return Ends(*row)


def instant_of(connection: Connection, rev: int) -> datetime | None:
    """When revision ``rev`` was sealed; None where there is no such revision."""
    row = connection.execute("SELECT committed_at FROM revision WHERE rev = %s", [rev]).fetchone()
    return None if row is None else row[0]


def last_revision(connection: Connection, instant: datetime) -> int | None:
    """The last revision sealed up to an instant: known at it for ever unless it lies beyond the head."""
    row = connection.execute(
        "SELECT rev FROM revision WHERE committed_at <= %s ORDER BY committed_at DESC LIMIT 1", [instant]
    ).fetchone()
    return None if row is None else row[0]

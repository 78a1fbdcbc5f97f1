"""What invoice and payout runs do alike: never go back in time, and lose races with dignity."""

from collections.abc import Callable
from datetime import date

import polars as pl
import psycopg

from avenant.store.changes import ChangeWriter, change_on
from avenant.store.database import Connection
from avenant.store.readers.settling import Documents, latest_issue_date
from avenant.store.writers.numbering import number_alone
from avenant.store.writers.runs import OpenRun, RacesLost

Progress = Callable[[str, int, int], None]
ATTEMPTS = 8


class TooEarly(ValueError):
    """A run before the date from which it may settle, or dated before the latest document of its series."""


def refuse_going_back(connection: Connection, documents: Documents, series: str, business_date: date) -> None:
    """Raise TooEarly where a later number would carry an earlier date."""
    latest = latest_issue_date(connection, documents, series)
    if latest is not None and business_date < latest:
        raise TooEarly(
            f"the latest document of series {series} is dated {latest}; a run dated {business_date} would number "
            f"a later document with an earlier date: use {latest} or a later date"
        )


def issued_once(
    connection: Connection,
    opened: OpenRun,
    series: str,
    reason: str,
    entries: pl.DataFrame,
    read_again: Callable[[], pl.DataFrame],
    write: Callable[[ChangeWriter, pl.DataFrame], pl.DataFrame],
) -> pl.DataFrame | None:
    """What ``write`` issues of the open ``entries`` in one transaction, alone in its series; None without entries.

    When another run took an entry or a number, ``read_again`` tells what is still open. Errors: RacesLost.
    """
    for _ in range(ATTEMPTS):
        if entries.is_empty():
            return None
        try:
            with change_on(connection, opened.actor, reason, opened.run_id) as writer:
                number_alone(writer.connection, series)
                return write(writer, entries)
        except (psycopg.errors.UniqueViolation, psycopg.errors.DeadlockDetected):
            entries = read_again()
    raise RacesLost(f"a chunk lost {ATTEMPTS} races in a row: is another run of {opened.kind} under way?")

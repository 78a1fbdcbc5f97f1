"""Learn news: what somebody told us becomes new versions of facts, in one change; or nothing of it does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import polars as pl
import psycopg

from avenant.core.frames.news import News
from avenant.core.importing.checking import problems
from avenant.core.importing.problem import Problem
from avenant.core.rulebook.model import Rulebook, empty_rulebook
from avenant.store.changes import ChangeWriter, change_on, revision_of
from avenant.store.database import Connection, Database
from avenant.store.readers.news import Standing, standing_for
from avenant.store.readers.rulebooks import NothingPublished, published
from avenant.store.writers.facts import NewVersions, new_versions
from avenant.store.writers.people import keep_people

BeforeWriting = Callable[[Connection, Standing, NewVersions], None]
ATTEMPTS = 5
SHOWN = 20
"""So many problems are told in the text of a refusal; ``problems`` holds all."""


class NewsRefused(ValueError):
    """News that cannot be right; nothing of it was written."""

    def __init__(self, found: list[Problem]) -> None:
        """``found``: every row that is wrong, with what was seen and what to do."""
        self.problems = found
        more = [f"and {len(found) - SHOWN:,} more"] if len(found) > SHOWN else []
        super().__init__("\n".join([*map(str, found[:SHOWN]), *more]))


@dataclass(frozen=True, slots=True)
class LearnReport:
    """What was written: rows per table, and under which change and revision (None: nothing was new)."""

    change_id: int | None = None
    rev: int | None = None
    written: dict[str, int] = field(default_factory=dict)


def learn(
    db: Database, news: News, actor: str, reason: str, before_writing: BeforeWriting | None = None
) -> LearnReport:
    """Append the facts of ``news`` that differ from what is known. The same news told twice writes nothing.

    before_writing: called when there is something to write, after what stands was read; what it raises stops it.
    Whoever tells one of the facts after that look writes the same version, and the loser looks again.
    Errors: NewsRefused with every problem; psycopg errors after five lost races with other writers.
    """
    with db.connect() as connection:
        rulebook, opens = _rulebook(connection), db.settings().opens
        for attempt in range(ATTEMPTS):
            standing = standing_for(connection, news)
            today = _today(connection)
            found = problems(news, standing.facts(), rulebook, today, opens)
            if found:
                raise NewsRefused(found)
            try:
                return _append(connection, news, standing, actor, reason, before_writing)
            except (psycopg.errors.UniqueViolation, psycopg.errors.DeadlockDetected):
                if attempt == ATTEMPTS - 1:
                    raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def _today(connection: Connection) -> date:
    row = connection.execute("SELECT (book_now() AT TIME ZONE 'Europe/Paris')::date").fetchone()
    assert row is not None
    return row[0]


def _rulebook(connection: Connection) -> Rulebook:
    try:
        return published(connection).rulebook
    except NothingPublished:
        return empty_rulebook()


def _append(
    connection: Connection,
    news: News,
    standing: Standing,
    actor: str,
    reason: str,
    before_writing: BeforeWriting | None,
) -> LearnReport:
    versions = new_versions(connection, news, standing)
    if versions.is_empty():
        _keep_people(connection, news, versions)
        return LearnReport()
    if before_writing is not None:
        before_writing(connection, standing, versions)
    with change_on(connection, actor, reason) as writer:
        _write(writer, versions)
        keep_people(connection, news.people, versions.member_ids)
    return LearnReport(writer.change_id, revision_of(connection, writer.change_id), writer.rows_written())


def _keep_people(connection: Connection, news: News, versions: NewVersions) -> None:
    with connection.transaction():
        keep_people(connection, news.people, versions.member_ids)


def _write(writer: ChangeWriter, versions: NewVersions) -> None:
    frames: dict[str, pl.DataFrame] = versions.tables
    for table, rows in frames.items():
        writer.write(table, rows)

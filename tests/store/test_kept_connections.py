"""Connections kept between questions: shared one after the other, never at once, never with anything left on them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import psycopg
import pytest

from avenant.store import kept
from avenant.store.database import Connection, Database
from avenant.store.kept import KeptConnections
from tests.conftest import Scratch


@pytest.fixture
def keeping(scratch: Scratch) -> Iterator[KeptConnections]:
    db = KeptConnections(scratch.url)
    yield db
    db.close()


def process(connection: Connection) -> int:
    """The number of the server's process at the other end."""
    return connection.info.backend_pid


def asked_by(db: KeptConnections) -> int:
    with db.snapshot() as connection:
        return process(connection)


def test_questions_one_after_the_other_share_a_connection(keeping: KeptConnections) -> None:
    assert asked_by(keeping) == asked_by(keeping)


def test_questions_at_once_have_connections_of_their_own(keeping: KeptConnections) -> None:
    with keeping.snapshot() as one, keeping.snapshot() as other:
        assert process(one) != process(other)


def test_no_more_than_a_few_wait_for_the_next_question(keeping: KeptConnections, scratch: Scratch) -> None:
    with ExitStack() as at_once:
        for _ in range(kept.MOST_KEPT + 3):
            at_once.enter_context(keeping.snapshot())
    with psycopg.connect(scratch.admin_url) as admin:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND usename = 'avenant_app'"
        assert admin.execute(query, [scratch.name]).fetchone() == (kept.MOST_KEPT,)


def test_a_question_sees_what_was_written_before_it_and_nothing_later(keeping: KeptConnections) -> None:
    first = asked_by(keeping)
    with keeping.snapshot() as connection, Database(keeping.url).connect() as writing:
        query = "SELECT count(*) FROM desk_user"
        assert process(connection) == first and connection.execute(query).fetchone() == (0,)
        writing.execute(
            """INSERT INTO desk_user (username, password, first_name, last_name, email, is_superuser, is_staff,
               is_active, date_joined, role, language, source_root)
               VALUES ('ana', '', '', '', '', false, false, true, now(), 'care', 'en', '')"""
        )
        assert connection.execute(query).fetchone() == (0,)
    with keeping.snapshot() as connection:
        assert process(connection) == first and connection.execute(query).fetchone() == (1,)


def test_nothing_is_written_by_a_question(keeping: KeptConnections) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), keeping.snapshot() as connection:
        connection.execute("INSERT INTO change (actor, reason) VALUES ('somebody', 'by mistake')")


def test_an_error_leaves_nothing_on_the_connection(keeping: KeptConnections) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero), keeping.snapshot() as connection:
        first = process(connection)
        connection.execute("SET LOCAL work_mem = '1MB'")
        connection.execute("SELECT 1 / 0")
    with keeping.snapshot() as connection:
        assert process(connection) == first
        assert connection.execute("SHOW work_mem").fetchone() != ("1MB",)


def test_a_connection_that_broke_is_replaced(keeping: KeptConnections, scratch: Scratch) -> None:
    first = asked_by(keeping)
    with psycopg.connect(scratch.admin_url, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    assert asked_by(keeping) != first


def test_one_that_waited_too_long_is_closed(
    keeping: KeptConnections, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = asked_by(keeping)
    monkeypatch.setattr(kept, "KEPT_SECONDS", -1.0)
    assert asked_by(keeping) != first


def test_a_forked_process_leaves_its_parents_connections_alone(
    keeping: KeptConnections, monkeypatch: pytest.MonkeyPatch
) -> None:
    with keeping.snapshot() as connection:
        first = process(connection)
    with monkeypatch.context() as forked:
        forked.setattr("avenant.store.kept.os.getpid", lambda: 0)
        assert asked_by(keeping) != first
        keeping.close()
    assert connection.execute("SELECT 1").fetchone() == (1,)
    connection.close()

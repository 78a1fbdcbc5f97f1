"""What checks found is kept: first seen, last seen, resolved; new findings and resolutions are told once."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import psycopg
import pytest

from avenant.flows import learn, nightly, publishing
from avenant.flows.keeping_checks import Checked, check_and_keep
from avenant.store.database import Database
from avenant.store.readers.check_results import (
    OpenFinding,
    finding_history,
    last_check_run,
    last_results,
    open_findings,
)
from tests.flows.checked_books import JANUARY, corrupt, people, rulebook

AMOUNTS = ["taxes", "unbilled-cover", "versions"]
TAX = "UPDATE premium SET tax_cents = {0} WHERE {1} AND month = '2026-01-01'"
ZOE = "member_id = (SELECT member_id FROM member WHERE ref = 'Zoe')"
ANNA = "member_id = (SELECT member_id FROM member WHERE ref = 'Anna')"


@pytest.fixture
def book(new_book: Callable[..., Database]) -> Database:
    """One month, booked."""
    db = new_book(opens=date(2026, 1, 1))
    publishing.publish(db, rulebook())
    learn.learn(db, people(), "operations", "signed")
    nightly.run(db, JANUARY)
    return db


@pytest.fixture
def superuser(book: Database, server: object) -> str:
    """The address under which everything is allowed."""
    with book.connect() as connection:
        return str(server.admin_url(connection.info.dbname))  # type: ignore[attr-defined]


def on(book: Database, day: int, **choices: str) -> Checked:
    """Run three checks on a day of February."""
    book.simulate(datetime(2026, 2, day, 3, tzinfo=UTC))
    return check_and_keep(book, "demand", AMOUNTS, **choices)  # type: ignore[arg-type]


def told(findings: list[OpenFinding]) -> list[tuple[str, str, str]]:
    return [(found.check, found.subject_kind, found.subject_ref) for found in findings]


ZOES = ("taxes", "member", "Zoe")


def test_a_finding_is_new_once_and_resolved_once(book: Database, superuser: str) -> None:
    assert on(book, 1).kept.new == []
    corrupt(superuser, TAX.format(1, ZOE))
    assert told(on(book, 2).kept.new) == [ZOES]
    again = on(book, 3).kept
    assert (again.new, again.resolved) == ([], [])
    with book.connect() as connection:
        (found,) = open_findings(connection)
        assert (found.first_seen.day, found.last_seen.day, found.rank, found.owner) == (
            2,
            3,
            "high",
            "engineering",
        )
    corrupt(superuser, TAX.format(0, ZOE))
    mended = on(book, 4).kept
    assert (told(mended.new), told(mended.resolved)) == ([], [ZOES])
    with book.connect() as connection:
        assert open_findings(connection) == []
        (found,) = finding_history(connection, "taxes")
        assert found.resolved_at is not None and found.resolved_at.day == 4


def test_a_check_of_one_contract_resolves_what_it_looked_at_alone(book: Database, superuser: str) -> None:
    corrupt(superuser, TAX.format(1, ZOE), TAX.format(1, ANNA))
    assert told(on(book, 2).kept.new) == [("taxes", "member", "Anna"), ZOES]
    corrupt(superuser, TAX.format(0, ZOE), TAX.format(0, ANNA))
    assert told(on(book, 3, contract="C2").kept.resolved) == [ZOES]
    with book.connect() as connection:
        assert told(open_findings(connection)) == [("taxes", "member", "Anna")]
        assert last_check_run(connection).at.day == 2  # type: ignore[union-attr]
    assert told(on(book, 4).kept.resolved) == [("taxes", "member", "Anna")]


def test_a_check_that_could_not_run_is_a_finding_and_resolves_nothing(book: Database, superuser: str) -> None:
    corrupt(superuser, TAX.format(1, ZOE))
    on(book, 2)
    with psycopg.connect(superuser) as connection:
        connection.execute("ALTER TABLE enrolment RENAME TO elsewhere")
    kept = on(book, 3).kept
    assert {found.severity for found in kept.new} == {"unknown"}
    assert kept.resolved == []
    with psycopg.connect(superuser) as connection:
        connection.execute("ALTER TABLE elsewhere RENAME TO enrolment")
    kept = on(book, 4).kept
    assert (kept.new, {found.severity for found in kept.resolved}) == ([], {"unknown"})
    with book.connect() as connection:
        assert told(open_findings(connection)) == [ZOES]
        results = dict(last_results(connection).select("check_name", "findings").iter_rows())
        assert results == {"taxes": 1, "unbilled-cover": 0, "versions": 0}


def test_results_are_append_only(book: Database, superuser: str) -> None:
    on(book, 2)
    for statement in ("UPDATE check_run SET rev = 0", "DELETE FROM check_result", "TRUNCATE check_finding"):
        with psycopg.connect(superuser) as connection, pytest.raises(psycopg.Error, match="append-only"):
            connection.execute(statement)  # type: ignore[call-overload]


def test_keeping_results_spends_no_revision_and_can_be_asked_as_of_one(
    book: Database, superuser: str
) -> None:
    head = book.head()
    corrupt(superuser, TAX.format(1, ZOE))
    on(book, 2)
    assert book.head() == head
    with book.connect() as connection:
        assert len(open_findings(connection, head)) == 1
        assert open_findings(connection, head - 1) == []

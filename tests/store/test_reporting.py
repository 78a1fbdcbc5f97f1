"""The schema for analysts: every column is explained, its figures are the book's, its role reads nothing else."""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime

import psycopg
import pytest

from avenant.flows import payouts
from avenant.flows.keeping_checks import check_and_keep
from avenant.gateways.postgres import EmbeddedServer, ExternalServer
from avenant.store.database import Database
from avenant.store.setup import create_book
from tests.flows.checked_books import play
from tests.flows.paid_books import book as booked
from tests.flows.paid_books import corrected, entry

Server = EmbeddedServer | ExternalServer
VIEWS = {
    *("premium_history", "current_premiums", "invoices", "reimbursement_history", "reimbursements"),
    *("payouts", "findings", "runs"),
}


@pytest.fixture(scope="module")
def played(server: Server, template: str) -> Iterator[Database]:
    """Three months of premiums, three acts, one of them corrected after it was paid."""
    name = f"reported_{uuid.uuid4().hex[:12]}"
    db = create_book(server, name, clock="simulated", opens=date(2026, 1, 1))
    play(db)
    db.simulate(datetime(2026, 4, 1, 9, tzinfo=UTC))
    booked(db, entry(db, 1, 25_00), entry(db, 2, 17_50), entry(db, 3, 30_00, "Zoe"))
    payouts.run(db, date(2026, 4, 1))
    corrected(db, 2, 17_50, 9_00)
    check_and_keep(db, "demand", ["runs"])
    yield db
    server.drop_database(name)


@pytest.fixture
def analyst(server: Server, played: Database) -> Iterator[psycopg.Connection]:
    """A connection that acts as the analysts' role."""
    with played.connect() as connection:
        name = connection.info.dbname
    with psycopg.connect(server.admin_url(name), autocommit=True) as connection:
        connection.execute("SET ROLE avenant_analyst")
        yield connection


def all_of(connection: psycopg.Connection, query: str) -> list[tuple[object, ...]]:
    return connection.execute(query).fetchall()  # type: ignore[call-overload, no-any-return]


def test_every_view_and_every_column_is_explained(analyst: psycopg.Connection) -> None:
    views = all_of(
        analyst,
        "SELECT relname, obj_description(oid) FROM pg_class WHERE relnamespace = 'reporting'::regnamespace",
    )
    assert {view for view, _ in views} == VIEWS
    columns = all_of(
        analyst,
        """SELECT c.relname || '.' || attname, col_description(c.oid, attnum) FROM pg_attribute
        JOIN pg_class AS c ON c.oid = attrelid WHERE relnamespace = 'reporting'::regnamespace AND attnum > 0""",
    )
    assert [name for name, said in [*views, *columns] if not said or len(str(said)) < 8] == []


def test_the_analyst_reads_the_views_and_nothing_else(analyst: psycopg.Connection) -> None:
    for view in sorted(VIEWS):
        all_of(analyst, f"SELECT * FROM reporting.{view} LIMIT 1")
    readable = all_of(
        analyst,
        """SELECT relnamespace::regnamespace::text, relname FROM pg_class
        WHERE relkind IN ('r', 'v', 'm', 'p', 'f', 'S')
          AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
          AND NOT pg_is_other_temp_schema(relnamespace) AND relkind <> 'S'
          AND has_table_privilege(oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')""",
    )
    assert set(readable) == {("reporting", view) for view in VIEWS}
    writable = all_of(
        analyst,
        """SELECT relname FROM pg_class WHERE relnamespace = 'reporting'::regnamespace
        AND has_table_privilege(oid, 'INSERT, UPDATE, DELETE')""",
    )
    assert writable == []
    for statement in ("SELECT * FROM premium", "SELECT seal(NULL)", "CREATE TABLE public.mine ()"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            all_of(analyst, statement)


def test_the_analyst_is_read_only_unless_it_says_otherwise(server: Server) -> None:
    if not isinstance(server, EmbeddedServer):
        pytest.skip("an external server has one user, who acts for all")
    with psycopg.connect(server.analyst_url("postgres")) as connection:
        assert all_of(connection, "SHOW default_transaction_read_only") == [("on",)]


def test_the_views_add_up_to_the_books(analyst: psycopg.Connection, played: Database) -> None:
    with played.connect() as books:
        for reported, booked_ in {
            "SELECT sum(amount), sum(tax), sum(employer_part) FROM reporting.premium_history": (
                "SELECT sum(amount_cents) / 100.0, sum(tax_cents) / 100.0, sum(employer_cents) / 100.0 FROM premium"
            ),
            "SELECT sum(amount) FROM reporting.current_premiums": "SELECT sum(amount_cents) / 100.0 FROM premium",
            "SELECT count(*), sum(total), sum(due) FROM reporting.invoices": (
                "SELECT count(*), sum(total_cents) / 100.0, sum(due_cents) / 100.0 FROM invoice"
            ),
            "SELECT sum(amount) FROM reporting.reimbursement_history": (
                "SELECT sum(amount_cents) / 100.0 FROM reimbursement"
            ),
            "SELECT sum(amount), count(*) FROM reporting.reimbursements": (
                "SELECT sum(amount_cents) / 100.0, 3 FROM reimbursement"
            ),
            "SELECT sum(total) FROM reporting.payouts": "SELECT sum(total_cents) / 100.0 FROM payout",
            "SELECT count(*) FROM reporting.runs": "SELECT count(*) FROM run",
        }.items():
            assert all_of(analyst, reported) == all_of(books, booked_), reported  # type: ignore[arg-type]
    (zoe,) = all_of(
        analyst,
        "SELECT amount, currency FROM reporting.current_premiums WHERE member = 'Zoe' AND month = '2026-03-01'",
    )
    assert zoe == (50, "EUR")
    assert {check for (check,) in all_of(analyst, 'SELECT DISTINCT "check" FROM reporting.findings')} == {
        "runs"
    }

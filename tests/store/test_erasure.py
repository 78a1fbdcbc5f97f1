"""Personal data can be erased without touching a fact or an entry, and stays erased."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import polars as pl
import psycopg
import pytest

from avenant.core.frames.news import TABLES as NEWS_TABLES
from avenant.core.frames.news import News
from avenant.core.rulebook.loading import read_inline
from avenant.flows import invoicing, learn, nightly, publishing
from avenant.flows.check_chain import verify_chain
from avenant.gateways.postgres import EmbeddedServer
from avenant.gateways.postgres_databases import DatabaseServer
from avenant.store.database import Connection, Database
from avenant.store.readers.invoices import invoice_document, invoice_list
from avenant.store.readers.people import personal_details
from avenant.store.tables import TABLES
from avenant.store.writers.people import erase_expired, erase_person, keep_people, keyed_hash
from tests.store.sessions import name_of, value_of

OPENS = date(2026, 1, 1)
NORA, SAM = 1, 2
SECRETS = ["Nora Leroy", "12 rue des Lilas", "FR7630001007941234567890185"]
PLANS = {"plans": {"flat": {"currency": "EUR", "prices": [{"valid_from": "2026-01", "everyone": 40}]}}}


def rows(table: str, *values: tuple[object, ...]) -> pl.DataFrame:
    return pl.DataFrame(list(values), schema=NEWS_TABLES[table], orient="row")


def nora_and_sam(last_day: date | None = None) -> News:
    enrolled = ("flat", "standard", "active", OPENS, last_day, False)
    name, address, iban = SECRETS
    return News(
        contracts=rows("contracts", ("C1", "individual", None, "EUR", False)),
        members=rows(
            "members",
            ("M1", "primary", date(1980, 5, 1), None, False),
            ("M2", "partner", date(1981, 5, 1), "M1", False),
        ),
        enrolments=rows("enrolments", ("E1", "C1", "M1", *enrolled), ("E2", "C1", "M2", *enrolled)),
        people=rows(
            "people",
            ("M1", "name", name),
            ("M1", "address", address),
            ("M1", "iban", iban),
            ("M2", "name", "Sam Leroy"),
        ),
    )


@pytest.fixture
def db(new_book: Callable[..., Database]) -> Database:
    """Nora and Sam: told, booked and invoiced in January."""
    db = new_book(opens=OPENS)
    publishing.publish(db, read_inline(PLANS))
    learn.learn(db, nora_and_sam(), "care", "signed")
    nightly.run(db, date(2026, 1, 1))
    invoicing.run(db, "individual", OPENS, date(2026, 1, 1))
    return db


def erase(db: Database, member: int) -> int:
    with db.connect() as connection:
        return erase_person(connection, member)


def shown(db: Database, member: int) -> dict[str, str]:
    with db.connect() as connection:
        return dict(personal_details(connection, [member]).select("kind", "shown").iter_rows())


def everything_written(db: Database) -> dict[str, list[tuple[str]]]:
    """Every row of every append-only table, as text."""
    tables = [*TABLES, "change", "change_rows", "revision", "head"]
    with db.connect() as connection:
        return {t: connection.execute(f"SELECT t::text FROM {t} AS t ORDER BY 1").fetchall() for t in tables}  # type: ignore[misc]


def told_again(db: Database, news: News, readmit: bool = False) -> None:
    ids = pl.DataFrame(
        {"ref": ["M1", "M2"], "member_id": [NORA, SAM]}, schema={"ref": pl.String, "member_id": pl.Int32}
    )
    with db.connect() as connection:
        keep_people(connection, news.people, ids, readmit)


def test_erasing_a_person_touches_no_fact_no_entry_and_no_revision(db: Database) -> None:
    before, chain = everything_written(db), verify_chain(db)
    assert all(len(before[table]) for table in ("member", "enrolment", "premium", "invoice", "change_rows"))
    db.simulate(datetime(2026, 3, 14, 23, 30, tzinfo=UTC))
    assert erase(db, NORA) == 3
    assert everything_written(db) == before
    after = verify_chain(db, chain.rev, expect=chain.digest)
    assert (after.findings, after.digest) == ([], chain.digest)
    assert nightly.run(db, date(2026, 1, 1)).written_rows == 0, "prices need the birth date alone"


def test_an_erased_detail_says_since_when_in_paris_and_others_keep_theirs(db: Database) -> None:
    db.simulate(datetime(2026, 3, 14, 23, 30, tzinfo=UTC))
    erase(db, NORA)
    assert shown(db, NORA) == dict.fromkeys(["address", "iban", "name"], "erased on 2026-03-15")
    assert shown(db, SAM) == {"name": "Sam Leroy"}


def test_nothing_of_an_erased_person_is_left_in_any_table(db: Database) -> None:
    def tables_with(connection: Connection, secret: str) -> list[str]:
        tables = [
            name
            for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
        return [
            table
            for table in tables
            if value_of(
                connection, f"SELECT count(*) FROM {table} AS t WHERE strpos(t::text, '{secret}') > 0"
            )
        ]

    with db.connect() as connection:
        assert [tables_with(connection, secret) for secret in SECRETS] == [["person_detail"]] * 3
        erase_person(connection, NORA)
        assert [tables_with(connection, secret) for secret in SECRETS] == [[], [], []]


def test_views_of_the_past_show_the_erasure_too(db: Database) -> None:
    known = db.head()
    with db.connect() as connection:
        number = invoice_list(connection)["number"][0]
        assert invoice_document(connection, number, known).header.customer == "Nora Leroy"
        erase_person(connection, NORA)
        document = invoice_document(connection, number, known)
    assert document.header.customer == "erased on 2026-01-01"
    assert document.entries["member_name"].to_list() == ["erased on 2026-01-01", "Sam Leroy"]
    assert document.header.total_cents == 4_000 + 4_000


def test_the_same_news_told_again_does_not_bring_back_what_was_erased(db: Database) -> None:
    erase(db, NORA)
    assert learn.learn(db, nora_and_sam(), "import", "the same file again").written == {}
    learn.learn(db, nora_and_sam(date(2026, 12, 31)), "import", "the same names with other news")
    assert shown(db, NORA)["name"] == "erased on 2026-01-01"


def test_who_comes_back_and_asks_for_it_is_kept_again(db: Database) -> None:
    erase(db, NORA)
    told_again(db, nora_and_sam(), readmit=True)
    assert shown(db, NORA)["name"] == "Nora Leroy"


def test_erasing_twice_erases_once(db: Database) -> None:
    assert (erase(db, NORA), erase(db, NORA)) == (3, 0)


def test_a_detail_cannot_be_half_erased(db: Database) -> None:
    with (
        db.connect() as connection,
        pytest.raises(psycopg.errors.CheckViolation, match="erased_details_are_gone"),
    ):
        connection.execute("UPDATE person_detail SET erased_at = now()")


def expired(db: Database, today: date) -> int:
    with db.connect() as connection:
        return erase_expired(connection, today)


def test_details_of_the_covered_are_kept_however_old(db: Database) -> None:
    assert expired(db, date(2046, 1, 1)) == 0


def test_each_kind_is_kept_as_long_as_it_may_be_needed_after_the_end_of_cover(db: Database) -> None:
    learn.learn(db, nora_and_sam(date(2026, 5, 31)), "care", "both leave")
    assert expired(db, date(2027, 6, 30)) == 0
    assert expired(db, date(2027, 7, 1)) == 1, "the bank details of 31 May 2026, thirteen months on"
    assert set(shown(db, NORA).values()) == {"Nora Leroy", "12 rue des Lilas", "erased on 2026-01-01"}
    assert expired(db, date(2031, 5, 31)) == 0
    assert expired(db, date(2031, 6, 1)) == 1 + 2, "an address and two names after five years"


def test_what_was_told_lately_is_kept_though_cover_ended_long_ago(db: Database) -> None:
    learn.learn(db, nora_and_sam(date(2026, 5, 31)), "care", "both leave")
    db.simulate(datetime(2027, 6, 30, tzinfo=UTC))
    told_again(db, nora_and_sam())
    assert expired(db, date(2027, 7, 1)) == 0


def test_the_reader_role_cannot_see_personal_details(server: DatabaseServer, db: Database) -> None:
    if not isinstance(server, EmbeddedServer):
        pytest.skip("a server given by DATABASE_URL has one user for all roles")
    with psycopg.connect(server.reader_url(name_of(db)), autocommit=True) as connection:
        assert value_of(connection, "SELECT count(*) FROM member") == 2
        for statement in ("SELECT value FROM person_detail", "SELECT count(*) FROM person_detail"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)  # type: ignore[call-overload]
        connection.execute("SET default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE person_detail SET value = 'x'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SET ROLE avenant_app")


def test_equal_values_are_matched_by_a_keyed_hash_and_without_a_key_not_at_all(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.connect() as connection:
        assert value_of(connection, "SELECT count(value_hash) FROM person_detail") == 0
        monkeypatch.setenv("AVENANT_HASH_KEY", "a secret of this installation")
        told_again(db, nora_and_sam())
        stored = value_of(
            connection, "SELECT value_hash FROM person_detail WHERE kind = 'name' AND member_id = 1"
        )
        assert stored == keyed_hash("  nora   LEROY ") != keyed_hash("Sam Leroy")
        monkeypatch.setenv("AVENANT_HASH_KEY", "another")
        assert stored != keyed_hash("Nora Leroy")
        erase_person(connection, NORA)
        assert value_of(connection, "SELECT count(value_hash) FROM person_detail WHERE member_id = 1") == 0

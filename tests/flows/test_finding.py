"""Whoever types a name or a number finds it, now or then; who is erased is not found by a name any more."""

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import polars as pl
import psycopg
import pytest
from click.testing import Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from avenant.cli import app
from avenant.core.finding.found import Found
from avenant.core.frames.news import TABLES as NEWS_TABLES
from avenant.core.frames.news import News
from avenant.core.generating.names import people_of
from avenant.core.rulebook.loading import read_inline
from avenant.flows import erasing, finding, invoicing, learn, nightly, publishing
from avenant.gateways import postgres
from avenant.gateways.postgres import EmbeddedServer
from avenant.gateways.postgres_databases import DatabaseServer
from avenant.store.database import Database
from avenant.store.readers import finding as reader
from avenant.store.readers.invoices import document_called, invoice_list
from avenant.store.readers.journal import movements
from avenant.store.setup import create_book
from avenant.store.writers.people import erase_expired, keep_people
from tests.flows.checked_books import corrupt
from tests.flows.paid_books import paid_book
from tests.store.sessions import name_of, superuser, value_of
from tests.strategies.names import with_a_slip

OPENS = date(2026, 1, 1)
PLANS = {"plans": {"flat": {"currency": "EUR", "prices": [{"valid_from": "2026-01", "everyone": 40}]}}}
PEOPLE = {
    "M1": ("Nora Leroy", "primary", date(1980, 5, 1), None),
    "M2": ("Sam Le Roy", "partner", date(1981, 5, 1), "M1"),
    "M3": ("Nora Leroy", "primary", date(1955, 3, 2), None),
    "M4": ("Jean-François d'Aubigné", "primary", date(1990, 7, 4), None),
}


def rows(table: str, *values: tuple[object, ...]) -> pl.DataFrame:
    return pl.DataFrame(list(values), schema=NEWS_TABLES[table], orient="row")


def told(last_day: date | None = None) -> News:
    cover = ("flat", "standard", "active", OPENS, last_day, False)
    return News(
        contracts=rows("contracts", ("C-1", "individual", None, "EUR", False)),
        members=rows(
            "members", *((ref, role, born, head, False) for ref, (_, role, born, head) in PEOPLE.items())
        ),
        enrolments=rows("enrolments", *((f"E-{ref}", "C-1", ref, *cover) for ref in PEOPLE)),
        people=rows("people", *((ref, "name", name) for ref, (name, *_) in PEOPLE.items())),
    )


@pytest.fixture
def db(new_book: Callable[..., Database]) -> Database:
    """Two Nora Leroys, Sam Le Roy and Jean-François d'Aubigné, told in January 2026; for tests that write."""
    return learnt(new_book(opens=OPENS))


@pytest.fixture(scope="module")
def invoiced(server: DatabaseServer, template: str) -> Iterator[Database]:
    """The same people, invoiced; for tests that only look."""
    name = f"invoiced_{uuid.uuid4().hex[:12]}"
    db = learnt(create_book(server, name, clock="simulated", opens=OPENS))
    nightly.run(db, OPENS)
    invoicing.run(db, "individual", OPENS, OPENS)
    yield db
    server.drop_database(name)


def learnt(db: Database) -> Database:
    publishing.publish(db, read_inline(PLANS))
    learn.learn(db, told(), "care", "signed")
    return db


def refs(db: Database, typed: str, rev: int | None = None) -> list[str]:
    return [one.ref for one in finding.found(db, typed, rev=rev)]


def test_a_name_is_found_however_it_is_typed(invoiced: Database) -> None:
    for typed in ("leroy nora", "NORA LEROY", "norra leroy", "Nora Lreoy", "nor ler", "Mme Nora Leroy"):
        assert refs(invoiced, typed) == ["M3", "M1"], typed
    for typed in ("jean-francois d’aubigne", "jeanfrancois aubigné", "daubigne", "jean françois", "aubinge"):
        assert refs(invoiced, typed) == ["M4"], typed
    assert refs(invoiced, "leroy 1980")[0] == refs(invoiced, "leroy 01/05/1980")[0] == "M1"
    assert refs(invoiced, "sam leroy") == refs(invoiced, "le roy sam") == ["M2"]
    assert refs(invoiced, "nobody") == []


def test_the_elder_of_two_of_a_name_comes_first_and_says_who_it_is(invoiced: Database) -> None:
    first = finding.found(invoiced, "nora leroy")[0]
    assert first == Found("member", "M3", 95, "Nora Leroy", "M3", "primary", date(1955, 3, 2))


def test_numbers_beyond_a_million_are_printed_and_found_whole(db: Database, server: DatabaseServer) -> None:
    nightly.run(db, OPENS)
    invoicing.run(db, "individual", OPENS, OPENS)
    corrupt(server.admin_url(name_of(db)), "UPDATE invoice SET number = 1234567")
    for typed in ("AV-2026-1234567", "av-2026-123456", "AV-2026-12", "AV-2026-"):
        assert refs(db, typed) == ["AV-2026-1234567"], typed
    assert refs(db, "AV-2026-0123") == refs(db, "AV-2026-13") == refs(db, "AV-2026-12345670") == []
    with db.snapshot() as connection:
        assert document_called(connection, "invoice", "AV-2026-1234567") is not None
        assert document_called(connection, "invoice", "AV-2026-123456") is None
        assert invoice_list(connection)["number"].to_list() == ["AV-2026-1234567"]
        assert any("AV-2026-1234567" in str(one) for one in movements(connection))
    with superuser(server, db) as connection:
        assert value_of(connection, "SELECT number FROM reporting.invoices") == "AV-2026-1234567"


def test_numbers_are_found_whole_or_by_their_beginning_in_small_letters_too(invoiced: Database) -> None:
    assert [(one.kind, one.ref, one.score) for one in finding.found(invoiced, "c-1")] == [
        ("contract", "C-1", 100)
    ]
    assert sorted(refs(invoiced, "m")) == sorted(["M1", "M2", "M3", "M4"])
    (invoice,) = finding.found(invoiced, "AV-2026-000001")
    assert (invoice.kind, invoice.about, invoice.amount_cents) == ("invoice", "C-1", 4 * 40_00)
    for typed in ("av-2026-1", "AV-2026", "AV-2026-", "av-2026-0000"):
        assert refs(invoiced, typed) == ["AV-2026-000001"], typed
    assert refs(invoiced, "AV-2026-000002") == refs(invoiced, "AV-2026-2") == refs(invoiced, "AV-2027") == []


def test_percent_signs_and_the_like_are_only_signs(invoiced: Database) -> None:
    for typed in (
        "%",
        "_1",
        "M_",
        "\\",
        "'; --",
        "~leroy",
        "ler*",
        "{}",
        "#",
        "##",
        "#99",
        "-2026-1",
        "9" * 90,
    ):
        assert [one for one in finding.found(invoiced, typed) if one.score == 100] == [], typed
    assert refs(invoiced, "%") == refs(invoiced, "M_") == []


def test_care_is_found_by_document_line_and_payout(new_book: Callable[..., Database]) -> None:
    db = paid_book(new_book(opens=OPENS))
    learn.learn(db, care(), "import", "care")
    assert [(one.kind, one.about, one.what) for one in finding.found(db, "d-0001")] == [
        ("document", "Anna", "secu_return")
    ]
    (act,) = finding.found(db, "D-0001#2")
    assert (act.kind, act.ref, act.about, act.what) == ("act", "D-0001#2", "Anna", "G")
    assert (act.amount_cents, act.currency, act.day) == (30_00, "EUR", date(2026, 3, 2))
    assert refs(db, "D-0001#") == ["D-0001#1", "D-0001#2"]
    with db.connect() as connection:
        number = value_of(connection, "SELECT line_id FROM care_line WHERE ref = 'D-0001#2'")
    assert refs(db, str(number)) == ["D-0001#2"]


def care() -> News:
    document = {
        "ref": "D-0001",
        "kind": "secu_return",
        "payer": "amo",
        "member_ref": "Anna",
        "currency": "EUR",
    }
    document["received_on"] = date(2026, 3, 9)  # type: ignore[assignment]
    line = {"document_ref": "D-0001", "act_code": "G", "care_from": date(2026, 3, 2), "charged_cents": 30_00}
    tables = {"documents": [document], "care_lines": [{**line, "line": 1}, {**line, "line": 2}]}
    return News(
        **{
            name: pl.DataFrame(
                [dict.fromkeys(NEWS_TABLES[name]) | row for row in rows], schema=dict(NEWS_TABLES[name])
            )
            for name, rows in tables.items()
        }
    )


def test_a_past_view_finds_what_was_known_then(db: Database) -> None:
    before = db.head()
    assert refs(db, "nora leroy", rev=0) == refs(db, "M1", rev=0) == refs(db, "C-1", rev=0) == []
    db.simulate(datetime(2026, 3, 1, tzinfo=UTC))
    late = News(
        members=rows("members", ("M9", "child", date(2026, 2, 1), "M1", False)),
        people=rows("people", ("M9", "name", "Zoé Leroy")),
    )
    learn.learn(db, late, "care", "born")
    assert (refs(db, "zoe leroy", before), refs(db, "zoe leroy")[:1]) == ([], ["M9"])
    assert (refs(db, "M9", before), refs(db, "M9")) == ([], ["M9"])


def stored(db: Database) -> set[str]:
    """All tokens of all names."""
    with db.connect() as connection:
        return {token for (token,) in connection.execute("SELECT unnest(tokens) FROM person_name")}


def test_an_erased_person_is_not_found_by_name_and_no_word_of_it_stays(db: Database) -> None:
    erasing.erase(db, "M4")
    assert refs(db, "aubigne") == refs(db, "jean francois") == refs(db, "d aubign") == []
    assert not [token for token in stored(db) if "aub" in token]
    assert finding.found(db, "M4")[0].name == "erased on 2026-01-01"
    learn.learn(db, told(date(2026, 12, 31)), "import", "the same names again")
    assert refs(db, "aubigne") == []
    finding.keep_names_found(db)
    assert refs(db, "aubigne") == []


def test_what_retention_erases_is_not_found_either(db: Database) -> None:
    learn.learn(db, told(date(2026, 5, 31)), "care", "all leave")
    with db.connect() as connection, connection.transaction():
        assert erase_expired(connection, date(2031, 6, 1)) == len(PEOPLE)
    assert (refs(db, "leroy"), stored(db)) == ([], set())


def kept(db: Database, ref: str, name: str, readmit: bool = False) -> None:
    with db.connect() as connection:
        member = value_of(connection, f"SELECT member_id FROM member WHERE ref = '{ref}'")
        ids = pl.DataFrame(
            {"ref": [ref], "member_id": [member]}, schema={"ref": pl.String, "member_id": pl.Int32}
        )
        keep_people(connection, rows("people", (ref, "name", name)), ids, readmit)


def test_a_new_name_replaces_the_old_one_and_who_comes_back_is_found_again(db: Database) -> None:
    kept(db, "M2", "Sam Duval")
    assert (refs(db, "duval"), refs(db, "sam le roy")) == (["M2"], [])
    erasing.erase(db, "M2")
    kept(db, "M2", "Sam Duval")
    assert refs(db, "duval") == []
    kept(db, "M2", "Sam Duval", readmit=True)
    assert refs(db, "duval") == ["M2"]


def test_names_of_an_older_database_are_made_searchable(server: DatabaseServer, db: Database) -> None:
    with superuser(server, db) as connection:
        connection.execute("DELETE FROM person_name")
    assert refs(db, "nora leroy") == []
    assert [finding.keep_names_found(db), finding.keep_names_found(db)] == [len(PEOPLE), len(PEOPLE)]
    assert refs(db, "nora leroy") == ["M3", "M1"]


def test_who_may_not_see_names_neither_reads_nor_searches_them(invoiced: Database) -> None:
    assert finding.found(invoiced, "nora leroy", names=False) == ()
    (member,) = finding.found(invoiced, "M1", names=False)
    assert (member.ref, member.name) == ("M1", None)
    assert "Leroy" not in repr(finding.found(invoiced, "M", names=False))


def test_the_reader_role_cannot_see_what_names_are_found_by(
    server: DatabaseServer, invoiced: Database
) -> None:
    if not isinstance(server, EmbeddedServer):
        pytest.skip("a server given by DATABASE_URL has one user for all roles")
    with psycopg.connect(server.reader_url(name_of(invoiced)), autocommit=True) as connection:
        for statement in ("SELECT tokens FROM person_name", "SELECT count(*) FROM person_name"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


@pytest.mark.parametrize("typed", ["", " ", "\u200b", "\t"])
def test_nothing_typed_finds_nothing(invoiced: Database, typed: str) -> None:
    assert finding.found(invoiced, typed) == ()


@pytest.mark.parametrize("typed", ["x" * 101, "le\x00roy", "\ud800", "a b c d e f g h i"])
def test_what_nobody_can_mean_is_refused(invoiced: Database, typed: str) -> None:
    with pytest.raises(ValueError, match=r"leave some out|type the text anew"):
        finding.found(invoiced, typed)
    with pytest.raises(ValueError, match="1 to 100 results"):
        finding.found(invoiced, "leroy", limit=0)


# A town of people, found through the index.

CROWD = 4_000


@pytest.fixture(scope="module")
def crowd(server: DatabaseServer, template: str) -> Iterator[Database]:
    """4,000 generated people with their names, and Łucja Ørstedt-Quéré."""
    name = f"crowd_{uuid.uuid4().hex[:12]}"
    db = create_book(server, name, clock="simulated", opens=OPENS)
    refs = pl.DataFrame({"ref": [f"M-{number:05d}" for number in range(CROWD)]})
    members = refs.with_columns(role=pl.lit("primary"), family=pl.int_range(CROWD))
    facts = refs.with_columns(
        role=pl.lit("primary"), birth_date=pl.lit(date(1980, 5, 1)), primary_ref=None, withdrawn=False
    )
    names = people_of(7, members).filter(pl.col("kind") == "name")
    rare = rows("people", ("M-02000", "name", "Łucja Ørstedt-Quéré"))
    news = News(
        members=facts.cast(dict(NEWS_TABLES["members"])),
        people=pl.concat([names.filter(pl.col("member_ref") != "M-02000"), rare]),
    )
    learn.learn(db, news, "import", "a town")
    with superuser(server, db) as connection:
        connection.execute("VACUUM ANALYZE person_name, person_detail, member")
    yield db
    server.drop_database(name)


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_slip_finds_the_one_with_a_rare_name_in_a_crowd(crowd: Database, data: st.DataObject) -> None:
    typed = data.draw(with_a_slip("Lucja Orstedt-Quere"))
    assert [one.ref for one in finding.found(crowd, typed)][:1] == ["M-02000"], typed


def test_everybody_of_a_common_name_is_found_through_the_index_not_by_reading_all(crowd: Database) -> None:
    with crowd.connect() as connection:
        name, many = connection.execute(
            "SELECT value, count(*) FROM person_detail WHERE kind = 'name' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"
        ).fetchall()[0]
        assert sum(one.name == name for one in finding.found(crowd, name)) == many > 1
    with crowd.snapshot() as connection:
        reader.by_index_alone(connection)
        for tokens in reader.WIDER:
            plan = connection.execute(
                "EXPLAIN SELECT member_id FROM person_name AS n WHERE n.tokens && %s::text[] LIMIT 200",
                [tokens("orstedt")],
            ).fetchall()
            assert "person_name_tokens" in str(plan) and "Seq Scan" not in str(plan)
        for pattern in ("M-0200%", "M-02000%"):
            plan = connection.execute(
                "EXPLAIN SELECT member_id FROM member WHERE version = 1 AND ref LIKE %s ORDER BY ref LIMIT 20",
                [pattern],
            ).fetchall()
            assert "Index" in str(plan) and "Seq Scan" not in str(plan)


def test_the_number_of_queries_does_not_grow_with_the_crowd(
    crowd: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    ask = psycopg.Connection.execute

    def counted(self: psycopg.Connection, query: str, *given: object, **options: object) -> object:
        asked.append(str(query))
        return ask(self, query, *given, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(psycopg.Connection, "execute", counted)
    for typed in (
        "m",
        "martin",
        "jean de la tour",
        "ornstedt",
        "M-0",
        "D-1#1",
        "AV-2026-1",
        "a b c d e f g h",
    ):
        asked.clear()
        finding.found(crowd, typed)
        assert len(asked) <= 45, typed


# The command.


@pytest.fixture
def typed(
    server: DatabaseServer, invoiced: Database, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """`avenant WORDS… --database BOOK`"""
    monkeypatch.setattr(postgres, "server_from_environment", lambda: server)
    return lambda *words: CliRunner().invoke(app, [*words, "--database", name_of(invoiced)])


def test_the_command_tells_what_it_finds_in_both_languages(typed: Callable[..., Result]) -> None:
    shown = typed("find", "lerroy", "nora", "1980")
    assert shown.exit_code == 0, shown.output
    assert shown.output == "Member M1  Nora Leroy  primary, born on 1 May 1980, family of M1\n"
    assert "né(e) le 1er mai 1980" in typed("find", "M1", "--language", "fr").output
    said = json.loads(typed("find", "AV-2026-000001", "--json").output)
    assert [(one["kind"], one["ref"], one["amount_cents"]) for one in said] == [
        ("invoice", "AV-2026-000001", 160_00)
    ]


def test_the_command_says_when_nothing_is_found_or_cannot_be_meant(typed: Callable[..., Result]) -> None:
    nothing = typed("find", "nobody")
    assert nothing.exit_code == 1 and "Nothing is found under 'nobody'" in nothing.output
    for words in (
        ("x" * 101,),
        ("leroy", "--language", "de"),
        ("leroy", "--limit", "0"),
        ("M1", "--known-at", "2030-01-01"),
    ):
        refused = typed("find", *words)
        assert refused.exit_code == 2 and "avenant:" in refused.output

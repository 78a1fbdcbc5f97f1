"""Care and operations at the command line: what was decided and why, what waits, answers, simulations."""

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import polars as pl
import pytest
from click.testing import Result
from typer.testing import CliRunner

from avenant.cli import app
from avenant.core.frames.news import TABLES, News
from avenant.flows import learn, nightly, publishing
from avenant.gateways import postgres
from avenant.gateways.rulebook_files import shipped_rulebook
from avenant.store.database import Database
from avenant.store.setup import Server, create_book

Told = Callable[..., Result]
TODAY = date(2025, 3, 31)
VISIT = {"act_code": "G", "care_from": date(2025, 3, 3), "charged_cents": 30_00, "provider_ref": "DR1"}


def table(name: str, *rows: dict[str, object]) -> pl.DataFrame:
    """A table of news; what is not mentioned is null."""
    return pl.DataFrame([dict.fromkeys(TABLES[name]) | row for row in rows], schema=dict(TABLES[name]))


def document(ref: str, kind: str, member: str, *lines: dict[str, object]) -> News:
    """A document with its lines, received on the tenth of March."""
    head = {
        "ref": ref,
        "kind": kind,
        "payer": "amo",
        "member_ref": member,
        "received_on": date(2025, 3, 10),
        "currency": "EUR",
    }
    told = [{"document_ref": ref, "line": number, **line} for number, line in enumerate(lines, start=1)]
    return News(documents=table("documents", head), care_lines=table("care_lines", *told))


@pytest.fixture
def book(server: Server, template: str) -> Iterator[Database]:
    """M-1 is insured under the shipped individual plan; a visit is told by the Sécu, two bills fit nothing well."""
    name = f"acts_{uuid.uuid4().hex[:12]}"
    db = create_book(server, name, clock="simulated", opens=date(2025, 1, 1))
    db.simulate(datetime(2025, 3, 31, 9, tzinfo=UTC))
    publishing.publish(db, shipped_rulebook())
    people = News(
        contracts=table("contracts", {"ref": "C-1", "kind": "individual", "currency": "EUR"}),
        members=table("members", {"ref": "M-1", "role": "primary", "birth_date": date(1985, 5, 1)}),
        enrolments=table(
            "enrolments",
            {
                "ref": "E-1",
                "contract_ref": "C-1",
                "member_ref": "M-1",
                "plan": "fr-individual",
                "level": "confort",
                "basis": "active",
                "valid_from": date(2025, 1, 1),
            },
        ),
    )
    paid = {"base_cents": 30_00, "rate_ppm": 700_000, "secu_cents": 19_00, "retention_cents": 2_00}
    bill = {"act_code": "G", "charged_cents": 30_00, "provider_ref": "DR1"}
    for news in (
        people,
        document("D1", "secu_return", "M-1", VISIT | paid | {"care_path": "in"}),
        document(
            "D2",
            "member_invoice",
            "M-1",
            bill | {"care_from": date(2025, 3, 5), "provider_ref": None, "sector": 1},
        ),
        document("D3", "member_invoice", "M-2", bill | {"care_from": date(2025, 3, 5)}),
    ):
        learn.learn(db, news, "test", "news")
    nightly.run(db, TODAY)
    yield db
    server.drop_database(name)


@pytest.fixture
def told(server: Server, book: Database, monkeypatch: pytest.MonkeyPatch) -> Told:
    """`avenant WORDS… --database BOOK`"""
    monkeypatch.setattr(postgres, "server_from_environment", lambda: server)
    name = book.url.rsplit("/", 1)[-1].partition("?")[0]
    return lambda *words: CliRunner().invoke(app, [*words, "--database", name])


def test_a_member_s_acts_are_listed_with_what_we_pay(told: Told) -> None:
    listed = told("acts", "list", "--member", "M-1")
    assert listed.exit_code == 0, listed.output
    assert "2025-03-03" in listed.output and "9.00 EUR" in listed.output and "D1#1" in listed.output
    (row,) = json.loads(told("acts", "list", "--member", "M-1", "--json").output)
    assert (row["charged_cents"], row["secu_cents"], row["decided_cents"]) == (30_00, 21_00, 9_00)
    assert row["out_of_pocket_cents"] == 2_00
    assert "told_by_secu" in row["reasons"]


def test_an_act_shows_its_messages_and_the_whole_calculation(told: Told) -> None:
    shown = told("acts", "show", "D1#1", "--language", "fr")
    assert shown.exit_code == 0, shown.output
    for words in ("secu_return", "charged", "30.00 EUR", "out of pocket", "version 1 charge"):
        assert words in shown.output
    assert json.loads(told("acts", "show", "D1#1", "--json").output)["messages"][0]["ref"] == "D1#1"


def test_what_waits_is_listed_answered_and_decided_in_the_next_night(told: Told, book: Database) -> None:
    waiting = told("acts", "waiting", "--json")
    assert waiting.exit_code == 1
    rows = {row["line_ref"]: row for row in json.loads(waiting.output)}
    assert (rows["D2#1"]["reason"], rows["D2#1"]["candidates"]) == ("perhaps_same_act", "D1#1")
    assert rows["D3#1"]["reason"] == "unknown_member"

    answered = told("acts", "answer", "D2#1", "--different", "D1#1", "--reason", "two visits")
    assert answered.exit_code == 0, answered.output
    nightly.run(book, TODAY)
    assert "D2#1" not in told("acts", "waiting").output
    assert len(json.loads(told("acts", "list", "--member", "M-1", "--json").output)) == 2

    ref = "different/D2.1/D1.1"
    assert told("acts", "answer", "--withdraw", ref).exit_code == 0
    nightly.run(book, TODAY)
    assert "D2#1" in told("acts", "waiting").output


def test_an_exception_pays_what_a_person_says(told: Told, book: Database) -> None:
    assert told("acts", "answer", "D1#1", "--exception", "--amount", "5.00").exit_code == 2
    words = ("D1#1", "--exception", "--amount", "5.00", "--reason", "goodwill")
    answered = told("acts", "answer", *words)
    assert answered.exit_code == 0, answered.output
    nightly.run(book, TODAY)
    rows = json.loads(told("acts", "list", "--member", "M-1", "--history", "--json").output)
    amounts = [row["amount_cents"] for row in rows if row["line_ref"] == "D1#1"]
    assert amounts == [9_00, -9_00, 5_00]


def test_an_unknown_line_or_number_is_refused_in_a_sentence(told: Told) -> None:
    for words in (
        ("acts", "show", "D9#1"),
        ("acts", "answer", "D9#1", "--same", "D1#1"),
        ("acts", "list", "--member", "M-9"),
        ("simulate", "--member", "M-9", "--act", "G", "--charged", "30.00"),
    ):
        refused = told(*words)
        assert refused.exit_code == 2, refused.output
        assert "avenant:" in refused.output


def test_a_simulation_answers_like_the_night_and_writes_nothing(told: Told, book: Database) -> None:
    before = book.head()
    words = ("--member", "M-1", "--act", "G", "--on", "2025-03-20", "--charged", "30.00", "--path", "in")
    answer = told("simulate", *words, "--optam", "--sector", "1", "--json")
    assert answer.exit_code == 0, answer.output
    (row,) = json.loads(answer.output)["rows"]
    assert (row["secu_cents"], row["retention_cents"], row["decided_cents"]) == (21_00, 2_00, 9_00)
    assert "left to pay" in told("simulate", *words, "--optam", "--sector", "1").output
    assert book.head() == before


def test_a_simulation_for_a_day_without_a_tariff_would_wait(told: Told) -> None:
    words = ("--member", "M-1", "--act", "HBJD001", "--on", "2025-03-20", "--charged", "50.00")
    answer = told("simulate", *words)
    assert answer.exit_code == 1, answer.output
    assert "It would wait" in answer.output

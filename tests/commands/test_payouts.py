"""An operations person pays reimbursements at the command line and shows what was paid, and what is owed."""

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from avenant.cli import app
from avenant.gateways import postgres
from avenant.store.database import Database
from avenant.store.setup import Server, create_book
from tests.flows.paid_books import book, corrected, entry, message, paid_book

Told = Callable[..., Result]


@pytest.fixture
def db(server: Server, template: str) -> Iterator[Database]:
    """50 € for Anna, 6 € for Zoe, 30 € for a pharmacy; it is 10 March 2026."""
    name = f"paying_{uuid.uuid4().hex[:12]}"
    database = paid_book(create_book(server, name, clock="simulated", opens=date(2026, 1, 1)))
    book(
        database,
        entry(database, 1, 50_00),
        entry(database, 2, 6_00, "Zoe"),
        entry(database, 3, 30_00, payee_id=2),
    )
    message(database, 1, act_code="G", provider_id=1)
    yield database
    server.drop_database(name)


@pytest.fixture
def told(server: Server, db: Database, monkeypatch: pytest.MonkeyPatch) -> Told:
    """`avenant WORDS… --database BOOK`"""
    monkeypatch.setattr(postgres, "server_from_environment", lambda: server)
    name = db.url.rsplit("/", 1)[-1].partition("?")[0]
    return lambda *words: CliRunner().invoke(app, [*words, "--database", name])


def test_a_run_says_what_it_paid_held_back_and_what_is_owed(told: Told) -> None:
    result = told("payouts", "run")
    assert result.exit_code == 0, result.output
    assert "payouts dated 2026-03-10, 2 reimbursements settled" in result.output
    assert "payouts 2 · 80.00 EUR · settled without a document 0" in result.output
    assert "held back until they add up or grow old 1 · 6.00 EUR" in result.output
    assert "owe us 0 · nothing" in result.output


def test_a_smaller_minimum_pays_more(told: Told) -> None:
    result = told("payouts", "run", "--date", "2026-03-12", "--minimum", "5.00", "--json")
    report = json.loads(result.output)
    assert (report["payouts"], report["total_cents"], report["minimum_cents"]) == (3, {"EUR": 86_00}, 5_00)
    assert report["business_date"] == "2026-03-12"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--minimum", "five"], "--minimum"),
        (["--max-days", "-1"], "0 or more"),
        (["--date", "12.3."], "write it like 2026-03-14"),
    ],
)
def test_what_cannot_be_meant_is_refused(told: Told, words: list[str], said: str) -> None:
    result = told("payouts", "run", *words)
    assert result.exit_code == 2 and said in result.output


def test_payouts_are_listed_and_shown_in_any_format(told: Told, tmp_path: Path) -> None:
    assert "No payouts yet." in told("payouts", "list").output
    told("payouts", "run")
    listed = told("payouts", "list", "--payee", "PHARMA-2").output
    assert "AVP-2026-000002" in listed and "30.00 EUR" in listed and "AVP-2026-000001" not in listed
    shown = told("payouts", "show", "AVP-2026-000001", "--language", "fr").output
    assert "Décompte AVP-2026-000001" in shown and "DR-1 · D1#1" in shown
    assert (
        json.loads(told("payouts", "show", "AVP-2026-000001", "--json").output)["payout"]["payee_ref"]
        == "Anna"
    )
    file = tmp_path / "statement.pdf"
    result = told("payouts", "show", "AVP-2026-000001", "--format", "pdf", "--out", str(file))
    assert result.exit_code == 0 and file.read_bytes().startswith(b"%PDF")


def test_an_unknown_payout_or_payee_is_refused(told: Told) -> None:
    for words in (
        ["show", "AVP-2026-000099"],
        ["list", "--payee", "nobody"],
        ["show", "x", "--known-at", "2099-01-01"],
    ):
        assert told("payouts", *words).exit_code == 2


def test_debts_are_shown_as_amounts_owed(told: Told, db: Database) -> None:
    assert "Nobody owes us anything." in told("payouts", "debts").output
    told("payouts", "run")
    corrected(db, 1, 50_00, 20_00)
    assert "30.00 EUR  since 2026-03-10" in told("payouts", "debts").output
    (debt,) = json.loads(told("payouts", "debts", "--json").output)
    assert (debt["payee_ref"], debt["debt_cents"], debt["since"]) == ("Anna", 30_00, "2026-03-10")

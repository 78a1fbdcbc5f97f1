"""`avenant check`: what it prints, and its exit codes."""

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import date

import psycopg
import pytest
from click.testing import Result
from typer.testing import CliRunner

from avenant.cli import app
from avenant.commands.check import NAMES
from avenant.flows.check_catalogue import CHECKS
from avenant.gateways import postgres
from avenant.store.setup import Server, create_book
from tests.flows.checked_books import corrupt, play

Check = Callable[..., Result]


@pytest.fixture(scope="module")
def book(server: Server, template: str) -> Iterator[str]:
    name = f"checked_{uuid.uuid4().hex[:12]}"
    play(create_book(server, name, clock="simulated", opens=date(2026, 1, 1)))
    yield name
    server.drop_database(name)


@pytest.fixture
def check(server: Server, book: str, monkeypatch: pytest.MonkeyPatch) -> Check:
    """`avenant check --database BOOK …`"""
    monkeypatch.setattr(postgres, "server_from_environment", lambda: server)
    return lambda *words: CliRunner().invoke(app, ["check", "--database", book, *words])


def test_a_book_in_order_exits_with_0_and_says_so(check: Check) -> None:
    result = check()
    assert result.exit_code == 0, result.output
    assert f"{len(CHECKS)} of {len(CHECKS)} checks passed" in result.output
    told = json.loads(check("--json", "versions", "runs").stdout)
    assert [one["name"] for one in told["checks"]] == ["versions", "runs"]
    assert (told["findings"], told["digest"]) == (0, None)


def test_the_chain_is_compared_with_a_digest_kept_elsewhere(check: Check) -> None:
    told = json.loads(check("--chain", "--json", "--to", "5").stdout)
    assert (told["rev"], len(told["digest"])) == (5, 64)
    assert check("--chain", "--to", "5", "--expect", told["digest"]).exit_code == 0
    result = check("--chain", "--to", "5", "--expect", "00")
    assert (result.exit_code, "expected was 00" in result.output) == (1, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["version"], "there is no check 'version'"),
        (["--contract", "C404"], "there is no contract 'C404'"),
        (["--chain", "versions"], "leave out the names"),
        (["--to", "3"], "belong to --chain"),
        (["--chain", "--to", "9999"], "there is no revision 9999"),
        (["--date", "tomorrow"], "is not a day"),
        (["--database", "nowhere"], "there is no database 'nowhere'"),
    ],
)
def test_what_cannot_be_right_exits_with_2(check: Check, words: list[str], said: str) -> None:
    result = check(*words)
    assert (result.exit_code, said in result.output) == (2, True), result.output


def test_findings_exit_with_1_and_a_check_that_cannot_run_with_2(
    check: Check, server: Server, book: str
) -> None:
    corrupt(server.admin_url(book), "UPDATE run SET code_version = ''")
    result = check()
    assert result.exit_code == 1
    assert "FOUND runs" in result.output
    assert "run 1: does not say which code ran" in result.output
    assert json.loads(check("--json", "runs").stdout)["checks"][0]["told"][0]["row"]["run_id"] == 1
    with psycopg.connect(server.admin_url(book)) as connection:
        connection.execute("ALTER TABLE balance_movement RENAME TO elsewhere")
    result = check("balances")
    assert (result.exit_code, "could not run, so nothing is known" in result.output) == (2, True)


def test_help_names_every_check() -> None:
    assert NAMES.removesuffix(".").split(": ")[1].split(", ") == list(CHECKS)

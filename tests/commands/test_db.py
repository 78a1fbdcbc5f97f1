"""`avenant db`: what a person types and reads, and the exit codes that scripts rely on."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from avenant.commands.db import app
from avenant.gateways.postgres import EmbeddedServer, ExternalServer


def run(*words: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, list(words), input=answer)


@pytest.fixture
def here(server: EmbeddedServer | ExternalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands of the test find the server of the tests."""
    if isinstance(server, EmbeddedServer):
        monkeypatch.setenv("AVENANT_HOME", str(server.folder))


@pytest.fixture
def own_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder without a server yet; whatever runs in it afterwards is stopped."""
    folder = Path(tempfile.mkdtemp(prefix="avenant-db-"))
    folder.chmod(0o711)
    monkeypatch.setenv("AVENANT_HOME", str(folder / "home"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    yield folder / "home"
    EmbeddedServer(folder / "home").stop()
    shutil.rmtree(folder)


def test_a_server_is_started_and_stopped_and_says_which(own_home: Path) -> None:
    nothing = run("status", "--json")
    assert nothing.exit_code == 1 and json.loads(nothing.output)["running"] is False
    assert not own_home.exists(), "asking makes nothing"
    assert str(own_home) in run("start").output
    state = json.loads(run("status", "--json").output)
    assert state["running"] and state["folder"] == str(own_home) and state["version"].startswith("18.")
    assert state["url"].startswith("postgresql://avenant_app@/") and state["databases"] == []
    assert [run("stop").output.strip() for _ in range(2)] == ["stopped", "it was not running"]


@pytest.mark.usefixtures("here", "template")
def test_a_book_is_created_shown_and_deleted() -> None:
    name = f"made_by_command_{os.getpid()}"
    created = run("create", name, "--clock", "simulated", "--opens", "2024-01")
    assert (created.exit_code, created.output) == (
        0,
        f"created database {name}: simulated clock, its book opens in 2024-01\n",
    )
    again = run("create", name, "--opens", "2024-01")
    assert again.exit_code == 2 and "exists already" in again.output
    assert name in run("status").output and "avenant_template_" not in run("status").output
    assert run("clock", name, "2026-03-14").output == "2026-03-14 09:00 in Paris, simulated clock\n"
    shown = json.loads(run("clock", name, "--json").output)
    assert shown == {"now": "2026-03-14T09:00:00+01:00", "clock": "simulated"}
    assert run("clock", name, "2026-03-32").exit_code == 2
    kept = run("drop", name, answer="n\n")
    assert kept.exit_code == 1 and name in run("status").output
    assert run("drop", name, "--yes").output == f"deleted database {name}\n"
    assert name not in run("status").output


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("words", "explanation"),
    [
        (["create", "book", "--opens", "2024-13"], "such as 2024-01"),
        (["create", "Book", "--opens", "2024-01"], "use a-z"),
        (["drop", "nowhere", "--yes"], "there is no database 'nowhere'"),
        (["psql", "nowhere"], "there is no database 'nowhere'"),
    ],
)
def test_what_cannot_be_right_is_refused_with_a_reason(words: list[str], explanation: str) -> None:
    result = run(*words)
    assert result.exit_code == 2 and explanation in result.output


@pytest.mark.usefixtures("here")
def test_psql_gets_the_password_in_its_environment_never_on_its_command_line(
    monkeypatch: pytest.MonkeyPatch, server: EmbeddedServer | ExternalServer
) -> None:
    calls: list[tuple[str, list[str], dict[str, str]]] = []
    monkeypatch.setattr(os, "execve", lambda *call: calls.append(call))
    run("psql", "postgres", "-c", "SELECT 1")
    ((_, words, environment),) = calls
    assert words[2:] == ["-c", "SELECT 1"]
    if isinstance(server, EmbeddedServer):
        assert words[1].startswith("postgresql://avenant_reader@/postgres?")
        assert len(environment["PGPASSWORD"]) > 20


@pytest.mark.usefixtures("here")
def test_how_to_connect_can_be_printed() -> None:
    shown = run("psql", "postgres", "--print")
    assert shown.exit_code == 0 and "psql 'postgresql://" in shown.output and "password: " in shown.output


@pytest.mark.parametrize("verb", ["start", "stop"])
def test_a_server_of_somebody_else_is_not_started_or_stopped(
    verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:secret@localhost:1/book")
    result = run(verb)
    assert result.exit_code == 2 and "somebody else runs" in result.output


def test_a_server_that_cannot_be_reached_is_said_so_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:secret@localhost:1/book")
    shown = run("status")
    assert shown.exit_code == 1 and "cannot be reached" in shown.output and "secret" not in shown.output
    assert run("drop", "book", "--yes").exit_code == 1

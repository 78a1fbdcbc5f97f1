"""`avenant nightly` ends with the checks: it tells what is new, and its exit code says that a person is needed."""

import json
from collections.abc import Callable
from datetime import date

import pytest
from click.testing import Result
from typer.testing import CliRunner

from avenant.cli import app
from avenant.flows import learn, publishing
from avenant.gateways import alerts, postgres
from avenant.store.database import Database
from avenant.store.setup import Server
from tests.flows.checked_books import corrupt, people, rulebook


def test_a_night_that_finds_something_says_so_and_tells_the_channels(
    server: Server, new_book: Callable[..., Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    book = new_book(opens=date(2026, 1, 1))
    publishing.publish(book, rulebook())
    learn.learn(book, people(), "operations", "signed")
    with book.connect() as connection:
        name = connection.info.dbname
    sent: list[str] = []
    monkeypatch.setattr(postgres, "server_from_environment", lambda: server)
    monkeypatch.setenv(alerts.URLS, "json://localhost")
    monkeypatch.setattr("avenant.flows.alerting.send", lambda urls, title, body: sent.append(title) or 1)

    def night(*words: str) -> Result:
        asked = ["nightly", "--date", "2026-01-31", "--workers", "0", "--database", name, *words]
        return CliRunner().invoke(app, asked)

    first = night()
    assert (first.exit_code, sent) == (0, []), first.output
    assert "promises: 0 new findings, 0 resolved" in first.output
    corrupt(server.admin_url(name), "UPDATE run SET code_version = '' WHERE run_id = 1")
    assert night("--skip-checks").exit_code == 0
    found = night("--json")
    assert found.exit_code == 1
    assert json.loads(found.stdout)["checks"] == {"runs": 1}
    assert sent == ["avenant: 1 new finding, 0 resolved"]
    assert (night().exit_code, len(sent)) == (1, 1)

"""Alerts arrive at a real receiver on this machine, once per address, without anybody's data."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from typer.testing import CliRunner

from avenant.cli import app
from avenant.core.checks import french
from avenant.core.checks.telling import Told, digest, news
from avenant.flows.alerting import tell_news
from avenant.flows.check_catalogue import CHECKS
from avenant.gateways.alerts import NotDelivered, send
from avenant.store.readers.check_results import OpenFinding
from avenant.store.writers.check_results import Kept


class Receiver(ThreadingHTTPServer):
    """Keeps what is posted to it; answers 500 to /broken."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Post)
        self.posted: list[dict[str, Any]] = []

    def url(self, path: str = "") -> str:
        """Its Apprise address."""
        return f"json://127.0.0.1:{self.server_address[1]}/{path}"


class Post(BaseHTTPRequestHandler):
    """One posted alert."""

    def do_POST(self) -> None:
        """Keep it."""
        text = self.rfile.read(int(self.headers["Content-Length"]))
        assert isinstance(self.server, Receiver)
        self.server.posted.append(json.loads(text))
        self.send_response(500 if "broken" in self.path else 200)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Quietly."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def finding(check: str = "taxes", severity: str = "error") -> OpenFinding:
    """A finding about Zoe, whose name and amounts no alert may carry."""
    from datetime import UTC, datetime

    at = datetime(2026, 2, 2, tzinfo=UTC)
    said = "the tax of 54.60 is 0.00 by its rate"
    place = "contract C2, member Zoe, June 2026"
    return OpenFinding(
        7, check, severity, "high", "engineering", place, said, "member", "Zoe", 1, at, at, None
    )


def test_new_findings_and_resolutions_arrive_grouped_with_links_and_without_a_person(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVENANT_ALERT_URLS", f"{receiver.url('ops')} {receiver.url('eng')}")
    monkeypatch.setenv("AVENANT_DESK_URL", "https://desk.example/")
    kept = Kept(3, [finding(), finding(), finding("runs", "unknown")], [finding("versions")])
    assert tell_news(kept) == 2
    first, second = receiver.posted
    assert (first["title"], first["message"]) == (second["title"], second["message"])
    assert first["title"] == "avenant: 3 new findings, 1 resolved"
    assert "NEW 2 · taxes (high, for engineering): Taxes add up" in first["message"]
    assert "NEW 1 · runs (high, for engineering): could not run" in first["message"]
    assert "RESOLVED 1 · versions" in first["message"]
    assert "https://desk.example/checks#taxes" in first["message"]
    for secret in ("Zoe", "C2", "54.60", "June"):
        assert secret not in json.dumps(receiver.posted)


def test_alerts_are_told_in_french_where_that_is_wanted(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVENANT_ALERT_URLS", receiver.url())
    monkeypatch.setenv("AVENANT_ALERT_LANGUAGE", "fr")
    assert tell_news(Kept(3, [finding(), finding("runs", "unknown")], [])) == 1
    (posted,) = receiver.posted
    assert posted["title"] == "avenant: 2 nouveaux constats, 0 résolu"
    assert "NOUVEAU 1 · taxes (grave, pour l’ingénierie) : " in posted["message"]
    assert "n’a pas pu être exécuté" in posted["message"] and "NEW" not in posted["message"]
    monkeypatch.setenv("AVENANT_ALERT_LANGUAGE", "de")
    with pytest.raises(ValueError, match="'de': alerts are told in en or fr"):
        tell_news(Kept(3, [finding()], []))


def test_every_check_has_its_sentence_in_french() -> None:
    assert set(french.SENTENCES) == set(CHECKS)


def test_nobody_hears_of_a_run_that_changed_nothing(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVENANT_ALERT_URLS", receiver.url())
    assert tell_news(Kept(3, [], [])) == 0
    monkeypatch.delenv("AVENANT_ALERT_URLS")
    assert tell_news(Kept(3, [finding()], [])) == 0
    assert receiver.posted == []


def test_a_channel_that_fails_is_named_without_its_secrets_after_the_others_were_told(
    receiver: Receiver,
) -> None:
    with pytest.raises(NotDelivered) as failed:
        send([receiver.url("broken?token=s3cret"), receiver.url()], "a title", "a text")
    assert len(receiver.posted) == 2
    assert "1 of 2 channels did not take the alert: 1 (json)" in str(failed.value)
    with pytest.raises(ValueError, match=r"address 2 \(nothing\) is none") as refused:
        send([receiver.url(), "nothing://s3cret"], "a title", "a text")
    assert "s3cret" not in f"{failed.value} {refused.value}"
    assert len(receiver.posted) == 2


def test_the_channels_can_be_tested(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AVENANT_ALERT_URLS", raising=False)
    refused = CliRunner().invoke(app, ["alerts", "test"])
    assert (refused.exit_code, "AVENANT_ALERT_URLS" in refused.output) == (2, True)
    monkeypatch.setenv("AVENANT_ALERT_URLS", receiver.url())
    sent = CliRunner().invoke(app, ["alerts", "test"])
    assert (sent.exit_code, sent.output) == (0, "1 channels took the test\n")
    assert receiver.posted[0]["title"] == "avenant: a test"
    monkeypatch.setenv("AVENANT_ALERT_URLS", receiver.url("broken"))
    assert CliRunner().invoke(app, ["alerts", "test"]).exit_code == 1


def test_a_digest_tells_all_that_is_open_the_gravest_first() -> None:
    told = [Told("late", "attention", "operations", False), Told("taxes", "high", "engineering", False)]
    alert = digest(told, ["The night of 2 May is done."], {"taxes": "Taxes add up."})
    assert alert.title == "avenant: 2 open findings"
    assert alert.body.splitlines() == [
        "The night of 2 May is done.",
        "OPEN 1 · taxes (high, for engineering): Taxes add up.",
        "OPEN 1 · late (attention, for operations): ",
    ]
    assert digest([], [], {}).title == "avenant: nothing is open"
    assert news([], [], {}) is None

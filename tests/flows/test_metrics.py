"""Metrics and health: what runs and checks recorded, and red when the night did not run."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from avenant.flows import invoicing, learn, nightly, publishing
from avenant.flows.alerting import tell_digest
from avenant.flows.health import health
from avenant.flows.keeping_checks import check_and_keep
from avenant.flows.metrics import metrics_text
from avenant.store.database import Database
from tests.flows.checked_books import JANUARY, corrupt, people, rulebook

Samples = dict[tuple[str, ...], float]


@pytest.fixture
def book(new_book: Callable[..., Database]) -> Database:
    """The people of the checked books, at 3:00 on 31 January; nothing has run."""
    db = new_book(opens=date(2026, 1, 1))
    publishing.publish(db, rulebook())
    learn.learn(db, people(), "operations", "signed")
    db.simulate(datetime(2026, 1, 31, 3, tzinfo=UTC))
    return db


def samples(db: Database) -> Samples:
    """Name and labels of every sample -> its value."""
    families = text_string_to_metric_families(metrics_text(db))
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def test_metrics_tell_runs_findings_parked_families_and_totals(book: Database, server: object) -> None:
    assert samples(book)["avenant_healthy",] == 0
    nightly.run(book, JANUARY)
    invoicing.run(book, "individual", date(2026, 1, 1), JANUARY)
    with book.connect() as connection:
        admin_url = str(server.admin_url(connection.info.dbname))  # type: ignore[attr-defined]
        (total,) = connection.execute("SELECT sum(amount_cents) FROM premium").fetchone()  # type: ignore[misc]
    corrupt(admin_url, "UPDATE premium SET tax_cents = 1 WHERE version = 1 AND amount_cents = 6000")
    check_and_keep(book, "demand", ["taxes", "versions", "unsettled-age"])
    told = samples(book)
    assert told["avenant_healthy",] == 1
    assert told["avenant_runs", "nightly", "done"] == told["avenant_runs", "invoices", "done"] == 1
    assert told["avenant_run_duration_seconds", "nightly"] > 0
    assert told["avenant_book_amount_cents", "premiums", "EUR"] == total
    assert told["avenant_parked_families",] == told["avenant_waiting_lines",] == 0
    assert told["avenant_check_findings", "versions", "engineering", "critical"] == 0
    assert told["avenant_revision",] == book.head()
    assert told["avenant_check_run_timestamp_seconds",] == datetime(2026, 1, 31, 3, tzinfo=UTC).timestamp()


def test_health_goes_red_when_the_night_did_not_run(book: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AVENANT_ALERT_URLS", raising=False)
    assert health(book).reasons[0].startswith("No nightly run has ended well since")
    nightly.run(book, JANUARY)
    assert (health(book).healthy, health(book).last_night) == (True, JANUARY)
    book.simulate(datetime(2026, 2, 1, 4, tzinfo=UTC))
    assert health(book).healthy
    book.simulate(datetime(2026, 2, 1, 6, tzinfo=UTC))
    assert health(book).reasons == (
        "No nightly run has ended well since 2026-01-31 04:00: run `avenant nightly`.",
    )
    alert, told = tell_digest(book)
    assert (alert.title, told) == ("avenant: nothing is open", 0)
    assert "No nightly run has ended well since" in alert.body
    nightly.run(book, date(2026, 2, 1))
    assert health(book).healthy


def test_health_goes_red_when_the_night_stopped(book: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    nightly.run(book, JANUARY)

    def stop(*words: object) -> None:
        raise nightly.BreakerOpen("too many cancels")

    monkeypatch.setattr(nightly, "_run_chunks", stop)
    with pytest.raises(nightly.BreakerOpen):
        nightly.run(book, JANUARY)
    (reason,) = health(book).reasons
    assert "stopped before its end" in reason
    monkeypatch.undo()
    with psycopg.connect(book.url) as connection:
        assert connection.execute("SELECT count(*) FROM run").fetchone() == (2,)

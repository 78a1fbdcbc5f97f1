"""Runs as operations look at them; a parked family computed again; documents opened down to their entries; Home."""

import uuid
from collections.abc import Iterator
from datetime import date, datetime

import polars as pl
import pytest

from avenant.flows import learn, nightly, publishing
from avenant.flows.documents_opened import NoSuchLine, invoice_entries
from avenant.flows.nightly import BreakerOpen
from avenant.flows.overview import overview
from avenant.flows.runs import NotParked, UnknownRun, retry_parked, run_view, runs
from avenant.gateways.postgres import EmbeddedServer, ExternalServer
from avenant.store.changes import change
from avenant.store.database import PARIS, Database
from avenant.store.readers.runs import parked_families
from avenant.store.setup import create_book
from tests.flows.checked_books import FEBRUARY, JANUARY, end_of_anna, month_end, people, rulebook
from tests.flows.paid_books import ids, rows

NAME = f"runs_seen_{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="module")
def db(server: EmbeddedServer | ExternalServer, template: str) -> Iterator[Database]:
    """Two month ends; then a run that stopped and one that never ended. Tests that write come last."""
    book = create_book(server, NAME, opens=date(2026, 1, 1), clock="simulated", replace=True)
    book.simulate(datetime(2026, 1, 31, 22, tzinfo=PARIS))
    publishing.publish(book, rulebook())
    learn.learn(book, people(), "ana", "signed")
    month_end(book, JANUARY)
    book.simulate(datetime(2026, 2, 28, 22, tzinfo=PARIS))
    learn.learn(book, end_of_anna(), "ana", "left")
    month_end(book, FEBRUARY)
    yield book
    server.drop_database(NAME)


def test_runs_stand_newest_first_with_counts_and_amounts(db: Database) -> None:
    found = runs(db)
    assert [row.kind for row in found.rows] == ["invoices", "invoices", "nightly"] * 2
    night = found.rows[2]
    assert (night.state, night.why, night.business_date) == ("done", None, FEBRUARY)
    assert (night.booked, night.cancelled) == (3 + 3, 3)
    assert night.rulebook_version and night.code_version and night.seconds > 0
    assert found.rows[0].amounts == (("EUR", 110_00),)
    assert [point.business_date for point in found.nights] == [JANUARY, FEBRUARY]
    assert found.before is None


def test_runs_are_paged_by_their_number_and_told_as_they_were(db: Database) -> None:
    first = runs(db, limit=4)
    rest = runs(db, before=first.before, limit=4)
    assert [row.run_id for row in (*first.rows, *rest.rows)] == [row.run_id for row in runs(db).rows]
    assert [row.kind for row in runs(db, kind="nightly").rows] == ["nightly"] * 2
    opened = first.rows[2]
    (as_open, *_) = runs(db, kind="nightly", rev=opened.rev).rows
    assert (as_open.run_id, as_open.state, as_open.counts) == (opened.run_id, "open", {})


def test_a_run_shows_its_chunks(db: Database) -> None:
    night = runs(db, kind="nightly").rows[0]
    view = run_view(db, night.run_id)
    assert view.row == night
    assert [chunk.rows for chunk in view.chunks] == [3 + 3 + 3]
    assert (view.parking, view.held) == ((), ())
    with pytest.raises(UnknownRun, match="there is no run 999"):
        run_view(db, 999)


def test_every_line_of_an_invoice_opens_to_its_entries(db: Database) -> None:
    credit = invoice_entries(db, "AV-2026-000004")
    assert credit.header.kind == "credit_note"
    entries = [entry for line in credit.lines for entry in line.entries]
    assert sum(entry.amount_cents for entry in entries) == credit.header.total_cents
    assert {(entry.version, entry.kind) for entry in entries} == {(2, "cancel"), (3, "charge")}
    night = runs(db, kind="nightly").rows[0]
    assert {(entry.run_id, entry.run_kind, entry.known_at[:10]) for entry in entries} == {
        (night.run_id, "nightly", "2026-02-28")
    }
    for line in credit.lines:
        assert sum(entry.amount_cents for entry in line.entries) == line.amount_cents
    assert invoice_entries(db, "AV-2026-000004", line=1).lines == credit.lines[:1]
    with pytest.raises(NoSuchLine, match="seen line 99"):
        invoice_entries(db, "AV-2026-000004", line=99)
    with pytest.raises(LookupError, match="no invoice"):
        invoice_entries(db, "AV-2026-000004", rev=2)


def test_home_tells_what_the_last_night_moved_and_what_waits(db: Database) -> None:
    home = overview(db)
    assert home.night is not None and home.night == home.last_night
    assert [(told.plan, told.up_cents, told.down_cents, told.entries) for told in home.moved] == [
        ("solo", 50_00, -35_48, 7),
        ("staff", 110_00, 0, 2),
    ]
    assert (home.moment.head, home.moment.simulated, home.unpaid) == (db.head(), True, None)
    assert set(home.work.values()) == {0}
    january = rows(db, "SELECT max(rev) FROM revision WHERE committed_at < '2026-02-10'")[0][0]
    assert [night.business_date for night in overview(db, january).nights] == [JANUARY]


def test_a_parked_family_is_computed_again_by_a_run_of_its_own(db: Database) -> None:
    family = ids(db, "member")["Max"]
    parked = {"family_id": [family], "state": ["parked"], "reason": ["two primaries"]}
    with pytest.raises(NotParked, match="the family of Eva is not parked"):
        retry_parked(db, "Eva", "olga")
    with change(db, "test", "park") as writer:
        writer.write("parking", pl.DataFrame(parked))
    before = rows(db, "SELECT count(*) FROM premium")
    done = retry_parked(db, "Eva", "olga")
    assert (done.reason, done.charges, done.cancels, done.written_rows) == (None, 0, 0, 1)
    with db.connect() as connection:
        assert parked_families(connection).is_empty()
    assert rows(db, "SELECT count(*) FROM premium") == before
    (row,) = runs(db, kind="retry").rows
    assert (row.actor, row.state, row.business_date) == ("olga", "done", FEBRUARY)
    assert [(one.family, one.state) for one in run_view(db, row.run_id).parking] == [("Max", "released")]


def test_a_stopped_run_says_why(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("avenant.flows.nightly._run_chunks", _stops)
    with pytest.raises(BreakerOpen):
        nightly.run(db, FEBRUARY)
    stopped = runs(db, kind="nightly").rows[0]
    assert (stopped.state, stopped.why) == ("stopped", "too many")


def _stops(*_: object) -> None:
    raise BreakerOpen("too many")

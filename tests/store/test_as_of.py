"""As of any past revision, every reader gives the rows that it gave then.

A small insurer lives through 2026 in a book with a simulated clock: late starts, corrections, withdrawals, a parked
family, a difference held back and approved, nights, invoices, a credit note and its use. After every step all
readers are asked and their answers kept; at the end they are asked again as of each of those revisions.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from avenant.core.book.entries import PREMIUMS
from avenant.core.frames.news import TABLES as NEWS_TABLES
from avenant.core.frames.news import News
from avenant.core.rulebook.loading import read_inline
from avenant.core.rulebook.model import Rulebook
from avenant.flows import invoicing, learn, nightly, publishing
from avenant.flows.nightly_report import NightlyReport
from avenant.store.changes import change
from avenant.store.database import Connection, Database
from avenant.store.readers.as_told import balances_as_told
from avenant.store.readers.books import latest_entries
from avenant.store.readers.history import premium_history
from avenant.store.readers.invoices import invoice_list
from avenant.store.readers.rulebooks import published
from avenant.store.readers.runs import parked_families
from avenant.store.readers.settling import open_entries, settled_entries
from avenant.store.tables import TABLES
from tests.store.as_of_answers import Answers, assert_same_rows, premium_answers, silent_readers

END = date(2026, 12, 1)
CONTRACTS = [1, 2, 3]


def rulebook(adult: int) -> Rulebook:
    prices = [{"valid_from": "2026-01-01", "primary": adult, "partner": 45, "child": "refused"}]
    return read_inline({"plans": {"staff": {"currency": "EUR", "retroactivity_months": 2, "prices": prices}}})


def told(**tables: list[tuple[object, ...]]) -> News:
    frames = {name: pl.DataFrame(rows, NEWS_TABLES[name], orient="row") for name, rows in tables.items()}
    return News(**frames)


def enrolment(
    ref: str, contract: str, member: str, start: date, last: date | None = None, gone: bool = False
) -> Any:
    return (ref, contract, member, "staff", "standard", "active", start, last, gone)


@dataclass(slots=True)
class Story:
    """The book, and what every reader said after each step."""

    db: Database
    known: dict[int, Answers] = field(default_factory=dict)

    def at(self, month: int, day: int) -> None:
        self.db.simulate(datetime(2026, month, day, 8, tzinfo=UTC))

    def learn(self, month: int, day: int, news: News) -> None:
        self.at(month, day)
        assert learn.learn(self.db, news, "care", "told").written
        self.note()

    def publish(self, month: int, day: int, book: Rulebook) -> None:
        self.at(month, day)
        publishing.publish(self.db, book)
        self.note()

    def night(self, month: int, day: int) -> NightlyReport:
        self.at(month, day)
        report = nightly.run(self.db, date(2026, month, day))
        self.note()
        return report

    def invoice(self, kind: str, month: int, day: int) -> invoicing.InvoiceRunReport:
        self.at(month, day)
        report = invoicing.run(self.db, kind, date(2026, month, 1), date(2026, month, day))
        self.note()
        return report

    def note(self) -> None:
        with self.db.connect() as connection:
            self.known[self.db.head()] = everything(connection, None)


def everything(connection: Connection, rev: int | None) -> Answers:
    """What each reader says, now or as of a revision."""
    return premium_answers(connection, CONTRACTS, END, rev)


@pytest.fixture
def story(new_book: Callable[..., Database]) -> Story:
    """Nora is alone; the Leroys have a partner and later a child that nobody has a price for; ACME has staff."""
    story = Story(new_book(opens=date(2026, 1, 1)))
    january, march = date(2026, 1, 1), date(2026, 3, 1)
    story.publish(1, 1, rulebook(50))
    story.learn(
        1,
        2,
        told(
            contracts=[("C1", "individual", None, "EUR", False), ("C2", "individual", None, "EUR", False)],
            members=[
                ("Nora", "primary", date(1980, 5, 1), None, False),
                ("Leo", "primary", date(1979, 5, 1), None, False),
                ("Lea", "partner", date(1981, 5, 1), "Leo", False),
            ],
            enrolments=[
                enrolment("E1", "C1", "Nora", january),
                enrolment("E2", "C2", "Leo", january),
                enrolment("E3", "C2", "Lea", january),
            ],
            balances=[("C2", 1_000)],
        ),
    )
    story.night(1, 3)
    assert story.invoice("individual", 1, 4).invoices == 2
    lotte = told(
        members=[("Lotte", "child", date(2020, 5, 1), "Leo", False)],
        enrolments=[enrolment("E4", "C2", "Lotte", date(2026, 2, 10))],
    )
    story.learn(2, 10, lotte)
    assert [family for family, _ in story.night(2, 11).parked] == ["Leo"]
    story.learn(2, 20, told(enrolments=[enrolment("E4", "C2", "Lotte", date(2026, 2, 10), gone=True)]))
    assert story.night(2, 21).parked == []
    left = told(enrolments=[enrolment("E1", "C1", "Nora", january, date(2026, 1, 14))])
    story.learn(3, 2, left)
    story.night(3, 3)
    assert story.invoice("individual", 3, 4).credit_notes == 1
    acme = told(
        contracts=[("ACME", "company", None, "EUR", False)],
        members=[("Ali", "primary", date(1990, 5, 1), None, False)],
        enrolments=[enrolment("E5", "ACME", "Ali", march)],
    )
    story.learn(3, 5, acme)
    story.night(3, 31)
    story.invoice("company", 3, 31)
    story.learn(6, 1, told(enrolments=[enrolment("E5", "ACME", "Ali", january)]))
    assert story.night(6, 2).held == 1
    story.learn(6, 3, told(approvals=[("ACME", "Ali", january, date(2026, 2, 1))]))
    assert story.night(6, 4).held == 0
    story.publish(6, 5, rulebook(51))
    story.learn(6, 6, told(members=[("Lea", "partner", date(1981, 6, 1), "Leo", False)]))
    story.learn(6, 7, told(enrolments=[enrolment("E6", "C1", "Nora", date(2026, 6, 1))]))
    story.night(6, 8)
    assert story.invoice("individual", 6, 9).invoices == 2
    return story


def test_every_reader_gives_what_it_gave_then(story: Story) -> None:
    assert len(story.known) >= 20, "every step is a revision of its own, runs are several"
    silent = silent_readers(list(story.known.values()))
    assert not silent, "the story has to show something of every reader"
    with story.db.connect() as connection:
        for rev, answers in story.known.items():
            assert_same_rows(everything(connection, rev), answers, rev)


def test_an_instant_gives_what_was_known_then_and_the_same_from_a_snapshot(story: Story) -> None:
    with story.db.connect() as connection:
        instants = dict(connection.execute("SELECT rev, committed_at FROM revision").fetchall())
    for rev in sorted(story.known)[::4]:
        assert story.db.revision_at(instants[rev]) == rev
        assert story.db.revision_at(instants[rev] - timedelta(microseconds=1)) == rev - 1
        with story.db.snapshot() as connection:
            assert_same_rows(everything(connection, rev), story.known[rev], rev)


def test_what_a_later_invoice_settled_is_open_as_of_before(story: Story) -> None:
    with story.db.connect() as connection:
        first = connection.execute(
            "SELECT rev FROM invoice JOIN revision USING (change_id) ORDER BY rev"
        ).fetchone()
        assert first is not None
        before, after = first[0] - 1, first[0]
        were_open = open_entries(connection, CONTRACTS, END, False, [], before)
        assert len(were_open) == 3, "January of Nora, Leo and Lea"
        assert open_entries(connection, CONTRACTS, END, False, [], after).is_empty()
        assert len(settled_entries(connection, after)) == len(were_open)
        assert (
            settled_entries(connection, before).is_empty() and invoice_list(connection, rev=before).is_empty()
        )
        assert balances_as_told(connection, before) == {"C2": 1_000}
        assert balances_as_told(connection, after) == {"C2": 0}
        invoiced = premium_history(connection, contract="C1", rev=before)["invoice"]
        assert invoiced.is_null().all() and len(invoiced) == 1


def test_between_two_chunks_of_a_run_exactly_the_first_is_known(new_book: Callable[..., Database]) -> None:
    story = Story(new_book(opens=date(2026, 1, 1)))
    story.publish(1, 1, rulebook(50))
    names = ["Ann", "Ben", "Cid"]
    news = told(
        contracts=[(f"C-{name}", "individual", None, "EUR", False) for name in names],
        members=[(name, "primary", date(1980, 1, 1), None, False) for name in names],
        enrolments=[enrolment(f"E-{name}", f"C-{name}", name, date(2026, 1, 1)) for name in names],
    )
    story.learn(1, 2, news)
    before = story.db.head()
    nightly.run(story.db, date(2026, 1, 3), chunk_families=1)
    with story.db.connect() as connection:
        booked = [
            len(latest_entries(connection, PREMIUMS, END, rev=rev))
            for rev in range(before, story.db.head() + 1)
        ]
    assert booked == [0, 0, 1, 2, 3, 3], "opened, three chunks, closed"


# Where a sequence and the commits disagree, the commits decide.


def test_the_rulebook_in_force_is_the_one_committed_last(new_book: Callable[..., Database]) -> None:
    db = new_book(opens=date(2026, 1, 1))

    def content(version: str) -> pl.DataFrame:
        return pl.DataFrame([[version, "{}"]], TABLES["rulebook_version"], orient="row")

    with change(db, "slow", "publish") as slow:
        slow.write("rulebook_version", content("began first"))
        with change(db, "quick", "publish") as quick:
            quick.write("rulebook_version", content("began second"))
    with db.connect() as connection:
        assert published(connection).version == "began first"
        assert published(connection, 1).version == "began second"


def test_a_family_is_in_the_state_committed_last(new_book: Callable[..., Database]) -> None:
    db = new_book(opens=date(2026, 1, 1))

    def state(name: str) -> pl.DataFrame:
        return pl.DataFrame([[1, name, "why"]], TABLES["parking"], orient="row")

    with change(db, "slow", "nightly chunk 0") as slow:
        slow.write("parking", state("parked"))
        with change(db, "quick", "nightly chunk 0") as quick:
            quick.write("parking", state("released"))
    with db.connect() as connection:
        assert parked_families(connection)["family_id"].to_list() == [1]
        assert parked_families(connection, rev=1).is_empty()

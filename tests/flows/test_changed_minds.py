"""What was told is told again, otherwise: facts withdrawn or moved, plans that end, currencies, parked families."""

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import psycopg
import pytest

from avenant.core.frames.news import News
from avenant.core.rulebook.loading import read_inline
from avenant.flows import invoicing, learn, nightly, publishing
from avenant.flows.nightly import Superseded
from avenant.gateways.documents.formats import render
from avenant.store.changes import change
from avenant.store.database import Connection, Database
from avenant.store.readers.history import UnknownRef, identity_of, premium_history
from avenant.store.readers.invoices import invoice_document, invoice_list
from avenant.store.readers.rulebooks import published_version_name
from avenant.store.readers.runs import parked_families
from tests.flows.checked_books import FEBRUARY, JANUARY, enrolled, month_end, people, rows, rulebook

NEW_YEAR = date(2026, 1, 1)
PLANS = {
    "basic": {"currency": "EUR", "prices": [{"valid_from": "2026-01", "everyone": 40}]},
    "staff": {
        "currency": "EUR",
        "components": {"health": "family"},
        "prices": [{"valid_from": "2026-01", "isole": 60, "duo": 110, "famille": 150}],
    },
}


@pytest.fixture
def book(new_book: Callable[..., Database]) -> Database:
    """Anna, Tom and Lea on C1, Zoe on C2, Max and Eva at ACME; January is booked and invoiced."""
    book = new_book(opens=NEW_YEAR)
    publishing.publish(book, rulebook())
    learn.learn(book, people(), "operations", "signed")
    month_end(book, JANUARY)
    return book


def tell(book: Database, **tables: object) -> None:
    learn.learn(book, News(**tables), "operations", "told again")


def parked(book: Database) -> list[int]:
    with book.connect() as connection:
        return parked_families(connection)["family_id"].to_list()


@pytest.mark.parametrize(
    "withdrawn",
    [
        {"contracts": rows("contracts", ("C2", None, None, None, True))},
        {"members": rows("members", ("Zoe", None, None, None, True))},
        {"enrolments": rows("enrolments", ("E7", None, None, None, None, None, None, None, True))},
    ],
    ids=["contract", "member", "enrolment"],
)
def test_a_withdrawal_needs_only_the_number(book: Database, withdrawn: dict[str, object]) -> None:
    tell(book, **withdrawn)
    assert nightly.run(book, FEBRUARY).cancels == 1
    assert invoicing.run(book, "individual", FEBRUARY.replace(day=1), FEBRUARY).credit_notes == 1


def test_a_contract_keeps_its_currency(book: Database) -> None:
    with pytest.raises(learn.NewsRefused, match="another contract"):
        tell(
            book,
            contracts=rows("contracts", ("C2", "individual", None, "USD", False)),
            enrolments=rows("enrolments", ("E7", None, None, None, None, None, None, None, True)),
        )


def unknown_plan(book: Database, *members: tuple[str, str]) -> None:
    """These (enrolment, member) are told to be under a plan that is published, and then no longer is."""
    both = {**PLANS, "short": PLANS["basic"]}
    publishing.publish(book, read_inline({"plans": both}))
    tell(book, enrolments=rows("enrolments", *(enrolled(e, "C1", m, "short", NEW_YEAR) for e, m in members)))
    publishing.publish(book, rulebook())


def test_who_left_a_parked_family_is_invoiced_again(book: Database) -> None:
    unknown_plan(book, ("E1", "Tom"))
    nightly.run(book, FEBRUARY)
    tell(book, members=rows("members", ("Lea", "child", date(2018, 3, 1), "Zoe", False)))
    nightly.run(book, FEBRUARY)
    assert len(parked(book)) == 1
    report = invoicing.run(book, "individual", FEBRUARY.replace(day=1), FEBRUARY)
    assert report.total_cents == {
        "EUR": 5_000 + 5_000 + 5_000
    }  # Zoe; Lea, no longer a second child, since January


@pytest.mark.parametrize("primary", ["Anna", "Max"])  # the first family, the last one
def test_a_family_that_nobody_belongs_to_any_more_is_released(book: Database, primary: str) -> None:
    with book.connect() as connection:
        (family,) = connection.execute(
            "SELECT member_id FROM member WHERE ref = %s", [primary]
        ).fetchone() or (0,)
    with change(book, "test", "park") as writer:
        writer.write(
            "parking", pl.DataFrame({"family_id": [family], "state": ["parked"], "reason": ["a test"]})
        )
    young = {"Anna": ("Tom", "Lea"), "Max": ("Eva",)}[primary]
    tell(
        book,
        members=rows(
            "members", *((who, "child", date(2018, 3, 1), "Zoe", False) for who in (primary, *young))
        ),
    )
    nightly.run(book, FEBRUARY, chunk_families=1)
    assert family not in parked(book)


def test_a_run_does_not_begin_with_a_rulebook_that_is_no_longer_in_force(
    book: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = read_inline({"plans": PLANS})

    def publish_first(*arguments: object, **options: object) -> object:
        publishing.publish(book, newer)
        return opened(*arguments, **options)

    opened = nightly.open_run
    monkeypatch.setattr(nightly, "open_run", publish_first)
    with pytest.raises(Superseded):
        nightly.run(book, FEBRUARY)


def test_an_invoice_says_how_the_contract_was_billed_then(book: Database) -> None:
    tell(book, contracts=rows("contracts", ("C2", "company", "arrears", "EUR", False)))
    month_end(book, FEBRUARY)
    with book.connect() as connection:
        numbers = invoice_list(connection, "C2")["number"]
        headers = [invoice_document(connection, number).header for number in numbers]
    assert [header.contract_kind for header in headers] == ["individual", "company"]
    assert [header.cycle for header in headers] == ["advance", "arrears"]


def test_the_past_does_not_know_numbers_that_came_later(book: Database) -> None:
    with book.connect() as connection, pytest.raises(UnknownRef):
        premium_history(connection, "Anna", rev=1)


def test_an_invoice_explains_a_plan_that_has_ended_as_it_was(book: Database) -> None:
    publishing.publish(book, read_inline({"plans": PLANS}))
    told = [enrolled(f"E{n}", "C1", who, "basic", NEW_YEAR) for n, who in enumerate(("Anna", "Tom", "Lea"))]
    tell(book, enrolments=rows("enrolments", *told, enrolled("E7", "C2", "Zoe", "basic", date(2026, 1, 10))))
    month_end(book, FEBRUARY)
    with book.connect() as connection:
        listed = invoice_list(connection, "C2", FEBRUARY.replace(day=1))
        document = invoice_document(connection, listed["number"][0])
    assert set(document.entries["plan"]) == {"solo", "basic"}
    for format in ("text", "json"):
        assert render(document.header, document.entries, format)


def test_news_that_met_a_deadlock_is_told_again(book: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    append, met = learn._append, []

    def deadlocked_once(*arguments: Any) -> learn.LearnReport:
        if not met:
            met.append(True)
            raise psycopg.errors.DeadlockDetected
        return append(*arguments)

    monkeypatch.setattr(learn, "_append", deadlocked_once)
    tell(book, contracts=rows("contracts", ("C3", "individual", None, "EUR", False)))
    with book.connect() as connection:
        assert identity_of(connection, "contract", "C3")


def test_of_two_rulebooks_published_at_once_the_later_is_in_force(
    book: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    quicker, later = read_inline({"plans": PLANS}), read_inline({"plans": {"basic": PLANS["basic"]}})
    slots = publishing.slots

    def after_the_quicker(connection: Connection) -> pl.DataFrame:
        known = slots(connection)
        monkeypatch.setattr(publishing, "slots", slots)
        publishing.publish(book, quicker)
        return known

    monkeypatch.setattr(publishing, "slots", after_the_quicker)
    publishing.publish(book, later)
    with book.connect() as connection:
        assert published_version_name(connection) == later.version

"""A contract on one page: its people, premiums, invoices, balance, adjustments, and the next invoice to come."""

import uuid
from collections.abc import Iterator
from datetime import date, datetime

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from avenant.core.frames.news import News
from avenant.core.invoices.document import invoice_document as document_of
from avenant.flows import invoicing, learn, nightly, publishing
from avenant.flows.contract_view import contract_view, next_invoice
from avenant.gateways.postgres import EmbeddedServer, ExternalServer
from avenant.store.changes import change
from avenant.store.database import PARIS, Database
from avenant.store.readers.history import UnknownRef
from avenant.store.readers.invoices import invoice_document
from avenant.store.setup import create_book
from tests.flows.checked_books import FEBRUARY, JANUARY, end_of_anna, month_end, people, rulebook
from tests.flows.checked_books import rows as news_rows
from tests.flows.paid_books import ids, rows

NAME = f"contract_view_{uuid.uuid4().hex[:12]}"

MARCH = date(2026, 3, 1)


@pytest.fixture(scope="module")
def db(server: EmbeddedServer | ExternalServer, template: str) -> Iterator[Database]:
    """January invoiced; in February Anna's end is learnt; it is 28 February after the night, before the invoices.

    One book for all tests: those that write come last.
    """
    book = create_book(server, NAME, opens=date(2026, 1, 1), clock="simulated", replace=True)
    book.simulate(datetime(2026, 1, 31, 22, tzinfo=PARIS))
    publishing.publish(book, rulebook())
    learn.learn(book, people(), "ana", "signed")
    learn.learn(book, News(people=news_rows("people", ("Max", "name", "Max Müller"))), "ana", "names")
    month_end(book, JANUARY)
    book.simulate(datetime(2026, 2, 28, 22, tzinfo=PARIS))
    learn.learn(book, end_of_anna(), "ana", "left")
    nightly.run(book, FEBRUARY)
    yield book
    server.drop_database(NAME)


def test_people_stand_by_family_with_their_cover_and_premium(db: Database) -> None:
    view = contract_view(db, "ACME")
    (family,) = view.page.families
    assert [(person.ref, person.name, person.role, person.premium_cents) for person in family.people] == [
        ("Max", "Max Müller", "primary", 110_00),
        ("Eva", None, "partner", 0),
    ]
    assert (view.premium_cents, family.premium_cents, view.facts.month) == (110_00, 110_00, date(2026, 2, 1))
    (cover,) = family.people[1].covers
    assert (cover.plan, cover.first_day, cover.last_day, cover.state) == (
        "staff",
        date(2026, 1, 11),
        None,
        "current",
    )


def test_the_filter_forgives_accents_and_keeps_whole_families(db: Database) -> None:
    assert [family.ref for family in contract_view(db, "ACME", filter_text="MULLER").page.families] == ["Max"]
    assert len(contract_view(db, "ACME", filter_text="eva").page.families[0].people) == 2
    nobody = contract_view(db, "ACME", filter_text="zoe%_").page
    assert (nobody.families, nobody.found, nobody.pages, nobody.number) == ((), 0, 1, 1)
    assert contract_view(db, "ACME", page=99).page.number == 1


def test_adjustments_wait_with_what_past_months_come_to(db: Database) -> None:
    view = contract_view(db, "C1")
    waiting = {(told.member_ref, told.month): told.amount_cents for told in view.adjustments}
    assert sum(waiting.values()) == view.adjustment_cents < 0
    assert view.adjustment_count == len(waiting) == 2
    assert [invoice.kind for invoice in view.invoices] == ["invoice"]
    assert (view.balance_cents, view.movements) == (0, ())
    assert [person.ref for family in view.page.families for person in family.people] == ["Anna"]
    assert view.page.families[0].people[0].covers[0].state == "coming"
    former = contract_view(db, "C1", former=True).page.families[0].people
    assert [person.ref for person in former] == ["Anna", "Tom", "Lea"]
    assert former[1].covers[0].last_day == date(2026, 1, 20)


def test_a_past_state_is_shown_as_it_was(db: Database) -> None:
    left = rows(db, "SELECT rev FROM revision JOIN change USING (change_id) WHERE reason = 'left'")[0][0]
    view = contract_view(db, "C1", left - 1)
    assert view.facts.month == date(2026, 1, 1)
    assert (view.premium_cents, view.adjustments, len(view.invoices)) == (100_00, (), 1)
    assert [person.ref for person in view.page.families[0].people] == ["Anna", "Tom", "Lea"]


def test_a_contract_that_nobody_knows_or_knew_is_refused(db: Database) -> None:
    for asked in (lambda: contract_view(db, "C9"), lambda: contract_view(db, "C1", 1)):
        with pytest.raises(UnknownRef, match="no contract has the number"):
            asked()


def test_the_preview_leaves_out_parked_families_and_uses_the_balance(db: Database) -> None:
    parked = {"family_id": [ids(db, "member")["Max"]], "state": ["parked"], "reason": ["impossible"]}
    with change(db, "test", "park") as writer:
        writer.write("parking", pl.DataFrame(parked))
        told = {"contract_id": [ids(db, "contract")["C2"]], "kind": ["opening"], "amount_cents": [20_00]}
        writer.write("balance_movement", pl.DataFrame(told | {"invoice_id": [None]}))
    assert next_invoice(db, "ACME", FEBRUARY) is None
    preview = next_invoice(db, "C2", FEBRUARY)
    assert preview is not None
    header = preview.document.header
    assert (header.total_cents, header.balance_used_cents, header.due_cents) == (50_00, 20_00, 30_00)
    view = contract_view(db, "C2")
    assert (view.balance_cents, view.movements[0].kind) == (20_00, "opening")
    with change(db, "test", "release") as writer:
        writer.write("parking", pl.DataFrame(parked | {"state": ["released"]}))


def test_the_preview_is_the_invoice_that_is_then_issued(db: Database) -> None:
    for contract, kind in (("C1", "individual"), ("ACME", "company")):
        preview = next_invoice(db, contract, FEBRUARY)
        assert preview is not None
        before = db.head()
        invoicing.run(db, kind, FEBRUARY.replace(day=1), FEBRUARY)
        number = contract_view(db, contract).invoices[0].number
        with db.connect() as connection:
            issued = invoice_document(connection, number)
        told = preview.document
        assert_frame_equal(told.entries, issued.entries, check_row_order=False)
        for name in (
            "kind",
            "month",
            "total_cents",
            "due_cents",
            "balance_used_cents",
            "issue_date",
            "cycle",
        ):
            assert getattr(told.header, name) == getattr(issued.header, name)
        assert (
            document_of(told.header, told.entries, "fr").members
            == document_of(issued.header, issued.entries, "fr").members
        )
        again = next_invoice(db, contract, FEBRUARY, before)
        assert again is not None and again.document.entries.equals(told.entries)
        assert next_invoice(db, contract, FEBRUARY) is None

"""The time travel bar: what people type becomes a revision, and every change of a subject can be stepped to."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from avenant.flows import learn, nightly, payouts, publishing
from avenant.flows.instants import MomentRefused, around, changes_about, moment
from avenant.store.database import PARIS, Database
from avenant.store.readers.history import UnknownRef
from tests.flows.checked_books import (
    FEBRUARY,
    JANUARY,
    end_of_anna,
    month_end,
    people,
    rulebook,
)
from tests.flows.paid_books import book as reimburse
from tests.flows.paid_books import entry, message, paid_book, rows


@pytest.fixture
def db(new_book: Callable[..., Database]) -> Database:
    """Signed on 5 January, left on 10 February as learnt then, with a month end after each."""
    book = new_book(opens=date(2026, 1, 1))
    book.simulate(datetime(2026, 1, 5, 9, tzinfo=PARIS))
    publishing.publish(book, rulebook())
    learn.learn(book, people(), "ana", "signed")
    book.simulate(datetime(2026, 1, 31, 22, tzinfo=PARIS))
    month_end(book, JANUARY)
    book.simulate(datetime(2026, 2, 10, 9, tzinfo=PARIS))
    learn.learn(book, end_of_anna(), "ben", "left")
    book.simulate(datetime(2026, 2, 28, 22, tzinfo=PARIS))
    month_end(book, FEBRUARY)
    return book


def test_nothing_now_and_today_mean_now(db: Database) -> None:
    latest = rows(db, "SELECT committed_at FROM head")[0][0]
    for text in (None, "", " ", "now", "2026-02-28"):
        shown = moment(db, text)
        assert (shown.rev, shown.is_past, shown.head, shown.simulated) == (None, False, db.head(), True)
        assert shown.head_at == latest


def test_a_day_means_its_end_and_an_instant_is_in_paris(db: Database) -> None:
    learnt = rows(db, "SELECT rev FROM revision JOIN change USING (change_id) WHERE reason = 'left'")[0][0]
    assert moment(db, "2026-02-10").rev == learnt
    assert moment(db, "2026-02-10 08:59").rev == learnt - 1
    assert moment(db, "2026-02-10T08:30:00+00:00").rev == learnt
    assert moment(db, "2026-02-10T08:30:00 00:00").rev == learnt
    assert moment(db, f"r{learnt}").instant == datetime(2026, 2, 10, 8, tzinfo=UTC)


REFUSED = [
    ("yesterday", "unreadable", "“yesterday” is not an instant"),
    ("2026-02-30", "unreadable", "write 2026-03-14"),
    ("\x00\ud800" + "9" * 500, "unreadable", "is not an instant"),
    ("0001-01-01T00:00+23:59", "unreadable", "is not an instant"),
    ("2026-01-04", "before_the_first_fact", "the first fact is of 2026-01-05 09:00"),
    ("r0", "before_the_first_fact", "the first fact is of 2026-01-05 09:00"),
    ("2026-02-28 22:01", "in_the_future", "it is 2026-02-28 22:00 in Paris"),
    ("2026-03-01", "in_the_future", "it is 2026-02-28 22:00 in Paris"),
    ("r999999", "in_the_future", "not over yet"),
]


def test_what_cannot_be_shown_is_refused_with_the_bound(db: Database) -> None:
    for text, code, said in REFUSED:
        with pytest.raises(MomentRefused) as refused:
            moment(db, text)
        assert refused.value.code == code
        assert said in str(refused.value)
        assert refused.value.said("fr") != refused.value.said("en")


def test_a_book_without_facts_has_no_past(new_book: Callable[..., Database]) -> None:
    empty = new_book(opens=date(2026, 1, 1))
    empty.simulate(datetime(2026, 1, 5, 9, tzinfo=PARIS))
    assert moment(empty).head == 0
    with pytest.raises(MomentRefused, match="Nothing was known yet"):
        moment(empty, "2026-01-01")


def test_the_changes_of_a_member_are_its_facts_premiums_and_invoices(db: Database) -> None:
    told = [
        (change.reason.split(" chunk")[0], change.said("en")) for change in changes_about(db, "member", "Tom")
    ]
    assert told == [
        ("signed", "1 contract, 1 person's record, 1 enrolment"),
        ("nightly", "1 premium entry"),
        ("invoice individual contracts for 2026-01", "1 invoice"),
        ("left", "1 enrolment"),
        ("nightly", "2 premium entries"),
        ("invoice individual contracts for 2026-02", "1 invoice"),
    ]
    assert changes_about(db, "member", "Tom")[3].said("fr") == "1 affiliation"
    assert [change.actor for change in changes_about(db, "member", "Tom")][3] == "ben"


def test_a_family_a_contract_and_an_invoice_have_their_own_changes(db: Database) -> None:
    family = changes_about(db, "family", "Tom")
    assert family[1].what == (("premium", 3),)
    contract = changes_about(db, "contract", "C1")
    assert [change.rev for change in contract] == [change.rev for change in family]
    assert dict(contract[0].what) == {"contract": 1, "enrolment": 3, "member": 3}
    assert dict(contract[-1].what) == {"invoice": 1, "balance": 1}
    (number,) = rows(db, "SELECT invoice_id FROM invoice WHERE kind = 'credit_note'")[0]
    invoice = changes_about(db, "invoice", "AV-2026-000001")
    assert [dict(change.what) for change in invoice] == [{"premium": 3}, {"invoice": 1}, {"premium": 6}]
    assert [dict(change.what) for change in changes_about(db, "invoice", credit_number(db, number))] == [
        {"premium": 6},
        {"invoice": 1, "balance": 1},
    ]


def credit_number(db: Database, invoice_id: int) -> str:
    number = "series || '-' || year || '-' || lpad(number::text, 6, '0')"
    return str(rows(db, f"SELECT {number} FROM invoice WHERE invoice_id = {invoice_id}")[0][0])


def test_an_act_and_a_payout_tell_when_they_were_told_decided_and_paid(
    new_book: Callable[..., Database],
) -> None:
    db = paid_book(new_book(opens=date(2026, 1, 1)))
    (tom,) = rows(db, "SELECT member_id FROM member WHERE ref = 'Tom'")[0]
    message(db, 7, member_id=tom)
    reimburse(db, entry(db, 7, 40_00, "Tom"))
    payouts.run(db, date(2026, 3, 10))
    act = changes_about(db, "act", "D7#1", lines=[7])
    assert [dict(change.what) for change in act] == [{"care_line": 1}, {"reimbursement": 1}, {"payout": 1}]
    paid = changes_about(db, "payout", "AVP-2026-000001")
    assert [change.rev for change in paid] == [change.rev for change in act[1:]]
    assert act[-1].said("en") == "1 payout"


def test_a_state_stands_between_its_changes(db: Database) -> None:
    changes = changes_about(db, "member", "Tom")
    revs = [change.rev for change in changes]
    now = around(changes, None)
    assert (now.previous, now.current, now.next) == (changes[-2], changes[-1], None)
    before = around(changes, revs[0] - 1)
    assert (before.previous, before.current, before.next) == (None, None, changes[0])
    between = around(changes, revs[3])
    assert (between.previous, between.current, between.next) == (changes[2], changes[3], changes[4])


def test_nobody_has_no_changes(db: Database) -> None:
    for subject in ("member", "family", "contract"):
        with pytest.raises(UnknownRef, match="'Nobody'"):
            changes_about(db, subject, "Nobody")
    with pytest.raises(LookupError, match="no invoice"):
        changes_about(db, "invoice", "AV-2026-999999")
    with pytest.raises(ValueError, match="changes are told of member"):
        changes_about(db, "weather", "Paris")


def test_a_second_night_changes_nothing_about_anybody(db: Database) -> None:
    before = changes_about(db, "member", "Tom")
    nightly.run(db, FEBRUARY)
    assert changes_about(db, "member", "Tom") == before

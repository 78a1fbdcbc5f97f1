"""The work list: everything that waits for a person, oldest first, with what is needed to answer it."""

import uuid
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from avenant.core.frames.care import CARE_LINE, DOCUMENT
from avenant.flows import learn, publishing
from avenant.flows.work import NoSuchKind, work_counts, work_list
from avenant.flows.work_model import KINDS, kind_of
from avenant.gateways.postgres import EmbeddedServer, ExternalServer
from avenant.store.changes import change
from avenant.store.database import PARIS, Database
from avenant.store.setup import create_book
from avenant.store.tables import TABLES
from tests.flows.checked_books import people, rulebook
from tests.flows.paid_books import ids, message

NAME = f"work_list_{uuid.uuid4().hex[:12]}"

WAITING = {
    "held_document": 1,
    "undecided_match": 1,
    "waiting_act": 1,
    "unknown_member": 1,
    "parked_family": 1,
    "held_change": 1,
}


def note(db: Database, day: int, table: str, **row: Any) -> int:
    """Write a row on a day of March 2026; returns the head afterwards."""
    db.simulate(datetime(2026, 3, day, 9, tzinfo=PARIS))
    told = dict.fromkeys(TABLES[table]) | row
    with change(db, "test", f"{table} of {day} March") as writer:
        writer.write(table, pl.DataFrame([told], schema=TABLES[table]))
    return db.head()


@pytest.fixture(scope="module")
def db(server: EmbeddedServer | ExternalServer, template: str) -> Iterator[Database]:
    """One item of each kind, learnt on 2 to 7 March; what waited on 1 March was released on the 8th."""
    book = create_book(server, NAME, opens=date(2026, 1, 1), clock="simulated", replace=True)
    publishing.publish(book, rulebook())
    learn.learn(book, people(), "ana", "signed")
    who, contracts = ids(book, "member"), ids(book, "contract")
    note(book, 1, "provider", provider_id=1, ref="DR-1")
    anna = {"member_id": who["Anna"], "provider_id": 1, "charged_cents": 30_00, "act_code": "G"}
    for act in (1, 2, 3):
        message(book, act, **anna)
    message(book, 4, member_id=who["Tom"], hold="totals_differ")
    waiting = {"member_id": who["Anna"], "state": "waiting", "candidates": None}
    note(book, 1, "waiting", line_id=3, reason="tariff_unknown", **waiting)
    note(book, 2, "waiting", line_id=1, reason="perhaps_same_act", **waiting | {"candidates": "D2#1 D3#1"})
    note(book, 3, "waiting", line_id=2, reason="tariff_unknown", **waiting)
    note(book, 4, "waiting", line_id=4, reason="totals_differ", **waiting | {"member_id": who["Tom"]})
    note(book, 5, "parking", family_id=who["Max"], state="parked", reason="two primaries")
    held = {"first_month": date(2026, 1, 1), "last_month": date(2026, 2, 1), "months": 2}
    key = {"contract_id": contracts["C2"], "member_id": who["Zoe"], "fingerprint": 1}
    note(book, 6, "held", difference_cents=-100_00, **held, **key)
    lines = {"document_id": 9, "version": 1, "received_on": date(2026, 3, 7), "kind": "secu_return"}
    document = dict.fromkeys(DOCUMENT) | lines | {"ref": "D9", "member_ref": "Stranger", "currency": "EUR"}
    line = dict.fromkeys(CARE_LINE) | lines | {"ref": "D9#1", "line_id": 9, "quantity": 1}
    line |= {"care_from": date(2026, 3, 1), "care_last_day": date(2026, 3, 1)}
    book.simulate(datetime(2026, 3, 7, 9, tzinfo=PARIS))
    with change(book, "test", "somebody") as writer:
        writer.write("document", pl.DataFrame([document | {"withdrawn": False}], schema=DOCUMENT))
        writer.write("care_line", pl.DataFrame([line | {"withdrawn": False}], schema=CARE_LINE))
    note(book, 8, "waiting", line_id=3, reason="tariff_unknown", **waiting | {"state": "released"})
    yield book
    server.drop_database(NAME)


def test_the_oldest_stands_first_and_each_kind_is_counted(db: Database) -> None:
    found = work_list(db)
    assert [(item.kind, item.ref, item.since[:10]) for item in found.items] == [
        ("undecided_match", "D1#1", "2026-03-02"),
        ("waiting_act", "D2#1", "2026-03-03"),
        ("held_document", "D4#1", "2026-03-04"),
        ("parked_family", "Max", "2026-03-05"),
        ("held_change", "C2", "2026-03-06"),
        ("unknown_member", "D9#1", "2026-03-07"),
    ]
    assert found.counts == WAITING == work_counts(db)
    assert (found.found, found.pages, len({item.key for item in found.items})) == (6, 1, 6)


def test_an_item_holds_what_is_needed_to_answer_it(db: Database) -> None:
    match, act, document, parked, held, nobody = work_list(db).items
    assert [(line.ref, line.charged_cents, line.provider_ref) for line in match.candidates] == [
        ("D2#1", 30_00, "DR-1"),
        ("D3#1", 30_00, "DR-1"),
    ]
    assert match.line is not None and (match.line.act_code, match.line.kind) == ("G", "secu_return")
    assert (match.member, match.contracts, match.answers) == (
        "Anna",
        ("C1",),
        ("same", "different", "exception"),
    )
    assert (act.answers, document.answers) == (("exception", "news"), ("exception",))
    assert document.line is not None and document.line.hold == document.reason == "totals_differ"
    assert (parked.member, parked.answers) == ("Max", ("news", "retry"))
    assert held.held is not None and held.held.difference_cents == -100_00
    assert (held.member, held.contracts, held.answers) == ("Zoe", ("C2",), ("approve",))
    assert (nobody.member, nobody.contracts, nobody.answers) == ("Stranger", (), ("news",))


def test_every_item_says_why_in_both_languages(db: Database) -> None:
    for item in work_list(db).items:
        assert item.said("care", "en")
        if item.kind != "held_document":
            assert item.said("care", "fr") != item.said("care", "en")
    held = work_list(db, "held_change").items[0]
    assert held.said("care", "en").startswith("From January 2026 to February 2026, 2 months lie further back")


def test_the_list_is_filtered_and_cut_into_pages(db: Database) -> None:
    alone = work_list(db, "parked_family")
    assert ([item.ref for item in alone.items], alone.found, alone.counts) == (["Max"], 1, WAITING)
    pages = [work_list(db, page=number, per_page=4) for number in (1, 2, 3)]
    assert [len(page.items) for page in pages] == [4, 2, 2]
    assert pages[2].page == pages[1].page == 2
    assert [item.key for page in pages[:2] for item in page.items] == [
        item.key for item in work_list(db).items
    ]
    with pytest.raises(NoSuchKind, match="work is one of held_document"):
        work_list(db, "weather")


def test_a_past_list_is_told_as_it_was_and_newer_notes_are_added(db: Database) -> None:
    with db.connect() as connection:
        (rev,) = connection.execute(
            "SELECT rev FROM revision JOIN change USING (change_id) WHERE reason = 'waiting of 3 March'"
        ).fetchone() or (0,)
    past = work_list(db, rev=rev)
    assert [item.ref for item in past.items] == ["D3#1", "D1#1", "D2#1"]
    who = ids(db, "member")["Anna"]
    note(db, 9, "waiting", line_id=1, member_id=who, state="released", reason="perhaps_same_act")
    note(db, 9, "waiting", line_id=3, member_id=who, state="waiting", reason="no_contract")
    assert [item.ref for item in work_list(db).items][-1] == "D3#1"
    assert work_counts(db) == WAITING | {"undecided_match": 0, "waiting_act": 2}
    assert work_list(db, rev=rev) == past


def test_every_reason_of_the_rules_has_its_kind() -> None:
    assert {kind_of(code) for code in ("tariff_unknown", "several_acts_fit", "whatever")} == {
        "waiting_act", "undecided_match", "held_document",
    }  # fmt: skip
    assert set(KINDS) == set(WAITING)

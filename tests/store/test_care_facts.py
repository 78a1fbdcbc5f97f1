"""Documents about care as facts: told whole, corrected line by line, adopted by members who come later."""

from collections.abc import Callable
from datetime import date, datetime

import polars as pl
import pytest

from avenant.core.frames.news import TABLES, News
from avenant.flows import learn
from avenant.store.database import PARIS, Database
from avenant.store.readers.care import adopted_lines, lines_of

MARCH = date(2026, 3, 3)


def table(name: str, *rows: dict[str, object]) -> pl.DataFrame:
    """A table of news; what is not mentioned is null."""
    return pl.DataFrame([dict.fromkeys(TABLES[name]) | row for row in rows], schema=dict(TABLES[name]))


def document(ref: str, *lines: dict[str, object], member: str = "M1", **said: object) -> News:
    """A Sécu return with its lines."""
    head = {
        "ref": ref,
        "kind": "secu_return",
        "payer": "amo",
        "member_ref": member,
        "received_on": date(2026, 3, 10),
        "currency": "EUR",
        **said,
    }
    visit = {"document_ref": ref, "act_code": "G", "care_from": MARCH, "charged_cents": 30_00}
    told = [visit | {"line": number} | line for number, line in enumerate(lines, start=1)]
    return News(documents=table("documents", head), care_lines=table("care_lines", *told))


@pytest.fixture
def book(new_book: Callable[..., Database]) -> Database:
    """A book in which M1 is known."""
    database = new_book(opens=date(2026, 1, 1))
    database.simulate(datetime(2026, 3, 20, tzinfo=PARIS))
    tell(database, members("M1"))
    return database


def members(ref: str) -> News:
    """A primary."""
    return News(
        members=table("members", {"ref": ref, "role": "primary", "birth_date": date(1990, 5, 1)}),
    )


def tell(book: Database, news: News) -> dict[str, int]:
    """Learn it; how many rows each table got."""
    return learn.learn(book, news, "test", "news").written


def lines(book: Database, member: str = "M1") -> list[tuple[str, int, int]]:
    """ref, version, charged of the member's live lines, adopted ones included."""
    with book.connect() as connection:
        row = connection.execute("SELECT member_id FROM member WHERE ref = %s", [member]).fetchone()
        ids = pl.Series([row[0]], dtype=pl.Int32)
        found = pl.concat([lines_of(connection, ids), adopted_lines(connection, ids)])
    return sorted(found.select("ref", "version", "charged_cents").iter_rows())


def test_a_document_told_twice_in_the_same_words_writes_nothing(book: Database) -> None:
    told = document("D1", {"provider_ref": "DR1"}, {"charged_cents": 12_00})
    assert tell(book, told) == {"provider": 1, "document": 1, "care_line": 2}
    assert tell(book, told) == {}
    assert lines(book) == [("D1#1", 1, 30_00), ("D1#2", 1, 12_00)]


def test_a_corrected_document_gives_new_versions_to_what_changed_alone(book: Database) -> None:
    tell(book, document("D1", {}, {"charged_cents": 12_00}, {"charged_cents": 7_00}))
    assert tell(book, document("D1", {}, {"charged_cents": 13_00})) == {"document": 1, "care_line": 2}
    assert lines(book) == [("D1#1", 1, 30_00), ("D1#2", 2, 13_00)]


def test_a_withdrawn_document_takes_its_lines_along_and_may_come_back(book: Database) -> None:
    told = document("D1", {})
    tell(book, told)
    gone = News(documents=table("documents", {"ref": "D1", "withdrawn": True}))
    assert tell(book, gone) == {"document": 1, "care_line": 1}
    assert lines(book) == []
    tell(book, told)
    assert lines(book) == [("D1#1", 3, 30_00)]


def test_a_document_of_somebody_unknown_waits_for_its_member(book: Database) -> None:
    tell(book, document("D1", {}, member="M2"))
    assert lines(book) == []
    tell(book, members("M2"))
    assert lines(book, "M2") == [("D1#1", 1, 30_00)]
    tell(book, document("D1", {}, member="M1"))
    assert lines(book, "M2") == []
    assert lines(book) == [("D1#1", 2, 30_00)]


def test_amounts_are_kept_under_their_coding_for_each_version_of_a_document(book: Database) -> None:
    def amounts(cents: int) -> pl.DataFrame:
        row = {"document_ref": "D1", "line": 1, "position": 1, "coding": "x|submitted", "currency": "EUR"}
        return table("line_amounts", row | {"amount_cents": cents})

    told = document("D1", {})
    first = News(documents=told.documents, care_lines=told.care_lines, line_amounts=amounts(5))
    assert tell(book, first) == {"document": 1, "care_line": 1, "line_amount": 1}
    assert tell(book, first) == {}
    second = News(documents=told.documents, care_lines=told.care_lines, line_amounts=amounts(6))
    assert tell(book, second) == {"document": 1, "line_amount": 1}


def test_answers_and_statuses_are_versioned_and_can_be_withdrawn(book: Database) -> None:
    answer = {"ref": "A1", "kind": "same", "line_ref": "D1#1", "other_ref": "D2#1", "reason": "same visit"}
    status = {"ref": "S1", "provider_ref": "DR1", "sector": 2, "optam": True, "valid_from": MARCH}
    told = News(answers=table("answers", answer), provider_statuses=table("provider_statuses", status))
    assert tell(book, told) == {"provider": 1, "answer": 1, "provider_status": 1}
    assert tell(book, told) == {}
    gone = News(answers=table("answers", {"ref": "A1", "withdrawn": True}))
    assert tell(book, gone) == {"answer": 1}
    assert tell(book, told) == {"answer": 1}

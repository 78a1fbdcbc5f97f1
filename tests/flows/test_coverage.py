"""Coverage and billing of a family: a departure learnt late, the bars it leaves and the story of the months it moved.

Anna and her son Tom are covered from January 2026. On 3 May operations learn that Tom left on 28 February.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest

from avenant.core.coverage.arrivals import field_text, value_text
from avenant.core.coverage.model import FieldChange
from avenant.core.frames.news import News
from avenant.core.rulebook.loading import read_inline
from avenant.flows import invoicing, learn, nightly, publishing
from avenant.flows.coverage import member_coverage, premium_story
from avenant.store.database import Database
from avenant.store.readers.history import UnknownRef
from tests.commands.test_acts import table

PRICES: dict[str, Any] = {
    "plans": {
        "family": {
            "currency": "EUR",
            "levels": {"confort": "Confort"},
            "prices": [
                {
                    "valid_from": "2026-01",
                    "levels": {"confort": {"primary": "54.60", "partner": "refused", "child": "38.20"}},
                }
            ],
        }
    }
}
DEARER: dict[str, Any] = {
    "plans": {
        "family": {
            **PRICES["plans"]["family"],
            "prices": [
                {
                    "valid_from": "2026-01",
                    "levels": {"confort": {"primary": "56.00", "partner": "refused", "child": "38.20"}},
                }
            ],
        }
    }
}
MARCH = date(2026, 3, 1)


def enrolment(
    ref: str, member: str, last_day: date | None = None, since: date = date(2026, 1, 1)
) -> dict[str, object]:
    return {
        "ref": ref,
        "contract_ref": "C-1",
        "member_ref": member,
        "plan": "family",
        "level": "confort",
        "basis": "active",
        "valid_from": since,
        "last_day": last_day,
    }


def family() -> News:
    return News(
        contracts=table("contracts", {"ref": "C-1", "kind": "individual", "currency": "EUR"}),
        members=table(
            "members",
            {"ref": "Anna", "role": "primary", "birth_date": date(1985, 5, 1)},
            {"ref": "Tom", "role": "child", "birth_date": date(2015, 5, 1), "primary_ref": "Anna"},
        ),
        enrolments=table("enrolments", enrolment("E-1", "Anna"), enrolment("E-2", "Tom")),
    )


def tell(book: Database, day: date, news: News, reason: str) -> None:
    book.simulate(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
    learn.learn(book, news, "operations", reason)


def night(book: Database, day: date) -> None:
    book.simulate(datetime(day.year, day.month, day.day, 22, tzinfo=UTC))
    nightly.run(book, day)


@pytest.fixture
def book(new_book: Callable[..., Database]) -> Database:
    """Booked and invoiced in March; Tom's departure learnt and booked on 3 May, not invoiced yet."""
    book = new_book(opens=date(2026, 1, 1), starts_at=datetime(2025, 12, 1, tzinfo=UTC))
    publishing.publish(book, read_inline(PRICES))
    tell(book, date(2025, 12, 20), family(), "signed")
    night(book, date(2026, 3, 1))
    invoicing.run(book, "individual", MARCH, MARCH)
    tell(
        book,
        date(2026, 5, 3),
        News(enrolments=table("enrolments", enrolment("E-2", "Tom", date(2026, 2, 28)))),
        "left",
    )
    night(book, date(2026, 5, 3))
    return book


def test_a_departure_learnt_in_may_is_late_for_the_march_it_ended(book: Database) -> None:
    anna, tom = member_coverage(book, "Tom")
    assert (anna.member, anna.role, anna.bars[0].now.late) == ("Anna", "primary", False)
    (bar,) = tom.bars
    first, second = bar.versions
    assert (first.last_day, first.late) == (None, False)
    assert (second.last_day, second.counts_from, second.late) == (date(2026, 2, 28), MARCH, True)
    assert (second.learnt.actor, second.learnt.reason, second.learnt.known_on) == (
        "operations",
        "left",
        date(2026, 5, 3),
    )
    assert second.changes == (FieldChange("last_day", None, date(2026, 2, 28)),)


def test_an_end_told_before_the_first_day_it_changes_is_not_late(book: Database) -> None:
    tell(
        book,
        date(2026, 5, 4),
        News(enrolments=table("enrolments", enrolment("E-1", "Anna", date(2026, 5, 31)))),
        "leaves",
    )
    bar = member_coverage(book, "Anna")[0].bars[0]
    assert (bar.now.counts_from, bar.now.late) == (date(2026, 6, 1), False)


def test_each_month_shows_its_amount_how_often_it_changed_and_what_is_open(book: Database) -> None:
    tom = member_coverage(book, "Anna")[1]
    shown = {
        month.month.month: (month.amount_cents, month.charges, month.open_cents) for month in tom.premiums
    }
    assert shown == {1: (38_20, 1, 0), 2: (38_20, 1, 0), 3: (0, 2, -38_20)}
    assert [month.invoice for month in tom.premiums] == ["AV-2026-000001", "AV-2026-000001", None]


def test_as_known_in_april_tom_was_still_covered(book: Database) -> None:
    rev = book.revision_at(datetime(2026, 4, 1, tzinfo=UTC))
    tom = member_coverage(book, "Anna", rev)[1]
    assert [month.amount_cents for month in tom.premiums] == [38_20] * 3
    assert tom.bars[0].now.last_day is None
    (story,) = premium_story(book, "Tom", MARCH, rev=rev)
    assert [version.invoice for version in story.versions] == ["AV-2026-000001"]


def test_between_two_versions_stand_the_facts_that_arrived_and_who_entered_them(book: Database) -> None:
    (story,) = premium_story(book, "Tom", MARCH)
    charge, cancel, gone = story.versions
    assert charge.sentence == (
        "Child no. 1, level Confort, price in force since January 2026, whole month: €38.20."
    )
    assert (cancel.amount_cents, cancel.sentence) == (-38_20, "Takes back version 1: −€38.20.")
    assert gone.sentence.startswith("No day of March 2026 falls under this price any more")
    (told,) = gone.arrived
    assert (told.kind, told.ref, told.version, told.member) == ("enrolment", "E-2", 2, "Tom")
    assert (told.learnt.actor, told.learnt.reason) == ("operations", "left")
    assert told.changes == (FieldChange("last_day", None, date(2026, 2, 28)),)
    assert gone.run is not None and gone.run.business_date == date(2026, 5, 3)


def test_a_month_told_in_french(book: Database) -> None:
    (story,) = premium_story(book, "Tom", MARCH, language="fr")
    assert story.versions[0].sentence == (
        "Enfant n° 1, niveau Confort, tarif en vigueur depuis janvier 2026, mois entier\u00a0: 38,20\u00a0€."
    )
    assert (field_text("last_day", "fr"), value_text(date(2026, 2, 28), "fr")) == (
        "dernier jour",
        "28 février 2026",
    )


def test_a_dearer_rulebook_says_which_price_moved(book: Database) -> None:
    publishing.publish(book, read_inline(DEARER), actor="ana")
    night(book, date(2026, 5, 5))
    (story,) = premium_story(book, "Anna", MARCH)
    *_, dearer = story.versions
    (published,) = [told for told in dearer.arrived if told.kind == "rulebook"]
    assert published.learnt.actor == "ana"
    assert FieldChange("price confort primary 0-150", "54.60", "56.00") in published.changes


def test_a_story_takes_as_many_queries_for_many_versions_as_for_one(
    book: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    original = psycopg.Connection.execute
    copied = psycopg.ClientCursor.mogrify
    monkeypatch.setattr(
        psycopg.Connection,
        "execute",
        lambda self, query, *a, **k: asked.append(str(query)) or original(self, query, *a, **k),
    )
    monkeypatch.setattr(
        psycopg.ClientCursor,
        "mogrify",
        lambda self, query, *a: asked.append(str(query)) or copied(self, query, *a),
    )

    def queries(ask: Callable[[], object]) -> int:
        ask()
        asked.clear()
        ask()
        return len(asked)

    january = queries(lambda: premium_story(book, "Tom", date(2026, 1, 1)))
    assert queries(lambda: premium_story(book, "Tom", MARCH)) == january <= 12
    early = book.revision_at(datetime(2026, 1, 1, tzinfo=UTC))
    assert (
        queries(lambda: member_coverage(book, "Tom"))
        == queries(lambda: member_coverage(book, "Tom", early))
        <= 12
    )


def test_nobody_with_that_number_is_refused(book: Database) -> None:
    with pytest.raises(UnknownRef, match="M-404"):
        member_coverage(book, "M-404")
    with pytest.raises(UnknownRef):
        premium_story(book, "M-404", MARCH)
    assert premium_story(book, "Tom", date(2027, 1, 1)) == ()

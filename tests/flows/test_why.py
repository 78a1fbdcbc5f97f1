"""Why an amount changed: the cause is found among the news, and nothing that had no part in it is named.

Anna and her son Tom are covered from January 2026; on 3 May operations learn that Tom left on 28 February.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TypeVar

import pytest

from avenant.core.coverage.model import FieldChange
from avenant.core.frames.news import News
from avenant.core.premiums import expected
from avenant.core.rulebook.loading import read_inline
from avenant.core.why.model import Cause
from avenant.flows import learn, nightly, publishing
from avenant.flows.why_premiums import premium_causes
from avenant.flows.why_runs import run_causes
from avenant.store.database import Database
from tests.commands.test_acts import table
from tests.flows.test_coverage import DEARER, MARCH, book, enrolment, night, tell
from tests.flows.test_price_bug import PRICES as BY_AGE
from tests.flows.test_price_bug import couple, partners_as_old_as_the_primary

__all__ = ["book"]
Answer = TypeVar("Answer")


def causes(db: Database, member: str, month: date = MARCH, **chosen: object) -> tuple[Cause, ...]:
    (slot,) = premium_causes(db, member, month, **chosen)  # type: ignore[arg-type]
    return slot.causes


def quickest(ask: Callable[[], Answer]) -> tuple[Answer, float]:
    """The answer, and the seconds that somebody waits for the quickest of four askings, the database included."""
    seconds = []
    for _ in range(4):
        began = time.perf_counter()
        answer = ask()
        seconds.append(time.perf_counter() - began)
    return answer, min(seconds)


def test_a_departure_told_late_is_the_cause_in_words(book: Database) -> None:
    first, gone = causes(book, "Tom", names={"Tom": "Lina"})
    assert gone.sentence == (
        "€38.20 → €0.00: because the enrolment of Lina was ended on 28 February 2026 "
        "(entered on 3 May 2026 by operations)."
    )
    assert (gone.found, gone.looked_at, gone.before_cents, gone.after_cents) == ("news", 1, 38_20, 0)
    assert first.found == "due" and first.sentence.startswith(
        "€38.20 for the first time: because the month was due"
    )
    assert {told.kind for told in first.arrived} == {"contract", "member", "enrolment"}
    assert causes(book, "Tom", language="fr")[1].sentence == (
        "38,20\u00a0€ → 0,00\u00a0€\u00a0: parce que l’affiliation de Tom a pris fin le 28 février 2026 "
        "(saisi le 3 mai 2026 par operations)."
    )


def test_news_that_had_no_part_in_it_is_not_named(book: Database) -> None:
    younger = table("members", {"ref": "Anna", "role": "primary", "birth_date": date(1986, 6, 1)})
    tell(book, date(2026, 5, 4), News(members=younger), "corrected")
    tell(book, date(2026, 5, 4), News(enrolments=table("enrolments", enrolment("E-2", "Tom"))), "stays")
    night(book, date(2026, 5, 5))
    back = causes(book, "Tom")[-1]
    assert [(told.kind, told.ref, told.version) for told in back.arrived] == [("enrolment", "E-2", 3)]
    assert back.looked_at == 2 and "has no end any more" in back.sentence


def test_the_line_of_the_rulebook_is_named_not_the_whole_of_it(book: Database) -> None:
    publishing.publish(book, read_inline(DEARER), actor="ana")
    tell(book, date(2026, 5, 4), News(enrolments=table("enrolments", enrolment("E-2", "Tom"))), "stays")
    night(book, date(2026, 5, 5))
    (published,) = (dearer := causes(book, "Anna")[-1]).arrived
    assert (published.kind, published.learnt.actor, dearer.looked_at) == ("rulebook", "ana", 3)
    assert published.changes == (FieldChange("price confort primary 0-150", "54.60", "56.00"),)
    assert "price confort primary 0-150 54.60 → 56.00" in dearer.sentence
    assert [told.kind for told in causes(book, "Tom")[-1].arrived] == ["enrolment"]


def test_a_repaired_program_is_named_when_nothing_else_gives_the_change(
    new_book: Callable[..., Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    db = new_book(opens=date(2026, 1, 1))
    publishing.publish(db, read_inline(BY_AGE))
    learn.learn(db, couple(), "operations", "signed")
    with monkeypatch.context() as patched:
        patched.setattr(expected, "coverage", partners_as_old_as_the_primary)
        patched.setattr(nightly, "code_version", lambda: "0.9+broken")
        nightly.run(db, date(2026, 2, 1))
    nightly.run(db, date(2026, 3, 1))
    healed = causes(db, "Sam", date(2026, 1, 1))[-1]
    assert (healed.found, healed.arrived, healed.code[0]) == ("code", (), "0.9+broken")
    assert healed.sentence.startswith("€70.00 → €40.00: because the program changed from 0.9+broken to ")


def test_twenty_pieces_of_news_are_searched_in_half_a_second(book: Database) -> None:
    for day in range(1, 11):
        born = table("members", {"ref": "Anna", "role": "primary", "birth_date": date(1985, 5, 1 + day)})
        tell(book, date(2026, 6, day), News(members=born), "corrected again")
        tell(
            book,
            date(2026, 6, day),
            News(enrolments=table("enrolments", enrolment("E-1", "Anna", date(2026, 12, day)))),
            "plans",
        )
    tell(book, date(2026, 6, 20), News(enrolments=table("enrolments", enrolment("E-2", "Tom"))), "stays")
    night(book, date(2026, 6, 30))
    back, seconds = quickest(lambda: causes(book, "Tom", version=5)[0])
    assert back.looked_at == 21 and [told.ref for told in back.arrived] == ["E-2"]
    assert seconds <= 0.5


def test_as_known_before_the_news_there_is_one_version_alone(book: Database) -> None:
    rev = book.revision_at(datetime(2026, 4, 1, tzinfo=UTC))
    assert [cause.version for cause in causes(book, "Tom", rev=rev)] == [1]


def test_what_moved_the_book_last_night_is_told_by_cause(book: Database) -> None:
    publishing.publish(book, read_inline(DEARER), actor="ana")
    tell(book, date(2026, 5, 4), News(enrolments=table("enrolments", enrolment("E-2", "Tom"))), "stays")
    run = nightly.run(book, date(2026, 5, 5)).run_id
    found = run_causes(book, run)
    told = {moved.news: (moved.changes, moved.up_cents, moved.down_cents) for moved in found.moved}
    assert told == {("enrolment",): (1, 38_20, 0), ("rulebook",): (5, 5 * 1_40, 0)}
    assert found.moved[0].example.startswith(
        "€0.00 → €38.20: because the enrolment of Tom has no end any more"
    )
    few = run_causes(book, run, most=1)
    assert (few.left_out, few.left_out_cents) == (5, 5 * 1_40)
    assert run_causes(book, 404).moved == ()

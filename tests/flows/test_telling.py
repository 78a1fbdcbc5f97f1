"""What forms say becomes news: each verb starts from the facts as they stand, and refuses what cannot be told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from avenant.core.frames.news import News
from avenant.core.wording.telling import REFUSALS
from avenant.flows import learn, nightly, publishing, telling, telling_care
from avenant.flows.previewing import FactsPreview, previewed
from avenant.flows.saving import Overtaken, saved
from avenant.flows.telling import CannotTell
from avenant.gateways.rulebook_files import shipped_rulebook
from avenant.store.database import Database
from avenant.store.readers.history import current_premiums, premium_history
from tests.flows.checked_books import FEBRUARY, JANUARY, MARCH, enrolled, people, rows, rulebook

NEW_YEAR = date(2026, 1, 1)


@pytest.fixture
def book(new_book: Callable[..., Database]) -> Database:
    """Anna, Tom and Lea on C1, Zoe on C2, Max and Eva at ACME; January and February are booked."""
    book = new_book(opens=NEW_YEAR)
    publishing.publish(book, rulebook())
    learn.learn(book, people(), "operations", "signed")
    nightly.run(book, FEBRUARY)
    book.simulate(book.now().replace(year=2026, month=2, day=20))
    return book


def moved(seen: FactsPreview) -> dict[tuple[str, int], tuple[int | None, int]]:
    """(member, month) → (before, after) in cents, of what the news changes."""
    rows = seen.premiums.filter("because")
    return {
        (row["member_ref"], row["month"].month): (row["before_amount_cents"], row["after_amount_cents"])
        for row in rows.iter_rows(named=True)
    }


def booked_as_seen(book: Database, news: News) -> FactsPreview:
    """Preview, learn and run: the book then holds what was seen."""
    seen = previewed(book, news, FEBRUARY)
    assert not seen.problems
    learn.learn(book, news, "operations", "a form")
    nightly.run(book, FEBRUARY)
    with book.connect() as connection:
        for (member, month), (_, after) in moved(seen).items():
            history = premium_history(connection, member, month=date(2026, month, 1))
            assert current_premiums(history)["amount_cents"].sum() == after
    return seen


def test_a_departure_takes_back_the_months_after_it(book: Database) -> None:
    seen = booked_as_seen(book, telling.departure(book, "E7", date(2026, 1, 31)))
    assert moved(seen) == {("Zoe", 2): (5_000, 0)}
    assert seen.families == ("Zoe",)


def test_a_family_departs_together_and_whoever_would_come_later_does_not_come(book: Database) -> None:
    late = telling.changed_start(book, "E2", date(2026, 2, 10))
    learn.learn(book, late, "operations", "Lea came later")
    news = telling.departure(book, "E0", date(2026, 1, 31), with_family=True)
    told = {row["ref"]: row for row in news.enrolments.to_dicts()}
    assert {ref: row["withdrawn"] for ref, row in told.items()} == {"E0": False, "E1": False, "E2": True}
    assert told["E1"]["last_day"] == date(2026, 1, 31)
    booked_as_seen(book, news)


def test_a_new_child_follows_the_plan_of_its_parent(book: Database) -> None:
    news = telling.new_dependant(book, "C2", "Zoe", "child", date(2026, 2, 3), date(2026, 2, 3))
    assert news.enrolments.select("plan", "level", "member_ref").row(0) == ("solo", "standard", "Zoe-child")
    seen = booked_as_seen(book, news)
    assert ("Zoe-child", 2) in moved(seen)
    again = telling.new_dependant(book, "C2", "Zoe", "child", date(2026, 2, 3), date(2026, 2, 3))
    assert again.members["ref"][0] == "Zoe-child-2"


def test_a_late_start_is_billed_from_its_first_day(book: Database) -> None:
    learn.learn(
        book, News(members=rows("members", ("Kim", "primary", date(1999, 1, 1), None, False))), "x", "y"
    )
    news = telling.late_start(book, "C2", "Kim", "solo", "standard", date(2026, 1, 1))
    assert moved(booked_as_seen(book, news)) == {("Kim", 1): (None, 5_000), ("Kim", 2): (None, 5_000)}


def test_a_plan_changes_on_a_day(book: Database) -> None:
    news = telling.changed_plan(book, "E7", date(2026, 2, 1), "staff", "standard")
    assert news.enrolments["ref"].to_list() == ["E7", "Zoe-2026-02-01"]
    assert news.enrolments["last_day"].to_list() == [date(2026, 1, 31), None]


def test_a_cancelled_enrolment_never_was(book: Database) -> None:
    seen = booked_as_seen(book, telling.withdrawal(book, "enrolment", "E7"))
    assert {after for _, after in moved(seen).values()} == {0}


REFUSED: dict[str, tuple[str, Callable[[Database], News]]] = {
    "unknown contract": ("unknown", lambda b: telling.departure(b, "E99", FEBRUARY)),
    "end before start": ("ends_before_start", lambda b: telling.departure(b, "E7", date(2026, 1, 2))),
    "start after end": (
        "ends_before_start",
        lambda b: telling.late_start(b, "C2", "Zoe", "solo", "standard", FEBRUARY, JANUARY),
    ),
    "same birth date": ("already_so", lambda b: telling.corrected_birth_date(b, "Zoe", date(1980, 5, 1))),
    "same plan": ("already_so", lambda b: telling.changed_plan(b, "E7", FEBRUARY, "solo", "standard")),
    "change at its start": (
        "changes_from_its_start",
        lambda b: telling.changed_plan(b, "E7", date(2026, 1, 10), "staff", "standard"),
    ),
    "a grandparent": (
        "not_a_dependant",
        lambda b: telling.new_dependant(b, "C2", "Zoe", "uncle", NEW_YEAR, MARCH),
    ),
    "child of a child": (
        "not_a_primary",
        lambda b: telling.new_dependant(b, "C1", "Tom", "child", NEW_YEAR, MARCH),
    ),
    "nothing to follow": (
        "nothing_to_follow",
        lambda b: telling.new_dependant(b, "C1", "Zoe", "child", NEW_YEAR, MARCH),
    ),
    "ref taken": (
        "taken",
        lambda b: telling.new_dependant(b, "C2", "Zoe", "child", NEW_YEAR, MARCH, ref="Tom"),
    ),
    "nothing held": ("nothing_held", lambda b: telling.approval(b, "C2", "Zoe")),
    "no such line": ("unknown", lambda b: telling_care.cancellation(b, "D9#1", MARCH)),
    "no such field": ("no_such_column", lambda b: telling_care.document(b, {}, {"color": "red"})),
    "no such answer": ("unknown_answer", lambda b: telling_care.answered(b, "maybe", "D1#1")),
    "one line": ("needs_two_lines", lambda b: telling_care.answered(b, "same", "D1#1")),
    "no reason": ("needs_a_reason", lambda b: telling_care.answered(b, "exception", "D1#1")),
}


@pytest.mark.parametrize("refused", REFUSED)
def test_what_cannot_be_told_is_refused_with_a_remedy(book: Database, refused: str) -> None:
    code, tell = REFUSED[refused]
    with pytest.raises(CannotTell) as caught:
        tell(book)
    assert caught.value.code == code
    for language in ("fr", "en"):
        assert "{" not in caught.value.said(language)
    assert caught.value.field


def test_what_was_withdrawn_cannot_be_changed(book: Database) -> None:
    learn.learn(book, telling.withdrawal(book, "enrolment", "E7"), "operations", "in error")
    with pytest.raises(CannotTell, match="withdrawn"):
        telling.departure(book, "E7", FEBRUARY)


def test_every_refusal_is_said_in_both_languages() -> None:
    assert all(french and english for french, english in REFUSALS.values())


def visit(**line: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A Sécu return of a visit of Zoe's in February, 30.00 €."""
    head = {"kind": "secu_return", "payer": "amo", "member_ref": "Zoe", "received_on": date(2026, 2, 9)}
    told = {"act_code": "G", "care_from": date(2026, 2, 3), "charged_cents": 3_000}
    paid = {"base_cents": 3_000, "rate_ppm": 700_000, "secu_cents": 1_900, "retention_cents": 200}
    return head, told | paid | {"care_path": "in", "provider_ref": "DR1"} | line


@pytest.fixture
def care_book(new_book: Callable[..., Database]) -> Database:
    """Zoe under a shipped plan that reimburses care; nothing is told of care yet."""
    book = new_book(opens=NEW_YEAR)
    shipped = shipped_rulebook()
    publishing.publish(book, shipped)
    cell = shipped.price_lines.join(shipped.care.guarantees, on=["plan", "level"], how="semi").sort("plan")
    plan, level = cell["plan"][0], cell["level"][0]
    currency = shipped.plans.filter(plan=plan)["currency"][0]
    cover = ("E1", "C1", "Zoe", plan, level, "active", date(2026, 1, 1), None, False)
    learn.learn(
        book,
        News(
            contracts=rows("contracts", ("C1", "individual", None, currency, False)),
            members=rows("members", ("Zoe", "primary", date(1990, 5, 1), None, False)),
            enrolments=rows("enrolments", cover),
        ),
        "operations",
        "signed",
    )
    book.simulate(book.now().replace(year=2026, month=2, day=20))
    nightly.run(book, FEBRUARY)
    return book


def test_a_document_is_previewed_decided_and_taken_back(care_book: Database) -> None:
    head, line = visit()
    news = telling_care.document(care_book, head, line)
    seen = previewed(care_book, news, FEBRUARY)
    assert not seen.problems
    paid = seen.reimbursements.row(0, named=True)
    assert (paid["before_amount_cents"], paid["after_amount_cents"], paid["payee"]) == (None, 900, "member")
    done = saved(care_book, news, "operations", "by mail", seen.rev)
    assert done.report.written == {**seen.facts}
    nightly.run(care_book, FEBRUARY)
    ref = news.care_lines["document_ref"][0] + "#1"
    back = telling_care.cancellation(care_book, ref, date(2026, 2, 20))
    undone = previewed(care_book, back, FEBRUARY).reimbursements.row(0, named=True)
    assert (undone["before_amount_cents"], undone["after_amount_cents"]) == (900, 0)
    learn.learn(care_book, back, "operations", "taken back")
    with pytest.raises(CannotTell, match="takes back another line"):
        telling_care.cancellation(care_book, back.care_lines["document_ref"][0] + "#1", date(2026, 2, 20))


def test_an_exception_pays_what_a_person_decides(care_book: Database) -> None:
    head, line = visit()
    news = telling_care.document(care_book, head, line)
    learn.learn(care_book, news, "operations", "by mail")
    nightly.run(care_book, FEBRUARY)
    ref = news.care_lines["document_ref"][0] + "#1"
    answer = telling_care.answered(care_book, "exception", ref, amount_cents=500, reason="an agreement")
    seen = previewed(care_book, answer, FEBRUARY).reimbursements.row(0, named=True)
    assert (seen["before_amount_cents"], seen["after_amount_cents"]) == (900, 500)


def test_who_saves_second_sees_what_the_first_did(book: Database) -> None:
    first = telling.departure(book, "E0", date(2026, 2, 10))
    second = telling.corrected_birth_date(book, "Tom", date(2014, 3, 1))
    seen = previewed(book, second, FEBRUARY).rev
    saved(book, first, "Ines", "left", previewed(book, first, FEBRUARY).rev)
    done = saved(book, second, "Omar", "a typing mistake", seen)
    assert done.report.written == {"member": 1}
    [told] = done.meanwhile
    assert (told.what, told.ref, told.actor) == ("enrolment", "E0", "Ines")
    assert told.differences == {"last_day": (None, date(2026, 2, 10))}


def test_who_would_undo_what_another_did_is_stopped_and_told(book: Database) -> None:
    first = telling.departure(book, "E7", date(2026, 2, 10))
    second = telling.changed_plan(book, "E7", date(2026, 2, 1), "staff", "standard")
    seen = previewed(book, second, FEBRUARY).rev
    saved(book, first, "Ines", "left", seen)
    with pytest.raises(Overtaken, match="Ines") as caught:
        saved(book, second, "Omar", "another plan", seen)
    assert [told.ref for told in caught.value.told] == ["E7"]


def test_a_double_click_saves_once(book: Database) -> None:
    news = telling.departure(book, "E7", date(2026, 2, 10))
    seen = previewed(book, news, FEBRUARY).rev
    assert saved(book, news, "Ines", "left", seen).report.written == {"enrolment": 1}
    assert saved(book, news, "Ines", "left", seen).report.written == {}


def test_held_months_are_approved_from_the_first_to_the_last(new_book: Callable[..., Database]) -> None:
    book = new_book(opens=NEW_YEAR)
    publishing.publish(book, rulebook(retroactivity_months=0))
    learn.learn(book, people(), "operations", "signed")
    nightly.run(book, MARCH)
    end = News(enrolments=rows("enrolments", enrolled("E7", "C2", "Zoe", "solo", date(2026, 1, 10), JANUARY)))
    seen = previewed(book, end, MARCH)
    assert seen.held.select("member_ref", "months", "because").rows() == [("Zoe", 1, True)]
    learn.learn(book, end, "operations", "left")
    nightly.run(book, MARCH)
    yes = telling.approval(book, "C2", "Zoe")
    assert moved(previewed(book, yes, MARCH)) == {("Zoe", 2): (5_000, 0)}

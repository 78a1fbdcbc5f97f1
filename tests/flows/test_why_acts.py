"""Why a decision on care changed: of all messages, answers and statuses, the ones without which it would not have.

On 3 March Anna sees a doctor for 30.00 €, told on 31 March beside another visit. The Sécu's return of 14 April has a
lower base; another doctor's bill arrives the same day and has no part in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import combinations, islice

import pytest
from typer.testing import CliRunner

from avenant.cli import app
from avenant.core.claims.expected import expected_reimbursements
from avenant.core.claims.model import Care, CareTerms, ExpectedCare
from avenant.core.frames.news import News
from avenant.core.why import acts
from avenant.core.why.acts import act_values, answers_together
from avenant.flows import learn, nightly, publishing, why_acts
from avenant.flows.why_acts import act_causes
from avenant.flows.why_between import act_movements, event_movements
from avenant.gateways import postgres
from avenant.gateways.rulebook_files import shipped_rulebook
from avenant.store.database import Database
from avenant.store.readers.acts import act_called
from avenant.store.readers.history import UnknownRef
from avenant.store.setup import Server
from tests.commands.test_acts import document, table
from tests.flows.test_graph import BILL, PEOPLE, RETURN, day
from tests.flows.test_why import quickest


@pytest.fixture
def book(new_book: Callable[..., Database]) -> Database:
    """Two visits decided on 31 March; on 14 April the return of the first and a bill of a third."""
    db = new_book(opens=date(2025, 1, 1), starts_at=datetime(2025, 3, 30, 9, tzinfo=UTC))
    publishing.publish(db, shipped_rulebook())
    day(
        db,
        date(2025, 3, 31),
        PEOPLE,
        document("D2", "member_invoice", "M-1", BILL),
        document(
            "D9", "member_invoice", "M-1", BILL | {"care_from": date(2025, 3, 9), "provider_ref": "DR2"}
        ),
    )
    day(
        db,
        date(2025, 4, 14),
        document("D1", "secu_return", "M-1", BILL | RETURN),
        document(
            "D5", "member_invoice", "M-1", BILL | {"care_from": date(2025, 3, 6), "provider_ref": "DR3"}
        ),
    )
    return db


def test_the_late_return_is_the_cause_and_the_other_bill_is_not(book: Database) -> None:
    (payee,) = act_causes(book, "D2#1")
    first, second = payee.causes
    assert (second.found, [told.ref for told in second.arrived], second.looked_at) == ("news", ["D1"], 2)
    assert second.sentence == (
        "€9.00 → €11.45: because document D1 was told (entered on 14 April 2025 by test)."
    )
    assert first.found == "due" and {told.kind for told in first.arrived} >= {"enrolment", "document"}
    assert (payee.contract, payee.payee) == ("C-1", "member")


def test_an_enrolment_ended_in_retrospect_takes_back_what_was_paid(book: Database) -> None:
    ended = PEOPLE.enrolments.to_dicts()[0] | {"last_day": date(2025, 2, 28)}
    day(book, date(2025, 5, 3), News(enrolments=table("enrolments", ended)))
    (payee,) = act_causes(book, "D2#1", language="fr")
    gone = payee.causes[-1]
    assert gone.sentence == (
        "11,45\u00a0€ → 0,00\u00a0€\u00a0: parce que l’affiliation de M-1 a pris fin le 28 février 2025 "
        "(saisi le 3 mai 2025 par test)."
    )
    assert [(told.kind, told.version) for told in gone.arrived] == [("enrolment", 2)]


def test_a_document_told_anew_says_what_changed_in_it(book: Database) -> None:
    dearer = document("D1", "secu_return", "M-1", BILL | RETURN | {"secu_cents": 18_55, "retention_cents": 0})
    day(book, date(2025, 5, 3), dearer)
    (payee,) = act_causes(book, "D2#1")
    (told,) = payee.causes[-1].arrived
    assert (told.kind, told.ref) == ("document", "D1")
    changed = {change.field: (change.before, change.after) for change in told.changes}
    assert changed == {"D1#1 secu_cents": ("16.55", "18.55"), "D1#1 retention_cents": ("2.00", "0.00")}


def test_twenty_messages_are_searched_in_half_a_second(book: Database) -> None:
    bills = [
        document(
            f"B{n}", "member_invoice", "M-1", BILL | {"care_from": date(2025, 2, n), "provider_ref": f"P{n}"}
        )
        for n in range(1, 20)
    ]
    back = document("D1", "secu_return", "M-1", BILL | RETURN | {"base_cents": 30_00})
    book.simulate(datetime(2025, 5, 3, 9, tzinfo=UTC))
    for told in (*bills, back):
        learn.learn(book, told, "test", "news")
    nightly.run(book, date(2025, 5, 3))
    (payee,), seconds = quickest(lambda: act_causes(book, "D2#1", version=5))
    assert payee.causes[0].looked_at == 20 and [told.ref for told in payee.causes[0].arrived] == ["D1"]
    assert seconds <= 0.5


def moved_twice_more(book: Database) -> None:
    """A dearer return and a departure in retrospect: four versions of the first visit."""
    dearer = document("D1", "secu_return", "M-1", BILL | RETURN | {"secu_cents": 18_55, "retention_cents": 0})
    day(book, date(2025, 5, 3), dearer)
    ended = PEOPLE.enrolments.to_dicts()[0] | {"last_day": date(2025, 2, 28)}
    day(book, date(2025, 5, 4), News(enrolments=table("enrolments", ended)))


def test_versions_explained_together_are_explained_as_each_alone(book: Database) -> None:
    moved_twice_more(book)
    (payee,) = act_causes(book, "D2#1")
    assert [cause.version for cause in payee.causes] == [1, 3, 5, 7]
    for cause in payee.causes:
        (alone,) = act_causes(book, "D2#1", version=cause.version)
        assert alone.causes == (cause,)


def test_scenarios_of_all_versions_give_what_each_gives_one_by_one(book: Database) -> None:
    moved_twice_more(book)
    with book.snapshot() as connection:
        act = act_called(connection, "D2#1")
        reading = why_acts.read_acts(connection, book.url, [act], book.settings().opens)
    key = (act, reading.entries[0]["contract_id"], 0)
    pairs = why_acts._versions(reading, key, None, 0)
    spans = [why_acts._span(row, former) for row, former in pairs]
    told = why_acts._told(reading.frames, 0, max(span.until for span in spans))
    questions = [
        why_acts._question(reading, told, span, pair) for span, pair in zip(spans, pairs, strict=True)
    ]
    sets = [[frozenset(some) for some in everything(len(one.news))] for one in questions]
    together = answers_together(questions, told, reading.terms, sets)
    for question, mine, values in zip(questions, sets, together, strict=True):
        asked = question.asked
        one_by_one = [act_values(asked, told, reading.terms, question.sets([some]))[0] for some in mine]
        assert values == one_by_one and asked.after in values


def everything(count: int) -> Iterator[tuple[int, ...]]:
    """The sets of some news, of many the small and the large ones."""
    for size in {*range(3), count - 1, count} & set(range(count + 1)):
        yield from islice(combinations(range(count), size), 12)


def test_an_act_is_explained_in_two_calls_of_the_rules(
    book: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved_twice_more(book)
    calls = []

    def counted(care: Care, terms: CareTerms) -> ExpectedCare:
        calls.append(len(care.lines))
        return expected_reimbursements(care, terms)

    monkeypatch.setattr(acts, "expected_reimbursements", counted)
    assert len(act_causes(book, "D2#1")[0].causes) == 4
    assert len(calls) <= 2


def test_the_acts_of_an_event_are_explained_together_as_each_alone(
    book: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved_twice_more(book)
    with book.connect() as connection:
        rows = connection.execute("SELECT DISTINCT act_id FROM reimbursement ORDER BY 1").fetchall()
    every = [act for (act,) in rows]
    alone = [one for act in every for one in act_movements(book, str(act))]
    calls = []

    def counted(care: Care, terms: CareTerms) -> ExpectedCare:
        calls.append(len(care.lines))
        return expected_reimbursements(care, terms)

    monkeypatch.setattr(acts, "expected_reimbursements", counted)
    together = event_movements(book, every)
    assert len(every) > 1 and len(calls) <= 2
    assert list(together) == alone and all(one.adds_up for one in together)


def test_what_nobody_told_of_is_refused(book: Database) -> None:
    with pytest.raises(UnknownRef, match="D77"):
        act_causes(book, "D77#1")


def test_why_is_told_at_the_command_line(
    book: Database, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "server_from_environment", lambda: server)
    name = book.url.rsplit("/", 1)[-1].partition("?")[0]

    def told(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["why", *words, "--database", name])
        return result.exit_code, result.output

    code, output = told("act", "D2#1", "--version", "3")
    assert code == 0 and "€9.00 → €11.45: because document D1 was told" in output
    code, output = told("premium", "M-1", "2025-03", "--language", "fr")
    assert code == 0 and "pour la première fois" in output
    code, output = told("act", "D2#1", "--json")
    assert code == 0 and '"looked_at": 2' in output and '"found": "news"' in output
    assert "for the first time" not in told("act", "D2#1", "--since", "2025-04-01")[1]
    with book.connect() as connection:
        row = connection.execute(
            """SELECT min(act_id), max(series || '-' || year || '-' || lpad(number::text, 6, '0'))
               FROM reimbursement JOIN payout_entry USING (entry_id) JOIN payout USING (payout_id)"""
        ).fetchone()
    assert row is not None
    code, output = told("event", "M-1", str(row[0]))
    assert code == 0 and "document D1: €2.45" in output and "document D2: €9.00" in output
    code, output = told("payout", row[1], "1")
    assert code == 0 and "document" in output
    assert told("payout", row[1], "77")[0] == 2 and told("invoice", "AV-1999-000001", "1")[0] == 2
    assert told("event", "M-1", "404")[0] == 2
    assert told("premium", "M-404", "2025-03")[0] == 2
    assert told("premium", "M-1", "March")[0] == 2
    assert told("act", "D2#1", "--known-at", "2099-01-01")[0] == 2
    assert "Nothing is booked" in told("premium", "M-1", "2030-01")[1]

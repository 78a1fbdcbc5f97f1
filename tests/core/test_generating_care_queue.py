"""The worked queue: what has waited for a month is answered, what nobody can answer goes back to its sender."""

from __future__ import annotations

from datetime import date

import polars as pl

from avenant.core.claims.reasons import REASONS
from avenant.core.frames.news import TABLES
from avenant.core.generating.care import queue
from avenant.core.generating.care.queue import decided_queue
from avenant.core.importing.checking import problems
from avenant.core.importing.state import NOTHING_STORED
from avenant.gateways.rulebook_files import shipped_rulebook

TODAY = date(2026, 4, 30)


def waiting(*rows: tuple[str, str, str | None, str]) -> pl.DataFrame:
    """line_ref, reason, candidates, since."""
    columns = ["line_ref", "reason", "candidates", "since"]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def test_what_waits_for_less_than_a_month_goes_on_waiting() -> None:
    assert decided_queue(waiting(("B1#1", "several_acts_fit", "S1#1 S2#1", "2026-04-02")), TODAY).rows() == 0


def test_a_bill_joins_the_first_act_that_fits() -> None:
    news = decided_queue(waiting(("B1#1", "several_acts_fit", "S1#1 S2#1", "2026-03-20")), TODAY)
    answer = news.answers.row(0, named=True)
    assert (answer["kind"], answer["line_ref"], answer["other_ref"]) == ("same", "B1#1", "S1#1")
    assert answer["ref"] == "Q-B1.1"


def test_of_contradicting_messages_the_last_one_holds() -> None:
    news = decided_queue(waiting(("B1#1", "messages_contradict", "B1#1 B2#1", "2026-03-20")), TODAY)
    answer = news.answers.row(0, named=True)
    assert (answer["kind"], answer["line_ref"], answer["amount_cents"]) == ("exception", "B2#1", None)


def test_a_request_without_a_tariff_is_paid_on_account() -> None:
    news = decided_queue(waiting(("P1#2", "tariff_unknown", None, "2026-03-20")), TODAY)
    assert news.answers["amount_cents"].to_list() == [queue.ON_ACCOUNT_CENTS]


def test_what_has_no_answer_goes_back_to_its_sender() -> None:
    rows = [("S1#1", "cancels_nothing", None, "2026-03-20"), ("S1#2", "cancels_nothing", None, "2026-03-20")]
    news = decided_queue(waiting(*rows), TODAY)
    assert news.answers.is_empty()
    assert news.documents.select("ref", "withdrawn").rows() == [("S1", True)]


def test_after_two_months_nobody_tries_again() -> None:
    news = decided_queue(waiting(("B1#1", "perhaps_same_act", "S1#1", "2026-02-20")), TODAY)
    assert news.answers.is_empty()
    assert news.documents["ref"].to_list() == ["B1"]


def test_decisions_are_news_that_can_be_learnt() -> None:
    rows = [(f"D{n}#1", code, "S1#1 S2#1", "2026-03-20") for n, code in enumerate(REASONS)]
    news = decided_queue(waiting(*rows), TODAY)
    assert {name: dict(getattr(news, name).schema) == TABLES[name] for name in ("answers", "documents")} == {
        "answers": True,
        "documents": True,
    }
    assert problems(news, NOTHING_STORED, shipped_rulebook(), TODAY) == []
    assert {*queue.JOINED, *queue.CHOSEN, *queue.TRUSTED, *queue.PAID} <= set(REASONS)

"""Messages and rules together: from lines to rows, and what would be decided for an act that did not happen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from avenant.core.book.entries import REIMBURSEMENTS
from avenant.core.claims.expected import expected_reimbursements
from avenant.core.claims.model import Care, CareTerms
from avenant.core.claims.simulation import simulated
from avenant.core.frames.care import ACT, CARE_LINE, LINK, WAITING
from tests.core.claims.small_rules import RULES, SINCE_2016, Row, act, care, care_rules, guarantee, parameters

MARCH = date(2025, 3, 3)
TERMS = CareTerms(RULES, parameters())
YEARLY = {
    "plan": "plan",
    "level": "one",
    "envelope": "soft",
    "label": "Soft medicine",
    "period": "calendar_year",
    "scope": "member",
    "age_from": 0,
    "age_to": 151,
    "valid_from": SINCE_2016,
    "max_cents": 10_000,
}


def line(line_id: int, kind: str, **said: Any) -> Row:
    """A line about the visit of 3 March 2025, alone in its document."""
    row = dict.fromkeys(CARE_LINE) | {"line_id": line_id, "version": 1, "ref": f"D{line_id}#1", "kind": kind}
    row |= {"document_id": line_id, "member_id": 1, "payer": kind, "received_on": date(2025, 3, 20)}
    row |= {
        "act_code": "G",
        "care_from": MARCH,
        "care_last_day": MARCH,
        "quantity": 1,
        "charged_cents": 3_000,
    }
    return row | {"provider_id": 5, "sector": 1, "care_path": "in", "withdrawn": False} | said


def told(*lines: Row) -> Care:
    return replace(care(), lines=pl.DataFrame(list(lines), schema=CARE_LINE))


RETURN = line(2, "secu_return", base_cents=3_000, rate_ppm=700_000, secu_cents=1_900, retention_cents=200)
BILL = line(1, "member_invoice")


def test_a_bill_and_the_secu_return_are_one_act_and_one_row() -> None:
    found = expected_reimbursements(told(BILL, RETURN), TERMS)
    assert found.waiting.is_empty()
    assert found.rows.select("act_id", "lines", "amount_cents").rows() == [(1, 2, 900)]
    assert sorted(found.links["line_id"]) == [1, 2]


def test_rows_waiting_and_links_have_the_columns_of_their_contracts() -> None:
    columns = {name: REIMBURSEMENTS.columns[name] for name in REIMBURSEMENTS.expected}
    for lines in ((), (BILL, RETURN, line(3, "other_insurer", others_cents=1, care_from=date(2025, 5, 5)))):
        found = expected_reimbursements(told(*lines), TERMS)
        assert dict(found.rows.schema) == columns
        assert dict(found.waiting.schema) == WAITING
        assert dict(found.links.schema) == LINK


def test_a_statement_of_nothing_known_waits_and_the_visit_is_decided() -> None:
    stray = line(3, "other_insurer", payer_rank=3, others_cents=500, care_from=date(2025, 5, 5))
    found = expected_reimbursements(told(BILL, RETURN, stray), TERMS)
    assert found.waiting["reason"].to_list() == ["statement_without_act"]
    assert found.rows["amount_cents"].to_list() == [900]


def soft(on: date, act_id: int) -> pl.DataFrame:
    return pl.DataFrame([act("OSTEO", 6_000, on, act_id=act_id)], schema=ACT)


def test_a_simulation_draws_on_what_real_care_has_left() -> None:
    rules = care_rules(
        guarantee("soft_medicine", flat_cents=9_000), envelopes=[YEARLY], drawing={"soft_medicine": "soft"}
    )
    terms = CareTerms(rules, parameters())
    real = told(line(1, "member_invoice", act_code="OSTEO", charged_cents=7_000))
    found = simulated(soft(date(2025, 6, 1), 2**62), real, terms)
    assert found.rows.select("act_id", "decided_cents").rows() == [(2**62, 3_000)]
    next_year = simulated(soft(date(2026, 1, 5), 2**62), real, terms)
    assert next_year.rows["decided_cents"].to_list() == [6_000]
    assert simulated(soft(date(2025, 6, 1), 2**62), told(), terms).rows["decided_cents"].to_list() == [6_000]


def test_a_simulation_says_why_it_would_wait() -> None:
    unknown = pl.DataFrame([act("NEW", 6_000, act_id=2**62)], schema=ACT)
    found = simulated(unknown, told(BILL, RETURN), TERMS)
    assert found.rows.is_empty()
    assert found.waiting["reason"].to_list() == ["act_unknown"]

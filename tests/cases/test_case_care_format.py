"""Care in case files: what is read, what each mistake is answered with, how a difference is told."""

from datetime import date

import polars as pl
import pytest

from avenant.core.cases.manual import manual_pages
from avenant.core.cases.matching import mismatches
from avenant.core.cases.observed import Observed
from avenant.core.cases.observed_care import (
    DECISION_COLUMNS,
    PAYOUT_COLUMNS,
    WAITING_COLUMNS,
    ObservedCare,
)
from avenant.core.cases.told import Known, news_of, with_told
from avenant.core.frames.news import News
from avenant.gateways.case_files import CaseFileRefused, read_case

CASE = """\
case: A visit
chapter: visits
about: One visit.
plans: [fr-company]
steps:
  - on: 2025-03-05
    learn:
      members: [{ref: M1, role: primary, born: 1990-05-03}]
      provider_statuses: [{ref: S1, provider: DR1, sector: 2, optam: true, from: 2024-01-01}]
      documents:
        - ref: D1
          kind: secu_return
          member: M1
          lines:
            - {act: G, on: 2025-03-03, charged: 30.00, rate: 70%, secu: 19.00, retention: 2.00, location: 16}
            - {act: 1110, on: 2025-03-04, charged: 30.00 + 6.00, cancels: D0, others: 0}
    run: [nightly, {payouts: {minimum: 10.00, max_days: 30}}]
    expect:
      written: nothing
      decisions:
        M1: [{act: G, on: 2025-03-03, amount: 30.00 x 30%, ceiling: none, reasons: [one, two]}]
      waiting: {D1#2: {reason: act_unknown, candidates: []}}
      payouts: [{payee: M1, total: 9.00}]
      debts: {}
  - on: 2025-03-06
    learn:
      documents: [{ref: D1, received: 2025-03-06}]
      answers: [{ref: A1, kind: same, line: D1, other: D1#2}]
    simulate: {member: M1, act: HBLD038, on: 2026-03-10, charged: 600.00}
    expect: {simulated: [{on: 2026-03-10, amount: 80.00}]}
"""

MISTAKES = [
    ("secu_return", "secu_retour", 12, '"secu_retour" is not one of the words', "provider_request"),
    ("rate: 70%", "rate: 0.7", 15, "0.7", "a rate such as 70%"),
    ("charged: 30.00 +", "chargd: 30.00 +", 16, "'chargd' is not a key", "Did you mean 'charged'?"),
    ("M1: [{act", "M7: [{act", 21, "M7 was never told", "members so far: M1"),
    ("D1#2: {reason", "D1#3: {reason", 22, "D1#3 was never told", "D1#1, D1#2"),
    ("other: D1#2", "other: D2#2", 28, "D2#2 was never told", "D1#1, D1#2"),
    ("member: M1, act", "member: M9, act", 29, "M9 was never told", "members so far: M1"),
    ("          member: M1\n", "", 11, "for the first time, without member", "Add them"),
    ("max_days: 30", "max_days: -1", 17, "-1", "Expected"),
]


@pytest.mark.parametrize(("right", "wrong", "line", "seen", "remedy"), MISTAKES)
def test_a_mistake_is_answered_with_its_line_and_what_to_do(
    right: str, wrong: str, line: int, seen: str, remedy: str
) -> None:
    assert right in CASE
    with pytest.raises(CaseFileRefused) as refused:
        read_case(CASE.replace(right, wrong, 1), "case.yaml")
    assert f"case.yaml:{line}: " in str(refused.value)
    assert seen in str(refused.value)
    assert remedy in str(refused.value)


def news_by_step(text: str) -> list[News]:
    known: Known = {}
    told = []
    for step in read_case(text, "case.yaml").steps:
        known = with_told(step.facts, known)
        told.append(news_of(step.facts, known))
    return told


def test_a_document_is_told_with_its_lines() -> None:
    first = news_by_step(CASE)[0]
    document = first.documents.row(0, named=True)
    assert (document["payer"], document["currency"]) == ("amo", "EUR")
    assert document["received_on"] == date(2025, 3, 5)
    lines = first.care_lines.to_dicts()
    assert [(line["document_ref"], line["line"], line["act_code"]) for line in lines] == [
        ("D1", 1, "G"),
        ("D1", 2, "1110"),
    ]
    assert [line["charged_cents"] for line in lines] == [3_000, 3_000 + 600]
    assert (lines[0]["rate_ppm"], lines[0]["location"], lines[1]["cancels"]) == (700_000, "16", "D0#1")
    assert (lines[0]["others_cents"], lines[1]["others_cents"]) == (None, 0)


def test_a_document_told_again_keeps_its_lines() -> None:
    second = news_by_step(CASE)[1]
    assert second.documents["received_on"].to_list() == [date(2025, 3, 6)]
    assert second.care_lines["line"].to_list() == [1, 2]
    assert second.answers["line_ref"].to_list() == ["D1#1"]


def test_a_document_told_again_with_lines_has_these_alone() -> None:
    text = CASE.replace("received: 2025-03-06}", "lines: [{act: G, on: 2025-03-02}]}")
    lines = news_by_step(text)[1].care_lines.to_dicts()
    assert [(line["line"], line["care_from"], line["charged_cents"]) for line in lines] == [
        (1, date(2025, 3, 2), None)
    ]


def frame(columns: dict[str, type[pl.DataType]], **values: object) -> pl.DataFrame:
    return pl.DataFrame([{name: values.get(name) for name in columns}], schema=columns)


DECISION = frame(
    DECISION_COLUMNS,
    member="M1",
    line="D1#1",
    payee="member",
    contract="C1",
    version=1,
    lines=1,
    act="G",
    care_date=date(2025, 3, 3),
    amount_cents=900,
    reasons="one two three",
)
SEEN = ObservedCare(
    entries=DECISION,
    waiting=frame(WAITING_COLUMNS, line="D1#2", reason="act_unknown"),
    payouts=frame(PAYOUT_COLUMNS, payee="M1", number="P-1", total_cents=900),
)


def told(seen: ObservedCare) -> list[str]:
    expect = read_case(CASE, "case.yaml").steps[0].expect
    assert expect is not None
    return [str(each) for each in mismatches(expect, Observed(care=seen))]


def test_what_is_as_expected_is_no_difference() -> None:
    assert told(SEEN) == []


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        ({"entries": DECISION.clear()}, ["21: decision of M1", "amount 9.00, ceiling none", "no such row"]),
        ({"entries": DECISION.with_columns(amount_cents=800)}, ["got       act G", "(differs: amount)"]),
        (
            {"entries": DECISION.with_columns(reasons=pl.lit("two"))},
            ["reasons one two", "(differs: reasons)"],
        ),
        ({"entries": pl.concat([DECISION, DECISION.with_columns(line=pl.lit("D3#1"))])}, ["no such row"]),
        ({"waiting": SEEN.waiting.clear()}, ["22: line D1#2", "it does not wait"]),
        ({"waiting": SEEN.waiting.with_columns(candidates=pl.lit("D3#1"))}, ["candidates D3#1"]),
        ({"payouts": SEEN.payouts.clear()}, ["23: payout", "no such row"]),
        ({"payouts": pl.concat([SEEN.payouts] * 2)}, ["no such payout", "payee M1, total 9.00"]),
        ({"debts": {"DR1": 900}}, ["debt of DR1", "expected  0.00", "got       9.00"]),
    ],
)
def test_a_difference_names_the_line_and_both_sides(seen: dict[str, object], words: list[str]) -> None:
    parts = {name: getattr(SEEN, name) for name in ("entries", "waiting", "payouts", "debts")}
    (mismatch,) = told(ObservedCare(**(parts | seen)))  # type: ignore[arg-type]
    assert all(word in mismatch for word in words), mismatch


def test_an_act_that_no_message_stands_behind_is_no_decision() -> None:
    gone = DECISION.with_columns(version=pl.lit(3, pl.Int32), lines=pl.lit(0, pl.Int16))
    assert "no such row" in told(ObservedCare(pl.concat([DECISION, gone]), SEEN.waiting, SEEN.payouts))[0]


def test_the_manual_tells_what_is_expected_of_care() -> None:
    page = manual_pages([read_case(CASE, "cases/20-visits/visit.yaml")])["20-visits.md"]
    for line in (
        "- learnt: line D1#1: act G, on 2025-03-03, charged 30.00, rate 70%, secu 19.00, retention 2.00, location 16",
        "- run: payouts, minimum 10.00, max_days 30",
        "- line D1#2 waits: act_unknown",
        "- paid out: payee M1, total 9.00",
        "- nobody owes us anything",
        "- simulated: member M1, act HBLD038, on 2026-03-10, charged 600.00",
        "| act | on | amount | ceiling | reasons |",
        "| G | 2025-03-03 | 9.00 | none | one two |",
    ):
        assert line in page.splitlines(), line

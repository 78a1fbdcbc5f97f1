"""Where what happened to care is not what a case file expects.

cases/20-visits/gp.yaml:24: decision of M1
    expected  act G, on 2025-03-03, amount 9.00
    got       act G, on 2025-03-03, amount 11.00   (differs: amount)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from avenant.core.cases.columns import written_value
from avenant.core.cases.model import (
    CareExpectation,
    ExpectedInvoice,
    ExpectedRow,
    ExpectedRows,
    ExpectedWaiting,
    Place,
)
from avenant.core.cases.observed_care import ObservedCare, current_decisions
from avenant.core.cases.pairing import Mismatch, differing, paired, told, unlike


def care_mismatches(expect: CareExpectation, observed: ObservedCare) -> Iterator[Mismatch]:
    """Every expectation of ``expect`` that ``observed`` does not meet."""
    yield from _rows("decision", expect.decisions, current_decisions(observed.entries))
    yield from _rows("entry of reimbursements", expect.entries, observed.entries)
    yield from _waiting(expect, observed)
    yield from _payouts(expect, observed)
    yield from _debts(expect, observed)
    if expect.simulated is not None:
        rows = observed.simulated.to_dicts()
        yield from paired("simulated decision", list(expect.simulated), rows, expect.place)


def _rows(noun: str, expected: Iterable[ExpectedRows], got: pl.DataFrame) -> Iterator[Mismatch]:
    """Member by member: each expected row has its own, and none is left over."""
    for each in expected:
        there = got.filter(pl.col("member") == each.member).to_dicts()
        yield from paired(f"{noun} of {each.member}", list(each.rows), there, each.place)


def _waiting(expect: CareExpectation, observed: ObservedCare) -> Iterator[Mismatch]:
    if expect.waiting is None:
        return
    there = {row["line"]: row for row in observed.waiting.to_dicts()}
    for each in expect.waiting:
        found = there.pop(each.line, None)
        got = _waits(found["reason"], found["candidates"]) if found else "it does not wait"
        if found is None or not _as_expected(each, found):
            candidates = None if each.candidates is None else " ".join(each.candidates)
            yield Mismatch(each.place, f"line {each.line}", _waits(each.reason, candidates), got)
    for line, row in there.items():
        got = _waits(row["reason"], row["candidates"])
        yield Mismatch(expect.place, f"line {line}", "it does not wait", got)


def _as_expected(each: ExpectedWaiting, found: dict[str, str | None]) -> bool:
    candidates = (found["candidates"] or "").split()
    same = each.candidates is None or sorted(each.candidates) == sorted(candidates)
    return each.reason == found["reason"] and same


def _waits(reason: str, candidates: str | None) -> str:
    return f"waits: {reason}" + (f", candidates {candidates}" if candidates else "")


def _payouts(expect: CareExpectation, observed: ObservedCare) -> Iterator[Mismatch]:
    """Payouts in any order: their numbers follow from ids that a case does not know."""
    if expect.payouts is None:
        return
    left = observed.payouts.to_dicts()
    for wanted in expect.payouts:
        there = next((row for row in left if row["payee"] == wanted.values["payee"]), None)
        if there is None or differing(wanted.values, there):
            yield unlike("payout", ExpectedRow(wanted.place, wanted.values), there)
        if there is not None:
            left.remove(there)
            yield from _payout_lines(wanted, observed.payout_lines, there["number"])
    for extra in left if expect.further else ():
        yield Mismatch(expect.place, "payout", "no such payout", told(extra, ["payee", "total_cents"]))


def _payout_lines(wanted: ExpectedInvoice, lines: pl.DataFrame, number: str) -> Iterator[Mismatch]:
    if wanted.lines is None:
        return
    there = lines.filter(pl.col("number") == number).to_dicts()
    yield from paired(f"line of payout {number}", list(wanted.lines), there, wanted.place)


def _debts(expect: CareExpectation, observed: ObservedCare) -> Iterator[Mismatch]:
    if expect.debts is None:
        return
    wanted = {each.name: each for each in expect.debts}
    for payee in dict.fromkeys([*wanted, *observed.debts]):
        each, got = wanted.get(payee), observed.debts.get(payee, 0)
        value = each.value if each else 0
        if value != got:
            place: Place = each.place if each else expect.place
            sides = (written_value("_cents", value), written_value("_cents", got))
            yield Mismatch(place, f"debt of {payee}", *sides)

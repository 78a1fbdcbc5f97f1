"""What a case file says as a whole: its steps go forward, and it speaks only of what it has told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from difflib import get_close_matches

from avenant.core.cases.columns import WORD
from avenant.core.cases.model import (
    CareExpectation,
    Case,
    CaseProblem,
    Expectation,
    ExpectedInvoice,
    ExpectedRow,
    Place,
    Step,
)
from avenant.core.cases.told import LINES, line_of

Told = dict[str, set[str]]
NEEDED = {
    "contracts": ("kind",),
    "members": ("role", "birth_date"),
    "enrolments": ("contract_ref", "member_ref", "plan", "level", "valid_from"),
    "documents": ("kind", "member_ref"),
    "answers": ("kind", "line_ref"),
    "provider_statuses": ("provider_ref", "valid_from"),
}


def order_problems(case: Case) -> list[CaseProblem]:
    """Steps that go back in time, and references to what was never told. A refused step may name anything."""
    told: Told = {table: set() for table in (*NEEDED, "care_lines")}
    latest: datetime | None = None
    found: list[CaseProblem] = []
    for step in case.steps:
        refused = step.expect is not None and bool(step.expect.refused)
        strange = [*_told_facts(step, told), *_expected(step.expect, told)]
        found += [*_backward(step, latest), *([] if refused else strange)]
        latest = step.at or latest
    return found


def _backward(step: Step, latest: datetime | None) -> Iterator[CaseProblem]:
    if step.at and latest and step.at < latest:
        seen = (
            f"this happens at {step.at:%Y-%m-%d %H:%M}, before the step above it ({latest:%Y-%m-%d %H:%M})."
        )
        yield CaseProblem(step.place, seen, "Put the steps in the order in which things became known.")
    if step.as_of and latest and step.as_of > latest:
        seen = f"this asks for {step.as_of:%Y-%m-%d %H:%M}, and the last step was at {latest:%Y-%m-%d %H:%M}."
        yield CaseProblem(
            step.place, seen, "Ask for an earlier day, give a time, or leave as_of out for now."
        )
    if step.asks and latest is None:
        yield CaseProblem(step.place, "nothing has happened yet.", "Begin with a step that has a day (on).")
    if step.asks and step.expect and _of_a_run(step.expect):
        seen = "a question has no run, so it cannot expect what a run reports."
        yield CaseProblem(
            step.place, seen, "Expect current, rows, entries, decisions, waiting, invoices or balances."
        )


def _of_a_run(expect: Expectation) -> bool:
    """Whether it expects anything that only runs and news report."""
    counts = (expect.learnt, expect.held, expect.settled_without_document, expect.parked, expect.left_out)
    told = any(each is not None for each in counts) or expect.care.simulated is not None
    return told or bool(expect.written or expect.refused)


def _told_facts(step: Step, told: Told) -> Iterator[CaseProblem]:
    for fact in step.facts:
        ref = fact.values.get("ref")
        if fact.table in NEEDED and isinstance(ref, str):
            yield from _incomplete(fact.table, ref, fact.values, told, fact.place)
            told[fact.table].add(ref)
        if fact.table == LINES:
            told[LINES].add(line_of(fact))
    for fact in step.facts:
        yield from _unknown("contracts", fact.values.get("contract_ref"), told, fact.place)
        if fact.table != "documents":  # a document may name anybody
            yield from _unknown("members", fact.values.get("member_ref"), told, fact.place)
        yield from _unknown("members", fact.values.get("primary_ref"), told, fact.place)
        yield from _unknown("care_lines", fact.values.get("line_ref"), told, fact.place)
        yield from _unknown("care_lines", fact.values.get("other_ref"), told, fact.place)
    for simulation in step.simulations:
        yield from _unknown("members", simulation.values.get("member_ref"), told, simulation.place)


def _incomplete(table: str, ref: str, values: object, told: Told, place: Place) -> Iterator[CaseProblem]:
    if ref in told[table] or not isinstance(values, dict):
        return
    missing = [WORD.get(column, column) for column in NEEDED[table] if column not in values]
    if missing:
        seen = f"{ref} is told here for the first time, without {', '.join(missing)}."
        yield CaseProblem(
            place, seen, f"Add them, or correct the ref; told in {table} so far: {_list(told[table])}."
        )


def _expected(expect: Expectation | None, told: Told) -> Iterator[CaseProblem]:
    if expect is None:
        return
    for total in expect.current:
        yield from _unknown("members", total.member, told, total.place)
    invoices = expect.invoices or ()
    rows: list[ExpectedRow | ExpectedInvoice] = [
        *expect.rows,
        *expect.entries,
        *invoices,
        *(line for each in invoices for line in each.lines or ()),
    ]
    for row in rows:
        yield from _unknown("members", row.values.get("member"), told, row.place)
        yield from _unknown("contracts", row.values.get("contract"), told, row.place)
    for balance in expect.balances:
        yield from _unknown("contracts", balance.name, told, balance.place)
    for family in (*(expect.parked or ()), *(expect.left_out or ())):
        yield from _unknown("members", family.name, told, family.place)
    for table, ref, place in refs_of(expect.care):
        yield from _unknown(table, ref, told, place)


def refs_of(expect: CareExpectation) -> Iterator[tuple[str, str, Place]]:
    """What is expected of care speaks of: the table of the news, a ref in it, where."""
    for group in (*expect.decisions, *expect.entries):
        yield "members", group.member, group.place
    for each in expect.waiting or ():
        yield "care_lines", each.line, each.place


def _unknown(table: str, ref: object, told: Told, place: Place) -> Iterator[CaseProblem]:
    if not isinstance(ref, str) or ref in told[table]:
        return
    near = get_close_matches(ref, told[table], 1)
    guess = f"Did you mean {near[0]}? " if near else ""
    seen = f"{ref} was never told before this step."
    yield CaseProblem(place, seen, f"{guess}Told in {table} so far: {_list(told[table])}.")


def _list(refs: set[str]) -> str:
    return ", ".join(sorted(refs)) or "nothing"

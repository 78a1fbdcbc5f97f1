"""The care in a case file: documents with their lines, answers, provider statuses; decisions and payouts expected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import polars as pl

from avenant.core.cases import care_words
from avenant.core.cases.care_words import Words, line_ref
from avenant.core.cases.model import (
    CareExpectation,
    ExpectedInvoice,
    ExpectedRow,
    ExpectedRows,
    ExpectedValue,
    ExpectedWaiting,
    Simulation,
    ToldFact,
    Value,
)
from avenant.core.cases.observed_care import DECISION_COLUMNS, PAYOUT_COLUMNS, PAYOUT_LINE_COLUMNS
from avenant.core.frames.news import ANSWERS, CARE_LINES, DOCUMENTS, PROVIDER_STATUSES
from avenant.gateways.case_values import CaseNode, cents, day, ppm

Columns = Mapping[str, type[pl.DataType]]

TABLES = ("documents", "answers", "provider_statuses")
SIMULATED: dict[str, type[pl.DataType]] = {"member_ref": pl.String, **CARE_LINES}
PARSERS: dict[type[pl.DataType], Callable[[Any], Value]] = {
    pl.Date: day,
    pl.Boolean: bool,
    pl.Int64: cents,
    pl.Int32: int,
    pl.Int16: int,
    pl.String: str,
}
LINE_REFS = {"line_ref", "other_ref", "cancels", "line"}


def care_facts(learn: CaseNode, received: Value) -> Iterator[ToldFact]:
    """The facts of care in a ``learn`` block; a document is received on the day of its step unless it says."""
    for item in learn.items("documents"):
        yield from _document(item, received)
    for item in learn.items("answers"):
        yield ToldFact(item.place, "answers", _told(item, care_words.ANSWER, ANSWERS))
    for item in learn.items("provider_statuses"):
        yield ToldFact(item.place, "provider_statuses", _told(item, care_words.STATUS, PROVIDER_STATUSES))


def _document(item: CaseNode, received: Value) -> Iterator[ToldFact]:
    told = _told(item, care_words.DOCUMENT, DOCUMENTS)
    if "kind" in told:
        payer = "amo" if told["kind"] == "secu_return" else None
        told = {"payer": payer, "received_on": received} | told
    yield ToldFact(item.place, "documents", told)
    for number, line in enumerate(item.items("lines"), start=1):
        head: dict[str, Value] = {"document_ref": told["ref"], "line": number}
        yield ToldFact(line.place, "care_lines", head | columns(line, care_words.LINE, CARE_LINES))


def _told(item: CaseNode, words: Words, types: Columns) -> dict[str, Value]:
    """The mentioned columns of a fact with a ref; a fact that is told again is not withdrawn."""
    return columns(item, words, types) | {"withdrawn": False}


def columns(item: CaseNode, words: Words, types: Columns) -> dict[str, Value]:
    """The mentioned columns of ``item``, each as its type in ``types`` holds it; ``none`` is null.

    Errors: ``WrongValue`` for a day, amount or rate that cannot be.
    """
    named = [(words.get(key, key), child) for key, child in item.entries()]
    return {column: _value(column, child, types[column]) for column, child in named if column in types}


def _value(column: str, child: CaseNode, kind: type[pl.DataType]) -> Value:
    if child.value is None or child.value == "none":
        return None
    if column == "reasons":
        return " ".join(str(each.value) for each in child.listed())
    if column in LINE_REFS and kind is pl.String:
        return line_ref(str(child.value))
    return child.read(ppm if column.endswith("_ppm") else PARSERS[kind])


def simulations(step: CaseNode) -> tuple[Simulation, ...]:
    """What a step asks without writing anything."""
    words = {**care_words.LINE, "member": "member_ref"}
    return tuple(Simulation(item.place, columns(item, words, SIMULATED)) for item in step.items("simulate"))


def care_expectation(node: CaseNode) -> CareExpectation:
    """What a step expects of care. Errors: ``WrongValue`` for a day or amount that cannot be."""
    simulated = [_row(item, care_words.DECISION, DECISION_COLUMNS) for item in node.items("simulated")]
    return CareExpectation(
        place=node.place,
        decisions=tuple(_groups(node, "decisions")),
        entries=tuple(_groups(node, "reimbursement_entries")),
        waiting=_waiting(node.get("waiting")),
        payouts=tuple(map(_payout, node.items("payouts"))) if node.get("payouts") else None,
        debts=_debts(node.get("debts")),
        further=node.text("further") != "ignored",
        simulated=tuple(simulated) if node.get("simulated") else None,
    )


def _groups(node: CaseNode, key: str) -> Iterator[ExpectedRows]:
    found = node.get(key)
    for member, rows in found.entries() if found else ():
        read = (_row(item, care_words.DECISION, DECISION_COLUMNS) for item in rows.listed())
        yield ExpectedRows(rows.place, member, tuple(read))


def _row(item: CaseNode, words: Words, types: Columns) -> ExpectedRow:
    return ExpectedRow(item.place, columns(item, words, types))


def _waiting(found: CaseNode | None) -> tuple[ExpectedWaiting, ...] | None:
    if found is None:
        return None
    return tuple(_waits(line_ref(line), child) for line, child in found.entries())


def _waits(line: str, child: CaseNode) -> ExpectedWaiting:
    if not isinstance(child.value, dict):
        return ExpectedWaiting(child.place, line, str(child.value), None)
    candidates = child.get("candidates")
    refs = tuple(line_ref(str(each.value)) for each in candidates.listed()) if candidates else None
    return ExpectedWaiting(child.place, line, child.text("reason"), refs)


def _payout(item: CaseNode) -> ExpectedInvoice:
    lines = [_row(line, care_words.PAYOUT, PAYOUT_LINE_COLUMNS) for line in item.items("lines")]
    values = columns(item, care_words.PAYOUT, PAYOUT_COLUMNS)
    return ExpectedInvoice(item.place, values, tuple(lines) if item.get("lines") else None)


def _debts(found: CaseNode | None) -> tuple[ExpectedValue, ...] | None:
    if found is None:
        return None
    return tuple(ExpectedValue(child.place, payee, child.read(cents)) for payee, child in found.entries())

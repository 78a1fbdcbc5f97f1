"""The ``expect`` blocks of a case file: from marked YAML to an ``Expectation``."""

from __future__ import annotations

from collections.abc import Iterator

from avenant.core.cases.columns import COLUMN
from avenant.core.cases.model import (
    Expectation,
    ExpectedInvoice,
    ExpectedRow,
    ExpectedSum,
    ExpectedValue,
    Value,
)
from avenant.gateways.case_care import care_expectation
from avenant.gateways.case_values import CaseNode, cents, months

REFS = ("member", "contract")
NOTHING = {"charges": 0, "cancels": 0, "care_charges": 0, "care_cancels": 0}


def expectation(node: CaseNode) -> Expectation:
    """What a step expects. Errors: ``WrongValue`` for a day, month or amount that cannot be."""
    return Expectation(
        place=node.place,
        learnt=_single(node, "learnt"),
        written=tuple(_written(node)),
        current=tuple(_sums(node)),
        rows=tuple(_row(item) for item in node.items("rows")),
        entries=tuple(_row(item) for item in node.items("entries")),
        invoices=tuple(_invoice(item) for item in node.items("invoices"))
        if _says(node, "invoices")
        else None,
        balances=tuple(_balances(node)),
        parked=_reasons(node, "parked"),
        left_out=_reasons(node, "left_out"),
        held=_single(node, "held"),
        settled_without_document=_single(node, "settled_without_document"),
        refused=tuple(
            ExpectedValue(item.place, "refused", str(item.value)) for item in node.items("refused")
        ),
        further=node.text("further") != "ignored",
        care=care_expectation(node),
    )


def _says(node: CaseNode, key: str) -> bool:
    return node.get(key) is not None


def _single(node: CaseNode, key: str) -> ExpectedValue | None:
    found = node.get(key)
    return ExpectedValue(found.place, key, int(found.value)) if found else None


def _written(node: CaseNode) -> Iterator[ExpectedValue]:
    found = node.get("written")
    if found is None:
        return
    counts = NOTHING if found.value == "nothing" else found.value
    for name, count in counts.items():
        yield ExpectedValue(found.place, name, int(count))


def _sums(node: CaseNode) -> Iterator[ExpectedSum]:
    found = node.get("current")
    for member, by_month in found.entries() if found else ():
        for span, amount in by_month.entries():
            key = CaseNode(amount.tree, amount.file, amount.path, span)
            value = None if amount.value == "none" else amount.read(cents)
            yield ExpectedSum(amount.place, member, key.read(months), value)


def _row(node: CaseNode) -> ExpectedRow:
    named = {key: (COLUMN.get(key, key), child) for key, child in node.entries() if key != "lines"}
    return ExpectedRow(
        node.place, {column: _value(key, column, child) for key, (column, child) in named.items()}
    )


def _value(key: str, column: str, child: CaseNode) -> Value:
    return str(child.value) if key in REFS else child.read_column(column)


def _invoice(node: CaseNode) -> ExpectedInvoice:
    lines = tuple(_row(item) for item in node.items("lines")) if _says(node, "lines") else None
    return ExpectedInvoice(node.place, _row(node).values, lines)


def _balances(node: CaseNode) -> Iterator[ExpectedValue]:
    found = node.get("balances")
    for contract, amount in found.entries() if found else ():
        yield ExpectedValue(amount.place, contract, amount.read(cents))


def _reasons(node: CaseNode, key: str) -> tuple[ExpectedValue, ...] | None:
    found = node.get(key)
    if found is None:
        return None
    return tuple(ExpectedValue(child.place, family, str(child.value)) for family, child in found.entries())

"""The instants at which something in a graph changed, each with a sentence that says what.

"14 March 2026: secu return D2 received; D2#1 matched to act D1#1 as basis; decision 2 replaces 1: 18.60 EUR → 16.60
EUR".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from avenant.core.graph.comparing import Comparison, NodeChange, compared
from avenant.core.graph.model import Edge, Graph, Node
from avenant.core.wording.figures import day_text, plain_amount

MOST_CLAUSES = 8


@dataclass(frozen=True, slots=True)
class Instant:
    """A revision at which the graph changed: when (ISO, Paris), what in one sentence, and the difference itself."""

    rev: int
    at: str
    sentence: str
    change: Comparison


def instants(graph: Graph) -> tuple[Instant, ...]:
    """Every revision that changed ``graph``, oldest first.

    Where there are several acts, decisions are told with theirs.
    """
    states: list[Node | Edge] = [*graph.nodes, *graph.edges]
    revs = {state.known_from for state in states} | {
        state.known_to for state in states if state.known_to is not None
    }
    several = len({node.id.rsplit("/", 1)[0] for node in graph.nodes if node.kind == "decision"}) > 1
    return tuple(_instant(graph, rev, several) for rev in sorted(revs))


def _instant(graph: Graph, rev: int, several: bool) -> Instant:
    change = compared(graph, rev - 1, rev)
    made = graph.made.get(rev)
    when = made.at if made else ""
    day = day_text(datetime.fromisoformat(when).date(), "en") if when else f"revision {rev}"
    clauses = list(dict.fromkeys(_clauses(change, several)))
    more = [f"and {len(clauses) - MOST_CLAUSES} more"] if len(clauses) > MOST_CLAUSES else []
    return Instant(rev, when, f"{day}: {'; '.join(clauses[:MOST_CLAUSES] + more)}", change)


def _clauses(change: Comparison, several: bool) -> Iterator[str]:
    held = {edge.target for edge in change.linked if edge.role == "holds"}
    new = {node.id for node in change.added}
    for node in change.added:
        if clause := _came(node, change, held & new, several):
            yield clause
    for edge in change.linked:
        if edge.target.startswith("act:") and edge.source.startswith("line:"):
            yield f"{_ref(edge.source)} matched to act {_ref(edge.target)} as {edge.role}"
    for altered in change.changed:
        if clause := _altered(altered, several):
            yield clause
    for node in change.removed:
        if clause := _went(node):
            yield clause


def _came(node: Node, change: Comparison, told: set[str], several: bool) -> str | None:
    if node.kind == "document":
        return f"{node.label} received"
    if node.kind == "line":
        return None if node.id in told else f"line {_ref(node.id)} told"
    if node.kind == "decision":
        return _decided(node, change, several)
    if node.kind in ("payout", "invoice"):
        return f"{node.label} issued: {_amount(node)}"
    if node.kind == "open":
        return _owed(node, several)
    if node.kind in ("entry", "premium"):
        return f"{node.label}: {_amount(node)} booked" if node.kind == "premium" else None
    if node.kind in ("tariff", "guarantee", "envelope", "price", "payer_part"):
        return None
    said = {"act": f"act {_ref(node.id)} recognised", "waiting": node.label}
    return said.get(node.kind, f"{node.label} told")


def _decided(node: Node, change: Comparison, several: bool) -> str:
    name, number = node.id.rsplit("/", 1)
    before = [altered.after for altered in change.changed if altered.after.id == f"{name}/{int(number) - 1}"]
    about = f" on {name.partition('/')[2]}" if several else ""
    if not before:
        return f"{node.label}{about}: {_amount(node)}"
    return f"{node.label}{about} replaces {int(number) - 1}: {_amount(before[0])} → {_amount(node)}"


def _owed(node: Node, several: bool) -> str:
    """ "still to pay: 9.00 EUR", with act and payee where there are several."""
    about = f" for {_ref(node.id).partition('/')[2]}" if several else ""
    return f"{node.label}{about}: {_amount(node, absolute=True)}"


def _altered(change: NodeChange, several: bool) -> str | None:
    node = change.after
    if node.kind in ("decision", "entry", "premium", "payer_part", "act"):
        return None if node.standing != "cancelled" else f"act {_ref(node.id)} cancelled"
    if node.kind == "open":
        return _owed(node, several)
    if node.standing != change.before.standing:
        return f"{node.label} withdrawn"
    named = ", ".join(field.name.replace("_", " ") for field in change.fields if field.name != "version")
    return f"{node.label} corrected ({named})" if named else f"{node.label} told again"


def _went(node: Node) -> str | None:
    if node.kind == "waiting":
        return f"{_ref(node.id)} waits no longer"
    if node.kind == "act":
        return f"act {_ref(node.id)} dissolved"
    return None


def _ref(name: str) -> str:
    return name.partition(":")[2]


def _amount(node: Node, absolute: bool = False) -> str:
    cents = node.amount_cents or 0
    return f"{plain_amount(abs(cents) if absolute else cents)} {node.currency or ''}".strip()

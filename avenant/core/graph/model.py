"""Nodes and edges, each with the stretch of known time through which it looked as it does.

A visit of 30.00 €: the node ``line:D1#1`` (stage told, 3000) leads by an edge ``basis`` to ``act:D1#1``, this one to
``decision:C-1/D1#1/1``, that one to an entry of 9.00 €, which a payout pays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

Value = str | int | bool | date
Fields = tuple[tuple[str, Value], ...]

STAGES: Final = ("told", "understood", "rules", "decided", "booked", "settled")
"""The columns of the picture, from what we were told to what we paid."""

STAGE_OF: Final[Mapping[str, str]] = {
    "contract": "told",
    "member": "told",
    "enrolment": "told",
    "provider_status": "told",
    "document": "told",
    "line": "told",
    "answer": "told",
    "act": "understood",
    "payer_part": "understood",
    "tariff": "rules",
    "guarantee": "rules",
    "envelope": "rules",
    "parameter": "rules",
    "price": "rules",
    "decision": "decided",
    "waiting": "decided",
    "entry": "booked",
    "premium": "booked",
    "rest": "booked",
    "open": "settled",
    "payout": "settled",
    "invoice": "settled",
    "balance": "settled",
}
"""Kind of node -> its stage."""

STANDINGS: Final = ("in_force", "replaced", "withdrawn", "cancelled")
"""What a picture strikes through: all but the first."""


@dataclass(frozen=True, slots=True)
class Node:
    """One object as it was known from revision ``known_from`` until before ``known_to`` (None: still).

    id: the same in all states of an object. amount_cents: the amount that matters, in ``currency``. fields: what it
    says, amounts in cents, rates in ppm. valid_from, valid_to: true in the world, half-open.
    """

    id: str
    kind: str
    label: str
    known_from: int
    known_to: int | None = None
    amount_cents: int | None = None
    currency: str | None = None
    fields: Fields = ()
    valid_from: date | None = None
    valid_to: date | None = None
    standing: str = "in_force"

    @property
    def stage(self) -> str:
        """The column it stands in."""
        return STAGE_OF[self.kind]


@dataclass(frozen=True, slots=True)
class Edge:
    """``source`` led to ``target`` as ``role``, as known from revision ``known_from`` until before ``known_to``."""

    source: str
    target: str
    role: str
    known_from: int
    known_to: int | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A revision: its instant (ISO, Paris) and the run that made it, if one did."""

    at: str
    run_id: int | None = None
    run_kind: str | None = None
    code_version: str | None = None
    rulebook_version: str | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """All states of all nodes and edges, ordered. focus: what it is about. made: revision -> when and by what."""

    focus: str
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    made: Mapping[int, Made] = field(default_factory=dict)


@dataclass(slots=True)
class Drawing:
    """Nodes and edges while they are collected."""

    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)

    def add(self, other: Drawing) -> None:
        """Take over all nodes and edges of ``other``."""
        self.nodes.extend(other.nodes)
        self.edges.extend(other.edges)

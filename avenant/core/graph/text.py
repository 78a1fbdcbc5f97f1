"""A graph as a person reads it in a terminal: stage by stage, with what led to each object, then its history."""

from __future__ import annotations

from avenant.core.graph.instants import instants
from avenant.core.graph.model import STAGES, Graph, Node
from avenant.core.graph.time import at
from avenant.core.wording.figures import plain_amount


def as_text(graph: Graph, rev: int) -> str:
    """What was known at revision ``rev``, and every change up to then."""
    now = at(graph, rev)
    came_from: dict[str, list[str]] = {}
    for edge in now.edges:
        came_from.setdefault(edge.target, []).append(f"{edge.source} ({edge.role})")
    lines = [graph.focus]
    for stage in STAGES:
        mine = [node for node in now.nodes if node.stage == stage]
        lines += ["", stage] if mine else []
        for node in mine:
            lines.append(f"  {_line(node)}")
            lines += [f"      from {source}" for source in came_from.get(node.id, [])]
    history = [
        f"  revision {moment.rev}, {moment.sentence}" for moment in instants(graph) if moment.rev <= rev
    ]
    return "\n".join([*lines, "", "what changed", *history])


def _line(node: Node) -> str:
    amount = (
        "" if node.amount_cents is None else f" · {plain_amount(node.amount_cents)} {node.currency or ''}"
    )
    standing = "" if node.standing == "in_force" else f" · {node.standing}"
    label = "" if node.label == node.id.replace(":", " ", 1) else f" · {node.label}"
    return f"{node.id}{label}{amount.rstrip()}{_valid(node)}{standing}"


def _valid(node: Node) -> str:
    if node.valid_from is None:
        return ""
    until = "" if node.valid_to is None else f" until before {node.valid_to}"
    return f" · valid from {node.valid_from}{until}"

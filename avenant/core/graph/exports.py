"""A graph as text that other programs read: JSON, GraphML and Mermaid."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from avenant.core.graph.instants import instants
from avenant.core.graph.model import STAGES, Edge, Graph, Node
from avenant.core.wording.figures import plain_amount

NODE_KEYS = ("kind", "stage", "label", "amount", "currency", "standing", "known_from", "known_to")


def as_json(graph: Graph) -> str:
    """Everything: all states with their stretches, the instants with their sentences, which run made what."""
    told = [{"rev": moment.rev, "at": moment.at, "sentence": moment.sentence} for moment in instants(graph)]
    content = {
        "focus": graph.focus,
        "stages": STAGES,
        "nodes": [_node(node) for node in graph.nodes],
        "edges": [asdict(edge) for edge in graph.edges],
        "instants": told,
        "made": {rev: asdict(made) for rev, made in graph.made.items()},
    }
    return json.dumps(content, indent=2, default=str, ensure_ascii=False)


def _node(node: Node) -> dict[str, Any]:
    return asdict(node) | {"stage": node.stage, "fields": dict(node.fields)}


def as_graphml(graph: Graph) -> str:
    """GraphML of the states of ``graph``; ``at`` one revision, each node is there once."""
    keys = [f'  <key id="{name}" for="node" attr.name="{name}" attr.type="string"/>' for name in NODE_KEYS]
    keys += [
        f'  <key id="{name}" for="edge" attr.name="{name}" attr.type="string"/>' for name in ("role", "since")
    ]
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    ]
    nodes = [line for node in graph.nodes for line in _node_xml(node)]
    edges = [line for edge in graph.edges for line in _edge_xml(edge)]
    return "\n".join(
        [*parts, *keys, '  <graph id="G" edgedefault="directed">', *nodes, *edges, "  </graph>", "</graphml>"]
    )


def _node_xml(node: Node) -> list[str]:
    amount = None if node.amount_cents is None else plain_amount(node.amount_cents)
    values = {name: getattr(node, name) for name in NODE_KEYS if name != "amount"} | {"amount": amount}
    data = "".join(
        f'<data key="{name}">{escape(str(values[name]))}</data>'
        for name in NODE_KEYS
        if values[name] is not None
    )
    return [f"    <node id={quoteattr(node.id)}>{data}</node>"]


def _edge_xml(edge: Edge) -> list[str]:
    data = f'<data key="role">{escape(edge.role)}</data><data key="since">{edge.known_from}</data>'
    return [f"    <edge source={quoteattr(edge.source)} target={quoteattr(edge.target)}>{data}</edge>"]


def as_mermaid(graph: Graph) -> str:
    """A Mermaid flowchart of one moment, one box per stage; what no longer counts is dashed."""
    names = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    lines = ["flowchart LR"]
    for stage in STAGES:
        mine = [node for node in graph.nodes if node.stage == stage]
        if mine:
            lines += [
                f"  subgraph {stage}",
                *(f'    {names[node.id]}["{_box(node)}"]' for node in mine),
                "  end",
            ]
    for edge in graph.edges:
        lines.append(f"  {names[edge.source]} -->|{edge.role}| {names[edge.target]}")
    struck = [names[node.id] for node in graph.nodes if node.standing != "in_force"]
    if struck:
        lines += ["  classDef struck stroke-dasharray: 4 4,opacity:0.6", f"  class {','.join(struck)} struck"]
    return "\n".join(lines)


def _box(node: Node) -> str:
    """Label and amount; # and quotes mean something to Mermaid."""
    amount = (
        "" if node.amount_cents is None else f"<br/>{plain_amount(node.amount_cents)} {node.currency or ''}"
    )
    return node.label.replace("#", "#35;").replace('"', "#quot;") + amount.rstrip()

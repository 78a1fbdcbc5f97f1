"""A graph at one revision."""

from __future__ import annotations

from avenant.core.graph.model import Edge, Graph, Node


def _known(state: Node | Edge, rev: int) -> bool:
    return state.known_from <= rev and (state.known_to is None or rev < state.known_to)


def at(graph: Graph, rev: int) -> Graph:
    """The states of ``graph`` that were known at revision ``rev``: each node at most once."""
    return Graph(
        graph.focus,
        tuple(node for node in graph.nodes if _known(node, rev)),
        tuple(edge for edge in graph.edges if _known(edge, rev)),
        {number: made for number, made in graph.made.items() if number <= rev},
    )

"""Two moments of one graph: what came, what went, what changed."""

from __future__ import annotations

from dataclasses import dataclass

from avenant.core.graph.model import Edge, Graph, Node, Value
from avenant.core.graph.time import at

COMPARED = ("label", "amount_cents", "currency", "valid_from", "valid_to", "standing")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value of a node before and after; None where it was not said."""

    name: str
    before: Value | None
    after: Value | None


@dataclass(frozen=True, slots=True)
class NodeChange:
    """A node that looks different, and in what."""

    before: Node
    after: Node
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between revisions ``earlier`` and ``later``. linked, unlinked: edges that came and went."""

    earlier: int
    later: int
    added: tuple[Node, ...]
    removed: tuple[Node, ...]
    changed: tuple[NodeChange, ...]
    linked: tuple[Edge, ...]
    unlinked: tuple[Edge, ...]

    @property
    def nothing(self) -> bool:
        """Whether both look the same."""
        return not (self.added or self.removed or self.changed or self.linked or self.unlinked)


def compared(graph: Graph, earlier: int, later: int) -> Comparison:
    """What differs in ``graph`` between two revisions, nodes in the order of the picture."""
    one, other = at(graph, earlier), at(graph, later)
    before = {node.id: node for node in one.nodes}
    after = {node.id: node for node in other.nodes}
    edges_before = {(edge.source, edge.target, edge.role): edge for edge in one.edges}
    edges_after = {(edge.source, edge.target, edge.role): edge for edge in other.edges}
    changes = (
        NodeChange(before[key], node, _changes(before[key], node))
        for key, node in after.items()
        if key in before
    )
    return Comparison(
        earlier,
        later,
        added=tuple(node for key, node in after.items() if key not in before),
        removed=tuple(node for key, node in before.items() if key not in after),
        changed=tuple(change for change in changes if change.fields),
        linked=tuple(edge for key, edge in edges_after.items() if key not in edges_before),
        unlinked=tuple(edge for key, edge in edges_before.items() if key not in edges_after),
    )


def _changes(before: Node, after: Node) -> tuple[FieldChange, ...]:
    one, other = _values(before), _values(after)
    names = [*one, *(name for name in other if name not in one)]
    return tuple(
        FieldChange(name, one.get(name), other.get(name))
        for name in names
        if one.get(name) != other.get(name)
    )


def _values(node: Node) -> dict[str, Value | None]:
    """All that a node says, fields by their own names. A field called like a column stands behind it."""
    own = {name: getattr(node, name) for name in COMPARED}
    return own | {(f"field {name}" if name in own else name): value for name, value in node.fields}

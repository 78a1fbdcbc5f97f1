"""The claims graph: every object behind a reimbursement or a premium, at any moment that we have known.

    graph = built(rows, Focus("act D-0001#1", lines=(17,)))
    at(graph, 12)                   what was known at revision 12
    instants(graph)                 when something changed in it, and what
    compared(graph, 12, 15)         added, removed, changed

Known time is counted in revisions: a node or edge is known from one revision until before another.
"""

from avenant.core.graph.building import TooLarge, built
from avenant.core.graph.comparing import Comparison, FieldChange, NodeChange, compared
from avenant.core.graph.instants import Instant, instants
from avenant.core.graph.model import STAGES, Edge, Graph, Made, Node
from avenant.core.graph.rows import Focus, GraphRows, Rest
from avenant.core.graph.time import at

__all__ = [
    "STAGES",
    "Comparison",
    "Edge",
    "FieldChange",
    "Focus",
    "Graph",
    "GraphRows",
    "Instant",
    "Made",
    "Node",
    "NodeChange",
    "Rest",
    "TooLarge",
    "at",
    "built",
    "compared",
    "instants",
]

"""The claims graph of an act, a payout, an invoice or a member's month: read once, with all its past.

graph = claims_graph(db, "D-0001#1")
graph_at = at(graph, rev)
"""

from avenant.core.graph import Focus, Graph, built
from avenant.store.database import Database
from avenant.store.readers.graph import graph_rows
from avenant.store.readers.graph_focus import focus_named


def claims_graph(db: Database, name: str, rev: int | None = None) -> Graph:
    """All states up to ``rev`` (None: up to now) of everything behind what ``name`` names.

    name: see `focus_named`. Asked as of a past revision, the answer is the same for ever. Errors: UnknownRef,
    ValueError (TooLarge among them) for what is too large for a picture.
    """
    with db.snapshot() as connection:
        named = focus_named(connection, name, rev)
        rows = graph_rows(connection, named.scope, rev)
    return built(rows, Focus(named.title, named.scope.lines, named.rest))

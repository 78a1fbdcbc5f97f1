"""A graph out of rows: only what hangs together with the focus, every node and edge with its stretches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

import polars as pl

from avenant.core.claims.model import Matched
from avenant.core.graph.decided import decided
from avenant.core.graph.matching import hanging_together, matchings
from avenant.core.graph.model import STAGES, Drawing, Edge, Graph, Made, Node
from avenant.core.graph.neighbourhood import neighbours
from avenant.core.graph.premiums import premiums
from avenant.core.graph.rows import Focus, GraphRows, Rest
from avenant.core.graph.rules import rules
from avenant.core.graph.settled import settled
from avenant.core.graph.stretches import UNTIL_NOW, both, joined
from avenant.core.graph.told import told
from avenant.core.graph.understood import understood

MOST_NODES = 5_000


class TooLarge(ValueError):
    """A graph that nobody could read."""


def built(rows: GraphRows, focus: Focus) -> Graph:
    """The graph of ``focus``: all that its lines ever hung together with, and everything booked and paid for that.

    rows: every version of everything that was known, of the members of ``focus`` at least; what has nothing to do
    with it is left out. Errors: TooLarge above MOST_NODES states of nodes.
    """
    near = narrowed(rows, neighbours(rows, focus.lines))
    found = matchings(near)
    ids = dict(near.lines.select("ref", "line_id").iter_rows())
    mine = hanging_together(found, near.waiting, ids, set(focus.lines))
    scope = narrowed(near, sorted(mine))
    found = [replace(moment, found=_of(moment.found, mine)) for moment in found]
    drawing = told(scope)
    for part in (understood(scope, found), rules(scope), decided(scope), settled(scope), premiums(scope)):
        drawing.add(part)
    if focus.rest is not None:
        drawing.add(_rest(focus.rest, drawing.nodes))
    return assembled(focus.name, drawing, rows)


def _rest(rest: Rest, nodes: list[Node]) -> Drawing:
    """One box for all entries of a large document that are not drawn one by one."""
    drawing = Drawing()
    for document in nodes:
        if document.id == rest.document:
            name = f"rest:{document.id}"
            amount = (rest.amount_cents, document.currency, (("entries", rest.entries),))
            label = f"{rest.entries} more entries"
            drawing.nodes.append(Node(name, "rest", label, document.known_from, None, *amount))
            drawing.edges.append(Edge(name, document.id, "settled_in", document.known_from))
    return drawing


def _of(found: Matched, lines: set[int]) -> Matched:
    return replace(
        found,
        acts=found.acts.filter(pl.col("act_id").is_in(lines)),
        links=found.links.filter(pl.col("line_id").is_in(lines)),
    )


def narrowed(rows: GraphRows, line_ids: list[int]) -> GraphRows:
    """``rows`` of these lines alone: their documents, answers, providers' statuses, entries and payouts."""
    lines = rows.lines.filter(pl.col("line_id").is_in(line_ids))
    entries = rows.entries.filter(pl.col("act_id").is_in(line_ids))
    ties = rows.payout_ties.join(entries, on="entry_id", how="semi")
    speak = pl.col("line_ref").is_in(lines["ref"].implode()) | pl.col("other_ref").is_in(
        lines["ref"].implode()
    )
    return replace(
        rows,
        lines=lines,
        documents=rows.documents.join(lines, on="document_id", how="semi"),
        answers=rows.answers.filter(speak.fill_null(False)),
        statuses=rows.statuses.join(lines, on="provider_id", how="semi"),
        waiting=rows.waiting.filter(pl.col("line_id").is_in(line_ids)),
        entries=entries,
        payout_ties=ties,
        payouts=rows.payouts.join(ties, on="payout_id", how="semi"),
    )


def assembled(focus: str, drawing: Drawing, rows: GraphRows) -> Graph:
    """Equal states that follow each other become one; an edge is known only while both of its ends are."""
    nodes = _merged(drawing.nodes)
    if len(nodes) > MOST_NODES:
        raise TooLarge(
            f"{focus} stands on {len(nodes)} objects, more than {MOST_NODES}: name one act, or a member's month"
        )
    made = {row["rev"]: _made(row) for row in rows.revisions.iter_rows(named=True)}
    return Graph(focus, tuple(nodes), tuple(_clipped(drawing.edges, nodes)), made)


def _made(row: dict[str, object]) -> Made:
    return Made(**{name: value for name, value in row.items() if name != "rev"})  # type: ignore[arg-type]


def _merged(nodes: Iterable[Node]) -> list[Node]:
    merged: list[Node] = []
    for node in sorted(
        nodes, key=lambda node: (STAGES.index(node.stage), node.kind, node.id, node.known_from)
    ):
        if merged and _goes_on(merged[-1], node):
            merged[-1] = replace(merged[-1], known_to=node.known_to)
        elif node.known_from != node.known_to:
            merged.append(node)
    return merged


def _goes_on(last: Node, node: Node) -> bool:
    return last.known_to == node.known_from and replace(node, known_from=last.known_from) == replace(
        last, known_to=node.known_to
    )


def _clipped(edges: Iterable[Edge], nodes: list[Node]) -> list[Edge]:
    known = {
        name: joined((node.known_from, node.known_to) for node in states)
        for name, states in groupby(nodes, key=lambda node: node.id)
    }
    clipped = []
    ordered = sorted(edges, key=lambda edge: (edge.source, edge.target, edge.role))
    for (source, target, role), group in groupby(
        ordered, key=lambda edge: (edge.source, edge.target, edge.role)
    ):
        ends = both(known.get(source, []), known.get(target, []))
        for since, until in both(joined((edge.known_from, edge.known_to) for edge in group), ends):
            clipped.append(Edge(source, target, role, since, None if until == UNTIL_NOW else until))
    return clipped

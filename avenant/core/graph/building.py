"""A graph out of rows: only what hangs together with the focus, every node and edge with its stretches."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import groupby

import polars as pl

from avenant.core.graph.decided import decided
from avenant.core.graph.matching import MatchedAt, hanging_together, matchings
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
    near = narrowed(rows, neighbours(rows.lines, rows.answers, focus.lines))
    found = matchings(near)
    ids = dict(near.lines.select("ref", "line_id").iter_rows())
    mine = hanging_together(found, near.waiting, ids, set(focus.lines))
    scope = narrowed(near, sorted(mine))
    found = [_of(moment, mine) for moment in found]
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


def _of(found: MatchedAt, lines: set[int]) -> MatchedAt:
    return replace(
        found,
        acts=tuple(act for act in found.acts if act["act_id"] in lines),
        links=tuple(link for link in found.links if link["line_id"] in lines),
    )


def narrowed(rows: GraphRows, line_ids: Collection[int]) -> GraphRows:
    """``rows`` of these lines alone: their documents, answers, providers' statuses, entries and payouts."""
    wanted = set(line_ids)
    lines, entries = _among(rows.lines, "line_id", wanted), _among(rows.entries, "act_id", wanted)
    ties = _among(rows.payout_ties, "entry_id", set(entries["entry_id"].to_list()))
    return replace(
        rows,
        lines=lines,
        documents=_among(rows.documents, "document_id", set(lines["document_id"].to_list())),
        answers=_about(rows.answers, set(lines["ref"].to_list())),
        statuses=_among(rows.statuses, "provider_id", set(lines["provider_id"].to_list())),
        waiting=_among(rows.waiting, "line_id", wanted),
        entries=entries,
        payout_ties=ties,
        payouts=_among(rows.payouts, "payout_id", set(ties["payout_id"].to_list())),
    )


def _among(rows: pl.DataFrame, column: str, wanted: Collection[object]) -> pl.DataFrame:
    """The rows whose ``column`` is one of ``wanted``; null never is. Mostly that is all of them."""
    kept = [value is not None and value in wanted for value in rows[column].to_list()]
    return rows if all(kept) else rows.filter(pl.Series(kept))


def _about(answers: pl.DataFrame, refs: set[str]) -> pl.DataFrame:
    said = answers.select("line_ref", "other_ref").iter_rows()
    kept = [line in refs or other in refs for line, other in said]
    return answers if all(kept) else answers.filter(pl.Series(kept))


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

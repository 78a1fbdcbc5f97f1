"""The second column: acts as matching saw them, the links of their lines, the parts of other payers, what waits."""

from __future__ import annotations

from datetime import timedelta

from avenant.core.frames.care import ACT
from avenant.core.graph.matching import MatchedAt
from avenant.core.graph.model import Drawing, Edge, Node
from avenant.core.graph.rows import GraphRows
from avenant.core.graph.stretches import Row, in_force, said

HIDDEN = {"act_id", "member_id", "provider_id", "care_from", "care_last_day", "charged_cents", "cancelled"}
ACT_FIELDS = tuple(name for name in ACT if name not in HIDDEN)
PAYERS = {"basis": "secu_cents", "payer": "others_cents"}
"""Role of a link -> the amount of its line that says what somebody else paid."""


def understood(rows: GraphRows, found: list[MatchedAt]) -> Drawing:
    """Acts and links of every matching; what the nightly runs noted as waiting."""
    told = _Told(rows)
    drawing = Drawing()
    for moment in found:
        drawing.add(_acts(told, moment))
        drawing.add(_links(told, moment))
    drawing.add(_waiting(rows, told.refs))
    return drawing


class _Told:
    """What was told of lines, by line_id: their refs, their documents' currencies, their versions through time."""

    def __init__(self, rows: GraphRows) -> None:
        self.refs: dict[int, str] = dict(rows.lines.select("line_id", "ref").iter_rows())
        currencies = dict(rows.documents.select("document_id", "currency").iter_rows())
        documents = rows.lines.select("line_id", "document_id").iter_rows()
        self.currencies = {line: currencies.get(document) for line, document in documents}
        self._versions: dict[int, list[tuple[Row, int, int | None]]] = {}
        for row, since, until in in_force(rows.lines, "line_id"):
            self._versions.setdefault(row["line_id"], []).append((row, since, until))

    def at(self, line_id: int, rev: int) -> Row:
        """The line as it was known at ``rev``."""
        versions = self._versions[line_id]
        return next(row for row, since, until in versions if since <= rev and (until is None or rev < until))


def _acts(told: _Told, moment: MatchedAt) -> Drawing:
    nodes = [
        _act(row, moment, told.refs[row["act_id"]], told.currencies.get(row["act_id"])) for row in moment.acts
    ]
    return Drawing(nodes)


def _act(row: Row, moment: MatchedAt, ref: str, currency: str | None) -> Node:
    return Node(
        f"act:{ref}",
        "act",
        f"{row['act_code'] or row['family'] or 'care'} of {row['care_from']:%Y-%m-%d}",
        *(moment.since, moment.until),
        amount_cents=row["charged_cents"],
        currency=currency,
        fields=said(row, ACT_FIELDS),
        valid_from=row["care_from"],
        valid_to=row["care_last_day"] + timedelta(days=1),
        standing="cancelled" if row["cancelled"] else "in_force",
    )


def _links(told: _Told, moment: MatchedAt) -> Drawing:
    """Each line to its act, and what another payer says to have paid as a node between them."""
    drawing = Drawing()
    for link in moment.links:
        line, act = f"line:{told.refs[link['line_id']]}", f"act:{told.refs[link['act_id']]}"
        drawing.edges.append(Edge(line, act, link["role"], moment.since, moment.until))
        if link["role"] not in PAYERS:
            continue
        row = told.at(link["line_id"], moment.since)
        if row[PAYERS[link["role"]]] is not None:
            amount = (row[PAYERS[link["role"]]], told.currencies.get(link["line_id"]))
            drawing.add(_part(row, act, amount, moment))
    return drawing


def _part(row: Row, act: str, amount: tuple[int, str | None], moment: MatchedAt) -> Drawing:
    name = f"payer_part:{row['ref']}"
    stretch = (moment.since, moment.until)
    fields = said(row, ("payer", "payer_rank", "base_cents", "rate_ppm", "retention_cents"))
    node = Node(name, "payer_part", f"paid by {row['payer']}", *stretch, *amount, fields)
    edges = [Edge(f"line:{row['ref']}", name, "says", *stretch), Edge(name, act, "counts_in", *stretch)]
    return Drawing([node], edges)


def _waiting(rows: GraphRows, refs: dict[int, str]) -> Drawing:
    drawing = Drawing()
    for row, since, until in in_force(rows.waiting, "line_id"):
        if row["state"] != "waiting" or row["line_id"] not in refs:
            continue
        ref = refs[row["line_id"]]
        name, reason = f"waiting:{ref}", row["reason"]
        fields = said(row, ("reason", "candidates"))
        drawing.nodes.append(Node(name, "waiting", f"{ref} waits: {reason}", since, until, fields=fields))
        drawing.edges.append(Edge(f"line:{ref}", name, "waits", since, until))
        drawing.edges.append(Edge(f"act:{ref}", name, "waits", since, until))
        candidates = (row["candidates"] or "").split()
        drawing.edges += [Edge(name, f"line:{other}", "perhaps", since, until) for other in candidates]
    return drawing

"""The claims graph: all objects behind an act, a payout, an invoice or a month, at any moment of their past."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.urls import path

from avenant.core.graph import STAGES, Graph, Node
from avenant.core.graph.exports import as_graphml, as_json
from avenant.core.graph.model import Made
from avenant.desk.context import Desk, PageRefused, desk_of, page
from avenant.desk.doors import door
from avenant.desk.forms import one_of
from avenant.desk.graph_picture import picture
from avenant.desk.graph_said import title
from avenant.desk.roles import Permission
from avenant.desk.words import say
from avenant.flows.graph import claims_graph

FORMS = {"json": "application/json", "graphml": "application/xml"}
OF_A_PERSON = frozenset(("birth_date", "name"))
"""Fields that name or date a person: not sent to those who see people under a pseudonym."""
TECHNICAL = frozenset(("content_key", "tariff_line", "guarantee_line", "envelope_line", "fingerprint"))


@door(Permission.SEE_GRAPH, looks_at="act", by="name")
def graph(request: HttpRequest, name: str) -> HttpResponse:
    """The graph with its slider, its context panel and a table of the same; ?form=json or graphml to take along."""
    desk = desk_of(request)
    try:
        found = claims_graph(desk.db, name, desk.rev)
    except ValueError as error:
        raise PageRefused(say(desk.language, "graph.too_large", said=str(error))) from error
    seen = visible(found, desk)
    form = one_of(desk, request.GET.get("form", ""), FORMS)
    if form:
        answer = HttpResponse(as_json(seen) if form == "json" else as_graphml(seen), content_type=FORMS[form])
        answer["Content-Disposition"] = f'attachment; filename="graph.{form}"'
        return answer
    context = {"name": name, "title": title(seen, desk), "data": picture(seen, desk), "stages": STAGES}
    return page(request, "graph/graph.html", context)


def visible(found: Graph, desk: Desk) -> Graph:
    """The graph without what this person may not see: it is not sent at all."""
    hidden = set() if desk.may(Permission.SEE_NAMES) else set(OF_A_PERSON)
    if not desk.may(Permission.SEE_TECHNICAL):
        hidden |= TECHNICAL
    nodes = tuple(_without(node, hidden) for node in found.nodes)
    made = found.made
    if not desk.may(Permission.SEE_TECHNICAL):
        made = {rev: Made(one.at) for rev, one in made.items()}
    return Graph(found.focus, nodes, found.edges, made)


def _without(node: Node, hidden: set[str]) -> Node:
    kept = tuple((name, value) for name, value in node.fields if name not in hidden)
    return node if len(kept) == len(node.fields) else replace(node, fields=kept)


urlpatterns = [path("graph/<path:name>", graph, name="graph")]

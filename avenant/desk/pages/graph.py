"""The claims graph: all objects behind an act, a payout, an invoice or a month, at any moment of their past."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.urls.exceptions import NoReverseMatch

from avenant.core.graph import STAGES, Graph, Node, instants
from avenant.core.graph.exports import as_graphml, as_json
from avenant.core.wording.figures import amount_text, day_text, percent_text
from avenant.desk.context import Desk, PageRefused, desk_of, page
from avenant.desk.doors import door
from avenant.desk.forms import one_of
from avenant.desk.roles import Permission
from avenant.desk.words import all_words, say
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
    context = {"name": name, "graph": seen, "data": picture(seen, desk), "stages": STAGES}
    return page(request, "graph/graph.html", context)


def visible(found: Graph, desk: Desk) -> Graph:
    """The graph without what this person may not see: it is not sent at all."""
    hidden = set() if desk.may(Permission.SEE_NAMES) else set(OF_A_PERSON)
    if not desk.may(Permission.SEE_TECHNICAL):
        hidden |= TECHNICAL
    nodes = tuple(_without(node, hidden) for node in found.nodes)
    made = found.made if desk.may(Permission.SEE_TECHNICAL) else {}
    return Graph(found.focus, nodes, found.edges, made or _instants_alone(found))


def _instants_alone(found: Graph) -> dict[int, Any]:
    from avenant.core.graph.model import Made

    return {rev: Made(made.at) for rev, made in found.made.items()}


def _without(node: Node, hidden: set[str]) -> Node:
    from dataclasses import replace

    kept = tuple((name, value) for name, value in node.fields if name not in hidden)
    return node if len(kept) == len(node.fields) else replace(node, fields=kept)


def picture(found: Graph, desk: Desk) -> dict[str, Any]:
    """What the page's script draws: states of nodes and edges, instants with their sentences, words."""
    return {
        "focus": found.focus,
        "stages": [{"key": stage, "words": say(desk.language, f"graph.stage_{stage}")} for stage in STAGES],
        "nodes": [_state(node, desk) for node in found.nodes],
        "edges": [
            {"source": e.source, "target": e.target, "role": _said("graph.role", e.role, desk)}
            | {"from": e.known_from, "to": e.known_to}
            for e in found.edges
        ],
        "instants": [
            {"rev": one.rev, "at": one.at, "sentence": one.sentence, "said": _moment(one.at, desk)}
            for one in instants(found)
        ],
        "made": {str(rev): asdict(made) for rev, made in found.made.items()},
        "words": {key: say(desk.language, f"graph.{key}") for key in WORDS_OF_THE_SCRIPT},
    }


WORDS_OF_THE_SCRIPT = (
    *("came_from", "led_to", "valid", "known_since", "added", "removed", "changed", "nothing_differs", "run"),
    *("in_force", "replaced", "withdrawn", "cancelled", "not_known", "hidden", "open_page", "select"),
)


def _state(node: Node, desk: Desk) -> dict[str, Any]:
    language = desk.language
    return {
        "id": node.id,
        "kind": node.kind,
        "kindWords": _said("graph.kind", node.kind, desk),
        "stage": node.stage,
        "label": node.label,
        "amount": None
        if node.amount_cents is None
        else amount_text(node.amount_cents, node.currency or "EUR", language),
        "standing": node.standing,
        "from": node.known_from,
        "to": node.known_to,
        "valid": _valid(node, language),
        "fields": [
            [_said("field", name, desk), _value(name, value, node, desk)] for name, value in node.fields
        ],
        "link": _link(node, desk),
    }


def _valid(node: Node, language: str) -> str:
    if node.valid_from is None:
        return ""
    until = "" if node.valid_to is None else f" – {day_text(node.valid_to, language)}"
    return day_text(node.valid_from, language) + until


def _value(name: str, value: Any, node: Node, desk: Desk) -> str:
    if isinstance(value, bool):
        return say(desk.language, "field.yes" if value else "field.no")
    if name.endswith("_cents"):
        return amount_text(int(value), node.currency or "EUR", desk.language)
    if name.endswith("_ppm"):
        return percent_text(int(value), desk.language)
    return day_text(value, desk.language) if hasattr(value, "isoformat") else str(value)


def _said(group: str, key: str, desk: Desk) -> str:
    name = f"{group}_{key}"
    return say(desk.language, name) if name in all_words() else key.removesuffix("_cents").replace("_", " ")


def _moment(at: str, desk: Desk) -> str:
    from datetime import datetime

    if not at:
        return ""
    moment = datetime.fromisoformat(at)
    return f"{day_text(moment.date(), desk.language)}, {moment:%H:%M}"


def _link(node: Node, desk: Desk) -> str:
    """The page of what a node shows; '' where there is none or this person may not."""
    ref = node.id.partition(":")[2]
    pages = {
        "invoice": ("invoice", Permission.SEE_MONEY),
        "payout": ("payout", Permission.SEE_MONEY),
        "contract": ("contract", Permission.SEE_MONEY),
        "member": ("care", Permission.SEE_CARE),
    }
    if node.kind not in pages or not ref or not desk.may(pages[node.kind][1]):
        return ""
    try:
        return reverse(pages[node.kind][0], args=[ref])
    except NoReverseMatch:
        return ""


urlpatterns = [path("graph/<path:name>", graph, name="graph")]

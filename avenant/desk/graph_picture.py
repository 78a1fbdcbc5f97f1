"""What the graph page's script draws: states of nodes and edges, instants with their sentences, and all words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.http import QueryDict
from django.urls import reverse

from avenant.core.claims.reasons import REASONS, told
from avenant.core.graph import STAGES, Graph, Node, instants
from avenant.core.graph.clauses import quoted
from avenant.core.graph.model import STAGE_OF
from avenant.core.graph.wording import ref_of
from avenant.core.wording.figures import day_text
from avenant.desk.context import Desk
from avenant.desk.graph_said import (
    act_of,
    acts_named,
    amount_said,
    fields_said,
    focused,
    label,
    role_named,
    valid_said,
)
from avenant.desk.roles import Permission
from avenant.desk.words import say

WORDS_OF_THE_SCRIPT = (
    *("came_from", "led_to", "valid", "known_since", "added", "removed", "changed", "nothing_differs", "run"),
    *(
        "in_force",
        "replaced",
        "withdrawn",
        "cancelled",
        "not_known",
        "open_page",
        "select",
        "why_so",
        "grouped",
    ),
    *("revision", "links", "ungroup", "clauses"),
)
WATERFALL = ("secu", "others", "ours", "out_of_pocket")


def picture(found: Graph, desk: Desk) -> dict[str, Any]:
    """Everything the page needs for every instant; it asks for nothing more. JSON's types only."""
    members, acts = _members_of_enrolments(found), acts_named(found, desk)
    return {
        "focus": focused(found),
        "stages": [{"key": stage, "words": say(desk.language, f"graph.stage_{stage}")} for stage in STAGES],
        "kinds": {
            kind: [say(desk.language, f"graph.kind_{kind}"), say(desk.language, f"graph.about_{kind}")]
            for kind in STAGE_OF
        },
        "currency": _currency(found),
        "nodes": [_state(node, acts, members, desk) for node in found.nodes],
        "edges": [
            {"source": e.source, "target": e.target, "role": role_named(e.role, desk)}
            | {"from": e.known_from, "to": e.known_to}
            for e in found.edges
        ],
        "instants": [
            {"rev": one.rev, "at": one.at, "sentence": one.sentence, "said": _moment(one.at, desk)}
            for one in instants(found, desk.language)
        ],
        "made": {str(rev): asdict(made) for rev, made in found.made.items()},
        "words": {key: say(desk.language, f"graph.{key}") for key in WORDS_OF_THE_SCRIPT},
    }


def _members_of_enrolments(found: Graph) -> dict[str, str]:
    """Node of an enrolment -> its member's number."""
    return {e.target: ref_of(e.source) for e in found.edges if e.role == "covered_by"}


def _currency(found: Graph) -> str:
    """The currency of all amounts; "" where there are several, which cannot be added up."""
    currencies = {node.currency or "EUR" for node in found.nodes if node.amount_cents is not None}
    return currencies.pop() if len(currencies) == 1 else ""


def _state(node: Node, acts: Mapping[str, str], members: Mapping[str, str], desk: Desk) -> dict[str, Any]:
    state: dict[str, Any] = {
        "id": node.id,
        "kind": node.kind,
        "stage": node.stage,
        "label": label(node, desk, acts),
        "amount": None if node.amount_cents is None else amount_said(node.amount_cents, node, desk),
        "cents": node.amount_cents,
        "standing": node.standing,
        "from": node.known_from,
        "to": node.known_to,
        "valid": valid_said(node, desk),
        "fields": list(fields_said(node, desk)),
        "links": _links(node, members, desk),
    }
    if node.stage == "rules":
        state["clause"] = [quoted(node, desk.language), str(dict(node.fields).get("source", ""))]
    return state | _decision(node, desk)


def _decision(node: Node, desk: Desk) -> dict[str, Any]:
    """For a decision who pays what of the charge, and the reasons as this role reads them; for what waits why."""
    said = dict(node.fields)
    reader = "engineering" if desk.may(Permission.SEE_TECHNICAL) else "care"
    codes = [
        code for name in ("reasons", "reason") for code in str(said.get(name, "")).split() if code in REASONS
    ]
    because = {"because": [[told(code, reader, desk.language), code] for code in codes]} if codes else {}
    if node.kind != "decision" or not said.get("lines"):
        return because
    cents = {name: value for name, value in said.items() if isinstance(value, int)}
    parts = {
        "secu": cents.get("secu_cents", 0) - cents.get("retention_cents", 0),
        "others": cents.get("others_cents", 0),
        "ours": cents.get("member_cents", 0) + cents.get("provider_cents", 0),
        "out_of_pocket": cents.get("out_of_pocket_cents", 0),
    }
    split = [
        [
            name,
            say(desk.language, f"waterfall.{name}"),
            amount_said(parts[name], node, desk),
            max(parts[name], 0),
        ]
        for name in WATERFALL
        if parts[name] or name in ("ours", "out_of_pocket")
    ]
    return because | {"split": split}


def _moment(at: str, desk: Desk) -> str:
    if not at:
        return ""
    moment = datetime.fromisoformat(at)
    return f"{day_text(moment.date(), desk.language)}, {moment:%H:%M}"


def _links(node: Node, members: Mapping[str, str], desk: Desk) -> list[list[str]]:
    """Onward from a node: its page, the fact's history, and running the code again; only what this role may open."""
    ref = ref_of(node.id)
    act = act_of(node)
    links: list[tuple[str, str, Permission]] = []
    match node.kind:
        case "document" | "line" | "act" | "decision" | "entry" | "waiting" | "payer_part" | "open":
            kind = "document" if node.kind == "document" else "act"
            links.append(("care_event", reverse("find-care", args=[kind, act]), Permission.SEE_CARE))
        case "member":
            links.append(("care_events", reverse("care", args=[ref]), Permission.SEE_CARE))
            links.append(("history", reverse("cover", args=[ref]), Permission.SEE_COVER))
        case "enrolment" if node.id in members:
            links.append(("history", reverse("cover", args=[members[node.id]]), Permission.SEE_COVER))
        case "contract" | "invoice" | "payout" if not ref.startswith("#"):
            links.append(("open_page", reverse(node.kind, args=[ref]), Permission.SEE_MONEY))
        case "rest":
            kind, _, number = ref.partition(":")
            links.append(("open_page", reverse(kind, args=[number]), Permission.SEE_MONEY))
        case "premium":
            _, member, month, *_ = ref.split("/")
            links.append(("history", reverse("premium", args=[member, month]), Permission.SEE_COVER))
    if node.kind in ("act", "decision", "entry"):
        links.append(("rerun", f"{reverse('rerun')}?subject=act%3A{quote(act, safe='')}", Permission.RERUN))
    return [
        [say(desk.language, f"graph.{words}"), _kept(address, desk)]
        for words, address, permission in links
        if desk.may(permission)
    ]


def _kept(address: str, desk: Desk) -> str:
    """The address at the moment that this person is looking at."""
    if not desk.moment.is_past:
        return address
    asked = QueryDict(mutable=True)
    asked["at" if "/rerun?" in address else "known_at"] = desk.known_at
    return f"{address}{'&' if '?' in address else '?'}{asked.urlencode()}"

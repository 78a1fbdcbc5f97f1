"""What the graph page says of the graph: its title, names of boxes and fields, values and roles in words."""

from __future__ import annotations

from datetime import date
from typing import Any

from avenant.core.graph import Graph, Node
from avenant.core.graph.wording import named, ref_of
from avenant.core.wording.figures import amount_text, day_text, month_text, percent_text
from avenant.desk.context import Desk
from avenant.desk.words import all_words, say

TITLED = ("act", "payout", "invoice")
ABOUT = frozenset(("act", "premium"))
"""Kinds that a member's month is about."""


def title(found: Graph, desk: Desk) -> str:
    """The page's heading: "Graph of payout AVP-2026-000001"."""
    kind, _, name = found.focus.partition(" ")
    if kind in TITLED:
        return say(desk.language, f"graph.of_{kind}", name=name)
    name, _, month = found.focus.rpartition("/")
    return say(desk.language, "graph.of_month", name=name, month=_month(month, desk))


def _month(text: str, desk: Desk) -> str:
    return month_text(date.fromisoformat(f"{text}-01"), desk.language)


def focused(found: Graph) -> list[str]:
    """The nodes that the graph is about: the act that was named, or that a named line was ever matched to; the paper
    that was named; all acts and premiums of a month.
    """
    kind, _, name = found.focus.partition(" ")
    ids = dict.fromkeys(node.id for node in found.nodes)
    if kind in TITLED:
        acts = [e.target for e in found.edges if e.source == f"line:{name}" and e.target.startswith("act:")]
        named_ones = [f"{kind}:{name}", *acts, f"line:{name}"] if kind == "act" else [f"{kind}:{name}"]
        return [one for one in named_ones if one in ids][:1]
    month = found.focus.rpartition("/")[2]
    ours = [node for node in found.nodes if node.kind in ABOUT and f"{node.valid_from:%Y-%m}" == month]
    return list(dict.fromkeys(node.id for node in ours))


def label(node: Node, desk: Desk) -> str:
    """The name of a box below its kind, which it does not say again."""
    text = named(node, desk.language)
    match node.kind:
        case "premium":
            return _premium(node, desk)
        case "waiting":
            return ref_of(node.id)
        case "payer_part":
            return value_named(str(dict(node.fields).get("payer", "")), desk)
        case "act" if node.valid_from is not None:
            what = node.label.rpartition(" of ")[0]
            return f"{value_named(what, desk)}, {day_text(node.valid_from, desk.language)}"
    kind = say(desk.language, f"graph.kind_{node.kind}")
    if text.lower().startswith(f"{kind.lower()} "):
        text = text[len(kind) + 1 :]
    return value_named(text, desk)


def _premium(node: Node, desk: Desk) -> str:
    """ "cancel November 2023, two persons"."""
    said = dict(node.fields)
    month = "" if node.valid_from is None else month_text(node.valid_from, desk.language)
    cancel = f"{value_named('cancel', desk)} " if said.get("kind") == "cancel" else ""
    tier = [value_named(part, desk) for part in str(said.get("slot", "")).split(".")[2:3]]
    return ", ".join([f"{cancel}{month}", *tier])


def _slot(slot: str, desk: Desk) -> str:
    """``premium.health.duo.pays`` in words; the level, told by the enrolment, is left out."""
    return ", ".join(value_named(part, desk) for part in slot.split(".")[1:])


def role_named(role: str, desk: Desk) -> str:
    """What one object is to another."""
    return _in_words(f"graph.role_{role}", role.replace("_", " "), desk)


def value_named(value: str, desk: Desk) -> str:
    """A code in words; what is no code as it is."""
    return _in_words(f"graph.value_{value}", value, desk)


def _in_words(key: str, otherwise: str, desk: Desk) -> str:
    return say(desk.language, key) if key in all_words() else otherwise


def value_said(name: str, value: Any, node: Node, desk: Desk) -> str:
    """The value of a field as a person reads it."""
    if isinstance(value, bool):
        return say(desk.language, "field.yes" if value else "field.no")
    if name.endswith("_cents"):
        return amount_said(int(value), node, desk)
    if name.endswith("_ppm"):
        return percent_text(int(value), desk.language)
    if name == "slot":
        return _slot(value, desk)
    if isinstance(value, date):
        return month_text(value, desk.language) if name == "month" else day_text(value, desk.language)
    return value_named(str(value), desk)


def amount_said(cents: int, node: Node, desk: Desk) -> str:
    """Cents in the node's currency."""
    return amount_text(cents, node.currency or "EUR", desk.language)

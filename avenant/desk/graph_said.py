"""What the graph page says of the graph: its title, names of boxes and fields, values and roles in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from avenant.core.graph import Graph, Node
from avenant.core.graph.field_names import field_named
from avenant.core.graph.wording import named, ref_of
from avenant.core.wording.figures import amount_text, day_text, month_text, percent_text
from avenant.desk.context import Desk
from avenant.desk.words import all_words, say

TITLED = ("act", "payout", "invoice")
SILENT = frozenset(
    (
        *(("real_cost", False), ("price_limit", False), ("age_from", 0), ("age_to", 151)),
        *(("optam", "any"), ("per", "act"), ("part", 1)),
    )
)
"""Fields of lines of the rulebook that set no condition."""
REASON_FIELDS = frozenset(("reasons", "reason"))
LASTING = frozenset(("enrolment", "provider_status", "tariff", "guarantee", "envelope", "price", "parameter"))
"""Kinds of what holds until further notice where no last day is known."""
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


def acts_named(found: Graph, desk: Desk) -> dict[str, str]:
    """Ref of each act -> what it is and when, where there are several to be told apart; else nothing."""
    acts = {ref_of(node.id): _act(node, desk) for node in found.nodes if node.kind == "act"}
    return acts if len(acts) > 1 else {}


def act_of(node: Node) -> str:
    """The ref of the act that a decision, an entry of the book or what is open is about."""
    ref = ref_of(node.id)
    return ref.split("/")[1] if node.kind in ("decision", "entry", "open") and "/" in ref else ref


def label(node: Node, desk: Desk, acts: Mapping[str, str]) -> str:
    """The name of a box below its kind, which it does not say again. acts: see `acts_named`."""
    about = acts.get(act_of(node), "") if node.kind in ("decision", "entry", "open") else ""
    return ", ".join(filter(None, [_label(node, desk), about]))


def _act(node: Node, desk: Desk) -> str:
    what = value_named(node.label.rpartition(" of ")[0], desk)
    return what if node.valid_from is None else f"{what}, {day_text(node.valid_from, desk.language)}"


def _label(node: Node, desk: Desk) -> str:
    text = named(node, desk.language)
    match node.kind:
        case "premium":
            return _premium(node, desk)
        case "waiting":
            return ref_of(node.id)
        case "payer_part":
            return value_named(str(dict(node.fields).get("payer", "")), desk)
        case "act":
            return _act(node, desk)
        case "provider_status":
            return str(dict(node.fields).get("provider", ""))
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
    if name == "basket":
        return _in_words(f"graph.value_basket_{value}", str(value), desk)
    if name == "slot":
        return _slot(value, desk)
    if isinstance(value, date):
        return month_text(value, desk.language) if name == "month" else day_text(value, desk.language)
    return value_named(str(value), desk)


def amount_said(cents: int, node: Node, desk: Desk) -> str:
    """Cents in the node's currency."""
    return amount_text(cents, node.currency or "EUR", desk.language)


def fields_said(node: Node, desk: Desk) -> Iterator[list[str]]:
    """[name, value] of each field that says something, but the reasons, which have sentences of their own."""
    silent = SILENT if node.stage == "rules" else ()
    for name, value in node.fields:
        if name not in REASON_FIELDS and (name, value) not in silent:
            yield [field_named(name, desk.language), value_said(name, value, node, desk)]


def valid_said(node: Node, desk: Desk) -> str:
    """The day, or the first and the last one; until further notice: from the first one on."""
    if node.valid_from is None:
        return ""
    first = day_text(node.valid_from, desk.language)
    if node.valid_to is None:
        return say(desk.language, "graph.valid_from", day=first) if node.kind in LASTING else first
    last = node.valid_to - timedelta(days=1)
    return first if last <= node.valid_from else f"{first} – {day_text(last, desk.language)}"

"""The instants at which something in a graph changed, each with a sentence that says what.

"14 March 2026: secu return D2 received; D2#1 matched to act D1#1 as basis; decision 2 replaces 1: €18.60 → €16.60".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from avenant.core.graph.comparing import Comparison, NodeChange, compared
from avenant.core.graph.field_names import field_named
from avenant.core.graph.model import Edge, Graph, Made, Node
from avenant.core.graph.wording import amount_named, clause, named, ref_of, role_named
from avenant.core.wording.figures import day_text

MOST_CLAUSES = 8


@dataclass(frozen=True, slots=True)
class Instant:
    """A revision at which the graph changed: when (ISO, Paris), what in one sentence, and the difference itself."""

    rev: int
    at: str
    sentence: str
    change: Comparison


def instants(graph: Graph, language: str = "en") -> tuple[Instant, ...]:
    """Every revision that changed ``graph``, oldest first, told in ``language`` (en, fr).

    Where there are several acts, decisions are told with theirs.
    """
    several = len({node.id.rsplit("/", 1)[0] for node in graph.nodes if node.kind == "decision"}) > 1
    teller = _Teller(language, several)
    touched = _touched(graph)
    return tuple(_instant(touched[rev], graph.made.get(rev), rev, teller) for rev in sorted(touched))


def _touched(graph: Graph) -> dict[int, Graph]:
    """Revision -> the states that begin or end there: all that can differ from what was before."""
    nodes: dict[int, list[Node]] = defaultdict(list)
    edges: dict[int, list[Edge]] = defaultdict(list)
    for node in graph.nodes:
        for rev in (node.known_from, node.known_to):
            if rev is not None:
                nodes[rev].append(node)
    for edge in graph.edges:
        for rev in (edge.known_from, edge.known_to):
            if rev is not None:
                edges[rev].append(edge)
    return {rev: Graph(graph.focus, tuple(nodes[rev]), tuple(edges[rev])) for rev in {*nodes, *edges}}


def _instant(touched: Graph, made: Made | None, rev: int, teller: _Teller) -> Instant:
    change = compared(touched, rev - 1, rev)
    when = made.at if made else ""
    day = day_text(datetime.fromisoformat(when).date(), teller.language) if when else f"revision {rev}"
    clauses = list(dict.fromkeys(teller.clauses(change)))
    rest = len(clauses) - MOST_CLAUSES
    more = [clause("more", teller.language, count=rest)] if rest > 0 else []
    colon, semicolon = (": ", "; ") if teller.language == "en" else (" : ", " ; ")
    return Instant(rev, when, f"{day}{colon}{semicolon.join(clauses[:MOST_CLAUSES] + more)}", change)


@dataclass(frozen=True, slots=True)
class _Teller:
    """Says what a change was. several: there are several acts, so that each decision is told with its own."""

    language: str
    several: bool

    def clauses(self, change: Comparison) -> Iterator[str]:
        """One clause for each change that a reader wants to know of."""
        held = {edge.target for edge in change.linked if edge.role == "holds"}
        told = held & {node.id for node in change.added}
        for node in change.added:
            yield from self._came(node, change, told)
        for edge in change.linked:
            if edge.target.startswith("act:") and edge.source.startswith("line:"):
                role = role_named(edge.role, self.language)
                yield self._say("matched", line=ref_of(edge.source), act=ref_of(edge.target), role=role)
        for altered in change.changed:
            yield from self._altered(altered)
        for node in change.removed:
            yield from self._went(node)

    def _say(self, key: str, **blanks: object) -> str:
        return clause(key, self.language, **blanks)

    def _came(self, node: Node, change: Comparison, told: set[str]) -> Iterator[str]:
        label = named(node, self.language)
        match node.kind:
            case "document":
                yield self._say("received", label=label)
            case "line":
                if node.id not in told:
                    yield self._say("line_told", ref=ref_of(node.id))
            case "decision":
                yield self._decided(node, change)
            case "payout" | "invoice":
                yield self._say("issued", label=label, amount=self._amount(node))
            case "open":
                yield self._owed(node)
            case "premium":
                yield self._say("booked", label=label, amount=self._amount(node))
            case "act":
                yield self._say("recognised", ref=ref_of(node.id))
            case "waiting":
                yield label
            case (
                "entry" | "tariff" | "parameter" | "guarantee" | "envelope" | "price" | "payer_part" | "rest"
            ):
                return
            case _:
                yield self._say("told", label=label)

    def _decided(self, node: Node, change: Comparison) -> str:
        name, number = node.id.rsplit("/", 1)
        earlier = f"{name}/{int(number) - 1}"
        before = [altered.after for altered in change.changed if altered.after.id == earlier]
        blanks = {"label": named(node, self.language), "amount": self._amount(node)}
        blanks["about"] = name.partition("/")[2]
        on = "_on" if self.several else ""
        if not before:
            return self._say(f"decided{on}", **blanks)
        return self._say(f"replaces{on}", number=int(number) - 1, before=self._amount(before[0]), **blanks)

    def _owed(self, node: Node) -> str:
        """ "still to pay: €9.00", with act and payee where there are several."""
        amount = amount_named(abs(node.amount_cents or 0), node.currency, self.language)
        about = ref_of(node.id).partition("/")[2]
        key = "owed_for" if self.several else "owed"
        return self._say(key, label=named(node, self.language), about=about, amount=amount)

    def _altered(self, change: NodeChange) -> Iterator[str]:
        node = change.after
        if node.kind in ("decision", "entry", "premium", "payer_part", "act"):
            if node.standing == "cancelled":
                yield self._say("cancelled", ref=ref_of(node.id))
        elif node.kind == "open":
            yield self._owed(node)
        elif node.standing != change.before.standing:
            yield self._say("withdrawn", label=named(node, self.language))
        else:
            fields = ", ".join(
                field_named(f.name, self.language) for f in change.fields if f.name != "version"
            )
            key = "corrected" if fields else "told_again"
            yield self._say(key, label=named(node, self.language), named=fields)

    def _went(self, node: Node) -> Iterator[str]:
        if node.kind == "waiting":
            yield self._say("waits_no_longer", ref=ref_of(node.id))
        if node.kind == "act":
            yield self._say("dissolved", ref=ref_of(node.id))

    def _amount(self, node: Node) -> str:
        return amount_named(node.amount_cents or 0, node.currency, self.language)

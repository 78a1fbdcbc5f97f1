"""The fourth and fifth columns: what was decided for each act, in every version, and the entries that book it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import groupby

from avenant.core.claims.reasons import decoded, limit_named
from avenant.core.graph.covers import Covers
from avenant.core.graph.model import Drawing, Edge, Fields, Node
from avenant.core.graph.parameters import Parameters
from avenant.core.graph.rows import GraphRows
from avenant.core.graph.rules import rule_names
from avenant.core.graph.stretches import Row

WATERFALL = (
    *("lines", "quantity", "charged_cents", "base_cents", "rate_ppm", "secu_cents", "retention_cents"),
    *("increase_cents", "others_cents", "left_cents", "ceiling_cents", "limit_left_cents", "decided_cents"),
    *("member_cents", "provider_cents", "out_of_pocket_cents"),
)
UNSET = {"ceiling_cents": -1, "limit_left_cents": -1}
"""Values that say that there is none."""
RULES = {"tariff_line_id": "base", "guarantee_line_id": "guarantees", "envelope_line_id": "limits"}


def named_entries(rows: GraphRows) -> list[Row]:
    """The entries as rows, by key and version, with what they are called.

    name: the node, ``entry:C-1/D1#1/member/2``; key: the same without the version; act: its act's node; decision:
    how the nodes of its decisions begin; currency.
    """
    contracts = dict(rows.contracts.select("contract_id", "ref").iter_rows())
    lines = dict(rows.lines.select("line_id", "ref").iter_rows())
    payees = {0: "member"} | dict(rows.providers.select("provider_id", "ref").iter_rows())
    currencies = dict(rows.contracts.select("contract_id", "currency").iter_rows())
    named = []
    for row in rows.entries.sort("contract_id", "act_id", "payee_id", "version").iter_rows(named=True):
        contract = contracts.get(row["contract_id"], str(row["contract_id"]))
        act = lines.get(row["act_id"], str(row["act_id"]))
        key = f"{contract}/{act}/{payees.get(row['payee_id'], row['payee_id'])}"
        about: Row = {"key": f"entry:{key}", "name": f"entry:{key}/{row['version']}", "act": f"act:{act}"}
        about |= {"decision": f"decision:{contract}/{act}", "currency": currencies.get(row["contract_id"])}
        named.append(row | about)
    return named


def decided(rows: GraphRows) -> Drawing:
    """Decisions in all versions with what they stand on, and the entries of each."""
    entries = named_entries(rows)
    drawing = _entries(entries)
    charges = [row for row in entries if row["version"] % 2]
    charges.sort(key=lambda row: (row["decision"], row["rev"], row["payee_id"]))
    names, covers, parameters = rule_names(rows), Covers(rows), Parameters(rows)
    for _, group in groupby(charges, key=lambda row: row["decision"]):
        drawing.add(_decisions(list(group), names, covers, parameters))
    drawing.nodes.extend(parameters.nodes())
    return drawing


def _entries(entries: list[Row]) -> Drawing:
    """A charge is struck through from the revision of its cancel on; a cancel says what it takes back."""
    versions = {row["name"]: row for row in entries}
    drawing = Drawing()
    for row in entries:
        key: str = row["key"]
        kind = "charge" if row["version"] % 2 else "cancel"
        node = Node(
            row["name"],
            "entry",
            f"{kind} {key.rsplit('/', 1)[1]}",
            row["rev"],
            amount_cents=row["amount_cents"],
            currency=row["currency"],
            fields=(("kind", kind), ("version", row["version"]), ("entry_id", row["entry_id"])),
            valid_from=row["care_date"],
        )
        after = versions.get(f"{key}/{row['version'] + 1}") if kind == "charge" else None
        drawing.nodes += struck(node, None if after is None else after["rev"])
        if kind == "cancel":
            drawing.edges.append(Edge(f"{key}/{row['version'] - 1}", row["name"], "taken_back", row["rev"]))
    return drawing


def struck(node: Node, rev: int | None) -> list[Node]:
    """``node``, from revision ``rev`` on as replaced."""
    if rev is None:
        return [node]
    return [replace(node, known_to=rev), replace(node, known_from=rev, standing="replaced")]


def _decisions(charges: list[Row], names: dict[int, str], covers: Covers, parameters: Parameters) -> Drawing:
    """One node per revision that charged anything for the act: decision 1, 2, …; each replaces the one before."""
    drawing = Drawing()
    by_rev = [list(group) for _, group in groupby(charges, key=lambda row: row["rev"])]
    for number, (together, after) in enumerate(zip(by_rev, [*by_rev[1:], None], strict=True), start=1):
        row = max(together, key=lambda row: row["lines"])
        name, rev = f"{row['decision']}/{number}", row["rev"]
        drawing.nodes += struck(_decision(row, name, number), None if after is None else after[0]["rev"])
        drawing.edges.append(Edge(row["act"], name, "decided", rev))
        drawing.edges += [Edge(name, entry["name"], "booked", rev) for entry in together]
        drawing.edges += [Edge(source, name, role, rev) for source, role in _reasons(row, names, covers)]
        drawing.edges += [Edge(parameter, name, "measures", rev) for parameter in parameters.of(row)]
        if number > 1:
            drawing.edges.append(Edge(f"{row['decision']}/{number - 1}", name, "replaced_by", rev))
    return drawing


def _decision(row: Row, name: str, number: int) -> Node:
    due = row["lines"] > 0
    return Node(
        name,
        "decision",
        f"decision {number}" if due else f"decision {number}: nothing due any more",
        row["rev"],
        amount_cents=row["decided_cents"] if due else 0,
        currency=row["currency"],
        fields=_waterfall(row),
        valid_from=row["care_date"],
    )


def _waterfall(row: Row) -> Fields:
    amounts = tuple((name, row[name]) for name in WATERFALL if row[name] != UNSET.get(name))
    because = (("limit", limit_named(row["limit_kind"])), ("reasons", " ".join(decoded(row["reasons"]))))
    return amounts + because


def _reasons(row: Row, names: dict[int, str], covers: Covers) -> Iterator[tuple[str, str]]:
    """What a decision stands on: lines of the rulebook, and the enrolment known then that covers the day."""
    for column, role in RULES.items():
        if row[column] in names:
            yield names[row[column]], role
    for enrolment in covers.of(row, row["care_date"], row["care_date"] + timedelta(days=1)):
        yield enrolment, "entitles"

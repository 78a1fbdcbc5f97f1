"""Cases of care, played: at every revision the graph of an act holds exactly what reading as of it finds.

The oracle is slow and obvious: the whole book read as of each revision, by readers that the graph does not use.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from avenant.core.graph import Graph, at
from avenant.flows.acts import act_view
from avenant.flows.cases import played_case, scratch_book
from avenant.flows.graph import claims_graph
from avenant.gateways.case_files import read_case_file
from avenant.store.database import Database
from avenant.store.readers.care_as_told import decisions_as_told, payout_lines_as_told, waiting_as_told
from avenant.store.setup import Server

CASES = Path(__file__).parents[2] / "cases"
PLAYED = (
    "21-messages-and-matching/acts-become-one.yaml",
    "21-messages-and-matching/member-learnt-later.yaml",
    "21-messages-and-matching/perhaps-the-same-act.yaml",
    "21-messages-and-matching/document-corrected.yaml",
    "22-tiers-payant/request-taken-back.yaml",
    "32-payouts/debt-larger-than-new-care.yaml",
)
MOST_LINES = 2


@pytest.fixture(params=PLAYED)
def book(request: pytest.FixtureRequest, server: Server, template: str) -> Iterator[Database]:
    """The book that a case leaves."""
    case = read_case_file(CASES / request.param)
    with scratch_book(case, server) as database:
        played_case(case, database)
        yield database


def test_at_every_revision_the_graph_holds_what_was_known_then(book: Database) -> None:
    for ref, told in first_lines(book):
        graph = claims_graph(book, ref)
        for rev in range(told, book.head() + 1):
            compare(book, ref, at(graph, rev), rev)


def first_lines(book: Database) -> list[tuple[str, int]]:
    """Some lines, and the revision that told of each."""
    query = "SELECT ref, min(rev) FROM care_line JOIN revision USING (change_id) GROUP BY ref ORDER BY 2, 1 LIMIT %s"
    with book.connect() as connection:
        return connection.execute(query, [MOST_LINES]).fetchall()


def compare(book: Database, ref: str, then: Graph, rev: int) -> None:
    lines = {node.id.removeprefix("line:") for node in then.nodes if node.kind == "line"}
    with book.snapshot() as connection:
        decisions = decisions_as_told(connection, rev).to_dicts()
        waiting = waiting_as_told(connection, rev).to_dicts()
        paid = payout_lines_as_told(connection, rev).to_dicts()
    booked = {
        f"entry:{row['contract']}/{row['line']}/{row['payee']}/{row['version']}": row["amount_cents"]
        for row in decisions
        if row["line"] in lines
    }
    assert {node.id: node.amount_cents for node in then.nodes if node.kind == "entry"} == booked
    waits = {f"waiting:{row['line']}": row["reason"] for row in waiting if row["line"] in lines}
    assert {node.id: dict(node.fields)["reason"] for node in then.nodes if node.kind == "waiting"} == waits
    numbers = {f"payout:{row['number']}" for row in paid if row["line"] in lines}
    assert {n.id for n in then.nodes if n.kind == "payout" and not n.id.startswith("payout:#")} == numbers
    card = act_view(book, ref, rev)
    roles = {f"line:{message['ref']}": message["role"] for message in card.messages}
    assert {name.removeprefix("line:") for name in roles} <= lines
    mine = {
        edge.target for edge in then.edges if edge.source == f"line:{ref}" and edge.target.startswith("act:")
    }
    for act in mine:
        linked = {
            edge.source: edge.role
            for edge in then.edges
            if edge.target == act and edge.source.startswith("line:")
        }
        assert linked == roles

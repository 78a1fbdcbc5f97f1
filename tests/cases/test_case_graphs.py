"""Cases of care, played: at every revision the graph of an act holds exactly what reading as of it finds.

The oracle is slow and obvious: the whole book read as of each revision, by readers that the graph does not use.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from psycopg.rows import dict_row

from avenant.core.graph import Graph, at
from avenant.flows.acts import act_view
from avenant.flows.cases import played_case, scratch_book
from avenant.flows.graph import claims_graph
from avenant.gateways.case_files import case_paths, read_case_file
from avenant.store.database import Connection, Database
from avenant.store.readers.care_as_told import decisions_as_told, payout_lines_as_told, waiting_as_told
from avenant.store.setup import Server
from tests.cases.sampling import sampled

ROOT = Path(__file__).parents[2]
FILES = [
    str(path.relative_to(ROOT))
    for path in case_paths([ROOT / "cases"])
    if "20" <= path.parent.name[:2] <= "36" or path.parent.name.startswith("91")
]
"""The chapters of care."""
MOST_LINES = None if os.environ.get("AVENANT_SOAK") == "1" else 2
STANDING = {True: "withdrawn", False: "in_force"}


@pytest.mark.soak
@pytest.mark.parametrize("file", sampled(FILES, 2))
def test_at_every_revision_the_graph_holds_what_was_known_then(
    file: str, server: Server, template: str
) -> None:
    case = read_case_file(ROOT / file, name=file)
    with scratch_book(case, server) as book:
        played_case(case, book)
        for ref, told in first_lines(book):
            graph = claims_graph(book, ref)
            for rev in range(told, book.head() + 1):
                compare(book, ref, at(graph, rev), rev)


def first_lines(book: Database) -> list[tuple[str, int]]:
    """Some lines (in the soak all), and the revision that told of each."""
    query = "SELECT ref, min(rev) FROM care_line JOIN revision USING (change_id) GROUP BY ref ORDER BY 2, 1 LIMIT %s"
    with book.connect() as connection:
        return connection.execute(query, [MOST_LINES]).fetchall()


def compare(book: Database, ref: str, then: Graph, rev: int) -> None:
    compare_told(book, ref, then, rev)
    compare_decided(book, then, rev)
    compare_matched(book, ref, then, rev)


def standings(then: Graph, kind: str) -> dict[str, str]:
    """Ref -> standing of the nodes of a kind."""
    return {node.id.removeprefix(f"{kind}:"): node.standing for node in then.nodes if node.kind == kind}


def compare_told(book: Database, ref: str, then: Graph, rev: int) -> None:
    """Lines with their documents, and all enrolments of the member: each as its latest version of then says."""
    with book.snapshot() as connection:
        lines = known(connection, "care_line", "line_id", rev)
        documents = known(connection, "document", "document_id", rev)
        enrolments = known(connection, "enrolment", "enrolment_id", rev)
    shown = {line["ref"]: line for line in lines if line["ref"] in standings(then, "line")}
    assert standings(then, "line") == {name: STANDING[line["withdrawn"]] for name, line in shown.items()}
    held = {line["document_id"] for line in shown.values()}
    assert standings(then, "document") == {
        row["ref"]: STANDING[row["withdrawn"]] for row in documents if row["document_id"] in held
    }
    theirs = {row["ref"]: STANDING[row["withdrawn"]] for row in enrolments}
    assert standings(then, "enrolment").items() <= theirs.items()
    mine = {row["ref"] for row in enrolments if row["member_id"] == shown[ref]["member_id"]}
    assert mine <= standings(then, "enrolment").keys()


def known(connection: Connection, table: str, key: str, rev: int) -> list[dict[str, Any]]:
    """The latest version of each fact of a table that had been told by then."""
    query = f"""SELECT DISTINCT ON ({key}) {table}.* FROM {table} JOIN revision USING (change_id)
        WHERE revision.rev <= %s ORDER BY {key}, version DESC"""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, [rev]).fetchall()


def compare_decided(book: Database, then: Graph, rev: int) -> None:
    """Entries with their amounts, what waits with its reason, and the payouts."""
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


def compare_matched(book: Database, ref: str, then: Graph, rev: int) -> None:
    """The act of the line and the role of each of its messages, as its card tells them."""
    lines = standings(then, "line").keys()
    card = act_view(book, ref, rev)
    roles = {f"line:{message['ref']}": message["role"] for message in card.messages}
    assert {name.removeprefix("line:") for name in roles} <= set(lines)
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

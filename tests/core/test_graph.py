"""The claims graph on small frames: stretches of known time, links that come and go, what is owed, what is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avenant.core.claims.matching import matched
from avenant.core.frames.care import ANSWER
from avenant.core.graph import (
    Focus,
    Graph,
    GraphRows,
    Node,
    TooLarge,
    at,
    building,
    built,
    compared,
    instants,
)
from avenant.core.graph.exports import as_graphml, as_mermaid
from avenant.core.graph.matching import matchings
from avenant.core.graph.model import Drawing, Edge
from avenant.core.graph.neighbourhood import neighbours
from avenant.core.graph.rows import TABLES
from avenant.core.graph.stretches import UNTIL_NOW, both, in_force, joined
from tests.strategies.care_stories import Story, portfolios
from tests.strategies.messages import FAMILIES, answer_frame, bill, frame, poor_bill, secu

VISIT = date(2024, 3, 3)


def table(name: str, *rows: dict[str, Any]) -> pl.DataFrame:
    """A table of rows; numbers that are not mentioned are 0 in entries, else null."""
    blank = dict.fromkeys(TABLES[name], 0 if name == "entries" else None)
    return pl.DataFrame([blank | row for row in rows], schema=dict(TABLES[name]))


def told(*messages: tuple[int, dict[str, Any]]) -> GraphRows:
    """Lines, each told at a revision. Members M1 to M8, a contract and the act codes are known from revision 1 on."""
    lines = frame([line for _, line in messages]).with_columns(
        rev=pl.Series([rev for rev, _ in messages], dtype=pl.Int64)
    )
    first = lines.sort("rev").unique("document_id", keep="first", maintain_order=True)
    documents = [
        {
            **{name: row[name] for name in ("document_id", "version", "kind", "payer", "withdrawn", "rev")},
            "ref": row["ref"].split("#")[0],
            "member_ref": "Anna",
            "currency": "EUR",
        }
        for row in first.iter_rows(named=True)
    ]
    return GraphRows(
        lines=lines.select(list(TABLES["lines"])),
        documents=table("documents", *documents),
        members=table(
            "members",
            *(
                {"member_id": n, "version": 1, "ref": f"M{n}", "withdrawn": False, "rev": 1}
                for n in range(1, 9)
            ),
        ),
        contracts=table(
            "contracts",
            {"contract_id": 1, "version": 1, "ref": "C", "currency": "EUR", "withdrawn": False, "rev": 1},
        ),
        act_codes=FAMILIES.with_columns(rev=pl.lit(1, pl.Int64)),
        revisions=table(
            "revisions", *({"rev": rev, "at": f"2024-04-{rev:02d}T09:00:00"} for rev in range(1, 29))
        ),
    )


def entry(number: int, version: int, cents: int, rev: int, **given: Any) -> dict[str, Any]:
    """A row of the book for act 1 of contract 1."""
    row = {
        "entry_id": number,
        "contract_id": 1,
        "act_id": 1,
        "version": version,
        "amount_cents": cents,
        "rev": rev,
    }
    decided = abs(cents)
    return row | {"care_date": VISIT, "lines": 1, "decided_cents": decided, "member_cents": decided} | given


def states(graph: Graph, name: str) -> list[tuple[int, int | None]]:
    return [(node.known_from, node.known_to) for node in graph.nodes if node.id == name]


def test_of_two_versions_of_one_revision_only_the_last_was_ever_in_force() -> None:
    rows = pl.DataFrame({"key": [1, 1, 1, 2], "version": [1, 2, 3, 1], "rev": [4, 4, 7, 5]})
    seen = [(row["key"], row["version"], since, until) for row, since, until in in_force(rows, "key")]
    assert seen == [(1, 2, 4, 7), (1, 3, 7, None), (2, 1, 5, None)]


def test_stretches_that_touch_are_one() -> None:
    assert joined([(5, 7), (1, 3), (3, 4), (6, None)]) == [(1, 4), (5, UNTIL_NOW)]
    assert both([(1, 4), (5, 9)], [(3, 6)]) == [(3, 4), (5, 6)]


def test_an_edge_is_known_while_both_its_ends_are() -> None:
    nodes = [Node("line:a", "line", "a", 2, 9), Node("act:a", "act", "a", 3, 5), Node("act:a", "act", "a", 5)]
    graph = building.assembled("a", Drawing(nodes, [Edge("line:a", "act:a", "basis", 1)]), GraphRows())
    assert graph.edges == (Edge("line:a", "act:a", "basis", 3, 9),)
    assert states(graph, "act:a") == [(3, None)], "equal states that follow each other are one"


def test_a_bill_and_a_later_return_become_one_act() -> None:
    graph = built(told((2, bill("B#1")), (5, secu("S#1"))), Focus("act B#1", (1,)))
    assert [edge.known_from for edge in graph.edges if edge.target == "act:B#1" and edge.role == "basis"] == [
        5
    ]
    assert [node.amount_cents for node in graph.nodes if node.kind == "payer_part"] == [19_00]
    sentences = [moment.sentence for moment in instants(graph)]
    assert sentences[-1] == "5 April 2024: secu return S received; S#1 matched to act B#1 as basis"


def test_what_never_had_to_do_with_the_focus_is_left_out() -> None:
    near = bill("N#1", care_from=date(2024, 3, 5), charged_cents=80_00)
    graph = built(told((2, bill("B#1")), (3, near), (4, bill("F#1", act_code="CS"))), Focus("act B#1", (1,)))
    assert {node.id for node in graph.nodes if node.kind == "line"} == {"line:B#1"}


def test_a_line_that_waits_names_its_candidates_and_goes_when_it_is_decided() -> None:
    rows = told((2, secu("S#1")), (3, poor_bill("B#1", care_from=date(2024, 3, 4))))
    noted = {"line_id": 2, "reason": "perhaps_same_act", "candidates": "S#1"}
    waiting = table(
        "waiting", noted | {"state": "waiting", "rev": 4}, noted | {"state": "released", "rev": 8}
    )
    graph = built(replace(rows, waiting=waiting), Focus("line B#1", (2,)))
    assert states(graph, "waiting:B#1") == [(4, 8)]
    assert Edge("waiting:B#1", "line:S#1", "perhaps", 4, 8) in graph.edges
    assert [m.sentence for m in instants(graph) if m.rev == 8] == ["8 April 2024: B#1 waits no longer"]


def test_a_withdrawn_line_is_struck_through_and_its_act_dissolves() -> None:
    rows = told((2, bill("B#1")))
    gone = rows.lines.with_columns(
        version=pl.lit(2, pl.Int32), withdrawn=pl.lit(True), rev=pl.lit(6, pl.Int64)
    )
    graph = built(replace(rows, lines=pl.concat([rows.lines, gone])), Focus("act B#1", (1,)))
    assert states(graph, "act:B#1") == [(2, 6)]
    assert [node.standing for node in at(graph, 6).nodes if node.kind == "line"] == ["withdrawn"]


def test_a_line_told_of_somebody_we_did_not_know_is_an_act_once_we_know_them() -> None:
    rows = told((2, bill("B#1", member_id=None)))
    anna = {"member_id": 9, "version": 1, "ref": "Anna", "withdrawn": False, "rev": 7}
    graph = built(replace(rows, members=table("members", anna)), Focus("act B#1", (1,)))
    assert states(graph, "act:B#1") == [(7, None)]


def test_an_act_follows_the_publications_that_say_something_new_of_its_code() -> None:
    """The second publication says the same of a G, the third that it is a specialist's; other codes do not matter."""
    moved = FAMILIES.with_columns(
        family=pl.when(pl.col("act_code") == "G").then(pl.lit("consultation_specialist")).otherwise("family")
    )
    other = FAMILIES.filter(pl.col("act_code") != "CS")
    codes = [
        frame.with_columns(rev=pl.lit(rev, pl.Int64))
        for rev, frame in ((1, FAMILIES), (5, other), (9, moved))
    ]
    graph = built(replace(told((2, bill("B#1"))), act_codes=pl.concat(codes)), Focus("act B#1", (1,)))
    acts = [
        (node.known_from, node.known_to, dict(node.fields)["family"])
        for node in graph.nodes
        if node.kind == "act"
    ]
    assert acts == [(2, 9, "consultation_gp"), (9, None, "consultation_specialist")]


def test_before_a_rulebook_is_published_no_act_is_recognised() -> None:
    rows = told((2, bill("B#1")))
    later = rows.act_codes.with_columns(rev=pl.lit(4, pl.Int64))
    assert states(built(replace(rows, act_codes=later), Focus("act B#1", (1,))), "act:B#1") == [(4, None)]


def test_two_payees_of_one_revision_are_one_decision_with_two_entries() -> None:
    both_paid = {"decided_cents": 9_00, "member_cents": 4_00, "provider_cents": 5_00}
    entries = table(
        "entries", entry(1, 1, 4_00, 3, **both_paid), entry(2, 1, 5_00, 3, payee_id=7, **both_paid)
    )
    provider = table("providers", {"provider_id": 7, "ref": "DR", "rev": 1})
    rows = replace(told((2, bill("B#1"))), entries=entries, providers=provider)
    graph = built(rows, Focus("act B#1", (1,)))
    assert [node.amount_cents for node in graph.nodes if node.kind == "decision"] == [9_00]
    booked = {edge.target for edge in graph.edges if edge.role == "booked"}
    assert booked == {"entry:C/B#1/member/1", "entry:C/B#1/DR/1"}


def test_what_was_paid_and_is_taken_back_is_owed_to_us_until_it_is_set_off() -> None:
    entries = table("entries", entry(1, 1, 9_00, 3), entry(2, 2, -9_00, 6), entry(3, 3, 2_00, 6, lines=0))
    ties = table(
        "payout_ties",
        {"entry_id": 1, "payout_id": 1, "rev": 4},
        {"entry_id": 2, "payout_id": 2, "rev": 9},
        {"entry_id": 3, "payout_id": 2, "rev": 9},
    )
    rows = replace(told((2, bill("B#1"))), entries=entries, payout_ties=ties)
    graph = built(rows, Focus("act B#1", (1,)))
    owed = [(n.label, n.amount_cents, n.known_from, n.known_to) for n in graph.nodes if n.kind == "open"]
    assert owed == [("still to pay", 9_00, 3, 4), ("owed to us", -7_00, 6, 9)]
    (change,) = [change for change in compared(graph, 5, 6).changed if change.after.kind == "decision"]
    assert [(field.name, field.after) for field in change.fields] == [("standing", "replaced")]


def test_a_graph_that_nobody_could_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "MOST_NODES", 2)
    with pytest.raises(TooLarge, match="name one act"):
        built(told((2, bill("B#1")), (5, secu("S#1"))), Focus("act B#1", (1,)))


def test_signs_that_mean_something_to_other_programs_are_escaped() -> None:
    graph = Graph("x", (Node("line:<&>#1", "line", 'a "b" #1 <', 1),))
    assert "a #quot;b#quot; #35;1" in as_mermaid(graph)
    assert 'id="line:&lt;&amp;&gt;#1"' in as_graphml(graph)


@settings(deadline=None, max_examples=15)
@given(story=portfolios(), data=st.data())
def test_few_lines_match_as_they_do_among_all_at_every_revision(story: Story, data: st.DataObject) -> None:
    """Lines arrive one by one; matching the neighbours of one line finds what matching all lines finds for them."""
    revs = data.draw(st.permutations(range(2, 2 + len(story.lines))))
    rows = told(*zip(revs, story.lines, strict=True))
    answers = answer_frame(story.answers).with_columns(rev=pl.lit(4, pl.Int64))
    rows = replace(rows, answers=answers.select(list(TABLES["answers"])))
    near = neighbours(rows.lines, rows.answers, [data.draw(st.sampled_from(rows.lines["line_id"].to_list()))])
    found = matchings(building.narrowed(rows, near))
    for rev in range(1, 3 + len(story.lines)):
        known = rows.lines.filter(pl.col("rev") <= rev).drop("rev")
        spoken = answers.filter(pl.col("rev") <= rev).select(list(ANSWER))
        all_of_them = matched(known, spoken, FAMILIES)
        links = all_of_them.links.select("act_id", "line_id", "role").filter(pl.col("line_id").is_in(near))
        acts = all_of_them.acts.filter(pl.col("act_id").is_in(near))
        then = [moment for moment in found if moment.since <= rev and (moment.until or rev + 1) > rev]
        assert sorted(repr(link) for moment in then for link in moment.links) == sorted(
            map(repr, links.to_dicts())
        )
        assert sorted(repr(act) for moment in then for act in moment.acts) == sorted(
            map(repr, acts.to_dicts())
        )

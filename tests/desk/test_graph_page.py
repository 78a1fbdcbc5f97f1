"""The graph page: what a role may not see is not sent; the slider moves through the past of one act."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from avenant.core.graph import at
from avenant.flows.graph import claims_graph
from avenant.store.database import Database
from avenant.store.readers import graph_focus
from avenant.store.readers.invoices import NUMBER
from tests.desk.test_papers import named_invoice, paid

if TYPE_CHECKING:
    from django.test import Client
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("desk")


def corrected_act(database: Database) -> int:
    """An act that was decided more than once."""
    with database.connect() as connection:
        row = connection.execute(
            "SELECT act_id FROM reimbursement WHERE version > 2 ORDER BY entry_id LIMIT 1"
        ).fetchone()
    assert row is not None
    return int(row[0])


def sent(client: Client, act: int | str) -> dict[str, Any]:
    answer = client.get(f"/graph/{act}")
    assert answer.status_code == 200
    found = re.search(
        r'<script id="graph-data" type="application/json">(.*?)</script>', answer.content.decode(), re.S
    )
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_everything_known_is_sent_once_with_its_stretches(
    enter: Callable[..., Client], played_book: Database
) -> None:
    act = corrected_act(played_book)
    data = sent(enter("operations"), act)
    graph = claims_graph(played_book, str(act))
    assert len(data["nodes"]) == len(graph.nodes)
    assert len(data["edges"]) == len(graph.edges)
    assert len(data["instants"]) > 2
    assert data["instants"][-1]["rev"] <= played_book.head()


def test_a_decision_stands_on_clauses_that_are_quoted(
    enter: Callable[..., Client], played_book: Database
) -> None:
    data = sent(enter("claims"), corrected_act(played_book))
    quoted = {node["id"]: node["clause"] for node in data["nodes"] if node["stage"] == "rules"}
    assert quoted and all(sentence and source for sentence, source in quoted.values())
    decisions = {node["id"] for node in data["nodes"] if node["kind"] == "decision"}
    assert decisions <= {edge["target"] for edge in data["edges"] if edge["source"] in quoted}
    values = {value for node in data["nodes"] for _, value in node["fields"]}
    assert not values & {"false", "true", "any", "151"}


def test_of_several_acts_decisions_and_entries_are_called_by_theirs(
    enter: Callable[..., Client], played_book: Database
) -> None:
    data = sent(enter("claims"), largest("payout", played_book)[0])
    acts = {node["label"] for node in data["nodes"] if node["kind"] == "act"}
    assert len(acts) > 1
    for node in data["nodes"]:
        if node["kind"] in ("decision", "entry", "open"):
            assert node["label"].partition(", ")[2] in acts


def test_nobody_gets_a_name_and_care_no_run(enter: Callable[..., Client], played_book: Database) -> None:
    act = corrected_act(played_book)
    engineering, claims = sent(enter("engineering"), act), sent(enter("claims"), act)
    fields = {name for node in (*engineering["nodes"], *claims["nodes"]) for name, _ in node["fields"]}
    assert not fields & {"date of birth", "name"}
    assert any(made["run_id"] for made in engineering["made"].values())
    assert not any(made["run_id"] for made in claims["made"].values())


def test_it_can_be_taken_along_as_json_and_graphml(
    enter: Callable[..., Client], played_book: Database
) -> None:
    act = corrected_act(played_book)
    client = enter("claims")
    assert json.loads(client.get(f"/graph/{act}?form=json").content)["nodes"]
    assert client.get(f"/graph/{act}?form=graphml").content.startswith(b"<?xml")


def test_the_slider_goes_back_and_the_address_keeps_the_place(
    visit: Callable[..., Page], played_book: Database
) -> None:
    page = visit("claims", f"/graph/{corrected_act(played_book)}")
    page.wait_for_selector("#picture[data-drawn]")
    latest = page.inner_text("#sentence")
    page.click("#before")
    assert page.inner_text("#sentence") != latest
    assert "at=" in page.url
    permalink = page.url
    page.goto(permalink)
    page.wait_for_selector("#picture[data-drawn]")
    assert page.url == permalink
    page.click("#all")
    page.click(".table-of-it summary")
    page.click("#nodes button >> nth=0")
    assert page.inner_text("#context h2")
    page.select_option("#compare", index=1)
    assert page.is_visible("#differences")


def test_papers_and_months_lead_to_their_graph(enter: Callable[..., Client], played_book: Database) -> None:
    client = enter("operations")
    with played_book.connect() as connection:
        member, month = connection.execute(
            """SELECT ref, to_char(month, 'YYYY-MM') FROM premium JOIN member USING (member_id)
               ORDER BY entry_id LIMIT 1"""
        ).fetchone() or ("", "")
    names = {
        "/invoices/": named_invoice(played_book)[0],
        "/payouts/": paid(played_book)[0],
        f"/members/{member}/premiums/": month,
    }
    for page, name in names.items():
        graph = f"/graph/{name}" if "premiums" not in page else f"/graph/{member}/{name}"
        assert f'href="{graph}"' in client.get(page + name).content.decode(), (
            f"{page}{name} leads to no graph"
        )
        assert client.get(graph).status_code == 200


@pytest.mark.parametrize("paper", ["payout", "invoice"])
def test_of_a_large_paper_a_part_is_drawn_and_the_rest_is_one_box(
    paper: str, played_book: Database, monkeypatch: pytest.MonkeyPatch, enter: Callable[..., Client]
) -> None:
    monkeypatch.setattr(graph_focus, "MOST_ACTS", 2)
    monkeypatch.setattr(graph_focus, "MOST_PREMIUMS", 2)
    name, total = largest(paper, played_book)
    graph = claims_graph(played_book, name)
    nodes = {node.id: node for node in at(graph, played_book.head()).nodes}
    settled = {edge.source for edge in graph.edges if edge.target == f"{paper}:{name}"}
    assert [one for one in settled if one.startswith("rest:")] == [f"rest:{paper}:{name}"]
    assert sum(nodes[one].amount_cents or 0 for one in settled) == total
    page = enter("operations").get(f"/graph/{name}").content.decode()
    assert f'"/{paper}s/{name}"' in page, "the rest leads to the page that lists it"


def largest(paper: str, database: Database) -> tuple[str, int]:
    """The number of the payout or invoice with the most entries, and its total in cents."""
    query = f"""
        SELECT {NUMBER}, total_cents FROM {paper} AS i WHERE number IS NOT NULL
        ORDER BY entries DESC, {paper}_id LIMIT 1"""
    with database.connect() as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return str(row[0]), int(row[1])

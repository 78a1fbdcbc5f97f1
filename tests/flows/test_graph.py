"""The claims graph of a small book: a visit decided by the tariff, paid, and decided anew when the Sécu answers.

On 3 March Anna sees a doctor for 30.00 €. Her bill is told on 31 March; the Sécu's late return of 14 April states a
lower base, and the decision that was paid is replaced.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest
from click.testing import Result
from typer.testing import CliRunner

from avenant.cli import app
from avenant.core.frames.news import News
from avenant.core.graph import Graph, at, compared, instants
from avenant.flows import invoicing, learn, nightly, payouts, publishing
from avenant.flows.acts import act_view
from avenant.flows.graph import claims_graph
from avenant.gateways import postgres
from avenant.gateways.rulebook_files import shipped_rulebook
from avenant.store.database import Database
from avenant.store.setup import Server, create_book
from tests.commands.test_acts import document, table

Played = tuple[Server, Database, tuple[int, Graph]]
BILL = {
    "act_code": "G",
    "care_from": date(2025, 3, 3),
    "charged_cents": 30_00,
    "provider_ref": "DR1",
    "sector": 1,
    "care_path": "in",
}
RETURN = {"base_cents": 26_50, "rate_ppm": 700_000, "secu_cents": 16_55, "retention_cents": 2_00}
PEOPLE = News(
    contracts=table("contracts", {"ref": "C-1", "kind": "individual", "currency": "EUR"}),
    members=table("members", {"ref": "M-1", "role": "primary", "birth_date": date(1985, 5, 1)}),
    enrolments=table(
        "enrolments",
        {
            "ref": "E-1",
            "contract_ref": "C-1",
            "member_ref": "M-1",
            "plan": "fr-individual",
            "level": "confort",
            "basis": "active",
            "valid_from": date(2025, 1, 1),
        },
    ),
)


def day(db: Database, today: date, *news: News) -> None:
    """Learn news in the morning, compute, and pay whatever is due in the evening."""
    db.simulate(datetime(today.year, today.month, today.day, 9, tzinfo=UTC))
    for told in news:
        learn.learn(db, told, "test", "news")
    nightly.run(db, today)
    payouts.run(db, today, minimum_cents=0, max_days=0)


@pytest.fixture(scope="module")
def played(server: Server, template: str) -> Iterator[Played]:
    """The whole story with an answer given in the middle of it; the book is only read afterwards."""
    name = f"graph_{uuid.uuid4().hex[:12]}"
    db = create_book(server, name, clock="simulated", opens=date(2025, 1, 1))
    db.simulate(datetime(2025, 3, 30, 9, tzinfo=UTC))
    publishing.publish(db, shipped_rulebook())
    other = BILL | {"care_from": date(2025, 3, 9), "provider_ref": "DR2"}
    day(
        db,
        date(2025, 3, 31),
        PEOPLE,
        document("D2", "member_invoice", "M-1", BILL),
        document("D9", "member_invoice", "M-1", other),
    )
    asked = (db.head(), claims_graph(db, "D2#1", db.head()))
    invoicing.run(db, "individual", date(2025, 4, 1), date(2025, 4, 1))
    day(db, date(2025, 4, 14), document("D1", "secu_return", "M-1", BILL | RETURN))
    yield server, db, asked
    server.drop_database(name)


@pytest.fixture
def book(played: Played) -> Database:
    return played[1]


def until(graph: Graph, rev: int) -> Graph:
    """``graph`` as somebody had to tell it at ``rev``: nothing later, also not when a state ended."""

    def cut(known_to: int | None) -> int | None:
        return None if known_to is None or known_to > rev else known_to

    return replace(
        graph,
        nodes=tuple(replace(n, known_to=cut(n.known_to)) for n in graph.nodes if n.known_from <= rev),
        edges=tuple(replace(e, known_to=cut(e.known_to)) for e in graph.edges if e.known_from <= rev),
        made={number: made for number, made in graph.made.items() if number <= rev},
    )


def ids(graph: Graph, kind: str) -> set[str]:
    return {node.id for node in graph.nodes if node.kind == kind}


def test_a_late_secu_return_replaces_the_decision_that_was_paid(book: Database) -> None:
    graph = claims_graph(book, "D2#1")
    first, replaced, second = [node for node in graph.nodes if node.kind == "decision"]
    assert (first.id, first.amount_cents, first.standing) == ("decision:C-1/D2#1/1", 9_00, "in_force")
    assert (replaced.id, replaced.standing, replaced.known_from) == (first.id, "replaced", first.known_to)
    assert (second.amount_cents, second.known_from, second.known_to) == (11_45, first.known_to, None)
    assert ("reasons", "told_by_secu participation") in second.fields
    sentence = next(moment.sentence for moment in instants(graph) if moment.rev == second.known_from)
    assert sentence == "14 April 2025: decision 2 replaces 1: €9.00 → €11.45; still to pay: €2.45"


def test_a_decision_stands_on_what_the_law_withheld_on_that_day(book: Database) -> None:
    """By the tariff 2.00 € are withheld, 70 % paid; what the Sécu tells itself needs neither."""
    graph = claims_graph(book, "D2#1")
    measured = {(edge.source, edge.target) for edge in graph.edges if edge.role == "measures"}
    first = "decision:C-1/D2#1/1"
    assert measured == {
        ("parameter:participation_forfaitaire_cents/2024-05-15", first),
        ("parameter:ss_rate_doctor_fees_coordinated_ppm/2005-01-01", first),
    }
    withheld, rate = sorted(
        (node for node in graph.nodes if node.kind == "parameter"), key=lambda node: node.id
    )
    assert (withheld.amount_cents, withheld.valid_from) == (2_00, date(2024, 5, 15))
    assert ("rate_ppm", 700_000) in rate.fields


def test_of_several_acts_each_decision_is_told_with_its_act(book: Database) -> None:
    told = " ".join(moment.sentence for moment in instants(claims_graph(book, "AVP-2025-000001")))
    assert "decision 1 on D2#1: €9.00; decision 1 on D9#1: €9.00" in told
    assert "still to pay for D9#1/member: €9.00" in told


def test_a_cancel_is_set_off_against_what_is_paid(book: Database) -> None:
    graph = claims_graph(book, "D2#1")
    tied = {
        edge.source: (edge.role, edge.target) for edge in graph.edges if edge.target.startswith("payout:")
    }
    assert tied == {
        "entry:C-1/D2#1/member/1": ("paid_in", "payout:AVP-2025-000001"),
        "entry:C-1/D2#1/member/2": ("set_off_in", "payout:AVP-2025-000002"),
        "entry:C-1/D2#1/member/3": ("paid_in", "payout:AVP-2025-000002"),
    }
    assert ids(at(graph, book.head()), "open") == set()


def test_asked_as_of_any_instant_the_past_is_told_the_same_for_ever(book: Database) -> None:
    for name in ("D2#1", "D9#1", "M-1/2025-03"):
        graph = claims_graph(book, name)
        for moment in instants(graph):
            if moment.rev >= min(node.known_from for node in graph.nodes if node.kind == "line"):
                assert claims_graph(book, name, moment.rev) == until(graph, moment.rev), moment.sentence


def test_an_answer_given_before_later_news_is_given_again_after_it(played: Played) -> None:
    _, book, (rev, answer) = played
    assert claims_graph(book, "D2#1", rev) == answer
    assert ids(answer, "decision") == {"decision:C-1/D2#1/1"}


def test_each_instant_holds_what_reading_as_of_it_finds(book: Database) -> None:
    """An independent way: the card of the act, read as of each revision."""
    graph = claims_graph(book, "D2#1")
    told = min(node.known_from for node in graph.nodes if node.kind == "line")
    for rev in range(told, book.head() + 1):
        then, card = at(graph, rev), act_view(book, "D2#1", rev)
        roles = {(edge.source, edge.role) for edge in then.edges if edge.target == "act:D2#1"}
        links = {(source, role) for source, role in roles if source.startswith("line:")}
        assert links == {(f"line:{line['ref']}", line["role"]) for line in card.messages}
        entries = {
            f"entry:{row['contract_ref']}/{row['line_ref']}/{row['payee']}/{row['version']}": row[
                "amount_cents"
            ]
            for row in card.history.to_dicts()
        }
        assert {n.id: n.amount_cents for n in then.nodes if n.kind == "entry"} == entries
        paid = {row["payout"] for row in card.history.to_dicts() if row["payout"]}
        assert {name.removeprefix("payout:") for name in ids(then, "payout")} == paid


def test_between_two_instants_nothing_changes(book: Database) -> None:
    graph = claims_graph(book, "D2#1")
    changing = {moment.rev for moment in instants(graph)}
    assert all(not moment.change.nothing for moment in instants(graph))
    for rev in range(1, book.head() + 1):
        assert compared(graph, rev - 1, rev).nothing == (rev not in changing)


@pytest.mark.parametrize("name", ["AVP-2025-000001", "AVP-2025-000002", "M-1/2025-03"])
def test_every_entry_of_what_is_named_carries_the_amount_of_the_book(book: Database, name: str) -> None:
    graph = claims_graph(book, name)
    entries = {node.id: node.amount_cents for node in graph.nodes if node.kind == "entry"}
    with book.connect() as connection:
        booked = connection.execute(
            "SELECT l.ref, r.version, r.amount_cents FROM reimbursement AS r "
            "JOIN care_line AS l ON l.line_id = r.act_id AND l.version = 1"
        ).fetchall()
    wanted = {"D2#1"} if name == "AVP-2025-000002" else {"D2#1", "D9#1"}
    assert entries == {f"entry:C-1/{ref}/member/{v}": cents for ref, v, cents in booked if ref in wanted}
    assert {edge.target for edge in graph.edges if edge.role == "holds"} >= {f"line:{ref}" for ref in wanted}


def test_an_invoice_is_the_sum_of_the_premiums_that_lead_to_it(book: Database) -> None:
    graph = claims_graph(book, "AV-2025-000001")
    (invoice,) = [node for node in graph.nodes if node.kind == "invoice"]
    tied = {edge.source for edge in graph.edges if edge.target == invoice.id and edge.role == "invoiced_in"}
    amounts = {node.id: node.amount_cents or 0 for node in graph.nodes if node.kind == "premium"}
    assert sum(amounts[name] for name in tied) == invoice.amount_cents
    priced = {edge.target for edge in graph.edges if edge.role == "prices"}
    covered = {edge.target for edge in graph.edges if edge.role == "covers"}
    assert tied <= priced and tied <= covered


def test_a_line_told_of_somebody_else_leaves_the_act(new_book: Callable[..., Database]) -> None:
    """The Sécu's return names Anna, then Ben: from then on it has nothing to do with Anna's bill."""
    db = new_book(opens=date(2025, 1, 1))
    db.simulate(datetime(2025, 3, 30, 9, tzinfo=UTC))
    publishing.publish(db, shipped_rulebook())
    learn.learn(db, PEOPLE, "test", "news")
    ben = {"ref": "M-2", "role": "partner", "birth_date": date(1986, 5, 1), "primary_ref": "M-1"}
    learn.learn(db, News(members=table("members", ben)), "test", "news")
    learn.learn(db, document("D2", "member_invoice", "M-1", BILL), "test", "news")
    for whose in ("M-1", "M-2"):
        learn.learn(db, document("D1", "secu_return", whose, BILL | RETURN), "test", "news")
    graph, corrected = claims_graph(db, "D2#1"), db.head()
    basis = [(e.target, e.known_from, e.known_to) for e in graph.edges if e.role == "basis"]
    assert basis == [("act:D2#1", corrected - 1, corrected)]
    assert "line:D1#1" in {node.id for node in at(graph, corrected).nodes}


@pytest.fixture
def told(played: Played, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`avenant graph WORDS… --database BOOK`"""
    server, db, _ = played
    monkeypatch.setattr(postgres, "server_from_environment", lambda: server)
    name = db.url.rsplit("/", 1)[-1].partition("?")[0]
    return lambda *words: CliRunner().invoke(app, ["graph", *words, "--database", name])


def test_the_graph_is_told_in_four_formats(told: Callable[..., Result]) -> None:
    text = told("D1#1")
    assert text.exit_code == 0, text.output
    assert "from line:D1#1 (basis)" in text.output and "decision 2 replaces 1" in text.output
    content = json.loads(told("D1#1", "--format", "json").output)
    assert content == json.loads(told("D1#1", "--json").output)
    kinds = {node["kind"] for node in content["nodes"]}
    assert kinds >= {
        "document",
        "line",
        "act",
        "payer_part",
        "tariff",
        "guarantee",
        "decision",
        "entry",
        "payout",
    }
    assert content["made"][str(content["instants"][-1]["rev"])]["run_kind"] == "payouts"
    namespace = "{http://graphml.graphdrawing.org/xmlns}"
    drawn = ElementTree.fromstring(told("D1#1", "--format", "graphml").output)
    names = {node.get("id") for node in drawn.iter(f"{namespace}node")}
    assert {edge.get("source") for edge in drawn.iter(f"{namespace}edge")} <= names
    assert "flowchart LR" in told("D1#1", "--format", "mermaid").output


def test_a_graph_shows_no_personal_data(told: Callable[..., Result]) -> None:
    for name in ("D1#1", "AV-2025-000001"):
        output = told(name, "--format", "json").output
        assert "1985" not in output and "birth" not in output and '"actor"' not in output


def test_as_known_before_the_return_only_the_bill_is_there(told: Callable[..., Result]) -> None:
    output = told("D2#1", "--known-at", "2025-04-01").output
    assert "decision 1 · 9.00 EUR" in output and "D1" not in output and "decision 2" not in output


def test_what_cannot_be_meant_is_refused(told: Callable[..., Result]) -> None:
    for words in (
        ("D77#1",),
        ("D1#1", "--known-at", "2025-04-01"),
        ("M-9/2025-03",),
        ("D1#1", "--format", "svg"),
        ("D1#1", "--known-at", "2099-01-01"),
    ):
        assert told(*words).exit_code == 2, words

"""A reimbursement book made corrupt around the triggers is found by the right checks, and by no other."""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime

import polars as pl
import pytest

from avenant.core.frames.news import TABLES, News
from avenant.flows import learn, nightly, payouts, publishing
from avenant.flows.checking import run_checks
from avenant.gateways.postgres import EmbeddedServer, ExternalServer
from avenant.gateways.rulebook_files import shipped_rulebook
from avenant.store.database import Database
from avenant.store.setup import create_book
from tests.flows.checked_books import corrupt

Server = EmbeddedServer | ExternalServer
VISITS = (3, 10, 17)
VISIT = {"line": 1, "act_code": "G", "charged_cents": 30_00}
PAID = {"base_cents": 30_00, "rate_ppm": 700_000, "secu_cents": 19_00, "retention_cents": 2_00}
COMMON = {"payer": "amo", "member_ref": "M-1", "received_on": date(2025, 3, 20), "currency": "EUR"}


def table(name: str, *rows: dict[str, object]) -> pl.DataFrame:
    """A table of news; what is not mentioned is null."""
    return pl.DataFrame([dict.fromkeys(TABLES[name]) | row for row in rows], schema=dict(TABLES[name]))


def insured() -> News:
    """M-1, born 1985, under the shipped individual plan from January 2025 on."""
    enrolment = {"ref": "E-1", "contract_ref": "C-1", "member_ref": "M-1", "basis": "active"}
    level = {"plan": "fr-individual", "level": "confort", "valid_from": date(2025, 1, 1)}
    return News(
        contracts=table("contracts", {"ref": "C-1", "kind": "individual", "currency": "EUR"}),
        members=table("members", {"ref": "M-1", "role": "primary", "birth_date": date(1985, 5, 1)}),
        enrolments=table("enrolments", enrolment | level),
    )


def visits() -> News:
    """Three visits to a GP, one Sécu return each; and a bill that may be the second of them."""
    heads = [(f"D{day}", "secu_return") for day in VISITS] + [("B1", "member_invoice")]
    lines = [
        {"document_ref": f"D{day}", "care_from": date(2025, 3, day), "provider_ref": "DR1", **VISIT, **PAID}
        for day in VISITS
    ]
    bill = {"document_ref": "B1", "care_from": date(2025, 3, 11), **VISIT}
    return News(
        documents=table("documents", *({"ref": ref, "kind": kind, **COMMON} for ref, kind in heads)),
        care_lines=table("care_lines", *lines, bill),
    )


@pytest.fixture(scope="module")
def played(server: Server, template: str) -> Iterator[str]:
    """The name of a book that decided three visits and paid them; the third was taken back afterwards."""
    name = f"played_{uuid.uuid4().hex[:12]}"
    db = create_book(server, name, clock="simulated", opens=date(2025, 1, 1))
    db.simulate(datetime(2025, 3, 31, 9, tzinfo=UTC))
    publishing.publish(db, shipped_rulebook())
    for news in (insured(), visits()):
        learn.learn(db, news, "test", "news")
    nightly.run(db, date(2025, 3, 31))
    payouts.run(db, date(2025, 3, 31))
    db.simulate(datetime(2025, 4, 2, 9, tzinfo=UTC))
    learn.learn(db, News(documents=table("documents", {"ref": "D17", "withdrawn": True})), "test", "news")
    nightly.run(db, date(2025, 4, 2))
    yield name
    server.drop_database(name)


@pytest.fixture
def copied(server: Server, played: str) -> Iterator[str]:
    """The name of a copy of the played book, for one test."""
    name = f"copied_{uuid.uuid4().hex[:12]}"
    server.create_database(name, template=played)
    yield name
    server.drop_database(name)


def found_by(db: Database) -> set[str]:
    """The checks that found or warned of something."""
    return {result.name for result in run_checks(db).results if result.errors or result.warnings}


def test_an_excess_that_was_paid_out_is_noted_until_it_is_recovered(server: Server, copied: str) -> None:
    report = run_checks(Database(server.app_url(copied)))
    assert report.findings == 0
    (noted,) = next(result.findings for result in report.results if result.name == "no-enrichment")
    assert "9.00 were paid out and are no longer due" in noted.message


FIRST = "act_id = (SELECT line_id FROM care_line WHERE ref = 'D3#1' LIMIT 1)"
THIRD = "act_id = (SELECT line_id FROM care_line WHERE ref = 'D17#1' LIMIT 1)"
PARTS = "amount_cents = {0}, decided_cents = {0}, member_cents = {0}"
CORRUPTIONS = {
    "more than was charged": (
        [f"UPDATE reimbursement SET {PARTS.format(12_00)} WHERE {FIRST}"],
        {"recompute", "no-enrichment", "payout-totals"},
    ),
    "a payee who gets something else than was decided": (
        [f"UPDATE reimbursement SET amount_cents = 8_00 WHERE {FIRST}"],
        {"recompute", "no-enrichment", "payout-totals"},
    ),
    "another explanation": (
        [f"UPDATE reimbursement SET rate_ppm = 650_000 WHERE {FIRST}"],
        {"recompute"},
    ),
    "a cancel that mirrors nothing": (
        [f"UPDATE reimbursement SET amount_cents = -8_00 WHERE {THIRD} AND version = 2"],
        {"reimbursement-versions"},
    ),
    "a version that is gone": (
        [f"DELETE FROM reimbursement WHERE {THIRD} AND version = 2"],
        {"reimbursement-versions", "row-counts"},
    ),
    "an entry that left its payout": (
        [f"DELETE FROM payout_entry WHERE entry_id = (SELECT entry_id FROM reimbursement WHERE {FIRST})"],
        {"payout-totals"},
    ),
    "a payout of another sum": (["UPDATE payout SET total_cents = total_cents + 1"], {"payout-totals"}),
    "a number left out": (["UPDATE payout SET number = 2"], {"payout-totals"}),
    "a charge paid before the one it replaces was taken back": (
        [
            f"UPDATE reimbursement SET {PARTS.format(9_00)} WHERE {THIRD} AND version = 3",
            "INSERT INTO payout_entry (entry_id, payout_id, change_id) SELECT entry_id, 1, change_id "
            f"FROM reimbursement WHERE {THIRD} AND version = 3",
        ],
        {"payout-totals", "payout-once"},
    ),
    "an entry in two payouts": (
        [
            "ALTER TABLE payout_entry DROP CONSTRAINT payout_entry_pkey",
            "INSERT INTO payout_entry SELECT * FROM payout_entry WHERE entry_id = "
            f"(SELECT entry_id FROM reimbursement WHERE {FIRST})",
        ],
        {"append-only", "payout-totals", "payout-once"},
    ),
    "an enrolment that ended before": (
        ["UPDATE enrolment SET valid_to = '2025-03-02'"],
        {"recompute", "covered-acts", "covered-days", "billed-days"},
    ),
}


@pytest.mark.parametrize("what", CORRUPTIONS)
def test_a_corrupted_book_is_found_by_the_right_checks_alone(server: Server, copied: str, what: str) -> None:
    statements, checks = CORRUPTIONS[what]
    corrupt(server.admin_url(copied), *statements)
    assert found_by(Database(server.app_url(copied))) == checks


def test_what_waits_for_longer_than_is_allowed_is_a_finding(server: Server, copied: str) -> None:
    db = Database(server.app_url(copied))
    assert run_checks(db, ["waiting-age"]).findings == 0
    late = run_checks(db, ["waiting-age"], waiting_days=10)
    assert [found.where for found in late.results[0].findings] == ["line B1#1"]


def test_a_debt_that_a_later_payout_passed_over_is_found(server: Server, copied: str) -> None:
    db = Database(server.app_url(copied))
    db.simulate(datetime(2025, 5, 2, 9, tzinfo=UTC))
    heads = [
        {"ref": f"N{day}", "kind": "secu_return", **COMMON, "received_on": date(2025, 5, 2)}
        for day in (7, 14)
    ]
    lines = [
        {"document_ref": f"N{day}", "care_from": date(2025, 4, day), "provider_ref": "DR1", **VISIT, **PAID}
        for day in (7, 14)
    ]
    news = News(documents=table("documents", *heads), care_lines=table("care_lines", *lines))
    learn.learn(db, news, "test", "news")
    nightly.run(db, date(2025, 5, 2))
    assert payouts.run(db, date(2025, 5, 2), minimum_cents=0).total_cents == {"EUR": 2 * 9_00 - 9_00}
    assert found_by(db) == set()
    owed = f"(SELECT entry_id FROM reimbursement WHERE {THIRD} AND version = 2)"
    corrupt(server.admin_url(copied), f"DELETE FROM payout_entry WHERE entry_id = {owed}")
    assert found_by(db) == {"payout-totals", "debts-offset"}
    (passed_over,) = run_checks(db, ["debts-offset"], "C-1").results[0].findings
    assert "9.00 are owed since 2025-04-02, and payout 2" in passed_over.message

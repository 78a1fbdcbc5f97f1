"""A book made corrupt around the triggers is found by the right checks, and by no other."""

import os
import uuid
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from avenant.core.checks import append_only, ranks
from avenant.core.frames.news import News
from avenant.flows import check_catalogue, learn, nightly, publishing
from avenant.flows.check_chain import NoSuchRevision, verify_chain
from avenant.flows.checking import NoSuchCheck, run_checks
from avenant.gateways.postgres import EmbeddedServer, ExternalServer
from avenant.store.database import Database
from avenant.store.setup import create_book
from avenant.store.tables import TABLES
from avenant.store.writers.runs import open_run
from tests.flows.checked_books import (
    FEBRUARY,
    JANUARY,
    corrupt,
    enrolled,
    month_end,
    people,
    play,
    rows,
    rulebook,
)

Server = EmbeddedServer | ExternalServer


@pytest.fixture(scope="module")
def played(server: Server, template: str) -> Iterator[str]:
    """The name of a played book, to be copied."""
    name = f"played_{uuid.uuid4().hex[:12]}"
    play(create_book(server, name, clock="simulated", opens=date(2026, 1, 1)))
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


def test_a_book_that_keeps_its_promises_passes_every_check(server: Server, copied: str) -> None:
    db = Database(server.app_url(copied))
    report = run_checks(db)
    assert [result.name for result in report.results] == list(check_catalogue.CHECKS)
    assert [str(found) for result in report.results for found in result.findings] == []
    assert (report.findings, report.could_not_run, report.rev) == (0, False, db.head())
    verified = verify_chain(db)
    assert (verified.rev, verified.findings) == (report.rev, [])


ANNA = "member_id = (SELECT member_id FROM member WHERE ref = 'Anna' LIMIT 1)"
EVA = "member_id = (SELECT member_id FROM member WHERE ref = 'Eva' LIMIT 1)"
ZOE = "member_id = (SELECT member_id FROM member WHERE ref = 'Zoe' LIMIT 1)"
ZOE_IN_MARCH = f"{ZOE} AND month = '2026-03-01'"
ANNA_IN_JANUARY = f"{ANNA} AND month = '2026-01-01'"
ENTRY_COLUMNS = (
    "amount_cents, employer_cents, tax_cents, unit_price_cents, line_id, covered_days, billed_days, "
    "days_in_month, age, child_rank, change_id"
)
CHANGE_OF_PREMIUMS = "(SELECT max(change_id) FROM premium)"
FIRST_NIGHTLY = "(SELECT min(run_id) FROM run WHERE kind = 'nightly')"

CORRUPTIONS = {
    "a settled amount": (
        [f"UPDATE premium SET amount_cents = amount_cents + 1 WHERE {ZOE_IN_MARCH}"],
        {"recompute", "settlement-totals"},
    ),
    "an amount that was cancelled since": (
        [f"UPDATE premium SET amount_cents = amount_cents + 1 WHERE {ANNA_IN_JANUARY} AND version = 1"],
        {"versions", "settlement-totals"},
    ),
    "an explanation that was cancelled since": (
        [f"UPDATE premium SET age = age + 1 WHERE {ANNA_IN_JANUARY} AND version = 1"],
        {"versions"},
    ),
    "a deleted version": (
        [f"DELETE FROM premium WHERE {ANNA_IN_JANUARY} AND version = 2"],
        {"versions", "row-counts", "settlement-totals"},
    ),
    "a deleted key": (
        [f"DELETE FROM premium WHERE {ZOE_IN_MARCH}"],
        {"recompute", "covered-days", "billed-days", "unbilled-cover", "row-counts", "settlement-totals"},
    ),
    "cover that is charged nothing": (
        [f"UPDATE premium SET amount_cents = 0 WHERE {ZOE_IN_MARCH}"],
        {"recompute", "unbilled-cover", "settlement-totals"},
    ),
    "a tax of no rate": (
        [f"UPDATE premium SET tax_cents = 1 WHERE {ZOE_IN_MARCH}"],
        {"recompute", "taxes", "settlement-totals"},
    ),
    "an employer's part of no rate": (
        [f"UPDATE premium SET employer_cents = 1 WHERE {ZOE_IN_MARCH}"],
        {"recompute", "taxes", "settlement-totals"},
    ),
    "a flipped covered day": (
        [f"UPDATE premium SET covered_days = covered_days - 1 WHERE {ZOE_IN_MARCH}"],
        {"recompute", "covered-days"},
    ),
    "a flipped billed day": (
        [f"UPDATE premium SET billed_days = billed_days - 1 WHERE {ZOE_IN_MARCH}"],
        {"recompute", "billed-days"},
    ),
    "an amount on a dependant": (
        [f"UPDATE premium SET amount_cents = 100 WHERE {EVA} AND month = '2026-03-01'"],
        {"recompute", "family-prices", "settlement-totals"},
    ),
    "an entry of a stranger": (
        [
            f"INSERT INTO premium (contract_id, member_id, month, slot_id, version, {ENTRY_COLUMNS}) "
            f"SELECT contract_id, 9999, month, slot_id, version, {ENTRY_COLUMNS} FROM premium WHERE {ZOE_IN_MARCH}"
        ],
        {"recompute", "covered-days", "billed-days", "row-counts"},
    ),
    "an edited enrolment": (
        [f"UPDATE enrolment SET valid_to = '2026-03-15' WHERE {ZOE}"],
        {"recompute", "covered-days", "billed-days"},
    ),
    "an edited ref": (["UPDATE contract SET ref = 'C-2' WHERE ref = 'C2'"], set()),
    "an invoice's total": (
        ["UPDATE invoice SET total_cents = total_cents + 1, due_cents = due_cents + 1 WHERE invoice_id = 1"],
        {"settlement-totals"},
    ),
    "an invoice's number": (
        ["UPDATE invoice SET number = number + 1 WHERE number = (SELECT max(number) FROM invoice)"],
        {"invoice-numbers"},
    ),
    "an invoice's date": (
        ["UPDATE invoice SET issue_date = '2026-01-01' WHERE number = (SELECT max(number) FROM invoice)"],
        {"invoice-numbers"},
    ),
    "a balance": (
        ["UPDATE balance_movement SET amount_cents = amount_cents + 5 WHERE kind = 'credit'"],
        {"balances"},
    ),
    "a rulebook of no run": (
        [f"UPDATE run SET rulebook_version = 'none' WHERE run_id = {FIRST_NIGHTLY}"],
        {"runs"},
    ),
    "a silent run": ([f"UPDATE run SET code_version = '' WHERE run_id = {FIRST_NIGHTLY}"], {"runs"}),
    "a chunk that read the future": (["UPDATE run_chunk SET read_rev = read_rev + 1000"], {"runs"}),
    "entries without a run": (
        [f"UPDATE change SET run_id = NULL WHERE change_id = {CHANGE_OF_PREMIUMS}"],
        {"runs"},
    ),
    "a missing revision": (
        [f"DELETE FROM revision WHERE change_id = {CHANGE_OF_PREMIUMS}"],
        {"revisions", "known-rows"},
    ),
    "an instant moved": (
        ["UPDATE revision SET committed_at = committed_at + interval '9 years' WHERE rev = 3"],
        {"revisions"},
    ),
    "a revision taken off the end": (
        ["DELETE FROM revision WHERE rev = (SELECT rev FROM head)"],
        {"revisions", "known-rows"},
    ),
    "a head removed": (["DELETE FROM head"], {"revisions"}),
}


@pytest.mark.parametrize("what", CORRUPTIONS)
def test_a_corrupted_book_is_found_by_the_right_checks_alone_and_breaks_the_chain(
    server: Server, copied: str, what: str
) -> None:
    statements, checks = CORRUPTIONS[what]
    corrupt(server.admin_url(copied), *statements)
    db = Database(server.app_url(copied))
    assert found_by(db) == checks
    assert bool(verify_chain(db).findings) == (what != "a head removed")


def test_an_untied_entry_is_found_though_ties_are_outside_the_chain(server: Server, copied: str) -> None:
    corrupt(server.admin_url(copied), "DELETE FROM invoice_entry WHERE entry_id = 1")
    db = Database(server.app_url(copied))
    assert found_by(db) == {"settlement-totals", "unsettled-age"}
    assert verify_chain(db).findings == []


def test_premiums_that_left_their_invoice_long_ago_are_late_too(server: Server, copied: str) -> None:
    january = f"(SELECT entry_id FROM premium WHERE {ZOE} AND month = '2026-01-01')"
    corrupt(server.admin_url(copied), f"DELETE FROM invoice_entry WHERE entry_id IN {january}")
    db = Database(server.app_url(copied))
    assert found_by(db) == {"settlement-totals", "unsettled-age"}
    (late,) = run_checks(db, ["unsettled-age"], "C2").results[0].findings
    assert (late.severity, late.where) == ("warning", "contract C2")
    assert "are due since 2026-01-01, 89 days" in late.message


@pytest.fixture(scope="module")
def half_a_year(server: Server, played: str) -> Iterator[str]:
    """The name of a copy of the played book that went on until June."""
    name = f"older_{uuid.uuid4().hex[:12]}"
    server.create_database(name, template=played)
    for day in (date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30)):
        month_end(Database(server.app_url(name)), day)
    yield name
    server.drop_database(name)


UNUSUAL = {
    "six months like each other": ([], set()),
    "a premium ten times as high as before": (
        [f"UPDATE premium SET amount_cents = 10 * amount_cents WHERE {ZOE} AND month = '2026-06-01'"],
        {"recompute", "settlement-totals", "unusual-premiums"},
    ),
    "a night that moved a fortune": (
        [
            "UPDATE run_close SET counts = jsonb_set(counts, '{amount_booked_cents,EUR}', '900000000') "
            "WHERE run_id = (SELECT max(run_id) FROM run WHERE kind = 'nightly')"
        ],
        {"unusual-runs"},
    ),
}


@pytest.mark.parametrize("what", UNUSUAL)
def test_unusual_movements_are_warned_of(server: Server, half_a_year: str, what: str) -> None:
    statements, checks = UNUSUAL[what]
    name = f"copied_{uuid.uuid4().hex[:12]}"
    server.create_database(name, template=half_a_year)
    try:
        corrupt(server.admin_url(name), *statements)
        assert found_by(Database(server.app_url(name))) == checks
    finally:
        server.drop_database(name)


def test_every_check_says_what_it_promises_how_grave_it_is_and_who_sees_to_it() -> None:
    for check in check_catalogue.CHECKS.values():
        assert check.sentence.endswith(".") and len(check.sentence) < 110, check.name
        assert check.severity in ranks.SEVERITIES and check.owner in ranks.OWNERS, check.name


def test_an_entry_tied_twice_is_found_once_the_key_is_gone(server: Server, copied: str) -> None:
    corrupt(
        server.admin_url(copied),
        "ALTER TABLE invoice_entry DROP CONSTRAINT invoice_entry_pkey",
        "INSERT INTO invoice_entry SELECT * FROM invoice_entry WHERE entry_id = 1",
    )
    assert found_by(Database(server.app_url(copied))) == {"append-only", "settlement-totals"}


WEAKENINGS = {
    "a trigger dropped": "DROP TRIGGER {trigger} ON premium",
    "a trigger disabled": "ALTER TABLE premium DISABLE TRIGGER {trigger}",
    "a trigger that sessions can evade": "ALTER TABLE premium ENABLE TRIGGER {trigger}",
    "a trigger that does nothing": (
        "CREATE OR REPLACE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
    ),
    "triggers that a setting switches off": (
        "CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name name) RETURNS boolean "
        "LANGUAGE sql AS 'SELECT true'"
    ),
    "a key dropped": "ALTER TABLE premium DROP CONSTRAINT premium_key",
    "a constraint dropped": "ALTER TABLE premium DROP CONSTRAINT premium_days",
    "a privilege granted": "GRANT UPDATE (amount_cents) ON premium TO avenant_app",
}


@pytest.mark.parametrize("what", WEAKENINGS)
def test_a_weakened_guard_is_found_by_one_check_alone(server: Server, copied: str, what: str) -> None:
    with psycopg.connect(server.admin_url(copied)) as connection:
        row = connection.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'premium'::regclass AND tgname LIKE '%append_only%'"
        ).fetchone()
        assert row is not None
        connection.execute(WEAKENINGS[what].format(trigger=row[0]))  # type: ignore[call-overload]
    db = Database(server.app_url(copied))
    assert found_by(db) == {"append-only"}
    assert verify_chain(db).findings == []


LENT = {
    "to add rows": "GRANT INSERT ON premium TO avenant_rerun",
    "to change a column": "GRANT UPDATE (amount_cents) ON premium TO avenant_rerun",
    "to draw numbers": "GRANT USAGE ON SEQUENCE premium_entry_id_seq TO avenant_rerun",
    "to make tables": "GRANT CREATE ON SCHEMA public TO avenant_rerun",
    "to make temporary tables": "GRANT TEMPORARY ON DATABASE {database} TO avenant_rerun",
    "to run what writes": "GRANT EXECUTE ON FUNCTION rev_at(timestamptz) TO avenant_rerun",
}


@pytest.mark.parametrize("what", LENT)
def test_a_power_lent_to_the_role_of_reruns_is_found_by_one_check_alone(
    server: Server, copied: str, what: str
) -> None:
    with psycopg.connect(server.admin_url(copied)) as connection:
        connection.execute(LENT[what].format(database=copied))  # type: ignore[call-overload]
    assert found_by(Database(server.app_url(copied))) == {"rerun-role"}


def test_a_run_that_was_killed_is_found_until_one_of_its_kind_ends_well(
    new_book: Callable[..., Database],
) -> None:
    db = new_book(opens=date(2026, 1, 1))
    publishing.publish(db, rulebook())
    learn.learn(db, people(), "operations", "signed")
    nightly.run(db, JANUARY)
    killed = open_run(
        db,
        "nightly",
        "nightly",
        code_version="0",
        rulebook_version=rulebook().version,
        business_date=JANUARY,
        horizon=JANUARY.replace(day=1),
        options={},
    )
    assert found_by(db) == set(), "it may be under way"
    db.simulate(db.now() + timedelta(days=3, hours=1))
    (found,) = run_checks(db, ["cut-short"]).results[0].findings
    assert str(found) == (
        f"run {killed.run_id}: nightly of 2026-01-31 was cut short 3 days ago, and none of its kind ended well "
        "since: run it again"
    )
    nightly.run(db, JANUARY)
    assert run_checks(db, ["cut-short"]).results[0].findings == []


def test_the_guards_that_are_checked_are_those_of_the_models() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "avenant.settings")
    django.setup()
    from django.apps import apps

    of_models = {
        (model._meta.db_table, trigger.name)
        for model in apps.get_app_config("store").get_models()
        for trigger in getattr(model._meta, "triggers", [])
    }
    assert of_models == append_only.GUARDS
    assert set(TABLES) | {"change_rows"} == set(append_only.FACTS_AND_BOOKS)


def test_one_contract_can_be_checked_alone(server: Server, copied: str) -> None:
    corrupt(server.admin_url(copied), *CORRUPTIONS["a settled amount"][0])
    db = Database(server.app_url(copied))
    assert run_checks(db, contract="C1").findings == 0
    assert {r.name for r in run_checks(db, contract="C2").results if r.errors} == {
        "recompute",
        "settlement-totals",
    }
    (result,) = run_checks(db, ["recompute"], "C2").results
    assert result.findings[0].where.startswith("contract C2, member Zoe, March 2026, slot solo")
    assert run_checks(db, ["versions"]).findings == 0


def test_a_database_without_a_book_is_refused(fresh_database: Callable[[], Any]) -> None:
    scratch = fresh_database()
    with psycopg.connect(scratch.admin_url) as connection:
        connection.execute("DROP TABLE revision CASCADE")
    with pytest.raises(LookupError, match="holds no book"):
        run_checks(Database(scratch.url))


def test_what_cannot_be_checked_is_refused_by_name(server: Server, copied: str) -> None:
    db = Database(server.app_url(copied))
    for names, contract, said in (
        (["version"], None, "there is no check 'version'"),
        (["revisions"], "C1", "looks at the whole database"),
        (None, "C404", "there is no contract 'C404'"),
    ):
        with pytest.raises(LookupError, match=said):
            run_checks(db, names, contract)
    with pytest.raises(NoSuchCheck):
        run_checks(db, ["nothing"])
    with pytest.raises(NoSuchRevision, match="the head is revision"):
        verify_chain(db, 10_000)


def test_a_check_that_cannot_run_is_a_finding_and_the_others_go_on(server: Server, copied: str) -> None:
    with psycopg.connect(server.admin_url(copied)) as connection:
        connection.execute("ALTER TABLE balance_movement RENAME TO elsewhere")
    report = run_checks(Database(server.app_url(copied)))
    unable = {result.name for result in report.results if result.could_not_run}
    assert unable == {"balances", "row-counts", "known-rows", "runs"}
    assert report.could_not_run
    assert {result.name for result in report.results if result.errors} == unable | {"append-only"}


def test_the_chain_can_be_verified_up_to_a_revision_kept_elsewhere(server: Server, copied: str) -> None:
    db = Database(server.app_url(copied))
    kept = verify_chain(db, 4)
    assert verify_chain(db, 4, kept.digest).findings == []
    corrupt(server.admin_url(copied), f"UPDATE premium SET age = age + 1 WHERE {ZOE_IN_MARCH}")
    assert verify_chain(db, 4, kept.digest).findings == []
    (found,) = verify_chain(db).findings
    assert found.row["table_name"] == "premium"
    assert "not those that were written" in found.message
    assert verify_chain(db, 4, "0" * 64).findings


def test_digests_written_anew_by_a_superuser_differ_from_the_one_kept_elsewhere(
    server: Server, copied: str
) -> None:
    db = Database(server.app_url(copied))
    kept = verify_chain(db)
    corrupt(server.admin_url(copied), "UPDATE change SET actor = 'nobody' WHERE change_id = 2")
    assert [found.where for found in verify_chain(db).findings] == ["revision 2"]
    corrupt(server.admin_url(copied), *REWRITE_THE_CHAIN)
    assert verify_chain(db).findings == []
    assert found_by(db) == set()
    (found,) = verify_chain(db, kept.rev, kept.digest).findings
    assert kept.digest in found.message


REWRITE_THE_CHAIN = [
    """DO $$
    DECLARE d bytea := '\\x00'; r record;
    BEGIN
        FOR r IN SELECT * FROM revision ORDER BY rev LOOP
            d := revision_digest(d, r.rev, r.committed_at, r.change_id);
            UPDATE revision SET digest = d WHERE rev = r.rev;
        END LOOP;
        UPDATE head SET digest = d;
    END $$""",
]


def notes(db: Database) -> list[str]:
    """Everything that is told without being a finding; fails where there is one. (Nobody is invoiced here.)"""
    results = [result for result in run_checks(db).results if result.name != "unsettled-age"]
    assert {result.name for result in results if result.errors} == set()
    return [str(found) for result in results for found in result.findings]


def test_before_the_first_nightly_run_there_is_nothing_to_compare(new_book: Callable[..., Database]) -> None:
    db = new_book(opens=date(2026, 1, 1))
    assert any("run `avenant nightly`" in note for note in notes(db))
    publishing.publish(db, rulebook())
    learn.learn(db, people(), "operations", "signed")
    assert any("run `avenant nightly`" in note for note in notes(db))
    assert verify_chain(db).findings == []


def test_news_parked_families_and_held_changes_are_notes_and_no_findings(
    new_book: Callable[..., Database],
) -> None:
    db = new_book(opens=date(2026, 1, 1))
    publishing.publish(db, rulebook(retroactivity_months=1))
    learn.learn(db, people(), "operations", "signed")
    for day in (JANUARY, FEBRUARY, date(2026, 4, 30)):
        nightly.run(db, day)
    late = enrolled("E7", "C2", "Zoe", "solo", date(2026, 1, 10), date(2026, 1, 20))
    learn.learn(db, News(enrolments=rows("enrolments", late)), "operations", "left")
    assert notes(db) == ["family Zoe: news since the last nightly run: the next nightly run sees to it"]
    assert nightly.run(db, date(2026, 4, 30)).held == 1
    (held,) = notes(db)
    assert held.startswith("contract C2, member Zoe: a change of")
    assert held.endswith("in 2026-01 to 2026-02 waits for an approval")
    orphan = enrolled("E8", "ACME", "Max", "staff", date(2026, 1, 1), date(2026, 1, 31))
    learn.learn(db, News(enrolments=rows("enrolments", orphan)), "operations", "left")
    assert nightly.run(db, date(2026, 4, 30)).parked
    assert len(notes(db)) == 2
    assert notes(db)[0].startswith("family Max: parked: member Eva is covered under the family price")


def test_a_later_rulebook_or_a_later_business_date_is_told(new_book: Callable[..., Database]) -> None:
    db = new_book(opens=date(2026, 1, 1))
    publishing.publish(db, rulebook())
    learn.learn(db, people(), "operations", "signed")
    nightly.run(db, JANUARY)
    publishing.publish(db, rulebook(retroactivity_months=1))
    (note,) = notes(db)
    assert "came into force after the last nightly run" in note
    by_name = {result.name: result.errors for result in run_checks(db, business_date=FEBRUARY).results}
    assert by_name["recompute"] == by_name["covered-days"] == by_name["billed-days"] == 6

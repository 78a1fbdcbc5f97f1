"""Payout runs on a real database: one payout per payee, nothing twice, nothing lost, whoever runs beside."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import polars as pl
import pytest

from avenant.core.frames.news import News
from avenant.core.payouts.due import open_groups
from avenant.core.rulebook.loading import read_rulebook
from avenant.flows import learn, payouts, publishing
from avenant.flows.issuing import TooEarly
from avenant.gateways.documents import render
from avenant.gateways.rulebook_files import documents_in, shipped_folder
from avenant.store.changes import change
from avenant.store.database import Database
from avenant.store.readers.paying import debts, open_payees, open_reimbursements
from avenant.store.readers.payouts import UnknownPayout, payout_document, payout_list
from tests.flows.checked_books import rows as news_rows
from tests.flows.paid_books import PAYOUTS, book, corrected, entry, ids, message, paid_book, rows

MARCH, APRIL = date(2026, 3, 10), date(2026, 4, 10)
DR, PHARMA = 1, 2


@pytest.fixture
def db(new_book: Callable[..., Database]) -> Database:
    """A book of people and providers on 10 March 2026, nothing reimbursed yet."""
    return paid_book(new_book(opens=date(2026, 1, 1)))


def owed(database: Database, rev: int | None = None) -> dict[str, int]:
    with database.connect() as connection:
        return dict(debts(connection, rev).select("payee_ref", "debt_cents").iter_rows())


def test_a_family_gets_one_transfer_and_a_provider_one_for_all_its_patients(db: Database) -> None:
    book(
        db,
        entry(db, 1, 9_00),
        entry(db, 2, 6_00, "Tom"),
        entry(db, 3, 20_00, "Zoe"),
        entry(db, 4, 7_00, "Lea", payee_id=PHARMA),
        entry(db, 5, 8_00, "Max", payee_id=PHARMA),
        entry(db, 4, 3_00, "Lea"),
    )
    report = payouts.run(db, MARCH)
    assert rows(db, PAYOUTS) == [
        ("member", "Anna", 1, 9_00 + 6_00 + 3_00, 3),
        ("member", "Zoe", 2, 20_00, 1),
        ("provider", "PHARMA-2", 3, 7_00 + 8_00, 2),
    ]
    assert (report.payouts, report.entries, report.total_cents) == (3, 6, {"EUR": 53_00})
    assert rows(db, "SELECT count(*), count(DISTINCT entry_id) FROM payout_entry") == [(6, 6)]


def test_a_second_run_pays_nothing_again(db: Database) -> None:
    book(db, entry(db, 1, 20_00))
    payouts.run(db, MARCH)
    report = payouts.run(db, MARCH)
    assert (report.payouts, report.entries, report.held_back, report.debts) == (0, 0, 0, 0)
    assert len(rows(db, PAYOUTS)) == 1


def test_small_sums_wait_until_they_add_up(db: Database) -> None:
    book(db, entry(db, 1, 6_00))
    report = payouts.run(db, MARCH)
    assert (report.payouts, report.held_back, report.held_back_cents) == (0, 1, {"EUR": 6_00})
    book(db, entry(db, 2, 4_00, "Tom"))
    assert payouts.run(db, MARCH).total_cents == {"EUR": 10_00}


def test_a_small_sum_is_paid_when_it_grew_old_by_the_clock_of_the_book(db: Database) -> None:
    book(db, entry(db, 1, 6_00))
    db.simulate(datetime(2026, 4, 8, 9, tzinfo=UTC))
    book(db, entry(db, 2, 1_00, "Zoe"))
    assert payouts.run(db, date(2026, 4, 8)).payouts == 0
    assert payouts.run(db, date(2026, 4, 9)).total_cents == {"EUR": 6_00}


def test_minimum_and_days_are_options_of_the_run(db: Database) -> None:
    book(db, entry(db, 1, 6_00))
    payouts.run(db, MARCH, minimum_cents=5_00, max_days=3)
    assert rows(db, "SELECT kind, options FROM run") == [("payouts", {"minimum_cents": 5_00, "max_days": 3})]
    assert [total for *_, total, _ in rows(db, PAYOUTS)] == [6_00]


def test_sums_of_zero_settle_without_a_number(db: Database) -> None:
    book(db, entry(db, 1, 0), entry(db, 2, 12_00, "Zoe"))
    report = payouts.run(db, MARCH)
    assert (report.payouts, report.settled_without_document) == (1, 1)
    assert rows(db, PAYOUTS) == [("member", "Anna", None, 0, 1), ("member", "Zoe", 1, 12_00, 1)]


def test_what_was_paid_too_much_is_a_debt_until_later_care_makes_up_for_it(db: Database) -> None:
    book(db, entry(db, 1, 50_00))
    payouts.run(db, MARCH)
    corrected(db, 1, 50_00, 20_00)
    before = db.head()
    report = payouts.run(db, MARCH)
    assert (report.payouts, report.debts, report.debt_cents) == (0, 1, {"EUR": 30_00})
    assert owed(db) == {"Anna": 30_00}
    book(db, entry(db, 2, 45_00))
    report = payouts.run(db, MARCH)
    assert report.total_cents == {"EUR": 45_00 - 30_00}
    assert owed(db) == {}
    assert owed(db, before) == {"Anna": 30_00}


def test_a_payout_is_never_dated_before_the_latest(db: Database) -> None:
    book(db, entry(db, 1, 50_00))
    payouts.run(db, MARCH)
    with pytest.raises(TooEarly, match="series AVP is dated 2026-03-10"):
        payouts.run(db, date(2026, 3, 9))


def test_negative_terms_are_refused_before_anything_is_written(db: Database) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        payouts.run(db, MARCH, minimum_cents=-1)
    assert rows(db, "SELECT count(*) FROM run") == [(0,)]


def test_a_parked_family_is_left_out_and_named_while_its_provider_gets_the_rest(db: Database) -> None:
    book(
        db,
        entry(db, 1, 50_00),
        entry(db, 2, 11_00, "Tom", payee_id=PHARMA),
        entry(db, 3, 12_00, "Zoe", payee_id=PHARMA),
    )
    parked = {"family_id": [ids(db, "member")["Anna"]], "state": ["parked"], "reason": ["impossible"]}
    with change(db, "test", "park") as writer:
        writer.write("parking", pl.DataFrame(parked))
    report = payouts.run(db, MARCH)
    assert report.left_out == [("Anna", "impossible")]
    assert rows(db, PAYOUTS) == [("provider", "PHARMA-2", 1, 12_00, 1)]


def test_what_is_taken_back_is_owed_by_the_family_that_was_paid(db: Database) -> None:
    book(db, entry(db, 1, 30_00, "Tom"))
    payouts.run(db, MARCH)
    grown = news_rows("members", ("Tom", "primary", date(2015, 3, 1), None, False))
    learn.learn(db, News(members=grown), "operations", "a family of his own")
    corrected(db, 1, 30_00, 12_00, "Tom")
    report = payouts.run(db, MARCH)
    assert report.total_cents == {"EUR": 12_00}
    assert rows(db, PAYOUTS)[1] == ("member", "Tom", 2, 12_00, 1)
    assert owed(db) == {"Anna": 30_00}


def test_a_second_provider_pays_back_what_the_first_was_given(db: Database) -> None:
    book(db, entry(db, 1, 30_00, payee_id=DR))
    payouts.run(db, MARCH)
    corrected(db, 1, 30_00, 0, payee_id=DR)
    book(db, entry(db, 1, 30_00, payee_id=PHARMA))
    payouts.run(db, MARCH)
    assert owed(db) == {"DR-1": 30_00}
    assert rows(db, PAYOUTS)[-1] == ("provider", "PHARMA-2", 2, 30_00, 1)


def test_sums_by_the_database_are_the_sums_of_the_entries(db: Database) -> None:
    book(db, *(entry(db, act, 100 * act, who) for act, who in enumerate(("Anna", "Tom", "Zoe", "Eva"), 1)))
    corrected(db, 1, 1_00, 3_00)
    with db.connect() as connection:
        groups = open_payees(connection, [])
        entries = open_reimbursements(connection, groups, [])
    assert open_groups(entries).equals(groups)
    assert entries["booked_on"].unique().to_list() == [MARCH]


def test_as_of_a_revision_later_payouts_do_not_count(db: Database) -> None:
    book(db, entry(db, 1, 50_00))
    before = db.head()
    payouts.run(db, MARCH)
    with db.connect() as connection:
        assert open_payees(connection, []).is_empty()
        assert open_payees(connection, [], before)["total_cents"].to_list() == [50_00]
        assert payout_list(connection, rev=before).is_empty()
        with pytest.raises(UnknownPayout, match="at that moment"):
            payout_document(connection, "AVP-2026-000001", before)


def at_once(db: Database, runs: int) -> list[payouts.PayoutRunReport]:
    """Payout runs that start together."""
    gate = Barrier(runs)

    def started(_: int) -> payouts.PayoutRunReport:
        gate.wait()
        return payouts.run(db, MARCH)

    with ThreadPoolExecutor(runs) as pool:
        return list(pool.map(started, range(runs)))


def test_two_runs_at_once_pay_everybody_once_without_a_gap(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payouts, "PAYEES_PER_REVISION", 1)
    people = ("Anna", "Zoe", "Max")
    told = [entry(db, act, 10_00 + act, people[act % 3], payee_id=act % 3) for act in range(1, 40)]
    book(db, *told)
    reports = at_once(db, 2)
    paid = rows(db, PAYOUTS)
    assert sum(total for *_, total, _ in paid) == sum(row["amount_cents"] for row in told)
    assert sum(report.entries for report in reports) == len(told) == sum(count for *_, count in paid)
    assert [number for _, _, number, *_ in paid] == list(range(1, len(paid) + 1))
    assert len({(kind, ref) for kind, ref, *_ in paid}) == len(paid)
    assert rows(db, "SELECT status FROM run_close") == [("done",), ("done",)]


def test_a_run_pays_only_what_it_judged_when_another_was_quicker(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other run pays the 50 €; the 6 € booked since are below the minimum and wait."""
    book(db, entry(db, 1, 50_00))
    judged = payouts.open_reimbursements

    def overtaken(*given: object) -> pl.DataFrame:
        monkeypatch.setattr(payouts, "open_reimbursements", judged)
        payouts.run(db, MARCH)
        book(db, entry(db, 2, 6_00))
        late = judged(*given)  # type: ignore[arg-type]
        stale = late.with_columns(entry_id=pl.col("entry_id") - 1, amount_cents=pl.lit(50_00, pl.Int64))
        return pl.concat([stale, late])

    monkeypatch.setattr(payouts, "open_reimbursements", overtaken)
    report = payouts.run(db, MARCH)
    assert (report.payouts, report.held_back_cents) == (0, {"EUR": 6_00})
    assert [total for *_, total, _ in rows(db, PAYOUTS)] == [50_00]


def test_the_statement_tells_of_earlier_payouts_names_and_messages(db: Database) -> None:
    book(db, entry(db, 11, 50_00, "Tom"))
    message(db, 11, act_code="HBLD734", provider_id=DR)
    payouts.run(db, MARCH)
    db.simulate(datetime(2026, 4, 10, 9, tzinfo=UTC))
    corrected(db, 11, 50_00, 20_00, "Tom")
    book(db, entry(db, 12, 70_00))
    payouts.run(db, APRIL)
    with db.connect() as connection:
        document = payout_document(connection, "AVP-2026-000002")
    assert document.header.payee_ref == "Anna" and document.header.total_cents == 40_00
    told = document.entries.filter(pl.col("kind") == "cancel").row(0, named=True)
    assert (told["member_ref"], told["line_ref"], told["act_code"], told["provider_ref"]) == (
        "Tom", "D11#1", "HBLD734", "DR-1",
    )  # fmt: skip
    assert (told["paid_with"], told["paid_on"]) == ("AVP-2026-000001", MARCH)
    shown = render(document.header, document.entries, "text", "en")
    assert isinstance(shown, str)
    assert "Paid until now: €50.00, with AVP-2026-000001 on 10 March 2026" in " ".join(shown.split())
    assert "SIMULATED" in shown


def test_a_statement_calls_acts_as_the_rulebook_does(db: Database) -> None:
    publishing.publish(db, read_rulebook(documents_in(shipped_folder())))
    lines = dict(rows(db, "SELECT content_key, line_id FROM price_line"))
    tariff = next(line for key, line in lines.items() if key.startswith("tariff|G|"))
    book(db, entry(db, 11, 20_00, tariff_line_id=tariff), entry(db, 12, 20_00, "Tom"))
    message(db, 11)
    message(db, 12, act_code="HBLD734", family="dental_prosthesis")
    payouts.run(db, MARCH)
    with db.connect() as connection:
        entries = payout_document(connection, "AVP-2026-000001").entries
    assert entries.select("act_code", "care_family").rows() == [
        ("G", "consultation_gp"),
        ("HBLD734", "dental_prosthesis"),
    ]
    assert entries["act_label"][0] is not None


def test_payouts_are_listed_by_payee_and_a_payee_nobody_knows_is_refused(db: Database) -> None:
    book(db, entry(db, 1, 50_00), entry(db, 2, 0, "Zoe"), entry(db, 3, 30_00, payee_id=PHARMA))
    payouts.run(db, MARCH)
    with db.connect() as connection:
        assert payout_list(connection)["number"].to_list() == ["AVP-2026-000001", "AVP-2026-000002", None]
        assert payout_list(connection, "PHARMA-2")["total_cents"].to_list() == [30_00]
        (settlement,) = payout_list(connection, "Zoe")["payout_id"]
        document = payout_document(connection, f"#{settlement}")
        assert (document.header.number, document.header.total_cents) == (None, 0)
        with pytest.raises(UnknownPayout, match="neither a member nor a provider"):
            payout_list(connection, "nobody")

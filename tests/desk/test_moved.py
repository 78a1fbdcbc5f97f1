"""How an amount moved: two instants, the causes in their order with their cents, and that they add up."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest

from avenant.core.frames.news import News
from avenant.core.periods import add_months
from avenant.flows import invoicing, learn, nightly
from avenant.flows.why_between import invoice_line_moved, payout_line_moved
from avenant.store.database import Database
from avenant.store.setup import Server
from tests.commands.test_acts import table
from tests.desk.conftest import database_name
from tests.desk.test_papers import one

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.xdist_group("desk")

Enter = Callable[..., "Client"]
CORRECTED = """
    SELECT m.ref, to_char(p.month, 'YYYY-MM'), p.version FROM premium AS p JOIN member AS m USING (member_id)
    WHERE p.version >= 3 AND m.version = 1 ORDER BY p.version DESC, m.ref, p.month LIMIT 1"""
INVOICED = """
    SELECT i.series || '-' || i.year || '-' || lpad(i.number::text, 6, '0') FROM invoice AS i
    JOIN invoice_entry USING (invoice_id) JOIN premium AS p USING (entry_id)
    WHERE p.version > 1 AND i.number IS NOT NULL ORDER BY p.version DESC, 1 LIMIT 1"""
PAID = """
    SELECT i.series || '-' || i.year || '-' || lpad(i.number::text, 6, '0') FROM payout AS i
    JOIN payout_entry USING (payout_id) JOIN reimbursement AS r USING (entry_id)
    WHERE i.number IS NOT NULL ORDER BY r.version DESC, 1 LIMIT 1"""
STAYS = """
    SELECT e.ref AS ref, c.ref AS contract_ref, m.ref AS member_ref, e.plan, e.level, e.basis, e.valid_from
    FROM enrolment AS e JOIN contract AS c USING (contract_id) JOIN member AS m USING (member_id)
    WHERE c.kind = 'individual' AND m.role = 'primary' AND e.valid_to IS NULL AND c.version = 1 AND m.version = 1
      AND NOT EXISTS (SELECT FROM enrolment AS o WHERE o.enrolment_id = e.enrolment_id AND o.version > e.version)
      AND EXISTS (SELECT FROM premium AS p WHERE p.member_id = e.member_id AND p.amount_cents > 0
                  AND p.month = date_trunc('month', %s::date))
    ORDER BY e.enrolment_id LIMIT 1"""
ACT = """
    SELECT m.ref, r.act_id FROM reimbursement AS r JOIN member AS m USING (member_id)
    WHERE r.version >= 3 AND m.version = 1 AND r.amount_cents > 0 ORDER BY r.version DESC, 2 LIMIT 1"""


@pytest.fixture(scope="module")
def book(server: Server, played_book: Database) -> Iterator[Database]:
    """The played book a month on: somebody had left two months before, which the invoice of the month carries."""
    name = f"desk_{uuid.uuid4().hex[:12]}"
    close_connections()
    server.create_database(name, template=f"{database_name(played_book)}_pristine")
    db = Database(server.app_url(name))
    leave_in_retrospect(db)
    yield db
    close_connections()
    server.drop_database(name)


def close_connections() -> None:
    """Have Django leave every database."""
    from django.db import connections

    connections.close_all()


def leave_in_retrospect(db: Database) -> None:
    """Have an enrolment end two months back, as learnt today; the next month has its night and its invoices."""
    today = db.today()
    following = add_months(today.replace(day=1), 1)
    with db.connect() as connection:
        found = connection.execute(STAYS, [today])
        assert found.description is not None
        row = dict(zip([column.name for column in found.description], found.fetchone() or (), strict=True))
    last_day = add_months(today.replace(day=1), -1) - timedelta(days=10)
    learn.learn(db, News(enrolments=table("enrolments", row | {"last_day": last_day})), "operations", "left")
    db.simulate(datetime(following.year, following.month, following.day, 9, tzinfo=UTC))
    nightly.run(db, following)
    invoicing.run(db, "individual", following, following)


def told(client: Client, address: str) -> str:
    """The page's text without marks. It must be found."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.content.decode()[-500:])
    main = answer.content.decode().partition("<main")[2]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)))


def test_a_corrected_premium_is_told_cause_by_cause_and_adds_up(enter: Enter, book: Database) -> None:
    ref, month, _ = one(book, CORRECTED)
    said = told(enter("care", book), f"/members/{ref}/premiums/{month}/moved?now=1")
    assert "add up to what the book says, to the cent" in said and "do not add up" not in said
    assert "because" in said and "Sum of all moves" in said


def test_from_an_earlier_instant_only_what_came_after_it_is_told(enter: Enter, book: Database) -> None:
    ref, month, _ = one(book, CORRECTED)
    client = enter("care", book)
    whole = told(client, f"/members/{ref}/premiums/{month}/moved?now=1")
    assert "for the first time" in whole
    with book.connect() as connection:
        row = connection.execute(
            """SELECT max(v.committed_at) FROM premium AS p JOIN member AS m USING (member_id)
               JOIN revision AS v ON v.change_id = p.change_id
               WHERE m.ref = %s AND p.month = to_date(%s, 'YYYY-MM')""",
            [ref, month],
        ).fetchone()
    assert row is not None
    since = f"{row[0].astimezone():%Y-%m-%d}"
    later = told(client, f"/members/{ref}/premiums/{month}/moved?since={since}&now=1")
    assert "for the first time" not in later and "Nothing moved between" in later
    assert client.get(f"/members/{ref}/premiums/{month}/moved?since=yesterday").status_code == 400


def test_a_care_event_is_told_in_french_too(enter: Enter, book: Database) -> None:
    ref, act = one(book, ACT)
    client = enter("care", book)
    client.post("/language", {"back": "/"})
    try:
        said = told(client, f"/members/{ref}/care/{act}/moved?act={act}&now=1")
    finally:
        client.post("/language", {"back": "/"})
    assert "Comment ce montant a évolué" in said and "au centime près" in said
    assert "parce que" in said and "because" not in said


@pytest.mark.parametrize(("query", "read"), [(INVOICED, invoice_line_moved), (PAID, payout_line_moved)])
def test_every_line_of_a_paper_is_what_its_causes_come_to(
    query: str, read: Callable[..., object], enter: Enter, book: Database
) -> None:
    (number,) = one(book, query)
    kind = "invoices" if read is invoice_line_moved else "payouts"
    line = 0
    client = enter("care", book)
    while client.get(f"/{kind}/{number}/lines/{line + 1}").status_code == 200 and line < 6:
        line += 1
        moved = read(book, number, line)
        assert moved.adds_up and moved.movements  # type: ignore[attr-defined]
        assert "do not add up" not in told(client, f"/{kind}/{number}/lines/{line}/moved?now=1")
    assert line


def test_what_moved_the_book_in_a_night_is_told_by_cause(enter: Enter, book: Database) -> None:
    (run,) = one(
        book,
        """SELECT c.run_id FROM premium AS p JOIN change AS c USING (change_id) WHERE p.version > 1
           GROUP BY 1 ORDER BY count(*) DESC LIMIT 1""",
    )
    client = enter("operations", book)
    assert "hx-get" in client.get(f"/runs/{run}/moved").content.decode()
    said = told(client, f"/runs/{run}/moved?now=1")
    assert "Enrolment" in said and "because" in said and "How it moved" in said
    assert enter("care", book).get(f"/runs/{run}/moved").status_code == 403


def test_a_page_that_asks_for_the_causes_gets_their_sentences_alone(enter: Enter, book: Database) -> None:
    ref, month, _ = one(book, CORRECTED)
    part = enter("care", book).get(f"/members/{ref}/premiums/{month}/moved", headers={"HX-Request": "true"})
    assert "because" in part.content.decode() and "<html" not in part.content.decode()


def test_the_page_comes_at_once_and_its_answer_follows(enter: Enter, book: Database) -> None:
    ref, act = one(book, ACT)
    client, address = enter("care", book), f"/members/{ref}/care/{act}/moved?act={act}&since="
    shell = client.get(address).content.decode()
    assert "The causes are being found" in shell and "because" not in shell
    (answer,) = set(re.findall(r'hx-get="([^"]*moved[^"]*)"', shell))
    assert unescape(answer).startswith(f"/members/{ref}/care/{act}/moved?") and f'href="{answer}"' in shell
    followed = client.get(unescape(answer), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in followed and "Sum of all moves" in followed
    assert "Sum of all moves" in told(client, unescape(answer)), "without JavaScript the link opens it whole"
    for query in ("", "?now=1"):
        assert client.get(f"/invoices/AV-1999-000001/lines/1/moved{query}").status_code == 404


def test_pages_lead_to_how_their_amounts_moved(enter: Enter, book: Database) -> None:
    client, (ref, month, _), (who, act) = enter("care", book), one(book, CORRECTED), one(book, ACT)
    assert f"/premiums/{month}/moved" in client.get(f"/members/{ref}/premiums/{month}").content.decode()
    assert "/moved" in client.get(f"/members/{who}/care/{act}").content.decode()
    assert "/moved" in client.get(f"/acts/{act}/why", headers={"HX-Request": "true"}).content.decode()

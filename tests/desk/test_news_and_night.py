"""Each kind of news: what its form previews is what the night then books, in both books, to the cent."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from avenant.flows import learn, nightly, telling
from avenant.store.database import Database
from tests.desk.told_and_booked import ToldRows, night_told, preview_told, today

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.xdist_group("desk")

Enter = Callable[..., "Client"]
SEAL = re.compile(r'name="seal" value="([^"]+)"')
ALONE = """
    WITH last_told AS (SELECT DISTINCT ON (enrolment_id) * FROM enrolment ORDER BY enrolment_id, version DESC),
    alone AS (SELECT member_id, count(*) FROM last_told GROUP BY 1 HAVING count(*) = 1),
    cover AS (SELECT m.ref AS member, e.ref AS cover, c.ref AS contract, e.plan, e.level, e.valid_from, e.valid_to,
                     e.member_id, m.birth_date, m.role, c.kind
              FROM last_told AS e JOIN alone USING (member_id) JOIN member AS m USING (member_id)
              JOIN contract AS c USING (contract_id)
              WHERE m.version = 1 AND c.version = 1 AND NOT e.withdrawn
                AND (SELECT max(version) FROM member WHERE member_id = m.member_id) = 1)"""
PAID = """
    SELECT cover.*, r.care_date, l.ref AS line, d.ref AS document, d.kind AS sender FROM cover
    JOIN reimbursement AS r USING (member_id) JOIN care_line AS l ON l.line_id = r.act_id
    JOIN document AS d USING (document_id)
    WHERE r.amount_cents > 500 AND r.version = 1 AND cover.valid_to IS NULL AND l.version = 1 AND d.version = 1
      AND (SELECT max(version) FROM reimbursement AS o WHERE o.act_id = r.act_id) = 1"""


def found(book: Database, query: str, *values: object) -> dict[str, Any]:
    """The first row of a query about people with one cover each."""
    with book.connect() as connection:
        asked = connection.execute(ALONE + query, values)  # type: ignore[call-overload]
        assert asked.description is not None
        row = asked.fetchone()
    assert row is not None, query
    return {column.name: value for column, value in zip(asked.description, row, strict=True)}


def paid(book: Database, more: str = "", *values: object) -> dict[str, Any]:
    """The latest act that was paid to, or for, somebody with one cover."""
    return found(book, f"{PAID} {more} ORDER BY r.care_date DESC, r.entry_id LIMIT 1", *values)


def adult(book: Database) -> dict[str, Any]:
    """A primary of an individual contract, covered for months."""
    since = today(book) - timedelta(days=130)
    query = """ SELECT * FROM cover WHERE role = 'primary' AND kind = 'individual' AND valid_to IS NULL
                AND valid_from < %s ORDER BY member LIMIT 1"""
    return found(book, query, since)


def departure(book: Database) -> dict[str, str]:
    one = paid(book, "AND role = 'primary'")
    left = max(one["care_date"] - timedelta(days=10), one["valid_from"])
    return {"about": one["member"], "enrolment": one["cover"], "last_day": str(left), "with_family": "on"}


def late_start(book: Database) -> dict[str, str]:
    """Somebody who left, and had care since then, was covered again all the time."""
    one = paid(book, "AND role = 'primary' AND r.care_date > cover.valid_from + 30")
    left, first = (one["care_date"] - timedelta(days=days) for days in (20, 5))
    learn.learn(book, telling.departure(book, one["cover"], left), "operations", "left")
    nightly.run(book, today(book))
    told = {"member": one["member"], "contract": one["contract"], "basis": "active"}
    return told | {"about": one["member"], "cover": f"{one['plan']}|{one['level']}", "first_day": str(first)}


def changed_start(book: Database) -> dict[str, str]:
    """A cover began three weeks later than we knew, or earlier."""
    one = adult(book)
    first = max(one["valid_from"], book.settings().opens) + timedelta(days=50)
    return {"about": one["member"], "enrolment": one["cover"], "first_day": str(first)}


def new_dependant(book: Database) -> dict[str, str]:
    one = adult(book)
    born = str(today(book) - timedelta(days=75))
    told = {"about": one["member"], "role": "child", "birth_date": born, "first_day": born}
    return told | {"contract": one["contract"], "name": "Zoé Martin"}


def birth_date(book: Database) -> dict[str, str]:
    one = adult(book)
    born = one["birth_date"]
    older = date(born.year - 9, born.month, 1)
    return {"about": one["member"], "member": one["member"], "birth_date": str(older)}


def changed_plan(book: Database) -> dict[str, str]:
    one = paid(book, "AND plan IN (SELECT plan FROM cover GROUP BY plan HAVING count(DISTINCT level) > 1)")
    query = " SELECT level FROM cover WHERE plan = %s AND level <> %s ORDER BY level LIMIT 1"
    level = found(book, query, one["plan"], one["level"])["level"]
    first = max(one["care_date"].replace(day=1), one["valid_from"].replace(day=1))
    told = {"about": one["member"], "enrolment": one["cover"], "cover": f"{one['plan']}|{level}"}
    return told | {"first_day": str(first)}


def document(book: Database) -> dict[str, str]:
    one, day = adult(book), str(today(book) - timedelta(days=12))
    head = {"about": one["member"], "member": one["member"], "kind": "secu_return"}
    line = {"received_on": str(today(book)), "act_code": "G", "care_from": day, "care_path": "in"}
    amounts = {"charged": "30,00", "base": "30", "rate": "70 %", "secu": "19.00", "retention": "2.00"}
    return head | line | amounts | {"payee": "member"}


def cancellation(book: Database) -> dict[str, str]:
    one = paid(book, "AND d.kind = 'secu_return'")
    return {"about": one["member"], "line": one["line"], "received_on": str(today(book))}


def exception(book: Database) -> dict[str, str]:
    one = paid(book)
    return {"about": one["member"], "line": one["line"], "amount": "1.23", "why": "goodwill, agreed on"}


def withdrawal(book: Database) -> dict[str, str]:
    one = paid(book, "AND d.kind = 'secu_return'")
    return {"about": one["member"], "fact": f"document|{one['document']}"}


PREMIUMS_MOVE = (changed_start, new_dependant, birth_date)
CARE_MOVES = (document, cancellation, exception, withdrawal)
BOTH_MOVE = (departure, late_start, changed_plan)


def previewed_and_saved(client: Client, what: str, sent: dict[str, str]) -> ToldRows:
    """Preview a form, save what was previewed, and say what the preview told."""
    page = client.post(f"/tell/{what}/preview", sent)
    text = page.content.decode()
    seal = SEAL.search(text)
    assert page.status_code == 200 and seal, re.sub(r"\s+", " ", text)[-3000:]
    reason = {"seal": html.unescape(seal[1]), "reason": "told by mail"}
    assert client.post(f"/tell/{what}/save", sent | reason).status_code == 302
    return preview_told(text)


@pytest.mark.parametrize("news", [*PREMIUMS_MOVE, *CARE_MOVES, *BOTH_MOVE], ids=lambda one: one.__name__)
def test_the_night_books_what_the_preview_showed(
    enter: Enter, own_book: Database, news: Callable[[Database], dict[str, str]]
) -> None:
    nightly.run(own_book, today(own_book))
    client, sent = enter("operations", own_book), news(own_book)
    told = previewed_and_saved(client, news.__name__.replace("_", "-"), sent)
    booked = night_told(own_book, nightly.run(own_book, today(own_book)).run_id)
    assert told == booked
    assert told.premiums or news in CARE_MOVES
    assert told.reimbursements or news in PREMIUMS_MOVE
    again = night_told(own_book, nightly.run(own_book, today(own_book)).run_id)
    assert again == ToldRows((), (), (), ())


def test_two_news_of_one_family_add_up(enter: Enter, own_book: Database) -> None:
    """The second preview starts from what the first will make of the book, though no night has passed."""
    nightly.run(own_book, today(own_book))
    client = enter("operations", own_book)
    first = previewed_and_saved(client, "birth-date", birth_date(own_book))
    second = previewed_and_saved(client, "new-dependant", new_dependant(own_book))
    booked = night_told(own_book, nightly.run(own_book, today(own_book)).run_id)
    assert set(booked.premiums) == set(first.premiums) | set(second.premiums)

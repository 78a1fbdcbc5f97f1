"""News entered in a real browser: previewed as one types, saved once by two clicks, booked as shown; two people."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from avenant.commands.users import added
from avenant.flows import nightly
from avenant.store.database import Database
from tests.desk.test_news_and_night import adult, document, found, paid
from tests.desk.told_and_booked import night_told, preview_told, today

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("desk")

Visit = Callable[..., "Page"]
OwnDesk = tuple[Database, Any, Path]
SAVE = "#preview .save button"


def preview_of(page: Page) -> None:
    """Wait until what is typed was previewed, and nothing more is asked."""
    page.wait_for_selector("#preview .save button")
    page.wait_for_function("!document.querySelector('.htmx-request')")


def test_a_departure_is_previewed_as_one_types_saved_once_and_booked_as_shown(
    visit: Visit, own_desk: OwnDesk
) -> None:
    book, desk, _ = own_desk
    nightly.run(book, today(book))
    one = paid(book, "AND role = 'primary'")
    last_day = one["care_date"] - timedelta(days=10)
    page = visit("operations", f"/members/{one['member']}/cover", at=desk)
    page.click('header a[href^="/tell"]')
    page.click('a[href*="/tell/departure"]')
    page.select_option("#f-enrolment", one["cover"])
    page.fill("#f-last_day", str(last_day))
    page.press("#f-last_day", "Tab")
    preview_of(page)
    told = preview_told(page.content())
    assert told.premiums and told.reimbursements
    page.fill("#f-reason", "left, told by mail")
    head = book.head()
    with page.expect_navigation():
        page.dblclick(SAVE)
    assert "next night books" in page.inner_text(".message.success")
    assert book.head() == head + 1, "two clicks, one change"
    run = nightly.run(book, today(book))
    assert night_told(book, run.run_id) == told
    who, month, _, before, after = told.premiums[-1]
    page.goto(f"/members/{who}/cover")
    row = page.locator("tr.row", has_text=month).filter(has=page.locator("a.door"))
    assert before != after and after in row.first.inner_text()


def test_a_document_on_care_is_previewed_and_booked_as_shown(visit: Visit, own_desk: OwnDesk) -> None:
    book, desk, _ = own_desk
    nightly.run(book, today(book))
    sent = document(book)
    page = visit("operations", f"/tell/document?member={sent.pop('about')}", at=desk)
    page.click("#telling summary")
    for field, typed in sent.items():
        if page.locator(f"select#f-{field}").count():
            page.select_option(f"#f-{field}", typed)
        else:
            page.fill(f"#f-{field}", typed)
    page.press("#f-charged", "Tab")
    preview_of(page)
    told = preview_told(page.content())
    assert told.reimbursements and not told.premiums
    page.fill("#f-reason", "sent by post")
    with page.expect_navigation():
        page.click(SAVE)
    run = nightly.run(book, today(book))
    assert night_told(book, run.run_id) == told
    line, paid_cents = told.reimbursements[0][2], told.reimbursements[0][5]
    page.goto(f"/find/act/{line.replace('#', '%23')}")
    page.wait_for_url(re.compile(r"/members/[^/]+/care/\d+"))
    assert paid_cents in page.inner_text("main")


def test_of_two_people_at_one_contract_the_second_sees_what_the_first_did(
    visit: Visit, own_desk: OwnDesk
) -> None:
    book, desk, _ = own_desk
    added(book, "olga", "operations", password="a desk to be tested at")
    one = adult(book)
    pages = [
        visit(user, f"/tell/departure?member={one['member']}", at=desk) for user in ("operations", "olga")
    ]
    for days, page in zip((30, 20), pages, strict=True):
        page.select_option("#f-enrolment", one["cover"])
        page.fill("#f-last_day", str(today(book) - timedelta(days=days)))
        page.press("#f-last_day", "Tab")
        preview_of(page)
        page.fill("#f-reason", f"left {days} days ago")
    with pages[0].expect_navigation():
        pages[0].click(SAVE)
    head = book.head()
    second = pages[1]
    with second.expect_navigation():
        second.click(SAVE)
    assert book.head() == head, "nothing of the second is saved unseen"
    told = second.inner_text("#preview")
    assert "operations" in told and "left 30 days ago" in told
    assert second.input_value("#f-reason") == "left 20 days ago"
    assert second.input_value("#f-last_day") == str(today(book) - timedelta(days=20))
    with second.expect_navigation():
        second.click(SAVE)
    assert "next night books" in second.inner_text(".message.success")
    query = """ SELECT e.valid_to, c.actor FROM enrolment AS e JOIN change AS c USING (change_id)
                WHERE e.ref = %s ORDER BY e.version DESC LIMIT 1"""
    stands = found(book, query, one["cover"])
    assert (stands["valid_to"], stands["actor"]) == (today(book) - timedelta(days=19), "olga")

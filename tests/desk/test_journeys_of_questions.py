"""Questions that travel, waiting items answered in place, publishing by two: in a real browser."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from avenant.commands.users import added
from avenant.gateways.rulebook_files import shipped_folder
from avenant.store.database import Database
from tests.desk.conftest import PASSWORD
from tests.desk.test_home_runs_work import undecided
from tests.desk.test_news_and_night import adult

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("desk")

Visit = Callable[..., "Page"]
OwnDesk = tuple[Database, Any, Path]
QUESTION = "Why do two months stand on one invoice?"
ANSWER = "The first one was told late; the lines say which."


def step_of_case(page: Page, move: str, note: str = "") -> None:
    """Take one step with the case that is open."""
    page.fill("#note", note)
    with page.expect_navigation():
        page.click(f'button[value="{move}"]')


def test_a_question_goes_up_is_answered_comes_back_and_is_counted(visit: Visit, own_desk: OwnDesk) -> None:
    book, desk, _ = own_desk
    ref = adult(book)["member"]
    care = visit("care", f"/members/{ref}/cover", at=desk)
    care.click('header.member a[href^="/cases/new"]')
    care.fill("#title", QUESTION)
    care.select_option("#kind", "invoice")
    care.fill("#note", "The member asks on the phone.")
    with care.expect_navigation():
        care.dblclick("main form.sheet button")
    case = re.search(r"/cases/(\d+)$", care.url)
    assert case is not None

    operations = visit("operations", "/cases", at=desk)
    assert operations.locator("td a", has_text=QUESTION).count() == 1, "two clicks, one case"
    operations.click(f'td a[href="/cases/{case[1]}"]')
    step_of_case(operations, "assigned")
    link = operations.locator(f'ol.steps a[href^="/members/{ref}/cover"]').first
    assert "known_at=" in str(link.get_attribute("href")), "the page as it was seen"
    link.click()
    operations.wait_for_selector("body.past .band")
    operations.goto(f"/cases/{case[1]}")
    step_of_case(operations, "sent_back", ANSWER)

    care.goto("/")
    care.click(f'main a[href="/cases/{case[1]}"]')
    told = care.inner_text("ol.steps")
    assert ANSWER in told and "Operations → Care" in told
    step_of_case(care, "closed")
    care.goto("/cases/statistics")
    counted = care.locator("tbody tr", has_text="nvoice").first.locator("td.n").all_inner_texts()
    assert counted == ["1", "1", "0", "0"]


def test_the_past_can_be_asked_about_and_the_link_leads_there(visit: Visit, own_desk: OwnDesk) -> None:
    book, desk, _ = own_desk
    ref = adult(book)["member"]
    care = visit("care", f"/members/{ref}/cover", at=desk)
    with care.expect_navigation():
        care.keyboard.press("[")
    seen = care.input_value("#known_at")
    care.click('header.member a[href^="/cases/new"]')
    care.fill("#title", "Was this known then?")
    care.fill("#note", "The invoice says otherwise.")
    with care.expect_navigation():
        care.click("main form.sheet button")
    care.click(f'ol.steps a[href^="/members/{ref}/cover"]')
    care.wait_for_selector("body.past .band")
    assert care.input_value("#known_at") == seen


def test_a_match_is_answered_where_it_waits(visit: Visit, own_desk: OwnDesk) -> None:
    book, desk, _ = own_desk
    address, _, theirs, _ = undecided(book)
    page = visit("claims", "/work?kind=undecided_match", at=desk)
    item = page.locator(f"#w-undecided_match-{address.rpartition('/')[2]}")
    item.locator("summary").first.click()
    head = book.head()
    item.locator('button[value="same"]').click()
    item.locator(".message", has_text="Saved.").wait_for()
    assert page.url.endswith("/work?kind=undecided_match") and book.head() == head + 1
    said = item.locator("section.said")
    assert "claims" in said.inner_text() and theirs in item.inner_text()
    said.locator("button").click()
    item.locator(".message", has_text="Taken back.").wait_for()
    assert item.locator("section.said").count() == 0


def test_a_rulebook_comes_into_force_by_two(visit: Visit, own_desk: OwnDesk) -> None:
    book, desk, rulebooks = own_desk
    shutil.copytree(shipped_folder(), rulebooks / "spring")
    plan = rulebooks / "spring" / "fr-individual.yaml"
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace("0-17: 13.40", "0-17: 14.40", 1), encoding="utf-8")
    added(book, "ana", "administrator", password=PASSWORD)
    first = visit("administrator", "/rulebooks", at=desk)
    first.click('a[href="/rulebooks/folders/spring"]')
    assert "14.40" in first.inner_text("main")
    first.fill("#reason", "As the board decided on Monday")
    with first.expect_navigation():
        first.click("main form.sheet button")
    first.goto("/rulebooks/folders/spring")
    assert first.locator('button[value="confirm"]').count() == 0, "nobody confirms what they asked themselves"
    second = visit("ana", "/rulebooks/folders/spring", at=desk)
    with second.expect_navigation():
        second.click('button[value="confirm"]')
    newest = second.locator("tbody tr").first.inner_text()
    assert "administrator, confirmed by ana" in newest and "force" in newest

"""Journeys through the desk in a real browser: find a person, explain an amount, go back before a correction."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from avenant.core.periods import add_months
from avenant.core.wording.figures import amount_text
from avenant.flows import invoicing, learn, nightly, telling
from avenant.store.database import PARIS, Database
from avenant.store.readers.invoices import NUMBER
from tests.desk.test_news_and_night import adult
from tests.desk.told_and_booked import today

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("desk")

Visit = Callable[..., "Page"]
OwnDesk = tuple[Database, Any, Path]
CARED_FOR = """SELECT m.ref, d.value FROM reimbursement AS r JOIN member AS m USING (member_id)
    JOIN person_detail AS d USING (member_id) WHERE d.kind = 'name' AND m.version = 1 AND d.value ~ '[éèëïçôÉ]'
    GROUP BY 1, 2 HAVING length(split_part(d.value, ' ', 2)) > 5 ORDER BY count(*) DESC, 1 LIMIT 1"""
CORRECTED = """SELECT m.ref, p.month, p.amount_cents, old.amount_cents FROM premium AS p
    JOIN premium AS old USING (contract_id, member_id, month, slot_id) JOIN member AS m USING (member_id)
    WHERE m.version = 1 AND p.version = 3 AND old.version = 1 AND p.amount_cents > old.amount_cents
    ORDER BY p.month DESC, m.ref LIMIT 1"""
ADJUSTED = f"""SELECT {NUMBER}, m.ref, p.month FROM invoice AS i JOIN contract AS c USING (contract_id)
    JOIN invoice_entry USING (invoice_id) JOIN premium AS p USING (entry_id) JOIN member AS m USING (member_id)
    WHERE i.number IS NOT NULL AND p.kind = 'cancel' AND c.kind = 'individual' AND m.version = 1 AND c.version = 1
      AND p.amount_cents < 0 ORDER BY 1 DESC, 2, 3 LIMIT 1"""


@pytest.fixture(scope="module")
def desk(own_desk: OwnDesk) -> OwnDesk:
    """A desk whose book corrects somebody's premiums by a birth date that olga entered, and has invoiced it since."""
    book = own_desk[0]
    member, born = (adult(book)[name] for name in ("member", "birth_date"))
    older = telling.corrected_birth_date(book, member, born.replace(year=born.year - 9, day=1))
    learn.learn(book, older, "olga", "identity card seen")
    nightly.run(book, today(book))
    first = add_months(today(book).replace(day=1), 1)
    book.simulate(datetime.combine(first, time(2), PARIS))
    nightly.run(book, first)
    invoicing.run(book, "individual", first, first)
    return own_desk


def one(book: Database, query: str) -> tuple[Any, ...]:
    """The first row of a query."""
    with book.connect() as connection:
        row = connection.execute(query).fetchone()  # type: ignore[call-overload]
    assert row is not None, query
    return tuple(row)


def misspelt(name: str) -> str:
    """A name as somebody types it in a hurry: no accents, no capitals, one letter of the surname left out."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    first, _, surname = plain.partition(" ")
    return f"{first} {surname[:3]}{surname[4:]}"


def pressed_until(page: Page, key: str, selector: str, most: int = 80) -> None:
    """Press a key until what has the focus is ``selector``: by keyboard alone."""
    for _ in range(most):
        if page.evaluate("chosen => document.activeElement.matches(chosen)", selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{selector} was not reached by {most} times {key}")


def test_a_member_is_found_by_a_misspelt_name_and_the_keyboard_alone(visit: Visit, desk: OwnDesk) -> None:
    ref, name = one(desk[0], CARED_FOR)
    page = visit("care", "/", at=desk[1])
    page.keyboard.press("Control+k")
    page.wait_for_selector("#quick:focus")
    page.keyboard.press("Escape")
    page.wait_for_selector("#palette", state="hidden")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#quick:focus")
    page.keyboard.type(misspelt(name), delay=15)
    hit = f'a.hit[href="/members/{ref}/care"]'
    page.wait_for_selector(f"#quick-hits {hit}")
    pressed_until(page, "ArrowDown", hit, 12)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/members/{ref}/care")
    assert name in page.inner_text("h1")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("details.card[open] .onward a")
    pressed_until(page, "Tab", '.card a[href^="/members/"][href*="/care/"]')
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/members/[^/]+/care/\d+$"))
    assert page.locator("section.act").count() >= 1


def test_a_premium_is_explained_down_to_the_fact_and_who_entered_it(visit: Visit, desk: OwnDesk) -> None:
    ref, month, cents, before = one(desk[0], CORRECTED)
    page = visit("care", f"/members/{ref}/cover", at=desk[1])
    door = page.locator(f'a.door[href*="/members/{ref}/premiums/{month:%Y-%m}/why"]').first
    assert door.inner_text() == amount_text(cents, "EUR", "en")
    door.click()
    page.wait_for_selector("#popover:not([hidden])")
    sentence = page.inner_text("#popover")
    assert amount_text(cents, "EUR", "en") in sentence, sentence
    page.click(f'#popover a[href$="/premiums/{month:%Y-%m}"]')
    page.wait_for_url(f"**/premiums/{month:%Y-%m}")
    versions = page.locator("ol.versions > li")
    assert versions.count() == 3
    told = versions.last.inner_text()
    assert (
        amount_text(cents, "EUR", "en") in told
        and amount_text(before, "EUR", "en") in versions.first.inner_text()
    )
    news = page.locator("ol.versions > li").nth(2).locator(".arrived[open] li").first.inner_text()
    assert "olga" in news and "identity card seen" in news, "who entered it, and why"
    assert "→" in news, "what the fact says now"


def test_an_adjustment_is_followed_from_the_invoice_to_the_fact_that_caused_it(
    visit: Visit, desk: OwnDesk
) -> None:
    number, ref, month = one(desk[0], ADJUSTED)
    page = visit("operations", f"/invoices/{number}", at=desk[1])
    lines = page.locator("li.line", has=page.locator(".state.warn"))
    line = lines.filter(has=page.locator(f'a[href*="/members/{ref}/premiums/{month:%Y-%m}/why"]')).first
    line.locator("details.opened > summary").click()
    entry = line.locator(f'.entries td a[href="/members/{ref}/premiums/{month:%Y-%m}"]').first
    entry.wait_for()
    assert line.locator(".entries tbody tr").count() >= 1
    entry.click()
    page.wait_for_url(f"**/members/{ref}/premiums/{month:%Y-%m}")
    settled = page.locator("ol.versions > li", has=page.locator(f'a[href="/invoices/{number}"]'))
    assert settled.count() >= 1
    cause = page.locator(".arrived[open] li").first.inner_text()
    assert "olga" in cause and "→" in cause, cause


def test_before_a_correction_the_old_state_is_shown_marked_and_kept_by_every_link(
    visit: Visit, desk: OwnDesk
) -> None:
    ref, month, cents, before = one(desk[0], CORRECTED)
    here = f"/members/{ref}/premiums/{month:%Y-%m}"
    page = visit("care", here, at=desk[1])
    assert page.locator("body.past").count() == 0
    for _ in range(60):
        if page.locator("ol.versions > li").count() == 1:
            break
        with page.expect_navigation():
            page.keyboard.press("[")
    assert page.inner_text("ol.versions > li.now > p > b") == amount_text(before, "EUR", "en")
    assert page.locator("body.past .band").count() == 1
    assert "known on" in page.inner_text(".band")
    links = page.eval_on_selector_all(
        "nav a, main a:not([data-now]):not([data-step])", "all => all.map(one => one.getAttribute('href'))"
    )
    lost = [link for link in links if link.startswith("/") and "known_at=" not in link]
    assert lost == []
    assert page.locator("main button:visible").count() == 1, "nothing but looking at another moment"
    page.click('.tabs a[href*="/cover"]')
    door = page.locator(f'a.door[href*="{here}/why"]').first
    assert door.inner_text() == amount_text(before, "EUR", "en")
    assert page.locator("body.past .band").count() == 1
    door.click()
    page.wait_for_selector("#popover:not([hidden])")
    assert amount_text(before, "EUR", "en") in page.inner_text("#popover")
    page.keyboard.press("Escape")
    with page.expect_navigation():
        page.keyboard.press("n")
    assert page.locator("body.past").count() == 0 and "known_at" not in page.url
    assert page.locator(f'a.door[href*="{here}/why"]').first.inner_text() == amount_text(cents, "EUR", "en")

"""Every page is looked at in a browser: nothing for axe-core to say, no scrolling sideways, no word in the console.

Screenshots are left in build/screens (not committed) for people to look at. AVENANT_SOAK=1 looks at every page in
both languages, widths and schemes; without it axe reads every fifth page in light and in dark.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.desk.busy_book import FRENCH, signed_in
from tests.desk.every_page import FETCHES, NO_PAGES, PAGES, Example, address, examples, names

if TYPE_CHECKING:
    from django.test import Client
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

    from tests.desk.conftest import Busy, Served

pytestmark = pytest.mark.xdist_group("desk")

SOAK = os.environ.get("AVENANT_SOAK") == "1"
ROOT = Path(__file__).parents[2]
SCREENS = ROOT / "build" / "screens"
AXE = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE, NARROW = 1280, 390
EVERY = 5
UNTRIED = ("within a sign-in", "drawn by others")
SEEN_IN_FRENCH = (
    "home",
    "care",
    "care-event",
    "cover",
    "premium",
    "contract",
    "invoice",
    "payout",
    "work",
    "checks",
)
"""Pages that are looked at in French too when not everything is."""
RUN_AXE = """async (tags) => {
  const found = await axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]});
  return found.violations.map(one => one.id + ": " + one.help + "\\n" + one.nodes.slice(0, 5).map(
    node => "    " + node.html.slice(0, 200) + "\\n      " + node.any.concat(node.all, node.none).map(
      check => check.message).join("; ")).join("\\n"));
}"""
OVERFLOWS = """() => [...document.querySelectorAll("body *")].filter(one => {
    const box = one.getBoundingClientRect();
    return box.right > document.documentElement.clientWidth + 1 && box.width > 0
      && !one.closest(".scroll, .tabs, .rail, svg");
  }).slice(0, 5).map(one => one.outerHTML.slice(0, 160))"""


NEXT_FRAME = "new Promise(seen => requestAnimationFrame(() => requestAnimationFrame(seen)))"
"""What people see after a change of the window: what listens for it was heard."""


@dataclass(slots=True)
class Walker:
    """Somebody at a browser: opens pages as any user, and keeps what the console says."""

    browser: Browser
    served: Served
    contexts: dict[str, BrowserContext]
    said: list[str]

    def page(self, username: str | None) -> Page:
        """A page of a signed-in user; None: of nobody."""
        key = username or ""
        if key not in self.contexts:
            language = "fr-FR" if key.endswith(FRENCH) else "en-GB"
            context = self.browser.new_context(base_url=self.served.url, locale=language)
            context.set_default_timeout(20_000)
            if username is not None:
                key_of_session = signed_in(username).cookies["sessionid"].value
                cookie = {"name": "sessionid", "value": key_of_session, "url": self.served.url}
                context.add_cookies([cookie])  # type: ignore[list-item]
            self.contexts[key] = context
            page = context.new_page()
            page.on("console", lambda message: self._heard(message))
            page.on("pageerror", lambda error: self.said.append(str(error)))
        return self.contexts[key].pages[0]

    def _heard(self, message: ConsoleMessage) -> None:
        """Refusals are pages, too: that the browser notes their status says nothing."""
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            self.said.append(message.text)


@pytest.fixture(scope="module")
def walker(browser: Browser, busy: Busy) -> Iterator[Walker]:
    """One browser at one desk over the busy book."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    walking = Walker(browser, busy.served, {}, [])
    yield walking
    for context in walking.contexts.values():
        context.close()


def test_every_address_is_a_page_with_an_example_or_says_what_it_is() -> None:
    known = {name for name, _ in names()}
    assert known - set(PAGES) - set(NO_PAGES) == set(), "give each new page an example in every_page.py"
    assert (set(PAGES) | set(NO_PAGES)) - known == set()
    assert set(PAGES) & set(NO_PAGES) == set()


@pytest.mark.parametrize("name", [name for name, kind in NO_PAGES.items() if kind not in UNTRIED])
def test_what_is_said_to_be_no_page_shows_none(name: str, enter: Callable[..., Client]) -> None:
    from django.urls import reverse

    where = reverse(name, kwargs={argument: VALUES.get(argument, "1") for argument in dict(names())[name]})
    for role in ("operations", "administrator", "engineering"):
        answer = enter(role).get(where)
        shown = answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
        assert not shown, f"{name} is a page: give it an example"


def test_who_signed_in_long_ago_is_asked_for_the_password_again(enter: Callable[..., Client]) -> None:
    answer = enter("care").get("/account/2fa/totp/activate/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/reauthenticate/?next=")


VALUES = {"kind": "act", "name": "x", "what": "departure", "form": "pdf"}


@pytest.mark.soak
@pytest.mark.parametrize(("name", "one"), examples() if SOAK else examples()[::EVERY])
def test_a_page_is_accessible_and_fits(name: str, one: Example, walker: Walker, busy: Busy) -> None:
    where = address(name, one, busy.things)
    label = "-".join(filter(None, (name.replace("_", "-"), one.case)))
    wrong = looked_at(walker, one, one.role, where, label, axe=True)
    if SOAK or (name in SEEN_IN_FRENCH and not one.case):
        reader = one.role and one.role + FRENCH
        wrong += looked_at(walker, one, reader, where, label + FRENCH, axe=SOAK)
    assert not wrong, f"{where} as {one.role}:\n" + "\n".join(wrong)


def looked_at(
    walker: Walker, one: Example, username: str | None, where: str, label: str, axe: bool
) -> list[str]:
    """What is wrong with a page in light and dark, wide and narrow; its screenshots are kept."""
    page = walker.page(username)
    walker.said.clear()
    wrong = opened(page, one, where)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": WIDE, "height": 900})
        if axe:
            wrong += [f"{scheme}: {found}" for found in page.evaluate(RUN_AXE, TAGS)]
        if scheme == "light" or SOAK:
            kept(page, f"{label}-{WIDE}-{scheme}")
        if scheme == "dark" or SOAK:
            page.set_viewport_size({"width": NARROW, "height": 844})
            page.evaluate(NEXT_FRAME)
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                wrong.append(f"wider than {NARROW} px: {page.evaluate(OVERFLOWS)}")
            kept(page, f"{label}-{NARROW}-{scheme}")
    return wrong + [f"console: {text}" for text in walker.said]


def opened(page: Page, one: Example, where: str) -> list[str]:
    """Go there, open what is to be opened, and have axe at hand."""
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": WIDE, "height": 900})
    answer = page.goto(where, wait_until="load")
    assert answer is not None
    wrong = [] if answer.status == one.status else [f"answers {answer.status} and not {one.status}"]
    if urlsplit(page.url).path != urlsplit(where).path:
        wrong.append(f"leads on to {page.url}")
    if one.opens == "Control+k":
        page.keyboard.press(one.opens)
    elif one.opens and one.opens != FETCHES:
        page.click(one.opens)
    if one.opens:
        page.wait_for_load_state("networkidle")
    page.evaluate(AXE)
    return wrong


def kept(page: Any, name: str) -> None:
    """A screenshot of the whole page in build/screens."""
    page.screenshot(path=SCREENS / f"{name}.png", full_page=True, animations="disabled")

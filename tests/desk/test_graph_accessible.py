"""axe-core over the graph page in every state that a click leads to, in both languages, widths and schemes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import TYPE_CHECKING

import pytest

from avenant.store.database import Database
from tests.desk.test_graph_page import corrected_act, largest
from tests.desk.test_pages_accessible import AXE, RUN_AXE, SOAK, TAGS

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("desk")

CHOOSE = "(kind) => { avenantGraph.cy.nodes(`[kind=\"${kind}\"]`).last().emit('tap'); }"
GROUP = "() => { avenantGraph.cy.nodes('.group').first().emit('tap'); }"

LOOKS = list(product((1280, 390), (False, True), (False, True)))
SOME_LOOKS = [(1280, False, False), (390, True, True)]
"""Width, dark, French."""
TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"


def states(page: Page) -> dict[str, Callable[[], object]]:
    """What somebody does, one thing after the other: what is looked at then."""
    return {
        "as it opens": lambda: None,
        "everything": lambda: page.click("#all"),
        "a decision chosen": lambda: page.evaluate(CHOOSE, "decision"),
        "a rule chosen": lambda: page.evaluate(CHOOSE, "guarantee"),
        "the table": lambda: page.click(".table-of-it summary"),
        "in the past": lambda: page.click("#before"),
        "compared": lambda: page.select_option("#compare", index=1),
        "searched": lambda: page.fill("#within", "zzz"),
        "nothing found": lambda: page.press("#within", "Enter"),
    }


def wrong(page: Page) -> list[str]:
    """What axe-core says, and whether the page has to be scrolled sideways."""
    page.wait_for_selector("#picture[data-complete]")
    said: list[str] = page.evaluate(RUN_AXE, TAGS)
    return said + ["it scrolls sideways"] * page.evaluate(TOO_WIDE)


@pytest.mark.soak
@pytest.mark.parametrize(("width", "dark", "french"), LOOKS if SOAK else SOME_LOOKS)
def test_every_state_of_the_graph_is_accessible(
    visit: Callable[..., Page], played_book: Database, width: int, dark: bool, french: bool
) -> None:
    page = visit("claims", f"/graph/{corrected_act(played_book)}", width=width, dark=dark)
    if french:
        page.click("header button[lang=fr]")
    try:
        page.wait_for_selector("#picture[data-drawn]")
        page.evaluate(AXE)
        found = {}
        for state, act in states(page).items():
            act()
            found[state] = wrong(page)
        page.goto(f"/graph/{largest('payout', played_book)[0]}")
        page.wait_for_selector("#picture[data-drawn]")
        page.evaluate(AXE)
        if page.evaluate("avenantGraph.cy.nodes('.group').length"):
            page.evaluate(GROUP)
            found["a box of several"] = wrong(page)
        assert {state: said for state, said in found.items() if said} == {}
    finally:
        if french:
            page.click("header button[lang=en]")

"""One contract of 3,000 people in chunks of 100 families, cut short on the way: one book, one invoice."""

import random
from contextlib import suppress
from datetime import date

import polars as pl
import pytest

from avenant.core.frames.news import TABLES, News
from avenant.flows import learn, nightly
from tests.faults.books import contents, differences
from tests.faults.invariants import broken_invariants
from tests.faults.scenarios import Scenario, Stage, evening, invoice_everybody
from tests.faults.trials import none_of

pytestmark = pytest.mark.soak
PEOPLE, OPENS = 3_000, date(2023, 11, 1)


class Struck(BaseException):
    """The run ends here, as if the process had been killed between two chunks."""


def workforce(dice: random.Random) -> News:
    """One company, families of one to five, most covered from its first month, some later or not to the end."""
    members: list[tuple[object, ...]] = []
    enrolments: list[tuple[object, ...]] = []
    while len(members) < PEOPLE:
        primary = f"P{len(members):05d}"
        level, starts = dice.choice(["essentiel", "confort"]), dice.choice([OPENS, date(2023, 12, 11)])
        last_day = dice.choice([None, None, date(2024, 1, 14)])
        for number in range(dice.choice([1, 1, 2, 3, 5])):
            role = ("primary", "partner", *["child"] * 3)[number]
            ref = primary if number == 0 else f"{primary}-{number}"
            born = date(
                dice.randint(*((1960, 2000) if number < 2 else (2004, 2022))), dice.randint(1, 12), 28
            )
            members.append((ref, role, born, None if number == 0 else primary, False))
            enrolled = ("fr-company", level, "active", starts, last_day, False)
            enrolments.append((f"E{ref}", "LARGE", ref, *enrolled))
    contract = ("LARGE", "company", "arrears", "EUR", False)
    return News(
        contracts=pl.DataFrame([contract], TABLES["contracts"], orient="row"),
        members=pl.DataFrame(members, TABLES["members"], orient="row"),
        enrolments=pl.DataFrame(enrolments, TABLES["enrolments"], orient="row"),
    )


def test_a_large_contract_cut_short_between_chunks_ends_as_one_book_and_one_invoice(stage: Stage) -> None:
    scenario = Scenario.drawn(1, months=7, retro_months=1)
    dice = random.Random(scenario.seed)
    book = stage.opened(scenario.rulebook, OPENS)
    book.simulate(evening(scenario.night))
    learn.learn(book, workforce(dice), "company", "moved to us")
    twin = stage.copy(book)
    nightly.run(twin, scenario.night)

    def struck(name: str, done: int, total: int) -> None:
        assert total > 10
        if done == total // 2:
            raise Struck

    with suppress(Struck):
        nightly.run(book, scenario.night, chunk_families=100, override_breaker=True, progress=struck)
    assert 0 < len(contents(book)["premium"]) < len(contents(twin)["premium"])
    report = nightly.run(book, scenario.night, chunk_families=100, override_breaker=True)
    assert (report.held, report.parked) == (0, [])
    none_of(differences(contents(book), contents(twin)), "after the next run")
    for one in (book, twin):
        _, companies = invoice_everybody(one, scenario.night)
        assert (companies.invoices, companies.entries) == (1, len(contents(twin)["premium"]))
    none_of(differences(contents(book), contents(twin)), "after the invoices")
    none_of(broken_invariants(book, scenario), "at rest")

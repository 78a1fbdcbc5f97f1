"""The benchmark of the desk asks for every page on a book of two quarters, and keeps that book when it is told to."""

import os
import uuid
from collections.abc import Iterator
from dataclasses import replace
from statistics import median

import pytest

from avenant.commands.bench import chosen_figures
from avenant.gateways.postgres import EmbeddedServer, ExternalServer
from avenant.store.database import Database
from benchmarks.bars import NAMES, Outcome, Wanted, measured_bars
from benchmarks.bars.desk_book import acts_yearly, contracts_with
from benchmarks.bars.desk_pages import PAGES, PREVIEW_MS

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(
        os.environ.get("AVENANT_SOAK") != "1", reason="a book of two quarters and every page: make soak"
    ),
]

Server = EmbeddedServer | ExternalServer
SMALL = Wanted(premiums=600, acts=400, months=6, visits=2, workers=0, only=("desk",))


@pytest.fixture(scope="module")
def kept(server: Server, template: str) -> Iterator[str]:
    name = f"bench_{uuid.uuid4().hex[:12]}"
    yield name
    server.drop_database(name)


@pytest.fixture(scope="module")
def outcomes(server: Server, kept: str) -> list[Outcome]:
    return measured_bars(server, replace(SMALL, keep=kept))


def test_every_page_is_measured_against_its_bar(outcomes: list[Outcome]) -> None:
    assert [outcome.skipped for outcome in outcomes if outcome.skipped] == []
    assert [outcome.sentence.partition(": 95 of")[0] for outcome in outcomes] == [page.name for page in PAGES]
    assert {outcome.bar for outcome in outcomes if outcome.sentence.startswith("preview: ")} == {PREVIEW_MS}
    for outcome in outcomes:
        assert len(outcome.samples["milliseconds"]) == SMALL.visits
        assert outcome.measured is not None and outcome.measured >= median(outcome.samples["milliseconds"])


def test_the_book_is_about_as_large_as_it_was_wanted_and_has_a_past(
    outcomes: list[Outcome], server: Server, kept: str
) -> None:
    with Database(server.app_url(kept)).connect() as connection:
        counts = connection.execute(
            """SELECT (SELECT count(*) FROM premium), (SELECT count(DISTINCT act_id) FROM reimbursement),
                      (SELECT count(*) FROM run WHERE kind = 'nightly'), (SELECT count(*) FROM payout)"""
        ).fetchone()
    assert counts is not None
    premiums, acts, nights, payouts = counts
    assert 0.5 * SMALL.premiums < premiums < 2 * SMALL.premiums
    assert 0.4 * SMALL.acts < acts < 2 * SMALL.acts
    assert nights == 3 and payouts > 0


def test_five_million_of_each_are_a_plausible_insurer() -> None:
    wanted = Wanted()
    assert 50_000 < contracts_with(wanted) < 60_000
    assert 10 < acts_yearly(wanted) < 20


def test_the_desk_is_measured_when_it_is_asked_for() -> None:
    assert chosen_figures([]) == [name for name in NAMES if name != "desk"]
    assert chosen_figures(["desk"]) == ["desk"]

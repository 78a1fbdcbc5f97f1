"""A connection lost between COMMIT and its answer: nobody knows whether it was done, and it does not matter."""

import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import psycopg
import pytest

from avenant.flows import invoicing, nightly, payouts
from avenant.gateways.postgres import EmbeddedServer
from avenant.store.database import Database
from tests.faults.books import contents, differences
from tests.faults.invariants import broken_invariants
from tests.faults.proxy import CommitCutter, Strike, socket_of
from tests.faults.scenarios import (
    Scenario,
    Stage,
    invoice_everybody,
    next_night,
    seeds,
    settle_everybody,
    tell,
)
from tests.faults.servers import bring_back, kill_server
from tests.faults.trials import Trial, none_of

pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("own server")]


def struck(
    trial: Trial, server: EmbeddedServer, folder: Path, strike_at: int, deed: Callable[[Database], object]
) -> Strike:
    """Do a deed through a proxy that strikes at one of its COMMITs; which strike the seed chose."""
    strike = trial.scenario.dice.choice(list(Strike))
    kill = partial(kill_server, server, whole=trial.scenario.dice.random() < 0.5)
    with CommitCutter(socket_of(trial.book), folder, strike_at, strike, kill) as cutter:
        try:
            deed(cutter.book(trial.book))
        except psycopg.OperationalError:
            pass
        else:
            assert strike is Strike.SERVER_KILLED, (
                "only a killed server can have answered its last COMMIT before"
            )
        assert cutter.struck, f"only {cutter.commits} COMMITs came by"
    bring_back(server)
    print(f"{strike.value}, at COMMIT {strike_at}")
    return strike


@pytest.mark.parametrize("seed", seeds(1, 13))
def test_a_nightly_run_whose_commit_was_not_answered(
    own_stage: Stage, own_server: EmbeddedServer, socket_folder: Path, seed: int
) -> None:
    trial = Trial(own_stage, Scenario.drawn(seed))
    size, night = trial.scenario.chunk_families, trial.scenario.night
    strike_at = random.Random(seed).randint(1, trial.chunks + 2)
    run = partial(nightly.run, business_date=night, chunk_families=size, override_breaker=True)
    struck(trial, own_server, socket_folder, strike_at, run)
    trial.judge()


@pytest.mark.parametrize("seed", seeds(0, 13))
def test_a_nightly_run_whose_connection_is_cut_anywhere(stage: Stage, socket_folder: Path, seed: int) -> None:
    """Also while it reads, between its transactions, or the connection that only holds its snapshot."""
    if not isinstance(stage.server, EmbeddedServer):
        pytest.skip("the proxy stands before a Unix socket; DATABASE_URL names another server")
    trial = Trial(stage, Scenario.drawn(seed))
    size, night = trial.scenario.chunk_families, trial.scenario.night
    reach, dice = 60 + 25 * trial.chunks, trial.scenario.dice

    def cut(trial: Trial, _: int) -> bool:
        nonlocal reach
        message = dice.randint(20, reach)
        with CommitCutter(
            socket_of(trial.book), socket_folder, message, Strike.CUT_AT_ONCE, at=b""
        ) as cutter:
            try:
                nightly.run(cutter.book(trial.book), night, chunk_families=size, override_breaker=True)
            except psycopg.OperationalError:
                assert cutter.struck
        reach = reach if cutter.struck else max(21, cutter.commits)
        return trial.cut_short()

    trial.until_hit(cut)
    trial.judge()


@pytest.mark.parametrize("pays", [False, True], ids=["invoices", "payouts"])
@pytest.mark.parametrize("seed", seeds(0, 10))
def test_a_settling_whose_commit_was_not_answered(
    own_stage: Stage,
    own_server: EmbeddedServer,
    socket_folder: Path,
    seed: int,
    pays: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every number is given once and none is left out; nobody is paid twice."""
    monkeypatch.setattr(invoicing, "CONTRACTS_PER_REVISION", 30)
    monkeypatch.setattr(payouts, "PAYEES_PER_REVISION", 10)
    trial = Trial(own_stage, Scenario.drawn(seed))
    night = trial.scenario.night
    invoices, pay = partial(invoice_everybody, day=night), partial(payouts.run, business_date=night)
    settling: Callable[[Database], object] = pay if pays else invoices
    next_night(trial.book, trial.scenario)
    before = trial.twin.head()
    settling(trial.twin)
    commits = trial.twin.head() - before
    struck(trial, own_server, socket_folder, random.Random(seed).randint(1, commits), settling)
    settling(trial.book)
    none_of(differences(contents(trial.book), contents(trial.twin)), "after the next such run")
    for book in (trial.book, trial.twin):
        settle_everybody(book, night)
    none_of(differences(contents(trial.book), contents(trial.twin)), "after everything was settled")
    none_of(broken_invariants(trial.book, trial.scenario, trial.witness), "at rest")


@pytest.mark.parametrize("seed", seeds(0, 7))
def test_news_whose_commit_was_not_answered_is_told_again_and_counts_once(
    own_stage: Stage, own_server: EmbeddedServer, socket_folder: Path, seed: int
) -> None:
    trial = Trial(own_stage, Scenario.drawn(seed))
    scenario = trial.scenario
    later = Scenario.drawn(seed, months=scenario.months + 2)
    since = scenario.night + timedelta(days=1)
    news = partial(tell, story=scenario.story, first=since, last=later.night)
    next_night(trial.book, scenario)
    strike = struck(trial, own_server, socket_folder, 1, news)
    again = news(trial.book)
    if strike is Strike.ANSWER_LOST:
        assert not again.written, "it had been committed"
    news(trial.twin)
    for book in (trial.book, trial.twin):
        next_night(book, later)
    none_of(differences(contents(trial.book), contents(trial.twin)), "after the next nightly run")
    none_of(broken_invariants(trial.book, later, trial.witness), "at rest")

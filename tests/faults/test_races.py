"""Runs beside each other, and beside a run that was stopped for a while: nothing is doubled, nothing goes back."""

import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from avenant.flows import invoicing, nightly
from avenant.store.database import Database
from tests.faults.books import contents, differences, invoiced_net, truths
from tests.faults.commands import Command
from tests.faults.invariants import broken_invariants
from tests.faults.scenarios import Scenario, Stage, invoice_everybody, next_night, seeds, tell
from tests.faults.trials import Trial, none_of

pytestmark = pytest.mark.soak

OVERLAPS = """
    WITH span AS (
        SELECT run_id, min(rev) AS opened, max(rev) AS closed FROM change JOIN revision USING (change_id)
        WHERE run_id > %s GROUP BY run_id)
    SELECT count(*) FROM span AS a JOIN span AS b ON a.run_id < b.run_id
    WHERE a.opened < b.closed AND b.opened < a.closed"""
WRITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL"
)
LATEST_RUN = "SELECT coalesce(max(run_id), 0) FROM run"


def overlaps(book: Database, after_run: int) -> int:
    """How many pairs of runs, of those after a run, were open at the same time."""
    with book.connect() as connection:
        row = connection.execute(OVERLAPS, [after_run]).fetchone()
    return int(row[0]) if row else 0


def latest_run(book: Database) -> int:
    """The number of the latest run."""
    with book.connect() as connection:
        row = connection.execute(LATEST_RUN).fetchone()
    return int(row[0]) if row else 0


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Do all of it at the same time; what each returned. An error of one is raised here."""
    gate = threading.Barrier(len(deeds))

    def started(deed: Callable[[], object]) -> object:
        gate.wait()
        return deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [future.result() for future in [pool.submit(started, deed) for deed in deeds]]


@pytest.mark.parametrize("seed", seeds(1, 100))
def test_two_nightly_runs_at_once_write_everything_once(stage: Stage, seed: int) -> None:
    trial = Trial(stage, Scenario.drawn(seed))
    dice, night = random.Random(seed), trial.scenario.night

    def race(trial: Trial, _: int) -> bool:
        before, sizes = latest_run(trial.book), dice.choices([7, 20, 60, 4_000], k=2)
        runs = [partial(nightly.run, trial.book, night, 0, size, override_breaker=True) for size in sizes]
        with trial.witness:
            at_once(*runs)
        return overlaps(trial.book, before) == 1

    trial.until_hit(race)
    none_of(differences(contents(trial.book), contents(trial.twin)), "after the race")
    trial.judge()


@pytest.mark.parametrize("seed", seeds(1, 20))
def test_two_nightly_commands_at_once_both_end_well(stage: Stage, seed: int) -> None:
    """Held changes and parked families aside, both say 0."""
    trial = Trial(stage, Scenario.drawn(seed, workers=0, retro_months=None))

    def race(trial: Trial, _: int) -> bool:
        before = latest_run(trial.book)
        commands = [trial.nightly_command(**{"chunk-families": size}) for size in (5, 9)]
        outcomes = [command.outcome() for command in commands]
        assert [outcome.code for outcome in outcomes] == [0, 0], outcomes
        return overlaps(trial.book, before) == 1

    trial.until_hit(race)
    none_of(differences(contents(trial.book), contents(trial.twin)), "after the race")
    trial.judge()


@pytest.mark.parametrize("seed", seeds(1, 100))
def test_an_invoice_run_beside_a_nightly_run_takes_each_entry_once(
    stage: Stage, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which entries the invoices caught is chance; after one more run each contract was invoiced the same."""
    monkeypatch.setattr(invoicing, "CONTRACTS_PER_REVISION", 25)
    trial = Trial(stage, Scenario.drawn(seed, booked_before=True))
    scenario, dice = trial.scenario, random.Random(seed)

    def race(trial: Trial, _: int) -> bool:
        before, book = latest_run(trial.book), trial.book

        def invoices_a_little_later() -> None:
            time.sleep(dice.uniform(0, 0.15))
            invoice_everybody(book, scenario.night)

        with trial.witness:
            night = partial(nightly.run, book, scenario.night, 0, scenario.chunk_families)
            at_once(partial(night, override_breaker=True), invoices_a_little_later)
        return overlaps(book, before) >= 1

    trial.until_hit(race)
    next_night(trial.book, scenario)
    for book in (trial.book, trial.twin):
        invoice_everybody(book, scenario.night)
    without = ("invoice", "settled entry", "balance")
    none_of(differences(contents(trial.book), contents(trial.twin), without), "the books")
    none_of(differences(invoiced_net(trial.book), invoiced_net(trial.twin)), "the invoices")
    none_of(broken_invariants(trial.book, scenario, trial.witness), "at rest")


@pytest.mark.parametrize("seed", seeds(1, 60))
def test_invoice_runs_at_once_number_without_gaps(
    stage: Stage, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice everybody, or individuals beside companies: whoever loses a number takes the next one."""
    trial = Trial(stage, Scenario.drawn(seed))
    night, dice = trial.scenario.night, random.Random(seed)
    monkeypatch.setattr(invoicing, "CONTRACTS_PER_REVISION", dice.choice([1, 2, 25]))
    next_night(trial.book, trial.scenario)
    before = latest_run(trial.book)
    everybody = partial(invoice_everybody, trial.book, night)
    kinds = [
        partial(invoicing.run, trial.book, kind, night.replace(day=1), night) for kind in invoicing.KINDS
    ]
    with trial.witness:
        at_once(*([everybody, everybody] if seed % 2 else kinds))
    assert overlaps(trial.book, before) >= 1
    invoice_everybody(trial.twin, night)
    none_of(differences(invoiced_net(trial.book), invoiced_net(trial.twin)), "the invoices")
    none_of(broken_invariants(trial.book, trial.scenario, trial.witness), "at rest")


@pytest.mark.parametrize("seed", seeds(1, 60))
def test_a_run_stopped_while_another_did_its_work_finds_nothing_left(stage: Stage, seed: int) -> None:
    trial = Trial(stage, Scenario.drawn(seed, workers=0))
    command = stopped_in_its_middle(trial)
    with trial.witness, resumed_in_the_end(command):
        next_night(trial.book, trial.scenario)
    assert command.outcome().code in (0, 1)
    trial.judge()


@pytest.mark.parametrize("seed", seeds(1, 60))
def test_a_run_stopped_while_the_world_went_on_never_brings_back_older_facts(stage: Stage, seed: int) -> None:
    """News, a later run and invoices come while it stands still; then it goes on with what it had read."""
    trial = Trial(stage, Scenario.drawn(seed, workers=0, retro_months=None))
    scenario = trial.scenario
    later = replace(scenario, months=scenario.months + 2)
    news = partial(tell, story=scenario.story, first=scenario.night + timedelta(days=1), last=later.night)
    command = stopped_in_its_middle(trial)
    with trial.witness, resumed_in_the_end(command):
        news(trial.book)
        next_night(trial.book, later)
        invoice_everybody(trial.book, later.night)
    assert command.outcome().code in (0, 1)
    news(trial.twin)
    for book in (trial.book, trial.twin):
        next_night(book, later)
        invoice_everybody(book, later.night)
    none_of(differences(truths(trial.book), truths(trial.twin)), "the latest rows")
    none_of(differences(invoiced_net(trial.book), invoiced_net(trial.twin)), "the invoices")
    none_of(broken_invariants(trial.book, later, trial.witness), "at rest")


def stopped_in_its_middle(trial: Trial) -> Command:
    """A nightly command of the book, stopped by SIGSTOP before it came to its end."""
    commands: list[Command] = []

    def stop(trial: Trial, chunks: int) -> bool:
        commands.append(trial.nightly_command())
        commands[-1].wait_for_chunks(chunks)
        commands[-1].signal(signal.SIGSTOP)
        if stopped := trial.cut_short():
            return stopped
        commands[-1].signal(signal.SIGCONT)
        commands[-1].outcome()
        return False

    trial.until_hit(stop)
    return commands[-1]


@contextmanager
def resumed_in_the_end(command: Command) -> Iterator[None]:
    """Resume a stopped command after the block; soon, where it stopped in a transaction that others wait for."""
    soon = threading.Timer(1.0, command.signal, [signal.SIGCONT])
    if writing(command.book):
        soon.start()
    try:
        yield
    finally:
        soon.cancel()
        command.signal(signal.SIGCONT)


def writing(book: Database) -> bool:
    """Whether a transaction that has written is open on the book."""
    with book.connect() as connection:
        row = connection.execute(WRITING).fetchone()
    return row is not None and row[0] > 0

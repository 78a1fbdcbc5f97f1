"""Nightly runs beside each other, and beside one that was stopped for a while: nothing is doubled, or goes back."""

import random
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from avenant.flows import nightly
from tests.faults.books import contents, differences, invoiced_net, truths
from tests.faults.commands import Command
from tests.faults.gates import held_up, wait_for_held_up
from tests.faults.invariants import broken_invariants
from tests.faults.overlaps import at_once, latest_run, overlaps
from tests.faults.scenarios import (
    Scenario,
    Stage,
    left_to_settle,
    next_night,
    seeds,
    settle_everybody,
    tell,
)
from tests.faults.trials import Trial, none_of

pytestmark = pytest.mark.soak
MOMENT_SECONDS = 0.3


@pytest.mark.parametrize("seed", seeds(1, 17))
def test_two_nightly_runs_at_once_write_everything_once(stage: Stage, seed: int) -> None:
    trial = Trial(stage, Scenario.drawn(seed))
    dice, night = random.Random(seed), trial.scenario.night

    def race(trial: Trial, _: int) -> bool:
        before, sizes = latest_run(trial.book), dice.choices([7, 20, 60, 4_000], k=2)
        runs = [partial(nightly.run, trial.book, night, 0, size, override_breaker=True) for size in sizes]
        with trial.witness:
            at_once(*runs)
        return len(overlaps(trial.book, before)) == 1

    trial.until_hit(race, hold="run_chunk", opens_at=2)
    none_of(differences(contents(trial.book), contents(trial.twin)), "after the race")
    trial.judge()


@pytest.mark.parametrize("seed", seeds(0, 5))
def test_two_nightly_commands_at_once_both_end_well(stage: Stage, seed: int) -> None:
    """Held changes and parked families aside, both say 0."""
    trial = Trial(stage, Scenario.drawn(seed, workers=0, retro_months=None))

    def race(trial: Trial, _: int) -> bool:
        before = latest_run(trial.book)
        commands = [trial.nightly_command(**{"chunk-families": size}) for size in (5, 9)]
        outcomes = [command.outcome() for command in commands]
        assert [outcome.code for outcome in outcomes] == [0, 0], outcomes
        return len(overlaps(trial.book, before)) == 1

    trial.until_hit(race, hold="run_chunk", opens_at=2)
    none_of(differences(contents(trial.book), contents(trial.twin)), "after the race")
    trial.judge()


@pytest.mark.parametrize("seed", seeds(0, 10))
def test_a_run_stopped_while_another_did_its_work_finds_nothing_left(stage: Stage, seed: int) -> None:
    trial = Trial(stage, Scenario.drawn(seed, workers=0))
    command = stopped_in_its_middle(trial)
    with trial.witness, resumed_in_the_end(command):
        next_night(trial.book, trial.scenario)
    assert command.outcome().code in (0, 1)
    trial.judge()


@pytest.mark.parametrize("seed", seeds(0, 10))
def test_a_run_stopped_while_the_world_went_on_never_brings_back_older_facts(stage: Stage, seed: int) -> None:
    """News, a later run, invoices and payouts come while it stands still; then it goes on with what it had read."""
    trial = Trial(stage, Scenario.drawn(seed, workers=0, retro_months=None))
    scenario = trial.scenario
    later = replace(scenario, months=scenario.months + 2)
    news = partial(tell, story=scenario.story, first=scenario.night + timedelta(days=1), last=later.night)
    command = stopped_in_its_middle(trial)
    with trial.witness, resumed_in_the_end(command):
        news(trial.book)
        next_night(trial.book, later)
        settle_everybody(trial.book, later.night)
    assert command.outcome().code in (0, 1)
    news(trial.twin)
    for book in (trial.book, trial.twin):
        next_night(book, later)
        settle_everybody(book, later.night)
    none_of(differences(truths(trial.book), truths(trial.twin)), "the latest rows")
    none_of(differences(invoiced_net(trial.book), invoiced_net(trial.twin)), "the invoices")
    none_of(left_to_settle(trial.book, later.night), "everything was settled")
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

    trial.until_hit(stop, hold="run_close")
    return commands[-1]


@contextmanager
def resumed_in_the_end(command: Command) -> Iterator[None]:
    """Resume a stopped command after the block; before, where it stopped with something that others wait for."""
    over = threading.Event()
    resuming = threading.Thread(target=resume_when_missed, args=[command, over], daemon=True)
    resuming.start()
    try:
        yield
    finally:
        over.set()
        resuming.join()
        command.signal(signal.SIGCONT)


def resume_when_missed(command: Command, over: threading.Event) -> None:
    """Resume a stopped command when somebody waits for a lock, and still does a moment later."""
    while wait_for_held_up(command.book.url, 1, over):
        over.wait(MOMENT_SECONDS)
        if held_up(command.book.url):
            command.signal(signal.SIGCONT)
            return

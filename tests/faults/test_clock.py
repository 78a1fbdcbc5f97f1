"""A clock that jumps back and forth while a run commits: revisions stay in order, answers stay what they were."""

import random
import threading
from datetime import timedelta

import pytest

from avenant.flows import nightly
from tests.faults.books import contents, differences, number
from tests.faults.scenarios import Scenario, Stage, evening, seeds
from tests.faults.trials import Trial, none_of

pytestmark = pytest.mark.soak

BACKWARDS = """
    SELECT count(*) FROM (SELECT committed_at - lag(committed_at) OVER (ORDER BY rev) AS step FROM revision) AS r
    WHERE step = interval '1 microsecond'"""


@pytest.mark.parametrize("seed", seeds(1, 10))
def test_a_clock_set_back_in_mid_run_changes_neither_books_nor_answers(stage: Stage, seed: int) -> None:
    trial = Trial(stage, Scenario.drawn(seed, chunk_families=8))
    book, night, dice = trial.book, trial.scenario.night, random.Random(seed)
    done = threading.Event()

    def jump() -> None:
        while not done.wait(dice.uniform(0, 0.01)):
            book.simulate(evening(night) + timedelta(seconds=dice.randint(-90_000, 5)))

    jumping = threading.Thread(target=jump)
    with trial.witness:
        book.simulate(evening(night) - timedelta(hours=1))  # however late the first jump comes
        jumping.start()
        try:
            nightly.run(book, night, chunk_families=8, override_breaker=True)
        finally:
            done.set()
            jumping.join()
    with book.connect() as connection:
        assert number(connection, BACKWARDS) > 0, "the clock never stood before the latest revision"
    book.simulate(evening(night, 23))
    none_of(differences(contents(book), contents(trial.twin)), "after the run")
    trial.judge()

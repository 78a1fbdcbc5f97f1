"""Invoice and payout runs killed while they write: the next one issues what is left, under the next number."""

import random

import pytest

from tests.faults.books import contents, differences
from tests.faults.commands import Command
from tests.faults.gates import gate
from tests.faults.invariants import broken_invariants
from tests.faults.scenarios import Scenario, Stage, left_to_settle, next_night, seeds, settle_everybody
from tests.faults.trials import Trial, none_of

pytestmark = pytest.mark.soak
INVOICES = ("invoice", "invoice_entry", "run_close")
PAYOUTS = ("payout", "payout_entry", "run_close")


@pytest.mark.parametrize("seed", seeds(1, 7))
def test_a_settling_killed_before_any_of_its_tables_is_done_by_the_next(stage: Stage, seed: int) -> None:
    """Odd seeds kill payouts, even ones the invoices of individuals."""
    trial = Trial(stage, Scenario.drawn(seed))
    night, dice = trial.scenario.night, random.Random(seed)
    pays = seed % 2
    words = ["payouts", "run"] if pays else ["invoices", "run", "individual", f"{night:%Y-%m}"]
    next_night(trial.book, trial.scenario)
    with gate(stage.admin_url(trial.book), dice.choice(PAYOUTS if pays else INVOICES)):
        command = Command.started(stage, trial.book, [*words, "--date", night.isoformat()])
        assert command.wait_until_held_up(), command.outcome()
        command.kill()
        command.outcome()
    assert trial.cut_short()
    for book in (trial.book, trial.twin):
        settle_everybody(book, night)
    none_of(differences(contents(trial.book), contents(trial.twin)), "after the next such run")
    none_of(left_to_settle(trial.book, night), "everything was settled")
    none_of(broken_invariants(trial.book, trial.scenario, trial.witness), "at rest")

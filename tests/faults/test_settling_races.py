"""Invoice and payout runs beside each other, and beside a nightly run: each entry once, numbers without gaps."""

import random
import time
from functools import partial

import pytest

from avenant.flows import invoicing, nightly, payouts
from tests.faults.books import contents, differences, invoiced_net
from tests.faults.gates import gate
from tests.faults.invariants import broken_invariants
from tests.faults.overlaps import at_once, latest_run, overlaps
from tests.faults.scenarios import (
    Scenario,
    Stage,
    invoice_everybody,
    left_to_settle,
    next_night,
    seeds,
    settle_everybody,
)
from tests.faults.trials import Trial, none_of

pytestmark = pytest.mark.soak
BESIDE_THE_NIGHT = {("invoices", "nightly"), ("nightly", "payouts")}
CHANCE = ("invoice", "settled entry", "balance", "payout", "paid entry")


@pytest.mark.parametrize("seed", seeds(1, 17))
def test_invoices_and_payouts_beside_a_nightly_run_take_each_entry_once(
    stage: Stage, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which entries they caught is chance; after one more run everybody was invoiced the same, and all is paid."""
    monkeypatch.setattr(invoicing, "CONTRACTS_PER_REVISION", 25)
    monkeypatch.setattr(payouts, "PAYEES_PER_REVISION", 10)
    trial = Trial(stage, Scenario.drawn(seed, booked_before=True))
    scenario, dice = trial.scenario, random.Random(seed)

    def race(trial: Trial, _: int) -> bool:
        before, book = latest_run(trial.book), trial.book
        waits = [dice.uniform(0, 0.15) * (1 - trial.haste) for _ in range(2)]
        night = partial(nightly.run, book, scenario.night, 0, scenario.chunk_families)
        invoices = partial(invoice_everybody, book, scenario.night)
        pays = partial(payouts.run, book, scenario.night)

        def later(seconds: float, run: partial[object]) -> object:
            time.sleep(seconds)
            return run()

        with trial.witness:
            at_once(
                partial(night, override_breaker=True),
                partial(later, waits[0], invoices),
                partial(later, waits[1], pays),
            )
        return set(overlaps(book, before)) >= BESIDE_THE_NIGHT

    trial.until_hit(race, hold="run_close", opens_at=3)
    next_night(trial.book, scenario)
    for book in (trial.book, trial.twin):
        settle_everybody(book, scenario.night)
    none_of(differences(contents(trial.book), contents(trial.twin), CHANCE), "the books")
    none_of(differences(invoiced_net(trial.book), invoiced_net(trial.twin)), "the invoices")
    none_of(left_to_settle(trial.book, scenario.night), "everything was settled")
    none_of(broken_invariants(trial.book, scenario, trial.witness), "at rest")


@pytest.mark.parametrize("seed", seeds(0, 10))
def test_invoice_runs_at_once_number_without_gaps(
    stage: Stage, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice everybody, or individuals beside companies: whoever loses a number takes the next one."""
    trial = Trial(stage, Scenario.drawn(seed))
    night, dice = trial.scenario.night, random.Random(seed)
    monkeypatch.setattr(invoicing, "CONTRACTS_PER_REVISION", dice.choice([1, 2, 25]))

    def race(trial: Trial, _: int) -> bool:
        next_night(trial.book, trial.scenario)
        before = latest_run(trial.book)
        everybody = partial(invoice_everybody, trial.book, night)
        kinds = [
            partial(invoicing.run, trial.book, kind, night.replace(day=1), night) for kind in invoicing.KINDS
        ]
        with trial.witness, gate(stage.admin_url(trial.book), "invoice", opens_at=2):
            at_once(*([everybody, everybody] if seed % 2 else kinds))
        return bool(overlaps(trial.book, before))

    trial.until_hit(race)
    invoice_everybody(trial.twin, night)
    none_of(differences(invoiced_net(trial.book), invoiced_net(trial.twin)), "the invoices")
    none_of(broken_invariants(trial.book, trial.scenario, trial.witness), "at rest")


@pytest.mark.parametrize("seed", seeds(0, 10))
def test_payout_runs_at_once_pay_each_entry_once(
    stage: Stage, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two or three of them: whoever comes second finds each payee paid and goes on with the next."""
    trial = Trial(stage, Scenario.drawn(seed))
    night, dice = trial.scenario.night, random.Random(seed)
    monkeypatch.setattr(payouts, "PAYEES_PER_REVISION", dice.choice([1, 2, 10]))
    number_of_runs = dice.choice([2, 3])

    def race(trial: Trial, _: int) -> bool:
        next_night(trial.book, trial.scenario)
        before = latest_run(trial.book)
        with trial.witness, gate(stage.admin_url(trial.book), "payout_entry", opens_at=number_of_runs):
            at_once(*[partial(payouts.run, trial.book, night)] * number_of_runs)
        return bool(overlaps(trial.book, before))

    trial.until_hit(race)
    payouts.run(trial.twin, night)
    none_of(differences(contents(trial.book), contents(trial.twin)), "after the race")
    none_of(broken_invariants(trial.book, trial.scenario, trial.witness), "at rest")

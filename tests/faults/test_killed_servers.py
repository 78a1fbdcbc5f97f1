"""PostgreSQL killed with SIGKILL in the middle of a run: what was acknowledged is there, the next run goes on."""

import random
import time

import pytest

from avenant.gateways.postgres import EmbeddedServer
from tests.faults.commands import Outcome
from tests.faults.scenarios import Scenario, Stage, seeds
from tests.faults.servers import Terminator, bring_back, kill_server
from tests.faults.trials import Trial

pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("own server")]


@pytest.mark.parametrize("seed", seeds(1, 10))
def test_a_server_killed_in_mid_run_loses_nothing(
    own_stage: Stage, own_server: EmbeddedServer, seed: int
) -> None:
    chosen = {"workers": 0} if seed == 1 else {}
    trial = Trial(own_stage, Scenario.drawn(seed, **chosen))
    dice = random.Random(seed)
    outcomes: list[Outcome] = []

    def kill(trial: Trial, chunks: int) -> bool:
        command = trial.nightly_command()
        command.wait_for_chunks(chunks)
        time.sleep(dice.uniform(0, 0.05) * (1 - trial.haste))
        trial.witness.look()
        kill_server(own_server, whole=dice.random() < 0.5)
        outcomes.append(command.outcome())
        bring_back(own_server)
        return trial.cut_short()

    trial.until_hit(kill, hold="run_close")
    assert outcomes[-1].code == 1
    assert outcomes[-1].speaks_to_people, outcomes[-1].complained
    assert "run it again" in outcomes[-1].complained
    trial.judge()


@pytest.mark.parametrize("seed", seeds(0, 10))
def test_connections_ended_by_the_server_end_the_run_with_a_sentence(stage: Stage, seed: int) -> None:
    trial = Trial(stage, Scenario.drawn(seed, workers=2 if seed % 3 == 0 else 0))
    dice = random.Random(seed)
    outcomes: list[Outcome] = []

    def terminate(trial: Trial, chunks: int) -> bool:
        command = trial.nightly_command()
        command.wait_for_chunks(chunks)
        with Terminator(stage.admin_url(trial.book), dice, dice.uniform(0, 0.05), 0.02) as terminator:
            outcomes.append(command.outcome())
        return trial.cut_short() and terminator.ended > 0

    trial.until_hit(terminate, hold="run_close")
    assert outcomes[-1].code == 1
    assert outcomes[-1].speaks_to_people, outcomes[-1].complained
    trial.judge()

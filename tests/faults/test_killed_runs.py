"""A nightly run killed at any moment, whole or one worker of it: the next run leaves the twin's books."""

import random
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from avenant.flows import nightly, nightly_waiting
from avenant.flows.nightly_spill import LOCK, PREFIX, spill_folder
from avenant.store.database import Connection
from tests.faults.commands import Outcome
from tests.faults.scenarios import Scenario, Stage, seeds
from tests.faults.trials import Trial

pytestmark = pytest.mark.soak
JITTER_SECONDS = 0.05


@pytest.mark.parametrize("seed", seeds(1, 13))
def test_a_nightly_run_killed_at_any_moment_is_healed_by_the_next(stage: Stage, seed: int) -> None:
    chosen = {} if seed > 2 else {"workers": 2 * (seed - 1)}
    trial = Trial(stage, Scenario.drawn(seed, **chosen))
    dice = random.Random(seed)

    def kill(trial: Trial, chunks: int) -> bool:
        command = trial.nightly_command()
        if command.wait_for_chunks(chunks):
            time.sleep(dice.uniform(0, JITTER_SECONDS) * (1 - trial.haste))
        workers = command.worker_processes()
        command.kill()
        command.outcome()
        _, alive = psutil.wait_procs(workers, timeout=20)
        assert not alive, f"workers outlive the run they belong to: {alive}"
        return trial.cut_short()

    trial.until_hit(kill, hold="run_close")
    trial.judge()


def test_the_rows_that_a_killed_run_had_waiting_are_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with spill_folder() as alive:
        left = tmp_path / f"{PREFIX}left"
        left.mkdir()
        (left / LOCK).touch()
        (left / "3.pickle").write_bytes(b"rows")
        with spill_folder():
            assert not left.exists()
            assert Path(alive).exists()
    assert not list(tmp_path.iterdir())


class Struck(BaseException):
    """The run ends here, as if the process had been killed between two chunks."""


@pytest.mark.parametrize("seed", seeds(0, 5))
def test_a_first_night_cut_short_does_not_hold_back_the_rest_of_a_contract(stage: Stage, seed: int) -> None:
    """What a contract's first run books reaches back without limit; half of a first run is no first run."""
    first_night_cut_short(stage, seed).judge()


def first_night_cut_short(stage: Stage, seed: int) -> Trial:
    """A trial whose first night ended between two chunks, as if its process had been killed."""
    scenario = Scenario.drawn(
        seed, booked_before=False, retro_months=1, chunk_families=9, override_breaker=True
    )
    trial = Trial(stage, scenario)

    def strike(trial: Trial, chunks: int) -> bool:
        def struck(stage: str, done: int, total: int) -> None:
            if done > chunks:
                raise Struck

        with suppress(Struck):
            nightly.run(trial.book, scenario.night, chunk_families=9, override_breaker=True, progress=struck)
        return trial.cut_short()

    trial.until_hit(strike)
    return trial


def test_the_trial_notices_when_half_a_first_night_counts_as_a_whole_one(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rule as it was before such a trial found it wrong: any booked row opens a contract."""
    any_row = "SELECT DISTINCT contract_id FROM premium WHERE contract_id = ANY(%s)"

    def as_it_was(connection: Connection, contracts: list[int]) -> list[int]:
        return [contract for (contract,) in connection.execute(any_row, [contracts])]

    monkeypatch.setattr(nightly_waiting, "contracts_past_first_run", as_it_was)
    with pytest.raises(AssertionError, match="held difference"):
        first_night_cut_short(stage, 1).judge()


@pytest.mark.parametrize("seed", seeds(0, 7))
def test_a_killed_worker_is_told_in_a_sentence_and_healed_by_the_next_run(stage: Stage, seed: int) -> None:
    trial = Trial(stage, Scenario.drawn(seed, workers=2))
    dice = random.Random(seed)
    outcomes: list[Outcome] = []

    def kill_a_worker(trial: Trial, chunks: int) -> bool:
        command = trial.nightly_command()
        writes_late = not trial.scenario.override_breaker  # then no worker is needed any more
        command.wait_for_chunks(0 if writes_late else chunks)
        if workers := command.wait_for_workers():
            jitter = dice.uniform(0, 10 * JITTER_SECONDS if writes_late else JITTER_SECONDS)
            time.sleep(jitter * (1 - trial.haste))
            dice.choice(workers).kill()
        outcomes.append(command.outcome())
        return trial.cut_short()

    trial.until_hit(kill_a_worker, hold="run_chunk")
    assert outcomes[-1].code == 1
    assert outcomes[-1].speaks_to_people, outcomes[-1].complained
    assert "worker" in outcomes[-1].complained
    assert "run it again" in outcomes[-1].complained
    trial.judge()

"""A disk that fills up in the middle of a run, under the tables or the log: room is made, the next run heals."""

import random
from collections.abc import Iterator

import psycopg
import pytest

from avenant.gateways.postgres import EmbeddedServer
from tests.faults.commands import Outcome
from tests.faults.conftest import SMALL_SERVER
from tests.faults.disks import SmallDisk, leave_log_room, small_disk
from tests.faults.scenarios import Scenario, Stage, seeds
from tests.faults.servers import bring_back
from tests.faults.trials import Trial

pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("own server")]
KILOBYTE, MEGABYTE = 1 << 10, 1 << 20


@pytest.fixture(scope="module")
def disk() -> Iterator[SmallDisk]:
    with small_disk(500) as made:
        yield made


@pytest.fixture(scope="module")
def server_on_disk(disk: SmallDisk) -> Iterator[EmbeddedServer]:
    made = EmbeddedServer(
        disk.folder / "server", {**SMALL_SERVER, "max_wal_size": "1GB", "wal_recycle": "off"}
    )
    made.start()
    yield made
    disk.clear()
    made.stop()


@pytest.fixture
def stage_on_disk(disk: SmallDisk, server_on_disk: EmbeddedServer) -> Iterator[Stage]:
    made = Stage(server_on_disk, may_crash=True)
    yield made
    disk.clear()
    bring_back(server_on_disk)
    made.clear()


@pytest.mark.parametrize("seed", seeds(1, 7))
def test_a_disk_that_fills_up_stops_the_run_and_nothing_is_lost(
    stage_on_disk: Stage, server_on_disk: EmbeddedServer, disk: SmallDisk, seed: int
) -> None:
    """Odd seeds leave the tables little room, even ones the log, which takes the whole server down."""
    trial = Trial(stage_on_disk, Scenario.drawn(seed, workers=0))
    dice = random.Random(seed)
    outcomes: list[Outcome] = []

    room = dice.randint(8, 160) * KILOBYTE

    def fill(trial: Trial, chunks: int) -> bool:
        nonlocal room
        admin = stage_on_disk.admin_url(trial.book)
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
        if seed % 2:
            disk.fill(room)
        else:
            disk.fill(4 * MEGABYTE)  # enough for tables, too little for another segment of the log
            leave_log_room(admin, room)
        outcomes.append(trial.nightly_command().outcome())
        disk.clear()
        bring_back(server_on_disk)
        room = room // 2 if outcomes[-1].code == 0 else room * 2
        return trial.cut_short()

    trial.until_hit(fill)
    assert outcomes[-1].code == 1
    assert outcomes[-1].speaks_to_people, outcomes[-1].complained
    expected = ["disk is full"] if seed % 2 else ["disk is full", "server went away"]
    assert any(words in outcomes[-1].complained for words in expected), outcomes[-1].complained
    trial.judge()


def test_no_room_for_what_waits_to_be_written_is_told_in_a_sentence(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a breaker may still stop the run, its rows wait in the folder for temporary files."""
    chosen = {"contracts": 220, "months": 9, "booked_before": True, "override_breaker": False, "workers": 0}
    trial = Trial(stage, Scenario.drawn(1, **chosen))
    with small_disk(1) as tiny:
        tiny.fill(16 * KILOBYTE)
        monkeypatch.setenv("TMPDIR", str(tiny.folder))
        outcome = trial.nightly_command().outcome()
        monkeypatch.undo()
        tiny.clear()
    assert outcome.code == 1
    assert outcome.speaks_to_people, outcome.complained
    assert "a disk is full" in outcome.complained
    assert trial.cut_short()
    trial.judge()

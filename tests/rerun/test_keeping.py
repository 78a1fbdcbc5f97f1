"""Results of re-runs are removed by the clock when they have expired, whether or not anybody looks."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from avenant.cli import app
from avenant.flows.reruns.keeping import expired_removed, kept_results, remove_expired
from avenant.gateways import postgres
from avenant.rerun.spool import Spool
from avenant.store.setup import Server

OLD, YOUNG, ALONE = (32 * digit for digit in "abc")


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Spool:
    """Two results, one of the day before yesterday; and a draft beside a result that was never written."""
    monkeypatch.setenv("AVENANT_HOME", str(tmp_path))
    kept = kept_results().open()
    kept.key()
    for number in (OLD, YOUNG):
        kept.keep_beside(number, ".draft", b"{}")
        result = kept.begin(number, {"number": number})
        result.write(["outcome", {}])
        result.close()
    kept.keep_beside(ALONE, ".draft", b"{}")
    for path in [*kept.folder.glob(f"{OLD}.*"), *kept.folder.glob(f"{ALONE}.*")]:
        os.utime(path, (time.time() - 25 * 3600,) * 2)
    return kept


def left(spool: Spool) -> set[str]:
    return {path.stem for path in spool.folder.iterdir()} & {OLD, YOUNG, ALONE}


def test_what_has_expired_is_removed_with_all_that_lies_beside_and_nothing_else(spool: Spool) -> None:
    key = spool.key()
    assert expired_removed() == 1
    assert left(spool) == {YOUNG}
    assert (spool.key(), spool.beside(YOUNG, ".draft")) == (key, b"{}")
    assert expired_removed() == 0


def test_where_no_rerun_was_ever_made_nothing_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVENANT_HOME", str(tmp_path))
    assert expired_removed() == 0
    assert kept_results().heads() == [], "a list of results has a page before there is a folder"
    assert not list(tmp_path.iterdir())


def test_every_night_removes_what_has_expired_also_where_it_is_refused(
    spool: Spool, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "server_from_environment", lambda: server)
    ended = CliRunner().invoke(app, ["nightly", "--database", "avenant_no_such_book"])
    assert ended.exit_code == 2, ended.output
    assert left(spool) == {YOUNG}


def test_the_desk_removes_what_expires_while_it_serves_and_a_failure_does_not_end_that(spool: Spool) -> None:
    spool.folder.chmod(0o755)
    stop = threading.Event()
    serving = threading.Thread(target=remove_expired, args=[stop, 0.01])
    serving.start()
    try:
        time.sleep(0.1)
        assert left(spool) == {OLD, YOUNG, ALONE}, "others could look into the folder: nothing is touched"
        spool.folder.chmod(0o700)
        until = time.monotonic() + 10
        while left(spool) != {YOUNG} and time.monotonic() < until:
            time.sleep(0.01)
    finally:
        stop.set()
        serving.join(10)
    assert left(spool) == {YOUNG}

"""The command line as a process of its own, to be stopped, resumed and killed while it works.

command = Command.nightly(stage, book, scenario)
command.wait_for_chunks(3)
command.kill()
outcome = command.outcome()         # its exit code and what it said
"""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

import psutil
import psycopg

from avenant.gateways.postgres import EmbeddedServer
from avenant.store.database import Database
from tests.faults.books import number
from tests.faults.gates import held_up
from tests.faults.scenarios import Scenario, Stage, name_of

PATIENCE_SECONDS = 300
OPENED = "SELECT max(run_id) FROM run"
COMMITTED = "SELECT count(*) FROM run_chunk WHERE run_id = %s"
UNCLOSED = "SELECT count(*) FROM run LEFT JOIN run_close USING (run_id) WHERE run_close.run_id IS NULL"
CHUNKS = """SELECT count(k.run_id) FROM run AS r LEFT JOIN run_close AS c USING (run_id)
            LEFT JOIN run_chunk AS k ON k.run_id = r.run_id WHERE c.run_id IS NULL"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended. A negative code: the signal that ended it."""

    code: int
    said: str
    complained: str

    @property
    def speaks_to_people(self) -> bool:
        """Whether no traceback reached the person who called it."""
        lines = self.complained.splitlines()
        return any(line.startswith("avenant: ") for line in lines) and not any(
            mark in self.complained for mark in ("Traceback", "psycopg.", "error ignored")
        )


@dataclass(slots=True)
class Command:
    """A running command, the book it works on, and the latest run that was there before it."""

    process: subprocess.Popen[str]
    book: Database
    runs_before: int

    @classmethod
    def nightly(cls, stage: Stage, book: Database, scenario: Scenario, **options: object) -> "Command":
        """`avenant nightly` on the night of the scenario, with its workers and chunks; `options` come on top."""
        chosen = {
            "date": scenario.night,
            "chunk-families": scenario.chunk_families,
            "workers": scenario.workers,
            **options,
        }
        words = [word for name, value in chosen.items() for word in (f"--{name}", str(value))]
        if scenario.override_breaker:
            words.append("--override-breaker")
        return cls.started(stage, book, ["nightly", "--skip-checks", *words])

    @classmethod
    def started(cls, stage: Stage, book: Database, words: list[str]) -> "Command":
        """`avenant` with these words and the book's database."""
        arguments = [sys.executable, "-m", "avenant", *words, "--database", name_of(book)]
        process = subprocess.Popen(
            arguments,
            env=environment(stage),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return cls(process, book, runs(book))

    def wait_for_chunks(self, chunks: int = 0) -> bool:
        """Wait until the run has committed that many chunks (0: until it is open); False when it ended before."""
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        with psycopg.connect(self.book.url, autocommit=True) as connection:
            while self.process.poll() is None:
                run = number(connection, OPENED)
                if run > self.runs_before and (not chunks or number(connection, COMMITTED, run) >= chunks):
                    return True
                assert time.monotonic() < give_up_at, f"the command never came to chunk {chunks}"
                time.sleep(0.002)
        return False

    def wait_until_held_up(self) -> bool:
        """Wait until it stands before a closed gate; False when it ended before."""
        while self.process.poll() is None:
            if held_up(self.book.url):
                return True
            time.sleep(0.01)
        return False

    def worker_processes(self) -> list[psutil.Process]:
        """Its worker processes, once they have been started."""
        try:
            children = psutil.Process(self.process.pid).children(recursive=True)
            return [child for child in children if "spawn_main" in " ".join(child.cmdline())]
        except psutil.Error:
            return []

    def wait_for_workers(self) -> list[psutil.Process]:
        """Its worker processes as soon as there are any; none when it ended before."""
        while self.process.poll() is None:
            if workers := self.worker_processes():
                return workers
            time.sleep(0.002)
        return []

    def signal(self, sent: signal.Signals) -> None:
        """Send a signal to the command itself, not to its workers."""
        self.process.send_signal(sent)

    def kill(self) -> None:
        """SIGKILL: no chance to say or tidy anything."""
        self.process.kill()

    def outcome(self) -> Outcome:
        """Wait for the end; errors when it does not come."""
        try:
            said, complained = self.process.communicate(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        return Outcome(self.process.returncode, said, complained)


def environment(stage: Stage) -> dict[str, str]:
    """The environment in which the command finds the server of the test."""
    inherited = {name: value for name, value in os.environ.items() if name != "AVENANT_HOME"}
    if isinstance(stage.server, EmbeddedServer):
        return {**inherited, "AVENANT_HOME": str(stage.server.folder)}
    return inherited


def runs(book: Database) -> int:
    """The number of the latest run."""
    with book.connect() as connection:
        return number(connection, OPENED)


def cut_short(book: Database) -> int:
    """How many runs were opened and never closed."""
    with book.connect() as connection:
        return number(connection, UNCLOSED)


def chunks_of_cut_runs(book: Database) -> int:
    """How many chunks the runs that were never closed had committed."""
    with book.connect() as connection:
        return number(connection, CHUNKS)

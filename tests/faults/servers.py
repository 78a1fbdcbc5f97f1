"""Ending PostgreSQL, or some of its connections, as a kernel, an operator or a broken network would."""

import contextlib
import random
import threading
import time
from types import TracebackType

import psutil
import psycopg

from avenant.gateways.postgres import EmbeddedServer

RECOVERY_SECONDS = 60
TERMINATE_ONE = """
    SELECT pg_terminate_backend(pid) FROM (
        SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND usename = 'avenant_app' AND pid <> pg_backend_pid()
        ORDER BY pid OFFSET %s LIMIT 1) AS chosen"""


def kill_server(server: EmbeddedServer, whole: bool) -> None:
    """SIGKILL to the server's first process, and where ``whole`` to all of them at once."""
    number = server.process_id()
    assert number is not None, "the server should have been running"
    leader = psutil.Process(number)
    others = leader.children(recursive=True) if whole else []
    for process in (leader, *others):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs([leader], timeout=20)


def bring_back(server: EmbeddedServer) -> None:
    """Start a server that may be dead, or may be recovering from its crash by itself, and wait until it serves."""
    give_up_at = time.monotonic() + RECOVERY_SECONDS
    while True:
        server.start()
        try:
            psycopg.connect(server.admin_url("postgres")).close()
            return
        except psycopg.OperationalError:
            assert time.monotonic() < give_up_at, "the server did not recover"
            time.sleep(0.05)


class Terminator:
    """While in its `with` block, ends one connection of the book now and then; ``ended`` counts them."""

    def __init__(self, admin_url: str, dice: random.Random, first_after: float, every: float) -> None:
        self.ended = 0
        self._url, self._dice, self._waits = admin_url, dice, (first_after, every)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> "Terminator":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        first, every = self._waits
        with psycopg.connect(self._url, autocommit=True) as connection:
            while not self._stop.wait(first):
                rows = connection.execute(TERMINATE_ONE, [self._dice.randint(0, 1)]).fetchall()
                self.ended += len(rows)
                first = self._dice.uniform(0, every)

"""Gates: for a while nobody can write to a table, so that faults and races come in time on the busiest machine.

with gate(stage.admin_url(book), "run_close", opens_at=2):
    at_once(one_run, another_run)      # neither ends before both have begun
"""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import psycopg

from tests.faults.books import number

LONGEST_MILLISECONDS = 60_000
HELD_UP = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = 'avenant_app' AND cardinality(pg_blocking_pids(pid)) > 0"""


@contextmanager
def gate(admin_url: str, table: str, opens_at: int | None = None) -> Iterator[None]:
    """Nobody writes to `table` before `opens_at` sessions of the program wait for something (None: before the end
    of the block). Readers and writers of other tables go on. After a minute the server itself opens the gate."""
    over = threading.Event()
    with closing(psycopg.connect(admin_url)) as keeper:
        keeper.execute(f"SET idle_in_transaction_session_timeout = {LONGEST_MILLISECONDS}")
        keeper.execute(f"LOCK TABLE {table} IN SHARE MODE")
        opener = threading.Thread(target=_open, args=[admin_url, keeper, opens_at, over], daemon=True)
        opener.start()
        try:
            yield
        finally:
            over.set()
            opener.join()


def _open(admin_url: str, keeper: psycopg.Connection, opens_at: int | None, over: threading.Event) -> None:
    if opens_at is not None and wait_for_held_up(admin_url, opens_at, over):
        with suppress(psycopg.OperationalError):
            keeper.rollback()


def held_up(url: str) -> int:
    """How many of the program's sessions wait for locks of others."""
    with psycopg.connect(url, autocommit=True) as connection:
        return number(connection, HELD_UP)


def wait_for_held_up(url: str, sessions: int, over: threading.Event) -> bool:
    """Wait until so many of the program's sessions wait for locks of others; False when it was `over` before."""
    with suppress(psycopg.OperationalError), psycopg.connect(url, autocommit=True) as connection:
        while not over.wait(0.01):
            if number(connection, HELD_UP) >= sessions:
                return True
    return False

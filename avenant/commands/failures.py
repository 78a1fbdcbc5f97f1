"""What stops a command from outside, as sentences: a server that went away, a full disk, a killed worker.

    with failures_told():
        report = run(...)

Whatever was committed stays and nothing is half written, so the remedy is always to run the command again.
"""

import errno
import logging
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

import psycopg
import typer

from avenant.commands.choose_database import FAILED
from avenant.gateways.postgres_programs import ServerFailed
from avenant.store.writers.runs import RacesLost

AGAIN = "Nothing is lost: what was written stays, the rest is still to do. {}run it again."


@contextmanager
def failures_told() -> Iterator[None]:
    """Turn a failure of the surroundings into a sentence on standard error and exit code 1."""
    logging.getLogger("psycopg").addHandler(
        logging.NullHandler()
    )  # its warnings say the same in its own words
    try:
        yield
    except (psycopg.Error, OSError, BrokenProcessPool, RacesLost, ServerFailed) as failure:
        told = sentence(failure)
        if told is None:
            raise
        typer.echo(f"avenant: {told}", err=True)
        raise typer.Exit(FAILED) from failure


def sentence(failure: Exception) -> str | None:
    """What happened and what to do; None for what is not a failure of the surroundings."""
    if isinstance(failure, ServerFailed):
        return str(failure)
    if isinstance(failure, RacesLost):
        return f"{failure}. {AGAIN.format('Let the other one end, then ')}"
    if isinstance(failure, BrokenProcessPool):
        return (
            "a worker process was killed (by somebody, or by the system for want of memory: fewer --workers or "
            f"smaller --chunk-families need less). {AGAIN.format('Then ')}"
        )
    if isinstance(failure, psycopg.errors.DiskFull) or getattr(failure, "errno", None) == errno.ENOSPC:
        return f"a disk is full ({_first_line(failure)}). {AGAIN.format('Make room, then ')}"
    if isinstance(failure, psycopg.OperationalError) and "does not exist" not in str(failure):
        return (
            f"the database server went away or could not go on ({_first_line(failure)}). "
            f"{AGAIN.format('See that it runs (`avenant db status`), then ')}"
        )
    return None


def _first_line(failure: Exception) -> str:
    return (str(failure).strip().splitlines() or [type(failure).__name__])[0]

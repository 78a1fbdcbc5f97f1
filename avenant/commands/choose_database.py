"""Which database a command works on, and instants that people type."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

import psycopg
import typer

from avenant.store.database import PARIS, Database, FutureInstant

FAILED, REFUSED = 1, 2
DEFAULT = os.environ.get("AVENANT_DB", "avenant")
DATABASE = typer.Option(
    DEFAULT, "--database", "--db", help="Name of the database ($AVENANT_DB, else avenant)."
)
AS_JSON = typer.Option(False, "--json", help="Print JSON.")
KNOWN_AT = typer.Option(
    None,
    "--known-at",
    help="As known at this instant: 2026-03-14 or '2026-03-14 09:12' (Paris).",
    show_default=False,
)


def chosen_database(name: str) -> Database:
    """The database called ``name`` on the server of DATABASE_URL, or on the embedded one, started if needed."""
    from avenant.gateways.postgres import server_from_environment

    return Database(server_from_environment().app_url(name))


@contextmanager
def refusals_told(name: str) -> Iterator[None]:
    """Turn what a person can act on into one sentence on standard error and exit code 2."""
    try:
        yield
    except (ValueError, LookupError, FutureInstant) as refused:
        typer.echo(f"avenant: {refused}", err=True)
        raise typer.Exit(REFUSED) from refused
    except psycopg.OperationalError as missing:
        if "does not exist" in str(missing):
            typer.echo(
                f"avenant: there is no database {name!r}: `avenant db create {name}` makes it", err=True
            )
            raise typer.Exit(REFUSED) from missing
        reason = (str(missing).strip().splitlines() or ["no answer"])[0]
        typer.echo(
            f"avenant: the database server does not answer ({reason}). See that it runs (`avenant db status`), "
            "then run it again.",
            err=True,
        )
        raise typer.Exit(FAILED) from missing
    except psycopg.errors.UndefinedTable as other:
        typer.echo(f"avenant: {name!r} holds no book of this program: name another with --database", err=True)
        raise typer.Exit(REFUSED) from other


def day_typed(text: str, option: str) -> date:
    """A day typed as 2026-03-14. Errors: ValueError that says what to write."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{option}: {text!r} is not a day; write it like 2026-03-14") from None


def month_typed(text: str, option: str) -> date:
    """A month typed as 2026-03 (or any day of it). Errors: ValueError that says what to write."""
    try:
        return date.fromisoformat(text if len(text) > 7 else f"{text}-01").replace(day=1)
    except ValueError:
        raise ValueError(f"{option}: {text!r} is not a month; write it like 2026-03") from None


def instant_typed(text: str) -> datetime:
    """An instant; a day alone means its end, so that what was learnt that day counts."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"--known-at: {text!r} is not an instant; write 2026-03-14 or '2026-03-14 09:12'"
        ) from None
    return instant.replace(hour=23, minute=59, second=59, microsecond=999_999) if len(text) == 10 else instant


def revision_typed(db: Database, known_at: str | None) -> tuple[int | None, datetime | None]:
    """The revision known at a typed instant, and the instant; None and None for now."""
    if known_at is None:
        return None, None
    instant = instant_typed(known_at)
    try:
        return db.revision_at(instant), instant
    except FutureInstant:
        now = f"{db.now().astimezone(PARIS):%Y-%m-%d %H:%M}"
        raise FutureInstant(
            f"--known-at: {known_at!r} is not over yet, it is {now} in Paris: leave it out to see what is known "
            "now, or name an earlier instant"
        ) from None

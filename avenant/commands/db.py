"""`avenant db`: the database server and the databases on it."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import typer

from avenant.commands.clock import clock as show_or_set_clock
from avenant.commands.erase import erase
from avenant.commands.load import load
from avenant.commands.migrate import migrate
from avenant.commands.progress import progress_shown
from avenant.gateways.postgres import EmbeddedServer, server_from_environment
from avenant.gateways.postgres_databases import (
    MAINTENANCE,
    DatabaseRefused,
    DatabaseServer,
    ExternalServer,
    without_password,
)
from avenant.gateways.postgres_programs import ServerFailed, bundled_programs

FAILED, REFUSED = 1, 2
_TEMPLATES = "avenant_template_"

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=(
        "Create, start, stop, inspect or delete the database; erase personal details.\n\n"
        "Without DATABASE_URL an embedded PostgreSQL is used. It is made on first use, in the folder that "
        "`avenant db status` names (AVENANT_HOME chooses another), starts by itself when a command needs it, "
        "and runs until `avenant db stop`. To delete everything: stop it, then delete the folder."
    ),
)


app.command("clock")(show_or_set_clock)
app.command()(erase)
app.command()(migrate)
app.command()(load)


class Clock(StrEnum):
    """The two clocks a database can be created with."""

    REAL = "real"
    SIMULATED = "simulated"


class Role(StrEnum):
    """Who one connects as: reading only, the application, or the superuser."""

    READER = "reader"
    APP = "app"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class State:
    """What `avenant db status` shows; the fields of its JSON."""

    running: bool
    server: str
    folder: str | None
    url: str | None
    version: str | None
    databases: list[str]


@app.command()
def start() -> None:
    """Start the embedded server; nothing happens if it runs.

    Example: avenant db start

    Exit codes: 0 it runs · 1 it could not start · 2 DATABASE_URL names a server that is not ours to start.
    """
    with _explained():
        server = _embedded("start")
        server.start()
        typer.echo(f"PostgreSQL {server.server_version()} runs in {server.folder}")


@app.command()
def stop() -> None:
    """Stop the embedded server. Connections end; what was committed stays.

    Example: avenant db stop

    Exit codes: 0 it is stopped · 1 it could not be stopped · 2 DATABASE_URL names a server that is not ours.
    """
    with _explained():
        server = _embedded("stop")
        typer.echo("stopped" if server.stop() else "it was not running")


@app.command()
def status(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """Say where the server is, whether it runs and which databases it has. Starts nothing.

    Example: avenant db status --json

    Exit codes: 0 it runs · 1 it does not.
    """
    with _explained():
        state = _state(server_from_environment())
    typer.echo(json.dumps(_fields(state), indent=2) if as_json else _state_text(state))
    if not state.running:
        raise typer.Exit(FAILED)


@app.command()
def create(
    name: str = typer.Argument(help="Name of the database: a-z, 0-9 and _."),
    clock: Clock = typer.Option(Clock.REAL, help="Real, or simulated for demos, case files and tests."),
    opens: str = typer.Option(
        ..., help="First month of the book, such as 2024-01; earlier ones are never booked."
    ),
    issuer: str = typer.Option("avenant", help="Who issues the invoices: the name printed on them."),
    series: str = typer.Option("AV", help="What invoice numbers begin with."),
) -> None:
    """Create a database with an empty book; its clock, opening month, issuer and series stay for ever.

    Example: avenant db create demo --clock simulated --opens 2024-01

    Example: avenant db create books --opens 2026-01 --issuer "Mutuelle des Arts" --series MDA

    Exit codes: 0 created · 1 the server failed · 2 refused: the name is taken or cannot be one.
    """
    month = _month(opens)
    with _explained(), progress_shown() as progress:
        from avenant.store.setup import create_book

        progress("creating the database and its tables", 0, 0)
        server = server_from_environment()
        create_book(server, name, clock=clock.value, opens=month, issuer=issuer, series=series)
    typer.echo(f"created database {name}: {clock.value} clock, its book opens in {month:%Y-%m}")


@app.command()
def drop(
    name: str = typer.Argument(help="Name of the database."),
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
) -> None:
    """Delete a database and every book in it, for ever.

    Example: avenant db drop demo --yes

    Exit codes: 0 deleted · 1 not confirmed, or the server failed · 2 refused: there is no such database.
    """
    with _explained():
        server = server_from_environment()
        known = server.list_databases()
        if name not in known:
            raise DatabaseRefused(
                f"there is no database {name!r}. There is: {', '.join(_shown(known)) or 'none'}."
            )
        if not yes:
            typer.confirm(f"Delete database {name} and everything in it?", abort=True)
        server.drop_database(name)
    typer.echo(f"deleted database {name}")


@app.command(context_settings={"ignore_unknown_options": True})
def psql(
    name: str = typer.Argument(help="Name of the database."),
    arguments: list[str] | None = typer.Argument(None, help="Passed on to psql."),
    role: Role = typer.Option(Role.READER, "--as", help="Who to connect as; a reader changes nothing."),
    show: bool = typer.Option(False, "--print", help="Only print how to connect."),
) -> None:
    """Open the SQL prompt `psql` on a database, or print how to connect with another program.

    Example: avenant db psql demo -c 'SELECT count(*) FROM contract'

    Exit codes: those of psql · 1 the server failed · 2 refused: there is no such database.
    """
    with _explained():
        server = server_from_environment()
        if name != MAINTENANCE and name not in server.list_databases():
            raise DatabaseRefused(f"there is no database {name!r}: see `avenant db status`.")
        urls = {Role.READER: server.reader_url, Role.APP: server.app_url, Role.ADMIN: server.admin_url}
        url = urls[role](name)
        program = _psql_program(server)
    if show or program is None:
        typer.echo(_how_to_connect(server, url))
        return
    environment = {**os.environ, "PGPASSWORD": urlsplit(url).password or os.environ.get("PGPASSWORD", "")}
    sys.stdout.flush()
    os.execve(program, [str(program), without_password(url), *(arguments or [])], environment)


def _embedded(verb: str) -> EmbeddedServer:
    server = server_from_environment()
    if isinstance(server, ExternalServer):
        raise DatabaseRefused(
            f"DATABASE_URL names a server that somebody else runs; {verb} it there, or unset DATABASE_URL."
        )
    return server


def _state(server: EmbeddedServer | ExternalServer) -> State:
    if isinstance(server, ExternalServer):
        return _external_state(server)
    found = server.status()
    url = without_password(server.app_url(MAINTENANCE)) if found.running else None
    folder = str(found.folder)
    return State(found.running, "embedded", folder, url, found.version, _shown(found.databases))


def _external_state(server: ExternalServer) -> State:
    url = without_password(server.app_url(server.database or MAINTENANCE))
    try:
        return State(True, "external", None, url, server.server_version(), _shown(server.list_databases()))
    except psycopg.OperationalError as error:
        typer.echo(f"cannot connect: {error}", err=True)
        return State(False, "external", None, url, None, [])


def _shown(databases: list[str]) -> list[str]:
    """The databases a person made; the template that new ones are copied from is not one."""
    return [name for name in databases if not name.startswith(_TEMPLATES)]


def _fields(state: State) -> dict[str, Any]:
    return {name: getattr(state, name) for name in State.__slots__}


def _state_text(state: State) -> str:
    idle = "not running" if state.server == "embedded" else "cannot be reached"
    rows = {
        "server": f"{state.server}, {f'PostgreSQL {state.version}, running' if state.running else idle}",
        "folder": state.folder,
        "address": state.url,
        "databases": ", ".join(state.databases) or ("none" if state.running else None),
    }
    return "\n".join(f"{label:<10} {value}" for label, value in rows.items() if value)


def _month(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no month: write year and month, such as 2024-01") from None


def _psql_program(server: DatabaseServer) -> Path | None:
    """The psql of the embedded server, or whichever there is for another server."""
    if isinstance(server, EmbeddedServer):
        return server.psql()
    found = shutil.which("psql")
    if found:
        return Path(found)
    try:
        return bundled_programs() / "psql"
    except ServerFailed:
        return None


def _how_to_connect(server: DatabaseServer, url: str) -> str:
    if not isinstance(server, EmbeddedServer):
        return f"psql '{without_password(url)}'\npassword: the one in DATABASE_URL"
    user = urlsplit(url).username
    return f"psql '{without_password(url)}'\npassword: {user!r} in {server.folder / 'passwords.json'}"


@contextmanager
def _explained() -> Iterator[None]:
    """Errors as a sentence and an exit code instead of a traceback."""
    try:
        yield
    except (DatabaseRefused, ValueError) as error:
        typer.echo(f"refused: {error}", err=True)
        raise typer.Exit(REFUSED) from None
    except (ServerFailed, psycopg.Error) as error:
        typer.echo(f"failed: {error}", err=True)
        raise typer.Exit(FAILED) from None

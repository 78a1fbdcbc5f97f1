"""Making a database: tables, guards and grants by migration, then the settings it keeps for ever."""

import hashlib
import os
import secrets
from datetime import UTC, date, datetime
from importlib.metadata import version
from importlib.resources import files
from typing import Protocol

import dj_database_url
import django
import psycopg

from avenant.store.database import Database

CLOCKS = ("real", "simulated")
TABLE_OWNER = "avenant_owner"
"""The role that owns all tables and functions. It cannot log in; migrations act as it."""


class Server(Protocol):
    """What setup needs of a database server."""

    def create_database(self, name: str, template: str | None = None, drop_first: bool = False) -> None: ...
    def drop_database(self, name: str) -> None: ...
    def list_databases(self) -> list[str]: ...
    def admin_url(self, dbname: str) -> str: ...
    def app_url(self, dbname: str) -> str: ...


def create_book(
    server: Server,
    name: str,
    *,
    clock: str = "real",
    opens: date,
    issuer: str = "avenant",
    series: str = "AV",
    replace: bool = False,
    starts_at: datetime | None = None,
) -> Database:
    """Create the database ``name`` with an empty book that opens at the month ``opens``.

    clock: ``real`` or ``simulated`` (then ``starts_at`` is its first instant; default: midnight of ``opens``).
    issuer, series: who issues invoices and the prefix of their numbers. Errors: ValueError, psycopg errors.
    """
    if clock not in CLOCKS:
        raise ValueError(f"a clock is one of {', '.join(CLOCKS)}; seen {clock!r}")
    if opens.day != 1:
        raise ValueError(f"a book opens on the first of a month; seen {opens}: write {opens.replace(day=1)}")
    server.create_database(name, template=create_template(server), drop_first=replace)
    try:
        _settle(server.admin_url(name), clock, opens, issuer, series, starts_at)
    except BaseException:
        server.drop_database(name)
        raise
    return Database(server.app_url(name))


def _settle(
    admin_url: str, clock: str, opens: date, issuer: str, series: str, starts_at: datetime | None
) -> None:
    """Write the head, the settings and the simulated clock of a new database."""
    with psycopg.connect(admin_url) as connection:
        connection.execute(f"SET ROLE {TABLE_OWNER}")
        connection.execute("INSERT INTO head (rev, committed_at, digest) VALUES (0, '2000-01-01Z', '\\x00')")
        connection.execute(
            "INSERT INTO book_settings (clock, opens, issuer, series) VALUES (%s, %s, %s, %s)",
            [clock, opens, issuer, series],
        )
        if clock == "simulated":
            start = starts_at or datetime(opens.year, opens.month, 1, tzinfo=UTC)
            connection.execute("INSERT INTO simulated_clock (at) VALUES (%s)", [start])


def create_template(server: Server) -> str:
    """The name of a migrated, empty database to copy from, made when the server has none for this code."""
    name = f"avenant_template_{migrations_fingerprint()}"
    if name in server.list_databases():
        return name
    building = f"avenant_building_{secrets.token_hex(6)}"
    server.create_database(building)
    try:
        migrate(server.admin_url(building))
        with psycopg.connect(server.admin_url("postgres"), autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{building}" RENAME TO "{name}"')
    except psycopg.errors.DuplicateDatabase:
        server.drop_database(building)  # another process was quicker
    except BaseException:
        server.drop_database(building)
        raise
    return name


def migrations_fingerprint() -> str:
    """Twelve hex digits that change with any migration or SQL file, and with the versions of Django and allauth."""
    folders = [
        files("avenant").joinpath(*parts)
        for parts in (("store", "migrations"), ("store", "sql"), ("desk", "migrations"))
    ]
    texts = [
        entry.read_bytes()
        for folder in folders
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith((".py", ".sql"))
    ]
    texts += [version(package).encode() for package in ("django", "django-allauth")]
    return hashlib.sha256(b"".join(texts)).hexdigest()[:12]


def migrate(url: str) -> None:
    """Bring the tables of one database up to this code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "avenant.settings")
    django.setup()
    from django.core.management import call_command
    from django.db import connections

    connections.close_all()
    settings = dj_database_url.parse(url)
    settings["OPTIONS"] = {**settings.get("OPTIONS", {}), "assume_role": TABLE_OWNER}
    connections.databases["default"].update(settings)
    if hasattr(connections["default"], "settings_dict"):
        del connections["default"]
    call_command("migrate", verbosity=0, interactive=False)
    connections.close_all()

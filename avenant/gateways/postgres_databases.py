"""Databases on a PostgreSQL server: their addresses, and making, listing and dropping them.

`DatabaseServer` is what the embedded server (`postgres.py`) and one given by DATABASE_URL have in common.
"""

from __future__ import annotations

import os
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from avenant.gateways.postgres_access import OWNER, RERUN, ensure_roles

MAINTENANCE = "postgres"
RERUN_URL = "AVENANT_RERUN_URL"
"""Where a server of somebody else is entered for re-runs: the role `avenant_rerun` with a password of its own."""
_OWN_DATABASES = ("postgres", "template0", "template1")
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_TEMPLATE_BUSY_SECONDS = 10


class DatabaseRefused(ValueError):
    """A database cannot be made or dropped as asked; the message says why and what to do."""


class DatabaseServer(ABC):
    """A PostgreSQL server on which avenant keeps its databases."""

    @abstractmethod
    def admin_url(self, dbname: str) -> str:
        """The address of database `dbname` for the user who makes databases, roles and tables."""

    @abstractmethod
    def app_url(self, dbname: str) -> str:
        """The address of database `dbname` for the application."""

    @abstractmethod
    def reader_url(self, dbname: str) -> str:
        """The address of database `dbname` for reading only."""

    @abstractmethod
    def rerun_url(self, dbname: str) -> str:
        """The address of database `dbname` for re-runs, which read what the rules take and nothing else."""

    @abstractmethod
    def ensure_roles(self) -> None:
        """Make the roles of `postgres_access` exist."""

    def create_database(self, name: str, template: str | None = None, drop_first: bool = False) -> None:
        """Make database `name`, empty or as a copy of `template`; `drop_first` replaces an existing one.

        Errors: `DatabaseRefused` for a name we do not accept, that exists, or a template that does not.
        """
        _accept(name)
        copied = template or "template0"
        with self._maintenance() as connection:
            self.ensure_roles_once()
            if drop_first:
                _drop(connection, name)
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY {}").format(
                sql.Identifier(name), sql.Identifier(copied), sql.Identifier(OWNER), sql.SQL("wal_log")
            )
            try:
                _when_template_is_free(connection, statement)
                _close_to_temporary_tables(connection, name)
            except psycopg.errors.DuplicateDatabase:
                raise DatabaseRefused(
                    f"database {name!r} exists already. Choose another name or drop it first."
                ) from None
            except psycopg.errors.InvalidCatalogName:
                raise DatabaseRefused(f"there is no database {copied!r} to copy {name!r} from.") from None

    def drop_database(self, name: str) -> None:
        """Drop database `name` and end its connections; a database that does not exist is left at that."""
        _accept(name)
        with self._maintenance() as connection:
            _drop(connection, name)

    def list_databases(self) -> list[str]:
        """The names of the databases, in alphabetical order, without PostgreSQL's own."""
        with self._maintenance() as connection:
            rows = connection.execute(
                'SELECT datname FROM pg_database ORDER BY datname COLLATE "C"'
            ).fetchall()
        return [name for (name,) in rows if name not in _OWN_DATABASES]

    def server_version(self) -> str:
        """The version of the running server, such as '18.4'."""
        with self._maintenance() as connection:
            row = connection.execute("SHOW server_version").fetchone()
        return str(row[0]) if row else "unknown"

    def ensure_roles_once(self) -> None:
        """Make the roles exist, unless this object has already seen to it."""
        if not getattr(self, "_roles_are_there", False):
            self.ensure_roles()
            self._roles_are_there = True

    @contextmanager
    def _maintenance(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self.admin_url(MAINTENANCE), autocommit=True) as connection:
            yield connection


class ExternalServer(DatabaseServer):
    """A server that somebody else runs, given by a URL such as `postgresql://user:password@host:5432/avenant`.

    Everything connects as the user of the URL: administration, application and readers alike. That user needs
    CREATEDB and CREATEROLE (or the three roles, made before, and membership in them), and is never limited by
    the grants of `avenant_app`; the triggers that keep entries from being changed bind it all the same.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("postgresql", "postgres"):
            raise DatabaseRefused(
                "DATABASE_URL must look like postgresql://user:password@host:5432/name; "
                f"it begins with {parts.scheme!r}."
            )
        self._parts = parts

    @property
    def database(self) -> str:
        """The database that the URL itself names; '' when it names none."""
        return self._parts.path.lstrip("/")

    def admin_url(self, dbname: str) -> str:
        return urlunsplit(self._parts._replace(path=f"/{quote(dbname, safe='')}"))

    def app_url(self, dbname: str) -> str:
        return self.admin_url(dbname)

    def reader_url(self, dbname: str) -> str:
        return self.admin_url(dbname)

    def rerun_url(self, dbname: str) -> str:
        url = os.environ.get(RERUN_URL)
        if not url:
            raise DatabaseRefused(
                f"re-runs enter the database as a role of their own: set {RERUN_URL} to an address of a user who is "
                f"{RERUN} alone (ALTER ROLE {RERUN} LOGIN PASSWORD …), without it they are refused."
            )
        return urlunsplit(urlsplit(url)._replace(path=f"/{quote(dbname, safe='')}"))

    def ensure_roles(self) -> None:
        try:
            ensure_roles(self.admin_url(MAINTENANCE))
        except psycopg.errors.InsufficientPrivilege as error:
            raise DatabaseRefused(
                "the user of DATABASE_URL may not create avenant's roles. Let an administrator run: "
                "CREATE ROLE avenant_owner; CREATE ROLE avenant_app; CREATE ROLE avenant_reader; "
                "CREATE ROLE avenant_analyst; CREATE ROLE avenant_rerun; GRANT avenant_owner, avenant_app, "
                f"avenant_reader, avenant_analyst, avenant_rerun TO <that user>; ({error})"
            ) from error


def without_password(url: str) -> str:
    """`url` as it may be shown: the password left out."""
    parts: SplitResult = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}{at}{host}"))


def _accept(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise DatabaseRefused(
            f"{name!r} cannot be the name of a database: use a-z, 0-9 and _, begin with a letter, at most 63."
        )
    if name in _OWN_DATABASES:
        raise DatabaseRefused(f"{name!r} belongs to PostgreSQL itself. Choose another name.")


def _drop(connection: psycopg.Connection, name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _close_to_temporary_tables(connection: psycopg.Connection, name: str) -> None:
    """What a database lets everybody do is not copied from its template."""
    connection.execute(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))


def _when_template_is_free(connection: psycopg.Connection, statement: sql.Composed) -> None:
    """Copying needs a template nobody is connected to; a passing connection (autovacuum) is waited for."""
    give_up_at = time.monotonic() + _TEMPLATE_BUSY_SECONDS
    while True:
        try:
            connection.execute(statement)
            return
        except psycopg.errors.ObjectInUse:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.05)

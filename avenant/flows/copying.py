"""A pseudonymised copy of the book written to a file, and a copy read into a database of its own.

written = write_pseudonymised(db, Path("book.zip"))
copy = load_copy(server, Path("book.zip"), "ci_book")
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import psycopg

from avenant.flows.code_version import code_version
from avenant.gateways.book_copies import (
    CopyRefused,
    chunks_of,
    copy_read,
    copy_written,
    write_manifest,
    write_table,
)
from avenant.store.database import Connection, Database
from avenant.store.readers.pseudonyms import COPIED, copy_query
from avenant.store.setup import Server, create_template
from avenant.store.writers.copies import load_tables

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy holds: rows by table; rev: the last revision in it."""

    rows: dict[str, int]
    rev: int


def write_pseudonymised(
    db: Database, path: Path, progress: Progress = lambda what, done, total: None
) -> Copied:
    """Write all that the rules take and decided, of one snapshot, with nobody recognisable in it.

    Errors: ValueError where the file cannot be written; LookupError where there is no book.
    """
    now = db.now()
    rows: dict[str, int] = {}
    with copy_written(path) as archive, db.snapshot() as connection:
        names = {table: _columns(connection, table) for table in COPIED}
        for done, table in enumerate(COPIED, start=1):
            rows[table] = _write(connection, archive, table, names[table])
            progress("copying tables", done, len(COPIED))
        rev = _rev(connection)
        told = {"rev": rev, "now": now.isoformat(), "code_version": code_version(), "rows": rows}
        write_manifest(archive, {**told, "columns": names, "pseudonymised": True})
    return Copied(rows, rev)


def _columns(connection: Connection, table: str) -> list[str]:
    found = connection.execute(
        """SELECT column_name FROM information_schema.columns
           WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position""",
        [table],
    ).fetchall()
    return [name for (name,) in found]


def _rev(connection: Connection) -> int:
    row = connection.execute("SELECT rev FROM head").fetchone()
    if row is None:
        raise LookupError("this database has no book yet: create one with `avenant db create NAME`")
    return int(row[0])


def _write(connection: Connection, archive: ZipFile, table: str, columns: list[str]) -> int:
    statement = f"COPY ({copy_query(table, columns)}) TO STDOUT (FORMAT csv)"
    cursor = connection.cursor()
    with cursor.copy(statement.encode()) as copy:
        write_table(archive, table, copy)
    return cursor.rowcount


def load_copy(
    server: Server, path: Path, name: str, progress: Progress = lambda what, done, total: None
) -> Database:
    """The copy in ``path`` as the new database ``name``, with a simulated clock at the copy's own instant.

    Errors: CopyRefused, also where its tables are not those of this version; DatabaseRefused for the name.
    """
    with copy_read(path) as (archive, told):
        server.create_database(name, template=create_template(server))
        try:
            rows = _rows(archive, told, progress)
            load_tables(server.admin_url(name), told["columns"], rows, datetime.fromisoformat(told["now"]))
        except psycopg.Error as error:
            server.drop_database(name)
            raise CopyRefused(
                f"{path} was written by code {told['code_version']} and does not fit the tables of this version: "
                f"{str(error).splitlines()[0]}. Load it with the version that wrote it, then `avenant db migrate`."
            ) from error
        except BaseException:
            server.drop_database(name)
            raise
    return Database(server.app_url(name))


def _rows(
    archive: ZipFile, told: dict[str, Any], progress: Progress
) -> Iterator[tuple[str, Iterable[bytes]]]:
    for done, table in enumerate(told["columns"], start=1):
        with archive.open(f"{table}.csv") as file:
            yield table, chunks_of(file)
        progress("loading tables", done, len(told["columns"]))

"""Loading a copied book into a new, empty database: its rows as they were, under the revisions they had.

The guards of append-only tables are off for the length of the one transaction that loads, which nobody else sees.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

import psycopg
from psycopg import sql

from avenant.store.setup import TABLE_OWNER

GUARDS_BACK = """
DO $$
DECLARE t record;
BEGIN
    FOR t IN SELECT tgrelid::regclass AS tab, tgname FROM pg_trigger
             WHERE NOT tgisinternal AND tgname LIKE 'pgtrigger_%' AND tgenabled <> 'A' LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.tab, t.tgname);
    END LOOP;
END $$"""


def load_tables(
    admin_url: str,
    columns: Mapping[str, Sequence[str]],
    rows: Iterable[tuple[str, Iterable[bytes]]],
    now: datetime,
) -> None:
    """Fill an empty database with the rows of a copy (CSV, by table); its clock is simulated and shows ``now``.

    Errors: psycopg errors where the rows do not fit the tables.
    """
    with psycopg.connect(admin_url) as connection:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(TABLE_OWNER)))
        with _guards_off(connection, columns):
            for table, chunks in rows:
                _load(connection, table, columns[table], chunks)
            connection.execute("INSERT INTO simulated_clock (at) VALUES (%s)", [now])
        for table in columns:
            _number_on(connection, table)


@contextmanager
def _guards_off(connection: psycopg.Connection, tables: Iterable[str]) -> Iterator[None]:
    for table in tables:
        connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
    yield
    for table in tables:
        connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))
    connection.execute(GUARDS_BACK)


def _load(
    connection: psycopg.Connection, table: str, columns: Sequence[str], chunks: Iterable[bytes]
) -> None:
    names = sql.SQL(", ").join(sql.Identifier(name) for name in columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(sql.Identifier(table), names)
    with connection.cursor().copy(statement) as copy:
        for chunk in chunks:
            copy.write(chunk)


def _number_on(connection: psycopg.Connection, table: str) -> None:
    """Let the identity of a table go on after the highest number that was loaded."""
    found = connection.execute(
        """SELECT column_name FROM information_schema.columns
           WHERE table_schema = 'public' AND table_name = %s AND is_identity = 'YES'""",
        [table],
    ).fetchone()
    if found is not None:
        name = sql.Identifier(found[0])
        connection.execute(
            sql.SQL(
                "SELECT setval(pg_get_serial_sequence({}, {}), max({}) + 1, false) FROM {} HAVING count(*) > 0"
            ).format(sql.Literal(table), sql.Literal(found[0]), name, sql.Identifier(table))
        )

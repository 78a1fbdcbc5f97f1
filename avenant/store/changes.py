"""Changes: every write transaction opens one, writes rows under it, and is sealed at commit as one revision.

with change(database, actor="nightly", reason="recompute") as writer:
    writer.write("premium", rows)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import polars as pl
from psycopg import IsolationLevel

from avenant.store.database import Connection, Database
from avenant.store.digests import rows_digest
from avenant.store.frames import copy_frame
from avenant.store.tables import TABLES, UNCOVERED


@dataclass(slots=True)
class ChangeWriter:
    """The open change: writes frames under it and remembers them for the digest."""

    connection: Connection
    change_id: int
    written: dict[str, list[pl.DataFrame]] = field(default_factory=dict)

    def write(self, table: str, rows: pl.DataFrame) -> None:
        """Append ``rows`` (the columns of ``store.tables.TABLES[table]``) under this change."""
        if rows.is_empty():
            return
        columns = TABLES[table]
        typed = rows.select(pl.col(name).cast(dtype) for name, dtype in columns.items())
        copy_frame(self.connection, table, typed.with_columns(change_id=pl.lit(self.change_id)))
        if table not in UNCOVERED:
            self.written.setdefault(table, []).append(typed)

    def rows_written(self) -> dict[str, int]:
        """How many covered rows were written to each table so far."""
        return {table: sum(map(len, frames)) for table, frames in self.written.items()}

    def record_digests(self) -> None:
        """Write, before COMMIT, the count and digest of the rows of each table."""
        for table, frames in self.written.items():
            rows = pl.concat(frames)
            self.connection.execute(
                "INSERT INTO change_rows (change_id, table_name, row_count, digest) VALUES (%s, %s, %s, %s)",
                [self.change_id, table, len(rows), rows_digest(table, rows)],
            )


@contextmanager
def change(database: Database, actor: str, reason: str, run_id: int | None = None) -> Iterator[ChangeWriter]:
    """A write transaction on a connection of its own; an error rolls it back and no revision is spent."""
    with database.connect() as connection, change_on(connection, actor, reason, run_id) as writer:
        yield writer


@contextmanager
def change_on(
    connection: Connection, actor: str, reason: str, run_id: int | None = None
) -> Iterator[ChangeWriter]:
    """A write transaction on an open autocommit connection, READ COMMITTED as sealing demands."""
    connection.isolation_level = IsolationLevel.READ_COMMITTED
    with connection.transaction():
        row = connection.execute(
            "INSERT INTO change (actor, reason, run_id) VALUES (%s, %s, %s) RETURNING change_id",
            [actor, reason, run_id],
        ).fetchone()
        assert row is not None
        writer = ChangeWriter(connection, row[0])
        yield writer
        writer.record_digests()


def revision_of(connection: Connection, change_id: int) -> int:
    """The revision as which a committed change was sealed."""
    row = connection.execute("SELECT rev FROM revision WHERE change_id = %s", [change_id]).fetchone()
    if row is None:
        raise LookupError(f"change {change_id} has no revision: it was never committed")
    return int(row[0])

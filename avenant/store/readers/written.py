"""What changes wrote: rows per table and change, the revisions that sealed them, and digests from the rows."""

from collections.abc import Callable, Iterator

import polars as pl

from avenant.core.checks.revisions import Head
from avenant.store.database import Connection
from avenant.store.digests import rows_digest, with_canonical_json
from avenant.store.frames import read_frame
from avenant.store.tables import TABLES, UNCOVERED

WRITTEN = {"table_name": pl.String, "change_id": pl.Int64, "row_count": pl.Int64}
DIGESTS = {**WRITTEN, "digest": pl.String}
CHANGES = {"change_id": pl.Int64, "run_id": pl.Int64, "rev": pl.Int64}
REVISIONS = {
    "rev": pl.Int64,
    "change_id": pl.Int64,
    "at_us": pl.Int64,
    "digest": pl.String,
    "actor": pl.String,
    "run_id": pl.Int64,
}
RUNS = {
    "run_id": pl.Int64,
    "code_version": pl.String,
    "rulebook_version": pl.String,
    "business_date": pl.Date,
    "horizon": pl.Date,
}
UNENDED = {"run_id": pl.Int64, "kind": pl.String, "business_date": pl.Date, "days": pl.Int64}
CHUNKS = {"run_id": pl.Int64, "chunk": pl.Int64, "read_rev": pl.Int64, "change_id": pl.Int64}

MICROSECONDS = "(extract(epoch FROM {}) * 1000000)::bigint"
ROWS_AT_ONCE = 1_000_000


def rows_by_change(connection: Connection, table: str) -> pl.DataFrame:
    """How many rows each change has in ``table`` now, in the order of changes: columns WRITTEN."""
    query = f"SELECT '{table}', change_id, count(*) FROM {table} GROUP BY change_id ORDER BY change_id"
    return read_frame(connection, query, WRITTEN)


def rows_written(connection: Connection) -> pl.DataFrame:
    """The same for every append-only table."""
    return pl.concat([rows_by_change(connection, table) for table in (*TABLES, "change_rows")])


def recorded_digests(connection: Connection) -> pl.DataFrame:
    """What each change noted before its commit: columns DIGESTS."""
    return read_frame(
        connection, "SELECT table_name, change_id, row_count, encode(digest, 'hex') FROM change_rows", DIGESTS
    )


def changes(connection: Connection) -> pl.DataFrame:
    """Every change with its run and the revision that sealed it (null: none)."""
    query = "SELECT change_id, run_id, rev FROM change LEFT JOIN revision USING (change_id)"
    return read_frame(connection, query, CHANGES)


def revisions(connection: Connection) -> pl.DataFrame:
    """Every revision with who and which run: columns REVISIONS, digests in hex."""
    query = f"""
        SELECT rev, change_id, {MICROSECONDS.format("committed_at")}, encode(digest, 'hex'), actor, run_id
        FROM revision LEFT JOIN change USING (change_id) ORDER BY rev"""
    return read_frame(connection, query, REVISIONS)


def heads(connection: Connection) -> list[Head]:
    """The rows of table head; there should be one."""
    query = f"SELECT rev, {MICROSECONDS.format('committed_at')}, encode(digest, 'hex') FROM head"
    return [Head(*row) for row in connection.execute(query)]


def runs(connection: Connection) -> pl.DataFrame:
    """Every run and what it says it ran with: columns RUNS."""
    return read_frame(connection, f"SELECT {', '.join(RUNS)} FROM run", RUNS)


def unended_runs(connection: Connection) -> pl.DataFrame:
    """Runs that nobody closed, after which none of their kind ended well: columns UNENDED.

    days: since they were opened, by the book's clock.
    """
    query = """
        SELECT r.run_id, r.kind, r.business_date, extract(day FROM book_now() - v.committed_at)::bigint
        FROM run AS r JOIN revision AS v USING (change_id)
        WHERE NOT EXISTS (SELECT FROM run_close AS c WHERE c.run_id = r.run_id)
          AND NOT EXISTS (SELECT FROM run AS n JOIN run_close AS c ON c.run_id = n.run_id AND c.status = 'done'
                          WHERE n.kind = r.kind AND n.run_id > r.run_id)"""
    return read_frame(connection, query, UNENDED)


def run_chunks(connection: Connection) -> pl.DataFrame:
    """Every chunk, the revision it read, and the change that wrote it: columns CHUNKS."""
    return read_frame(connection, f"SELECT {', '.join(CHUNKS)} FROM run_chunk", CHUNKS)


def published_versions(connection: Connection) -> pl.Series:
    """The versions of all rulebooks ever published."""
    rows = read_frame(connection, "SELECT DISTINCT version FROM rulebook_version", {"version": pl.String})
    return rows["version"]


def recomputed_digests(
    connection: Connection, through: int, progress: Callable[[str, int, int], None]
) -> pl.DataFrame:
    """The digests of all covered rows as they stand, up to revision ``through``: columns DIGESTS.

    A large table is read in stretches of changes, so that about a million rows are in memory at once.
    """
    sealed = changes(connection).filter(pl.col("rev") <= through).select("change_id")
    counts = {
        table: rows_by_change(connection, table).join(
            sealed, on="change_id", how="semi", maintain_order="left"
        )
        for table in TABLES
        if table not in UNCOVERED
    }
    total = sum(int(count["row_count"].sum()) for count in counts.values())
    found, done = [pl.DataFrame(schema=DIGESTS)], 0
    for table, count in counts.items():
        for stretch in _stretches(count):
            found.append(_digests(connection, table, stretch))
            done += int(stretch["row_count"].sum())
            progress("recomputing digests, rows", done, total)
    return pl.concat(found)


def _stretches(count: pl.DataFrame) -> Iterator[pl.DataFrame]:
    numbered = count.with_columns(part=(pl.col("row_count").cum_sum() - 1) // ROWS_AT_ONCE)
    yield from numbered.partition_by("part", include_key=False, maintain_order=True)


def _digests(connection: Connection, table: str, stretch: pl.DataFrame) -> pl.DataFrame:
    columns = TABLES[table]
    first, last = stretch["change_id"][0], stretch["change_id"][-1]
    query = f"SELECT change_id, {', '.join(columns)} FROM {table} WHERE change_id BETWEEN %s AND %s"
    rows = read_frame(connection, query, {"change_id": pl.Int64, **columns}, [first, last])
    rows = with_canonical_json(rows).join(stretch.select("change_id"), on="change_id", how="semi")
    digests = [
        (table, change, len(theirs), rows_digest(table, theirs).hex())
        for (change,), theirs in rows.group_by("change_id", maintain_order=True)
    ]
    return pl.DataFrame(digests, schema=DIGESTS, orient="row")

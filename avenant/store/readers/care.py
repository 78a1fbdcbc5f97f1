"""Facts of care as frames: lines of messages, people's answers, providers' status, and what waits."""

from collections.abc import Iterator

import polars as pl

from avenant.core.frames.care import ANSWER, CARE_LINE, PROVIDER_STATUS
from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.known import array, bigints, known, latest

WAITING = {
    "line_id": pl.Int64,
    "member_id": pl.Int32,
    "reason": pl.String,
    "candidates": pl.String,
}
DAYS = [name for name, kind in CARE_LINE.items() if kind == pl.Date]
MOST_ASKED_BY_REF = 5_000
"""Answers about more lines are found faster by reading all of them."""
CORRECTED = {"line_id": pl.Int64, "latest": pl.Int32}


def lines_of(connection: Connection, members: pl.Series, rev: int | None = None) -> pl.DataFrame:
    """The latest versions of the lines of ``members``, without withdrawn ones (columns CARE_LINE)."""
    if members.is_empty():
        return pl.DataFrame(schema=CARE_LINE)
    where = f"t.member_id = ANY({array(members.unique().to_list())})"
    lines = read_frame(connection, latest("care_line", "line_id", CARE_LINE, rev, where), CARE_LINE)
    return lines.filter(~pl.col("withdrawn"))


def adopted_lines(connection: Connection, members: pl.Series, rev: int | None = None) -> pl.DataFrame:
    """Lines told of somebody whom nobody knew then, and who is one of ``members`` now: columns CARE_LINE."""
    columns = ", ".join("m.member_id" if name == "member_id" else f"t.{name}" for name in CARE_LINE)
    query = f"""
        SELECT {columns} FROM care_line AS t
        JOIN document AS d ON d.document_id = t.document_id
        JOIN member AS m ON m.ref = d.member_ref AND m.version = 1
        WHERE t.member_id IS NULL AND NOT t.withdrawn AND m.member_id = ANY({array(members.to_list())})
          AND {known("t", rev)} AND {known("m", rev)}
          AND t.version = (SELECT max(n.version) FROM care_line AS n
                           WHERE n.line_id = t.line_id AND {known("n", rev)})
          AND d.version = (SELECT max(n.version) FROM document AS n
                           WHERE n.document_id = d.document_id AND {known("n", rev)})"""
    return read_frame(connection, query, CARE_LINE)


def answers_for(connection: Connection, lines: pl.Series, rev: int | None = None) -> pl.DataFrame:
    """Live answers that speak of any of the lines with these refs (columns ANSWER)."""
    if not connection.execute("SELECT EXISTS (SELECT FROM answer)").fetchone()[0]:  # type: ignore[index]
        return pl.DataFrame(schema=ANSWER)
    refs = lines.drop_nulls().unique().to_list()
    if len(refs) > MOST_ASKED_BY_REF:
        told = read_frame(connection, latest("answer", "answer_id", ANSWER, rev), ANSWER)
        told = told.filter(
            (pl.col("line_ref").is_in(refs) | pl.col("other_ref").is_in(refs)).fill_null(False)
        )
    else:
        query = latest("answer", "answer_id", ANSWER, rev, "(t.line_ref = ANY(%s) OR t.other_ref = ANY(%s))")
        told = read_frame(connection, query, ANSWER, [refs, refs])
    return told.filter(~pl.col("withdrawn"))


def statuses_of(connection: Connection, providers: pl.Series, rev: int | None = None) -> pl.DataFrame:
    """Live statuses of providers (columns PROVIDER_STATUS)."""
    wanted = providers.drop_nulls().unique().to_list()
    where = f"t.provider_id = ANY({array(wanted)})"
    told = read_frame(
        connection, latest("provider_status", "status_id", PROVIDER_STATUS, rev, where), PROVIDER_STATUS
    )
    return told.filter(~pl.col("withdrawn"))


def corrected_lines(connection: Connection) -> pl.DataFrame:
    """Lines told in more than one version, with the latest: columns CORRECTED."""
    query = "SELECT line_id, max(version) FROM care_line WHERE version > 1 GROUP BY line_id"
    return read_frame(connection, query, CORRECTED)


def blocks_of_lines(connection: Connection) -> int:
    """How many blocks the table of lines takes: what `lines_in_blocks` counts in."""
    row = connection.execute("SELECT pg_relation_size('care_line') / 8192").fetchone()
    return 0 if row is None else int(row[0])


def lines_in_blocks(connection: Connection, first: int, after: int) -> pl.DataFrame:
    """All versions of the lines of known members that lie in the blocks ``first`` to before ``after``.

    Days travel as numbers: that is quicker to write and to read for millions of rows.
    """
    columns = [f"{name} - date 'epoch'" if name in DAYS else name for name in CARE_LINE]
    query = f"""
        SELECT {", ".join(columns)} FROM care_line
        WHERE ctid >= '({first:d},0)'::tid AND ctid < '({after:d},0)'::tid AND member_id IS NOT NULL"""
    numbered = read_frame(connection, query, CARE_LINE | dict.fromkeys(DAYS, pl.Int32))
    return numbered.with_columns(pl.col(DAYS).cast(pl.Date))


def stretches_of_blocks(blocks: int, at_once: int) -> Iterator[tuple[int, int]]:
    """Stretches that cover all blocks, also those that come while we read: the last one is open."""
    for first in range(0, max(blocks, 1), at_once):
        yield first, (first + at_once if first + at_once < blocks else 2**31)


def waiting_of(connection: Connection, members: pl.Series, rev: int | None = None) -> pl.DataFrame:
    """What waits now of ``members``: columns WAITING."""
    return _waiting(connection, f"t.member_id = ANY({array(members.unique().to_list())})", rev)


def waiting_everywhere(connection: Connection, rev: int | None = None) -> pl.DataFrame:
    """Everything that waits: columns WAITING."""
    return _waiting(connection, "true", rev)


def _waiting(connection: Connection, where: str, rev: int | None) -> pl.DataFrame:
    query = f"""
        SELECT line_id, member_id, reason, candidates FROM (
            SELECT DISTINCT ON (line_id) line_id, member_id, state, reason, candidates
            FROM waiting AS t JOIN revision USING (change_id)
            WHERE {where} AND {known("t", rev)} ORDER BY line_id, revision.rev DESC, waiting_id DESC) AS latest
        WHERE state = 'waiting' ORDER BY line_id"""
    return read_frame(connection, query, WAITING)


def lines_called(connection: Connection, refs: list[str], rev: int | None = None) -> pl.DataFrame:
    """The latest versions of the lines with these refs (columns CARE_LINE), withdrawn ones included."""
    query = latest("care_line", "line_id", CARE_LINE, rev, "t.ref = ANY(%s)")
    return read_frame(connection, query, CARE_LINE, [refs])


def line_refs(connection: Connection, lines: pl.Series) -> dict[int, str]:
    """What senders call some lines, by line_id."""
    query = (
        f"SELECT line_id, ref FROM care_line WHERE version = 1 AND line_id = ANY({bigints(lines.unique())})"
    )
    return dict(read_frame(connection, query, {"line_id": pl.Int64, "ref": pl.String}).iter_rows())

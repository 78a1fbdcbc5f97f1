"""The row hash on columns equals PostgreSQL's, on fixed vectors and on anything a book can hold."""

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avenant.core.book.entries import PREMIUMS, REIMBURSEMENTS, Book
from avenant.core.book.fingerprint import row_hash_sql, row_hashes
from avenant.store.database import Database

ROW = (1, 2, date(2026, 6, 1), 3, 2184, 1310, 256, 5460, 7, 12, 12, 30, 34, 0)
FREE = (1, 4, date(2026, 6, 1), 5, 0, 0, 0, 0, 0, 30, 30, 30, 8, 2)
HUGE = (1, 2, date(1999, 12, 1), 3, 2**33 + 5, 2**32, 1, 2**40 + 7, 2**31 - 1, 31, 31, 31, 150, 63)
GOLDEN = {ROW: -3386598084767829093, FREE: -6099819574514416985, HUGE: -3525648956346657401}

SQL_TYPES = {pl.Int16: "smallint", pl.Int32: "int", pl.Int64: "bigint", pl.Date: "date"}
SMALL = {"child_rank": 63, "age": 150, "lines": 2_000, "limit_kind": 99}
VALUES = {
    pl.Int16: st.integers(0, 31),
    pl.Int32: st.integers(0, 2**31 - 1),
    pl.Int64: st.one_of(st.integers(-1, 10**6), st.integers(0, 2**62)),
    pl.Date: st.dates(date(1990, 1, 1), date(2090, 12, 31)),
}


def rows_of(book: Book) -> st.SearchStrategy[list[tuple[object, ...]]]:
    """Anything that ``book`` can hold; amounts are never negative on a charge."""
    cents = st.one_of(st.integers(0, 10**6), st.integers(0, 2**50))
    columns = [
        cents
        if name in book.amounts
        else st.integers(0, SMALL[name])
        if name in SMALL
        else VALUES[book.columns[name]]
        for name in book.expected
    ]
    return st.lists(st.tuples(*columns), min_size=1, max_size=20)


def frame(book: Book, rows: list[tuple[object, ...]]) -> pl.DataFrame:
    """Rows as a frame of expected entries."""
    return pl.DataFrame(rows, schema={name: book.columns[name] for name in book.expected}, orient="row")


def hashed_by_postgres(database: Database, book: Book, rows: list[tuple[object, ...]]) -> list[int]:
    """The same rows hashed by the database."""
    casts = ", ".join(f"%s::{SQL_TYPES[book.columns[name]]}" for name in book.expected)
    query = f"SELECT {row_hash_sql(book)} FROM (SELECT {casts}) AS r ({', '.join(book.expected)})"
    with database.connect() as connection:
        return [connection.execute(query, row).fetchone()[0] for row in rows]


def test_golden_vectors() -> None:
    hashes = row_hashes(PREMIUMS, frame(PREMIUMS, list(GOLDEN))).tolist()
    assert dict(zip(GOLDEN, hashes, strict=True)) == GOLDEN


def test_postgres_gives_the_golden_vectors(new_book: Callable[..., Database]) -> None:
    database = new_book(opens=date(2026, 1, 1))
    assert hashed_by_postgres(database, PREMIUMS, list(GOLDEN)) == list(GOLDEN.values())


@pytest.mark.parametrize("book", [PREMIUMS, REIMBURSEMENTS], ids=lambda book: book.table)
def test_any_row_hashes_alike_on_both_sides(new_book: Callable[..., Database], book: Book) -> None:
    database = new_book(opens=date(2026, 1, 1))

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(rows=rows_of(book))
    def alike(rows: list[tuple[object, ...]]) -> None:
        assert row_hashes(book, frame(book, rows)).tolist() == hashed_by_postgres(database, book, rows)

    alike()


@pytest.mark.parametrize("book", [PREMIUMS, REIMBURSEMENTS], ids=lambda book: book.table)
def test_every_value_is_in_the_hash(book: Book) -> None:
    """Whatever column changes, the hash changes (the owner's columns are grouped by instead)."""
    row = {name: date(2026, 6, 1) if book.columns[name] == pl.Date else 7 for name in book.expected}
    before = row_hashes(book, frame(book, [tuple(row.values())]))
    for name in set(book.expected) - {"contract_id", "member_id"}:
        after = row | {name: date(2026, 7, 1) if book.columns[name] == pl.Date else 8}
        assert row_hashes(book, frame(book, [tuple(after.values())])) != before, name

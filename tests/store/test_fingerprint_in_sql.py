"""The row hash on columns equals PostgreSQL's, on fixed vectors and on anything a book can hold."""

from collections.abc import Callable
from datetime import date

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avenant.core.book.entries import EXPECTED
from avenant.core.book.fingerprint import ROW_HASH_SQL, row_hashes
from avenant.core.premiums.expected import ENTRY
from avenant.store.database import Database

ROW = (1, 2, date(2026, 6, 1), 3, 2184, 1310, 256, 5460, 7, 12, 12, 30, 34, 0)
FREE = (1, 4, date(2026, 6, 1), 5, 0, 0, 0, 0, 0, 30, 30, 30, 8, 2)
HUGE = (1, 2, date(1999, 12, 1), 3, 2**33 + 5, 2**32, 1, 2**40 + 7, 2**31 - 1, 31, 31, 31, 150, 63)
GOLDEN = {ROW: 2657980156356006847, FREE: -1294930166315860096, HUGE: 6004243648219595409}

CENTS = st.one_of(st.integers(0, 10**6), st.integers(0, 2**50))
DAYS = st.integers(0, 31)
ROWS = st.tuples(
    st.just(1),
    st.integers(1, 2**31 - 1),
    st.builds(date, st.integers(1990, 2090), st.integers(1, 12), st.just(1)),
    st.integers(1, 2**31 - 1),
    *(CENTS, CENTS, CENTS, CENTS),
    st.integers(0, 2**31 - 1),
    *(DAYS, DAYS, st.integers(28, 31)),
    st.integers(0, 150),
    st.integers(0, 63),
)


def frame(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    """Rows as a frame of expected entries."""
    return pl.DataFrame(rows, schema={name: ENTRY[name] for name in EXPECTED}, orient="row")


def hashed_by_postgres(book: Database, rows: list[tuple[object, ...]]) -> list[int]:
    """The same rows hashed by the database."""
    types = ["int", "int", "date", "int", *["bigint"] * 4, "int", *["smallint"] * 5]
    casts = ", ".join(f"%s::{kind}" for kind in types)
    columns = ", ".join(EXPECTED)
    with book.connect() as connection:
        return [
            connection.execute(
                f"SELECT {ROW_HASH_SQL} FROM (SELECT {casts}) AS r ({columns})", row
            ).fetchone()[0]
            for row in rows
        ]


def test_golden_vectors() -> None:
    assert dict(zip(GOLDEN, row_hashes(frame(list(GOLDEN))).tolist(), strict=True)) == GOLDEN


def test_postgres_gives_the_golden_vectors(new_book: Callable[..., Database]) -> None:
    assert hashed_by_postgres(new_book(opens=date(2026, 1, 1)), list(GOLDEN)) == list(GOLDEN.values())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, min_size=1, max_size=20))
def test_any_row_hashes_alike_on_both_sides(
    new_book: Callable[..., Database], rows: list[tuple[object, ...]]
) -> None:
    book = BOOKS.get("one") or BOOKS.setdefault("one", new_book(opens=date(2026, 1, 1)))
    assert row_hashes(frame(rows)).tolist() == hashed_by_postgres(book, rows)


BOOKS: dict[str, Database] = {}

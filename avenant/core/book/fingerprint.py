"""Fingerprints: one 64-bit number per member of a contract that changes when any booked value changes.

A row's hash chains its values through PostgreSQL's ``hashint4extended`` (lookup3), reproduced here on whole
columns. A member's fingerprint is the XOR of the hashes of their live rows. A cancel mirrors its charge, so
the XOR over *all* rows of a key is the XOR over its latest one: the database computes it in one scan, and
sends one line per member instead of every row. The number of live rows and the sum of their amounts are
compared beside it.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from avenant.core.book.entries import Book

U32 = NDArray[np.uint32]

DAY_ORIGIN: Final = 10957  # 2000-01-01 as days since 1970, where PostgreSQL counts dates from
START: Final = 0x9E3779B9 + 4 + 3923095
BLOCK: Final = 1 << 14


def fingerprints(book: Book, rows: pl.DataFrame) -> pl.DataFrame:
    """Per contract_id and member_id: ``entries`` i64, ``amount_cents`` i64, ``fingerprint`` i64.

    ``rows``: expected entries (columns ``book.expected``).
    """
    hashes = pl.Series(row_hashes(book, rows))
    hashed = rows.select("contract_id", "member_id", "amount_cents", fingerprint=hashes)
    return hashed.group_by("contract_id", "member_id").agg(
        entries=pl.len().cast(pl.Int64),
        amount_cents=pl.col("amount_cents").sum(),
        fingerprint=pl.col("fingerprint").bitwise_xor(),
    )


def row_hash_sql(book: Book) -> str:
    """SQL for the hash of a stored row: its words, each chained to the one before."""
    hashed = "1"
    for word in book.words:
        terms = [_sql_term(book, column, factor) for column, factor in word]
        function = "hashint8extended" if _is_wide(book, word) else "hashint4extended"
        hashed = f"{function}({' + '.join(terms)}, {hashed})"
    return hashed


def _sql_term(book: Book, column: str, factor: int) -> str:
    if column in book.amounts:
        return f"abs({column})"
    if book.columns[column] == pl.Date:
        return f"({column} - date '2000-01-01')"
    return column if factor == 1 else f"{column} * {factor}"


def _is_wide(book: Book, word: Sequence[tuple[str, int]]) -> bool:
    return any(book.columns[column] == pl.Int64 for column, _ in word)


def row_hashes(book: Book, rows: pl.DataFrame) -> NDArray[np.int64]:
    """The hash of each row, equal to ``row_hash_sql`` on the same values (i64)."""
    columns = [_word(book, rows, word) for word in book.words]
    hashes = np.empty(len(rows), dtype=np.uint64)
    for begin in range(0, len(rows), BLOCK):
        end = min(begin + BLOCK, len(rows))
        hashes[begin:end] = _chained([column[begin:end] for column in columns])
    return hashes.view(np.int64)


def _word(book: Book, rows: pl.DataFrame, word: Sequence[tuple[str, int]]) -> U32:
    """One 32-bit number per row, as PostgreSQL's hash functions see the word."""
    terms = [rows[column].to_physical().cast(pl.Int64).to_numpy() * factor for column, factor in word]
    total: NDArray[np.int64] = sum(terms[1:], terms[0])
    if book.columns[word[0][0]] == pl.Date:
        total = total - DAY_ORIGIN
    return _folded(total) if _is_wide(book, word) else total.astype(np.uint32)


def _folded(values: NDArray[np.int64]) -> U32:
    """As ``hashint8extended`` does: the upper half folded onto the lower, so that small numbers hash like int4."""
    upper = values >> 32
    return (values ^ np.where(values < 0, ~upper, upper)).astype(np.uint32)


def _chained(columns: list[U32]) -> NDArray[np.uint64]:
    high = np.zeros(len(columns[0]), dtype=np.uint32)
    low = np.ones(len(columns[0]), dtype=np.uint32)
    for column in columns:
        high, low = _hash(column, high, low)
    return (high.astype(np.uint64) << np.uint64(32)) | low


def _hash(value: U32, seed_high: U32, seed_low: U32) -> tuple[U32, U32]:
    """``hash_bytes_uint32_extended`` of PostgreSQL on a block: one round of mixing the seed, one final round."""
    start = np.uint32(START & 0xFFFFFFFF)
    a, b, c = _mix(seed_high + start, seed_low + start, np.full_like(value, start))
    return _final(a + value, b, c)


def _rotated(x: U32, bits: int) -> U32:
    return (x << np.uint32(bits)) | (x >> np.uint32(32 - bits))


def _mix(a: U32, b: U32, c: U32) -> tuple[U32, U32, U32]:
    for first, second in ((4, 6), (16, 19)):
        a -= c
        a ^= _rotated(c, first)
        c += b
        b -= a
        b ^= _rotated(a, second)
        a += c
        c -= b
        c ^= _rotated(b, 8 if first == 4 else 4)
        b += a
    return a, b, c


def _final(a: U32, b: U32, c: U32) -> tuple[U32, U32]:
    for bits in ((14, 11, 25), (16, 4, 14)):
        c ^= b
        c -= _rotated(b, bits[0])
        a ^= c
        a -= _rotated(c, bits[1])
        b ^= a
        b -= _rotated(a, bits[2])
    c ^= b
    c -= _rotated(b, 24)
    return b, c

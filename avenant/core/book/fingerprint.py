"""Fingerprints: one 64-bit number per member of a contract that changes when any booked value changes.

A row's hash chains its values through PostgreSQL's ``hashint4extended`` (lookup3), reproduced here on whole
columns. A member's fingerprint is the XOR of the hashes of their live rows. A cancel mirrors its charge, so
the XOR over *all* rows of a key is the XOR over its latest one: the database computes it in one scan, and
sends one line per member instead of every row. The number of live rows and the sum of their amounts are
compared beside it.
"""

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

U32 = NDArray[np.uint32]

MONTH_ORIGIN: Final = 10957  # 2000-01-01 as days since 1970, where PostgreSQL counts dates from
START: Final = 0x9E3779B9 + 4 + 3923095
BLOCK: Final = 1 << 14

ROW_HASH_SQL: Final = """hashint4extended(
    covered_days * 4194304 + billed_days * 524288 + days_in_month * 16384 + age * 64 + child_rank,
    hashint4extended(line_id, hashint8extended(unit_price_cents,
    hashint8extended(abs(tax_cents), hashint8extended(abs(employer_cents), hashint8extended(abs(amount_cents),
    hashint4extended(slot_id, hashint4extended(month - date '2000-01-01', 1))))))))"""


def fingerprints(rows: pl.DataFrame) -> pl.DataFrame:
    """Per contract_id and member_id: ``entries`` i64, ``amount_cents`` i64, ``fingerprint`` i64.

    ``rows``: expected entries (columns ``core.book.entries.EXPECTED``).
    """
    hashed = rows.select("contract_id", "member_id", "amount_cents", fingerprint=pl.Series(row_hashes(rows)))
    return hashed.group_by("contract_id", "member_id").agg(
        entries=pl.len().cast(pl.Int64),
        amount_cents=pl.col("amount_cents").sum(),
        fingerprint=pl.col("fingerprint").bitwise_xor(),
    )


def row_hashes(rows: pl.DataFrame) -> NDArray[np.int64]:
    """The hash of each row, equal to ``ROW_HASH_SQL`` on the same values (i64)."""
    small = pl.col("covered_days").cast(pl.Int32) * 4194304 + pl.col("billed_days").cast(pl.Int32) * 524288
    small += pl.col("days_in_month").cast(pl.Int32) * 16384 + pl.col("age").cast(pl.Int32) * 64
    words = rows.select(
        pl.col("month").to_physical().cast(pl.Int64) - MONTH_ORIGIN,
        pl.col("slot_id").cast(pl.Int64),
        *(_folded(name) for name in ("amount_cents", "employer_cents", "tax_cents", "unit_price_cents")),
        pl.col("line_id").cast(pl.Int64),
        (small + pl.col("child_rank").cast(pl.Int32)).cast(pl.Int64).alias("days_age_rank"),
    )
    columns = [words[name].cast(pl.Int64).to_numpy().astype(np.uint32) for name in words.columns]
    hashes = np.empty(len(rows), dtype=np.uint64)
    for begin in range(0, len(rows), BLOCK):
        end = min(begin + BLOCK, len(rows))
        hashes[begin:end] = _chained([column[begin:end] for column in columns])
    return hashes.view(np.int64)


def _folded(name: str) -> pl.Expr:
    """An amount as ``hashint8extended`` sees it: its upper half folded onto the lower (amounts are not negative)."""
    return (pl.col(name) % 2**32) ^ (pl.col(name) // 2**32)


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

"""The canonical serialisation of written rows, and its SHA-256.

Columns in the order of ``store.tables``, rows sorted by them. Per column: its name in UTF-8 and a zero byte;
then, for numbers, flags and days, one signed 64-bit little-endian integer per row (flags 0 and 1, days since
1970-01-01, null the smallest integer); for text, per row its length in bytes as such an integer (null: -1),
then all texts one after the other in UTF-8. JSON is text with sorted keys and no spaces.
"""

import hashlib
import json
from typing import Any

import polars as pl

from avenant.store.tables import JSON_COLUMNS, TABLES

NULL = -(2**63)


def rows_digest(table: str, rows: pl.DataFrame) -> bytes:
    """SHA-256 of the canonical serialisation of ``rows`` (the covered columns of ``table``, in any order)."""
    columns = list(TABLES[table])
    digest = hashlib.sha256()
    for column in rows.select(columns).sort(columns, nulls_last=False).get_columns():
        digest.update(column.name.encode() + b"\0")
        _update(digest, column)
    return digest.digest()


def _update(digest: "hashlib._Hash", column: pl.Series) -> None:
    if column.dtype == pl.String:
        digest.update(column.str.len_bytes().cast(pl.Int64).fill_null(-1).to_numpy().tobytes())
        digest.update("".join(column.drop_nulls().to_list()).encode())
    else:
        digest.update(column.to_physical().cast(pl.Int64).fill_null(NULL).to_numpy().tobytes())


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: the form in which JSON enters a digest."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def with_canonical_json(rows: pl.DataFrame) -> pl.DataFrame:
    """``rows`` read back from the database, their JSON columns brought to the canonical form."""
    names = [name for name in rows.columns if name in JSON_COLUMNS]
    return rows.with_columns(
        pl.col(name).map_elements(lambda text: canonical_json(json.loads(text)), return_dtype=pl.String)
        for name in names
    )

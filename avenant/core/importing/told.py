"""What somebody told us, as text, before it is judged: rows with the files and lines that they come from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from avenant.core.importing.problem import no_problems

LINE = "#line"
"""The column of a file's rows that holds the line where each begins; no file calls a column so."""

ORIGIN_SCHEMA: dict[str, type[pl.DataType]] = {
    "table": pl.String,
    "row_index": pl.UInt32,
    "file": pl.String,
    "line": pl.UInt32,
    "place": pl.String,  # within the line, such as lines[2] of a JSON document; null: the line itself
}


@dataclass(frozen=True, slots=True)
class Told:
    """Rows as text with where they come from.

    tables: by table name, its columns as text and `row_index` u32; origins (`ORIGIN_SCHEMA`): one row for
    each line that a row was made of; found: problems known already (`PROBLEM_SCHEMA`), from mapping;
    damaged: lines that could not even be read as rows, problems with `file` and `line`; labels: what the
    teller calls our (table, column).
    """

    tables: Mapping[str, pl.DataFrame]
    origins: pl.DataFrame
    found: pl.DataFrame = field(default_factory=no_problems)
    damaged: pl.DataFrame = field(default_factory=lambda: no_damage())
    labels: Mapping[tuple[str, str], str] = field(default_factory=dict)


def no_damage() -> pl.DataFrame:
    """An empty frame of lines that could not be read as rows."""
    return no_problems().with_columns(
        pl.lit(None, pl.String).alias("file"), pl.lit(None, pl.UInt32).alias("line")
    )


def together(parts: Sequence[Told]) -> Told:
    """What several files say, as one: the rows of each table one after the other, gaps in their numbers kept."""
    tables: dict[str, list[pl.DataFrame]] = {}
    origins, found = [no_origins()], [no_problems()]
    ends: dict[str, int] = {}
    for part in parts:
        starts = {table: ends.get(table, 0) for table in part.tables}
        for table, frame in part.tables.items():
            tables.setdefault(table, []).append(
                frame.with_columns((pl.col("row_index") + starts[table]).cast(pl.UInt32))
            )
            ends[table] = starts[table] + frame.select(pl.col("row_index").max() + 1).fill_null(0).item()
        origins.append(_moved(part.origins, starts))
        found.append(_moved(part.found, starts))
    joined = {table: pl.concat(frames, how="diagonal") for table, frames in tables.items()}
    damaged = pl.concat([no_damage(), *[part.damaged for part in parts]])
    labels = {place: label for part in parts for place, label in part.labels.items()}
    return Told(joined, pl.concat(origins), pl.concat(found), damaged, labels)


def _moved(rows: pl.DataFrame, starts: Mapping[str, int]) -> pl.DataFrame:
    start = pl.col("table").replace_strict(starts, default=0, return_dtype=pl.UInt32)
    return rows.with_columns((pl.col("row_index") + start).cast(pl.UInt32))


def no_origins() -> pl.DataFrame:
    """An empty frame of origins."""
    return pl.DataFrame(schema=ORIGIN_SCHEMA)


def told_as_is(table: str, file: str, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows (text columns and `LINE`) of one of our own files, numbered; and their origins."""
    numbered = rows.with_row_index("row_index")
    return numbered.drop(LINE), origins_of(table, file, numbered)


def origins_of(table: str, file: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Origins (`ORIGIN_SCHEMA`) of `rows` with `row_index` and `LINE`, read from `file`, a line a row."""
    return rows.select(
        pl.lit(table).alias("table"),
        pl.col("row_index").cast(pl.UInt32),
        pl.lit(file).alias("file"),
        pl.col(LINE).cast(pl.UInt32).alias("line"),
        pl.lit(None, pl.String).alias("place"),
    )

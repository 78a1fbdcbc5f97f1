"""A folder of CSV files as what somebody told us: our own set, or anybody's through a mapping file."""

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from avenant.core.importing.mapped import mapped
from avenant.core.importing.mapping import MappingFault
from avenant.core.importing.tables import DEFAULTS, FILES, file_columns, header_fault
from avenant.core.importing.told import Told, no_damage, told_as_is
from avenant.gateways.csv_files import CsvFile, FileRefused, read_csv
from avenant.gateways.mapping_files import read_mapping, unreadable


@dataclass(frozen=True, slots=True)
class Folder:
    """What was told, and the files read: name -> rows, damaged ones included."""

    told: Told
    files: Dictionary[str, int]


def read_folder(folder: Path, mapping_file: Path | None = None) -> Folder:
    """What the files in `folder` say; `mapping_file` says how, else they are the documented set.

    Errors: `FileRefused` for a folder, file, header or mapping that cannot be read at all.
    """
    if not folder.is_dir():
        raise FileRefused(folder, None, "there is no such folder", "Name the folder that holds the CSV files")
    if mapping_file is None:
        return _own_set(folder)
    return _foreign_set(folder, mapping_file)


def _own_set(folder: Path) -> Folder:
    read = {table: read_csv(folder / name) for table, name in FILES.items() if (folder / name).is_file()}
    if not read:
        expected = ", ".join(FILES.values())
        remedy = f"Name the folder that holds {expected}; for other files describe them with --mapping"
        raise FileRefused(folder, None, "the folder has none of the files of an import", remedy)
    tables, origins = {}, []
    for table, file in read.items():
        tables[table], lines = told_as_is(table, file.path.name, _all_columns(table, file))
        origins.append(lines)
    told = Told(tables, pl.concat(origins), damaged=torn_rows(list(read.values())))
    return Folder(told, {file.path.name: file.rows.height + file.ragged.height for file in read.values()})


def _all_columns(table: str, file: CsvFile) -> pl.DataFrame:
    fault = header_fault(table, file.header)
    if fault is not None:
        seen, remedy = fault
        raise FileRefused(file.path, 1, seen, remedy[0].upper() + remedy[1:])
    left_out = [name for name in file_columns(table) if name not in file.header]
    rows = file.rows.with_columns(pl.lit(None, pl.String).alias(name) for name in left_out)
    return rows.with_columns(
        pl.col(name).fill_null(word) for name, word in DEFAULTS.items() if name in file_columns(table)
    )


def _foreign_set(folder: Path, mapping_file: Path) -> Folder:
    mapping, lines = read_mapping(mapping_file)
    read = {name: read_csv(folder / source.file) for name, source in mapping.sources.items()}
    frames = {name: file.rows for name, file in read.items()}
    try:
        told = mapped(mapping, frames, torn_rows(list(read.values())))
    except MappingFault as fault:
        raise unreadable(mapping_file, lines, fault) from fault
    return Folder(told, {file.path.name: file.rows.height + file.ragged.height for file in read.values()})


def torn_rows(files: list[CsvFile]) -> pl.DataFrame:
    """Rows that have not one value per column, as problems with `file` and `line`."""
    found = [no_damage()]
    for file in files:
        found.append(
            file.ragged.select(
                pl.lit("").alias("table"),
                pl.lit(None, pl.UInt32).alias("row_index"),
                pl.lit("").alias("column"),
                pl.lit("wrong number of values").alias("reason"),
                "seen",
                pl.lit("every row has one value for each column of the header").alias("message"),
                pl.lit("look for a separator that is missing, or within a value that needs quotes").alias(
                    "remedy"
                ),
                pl.lit(file.path.name).alias("file"),
                "line",
            )
        )
    return pl.concat(found)

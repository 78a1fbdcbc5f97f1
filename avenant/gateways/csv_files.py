"""CSV files of other people, read exactly: every value as text, every row with its line.

UTF-8 (a byte order mark is tolerated), comma or semicolon, one header row. A file that cannot be read at all
raises `FileRefused` with its line; a row with too few or too many values is reported and left out.
Python's own reader is used because it knows lines: Polars fills short rows silently and counts rows only.
"""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from avenant.core.importing.told import LINE

if TYPE_CHECKING:
    import _csv

ROWS_AT_ONCE = 50_000
SEPARATORS = ",;\t|"
ACCEPTED = ",;"
csv.field_size_limit(1_000_000)


class FileRefused(Exception):
    """A file that cannot be read or written: `path`, `line` (None: the whole file), `seen`, `remedy`."""

    def __init__(self, path: Path, line: int | None, seen: str, remedy: str) -> None:
        where = str(path) if line is None else f"{path}, line {line}"
        super().__init__(f"{where}: {seen}. {remedy}.")
        self.path, self.line, self.seen, self.remedy = path, line, seen, remedy


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A file as read.

    rows: its columns as text (null where empty) and `LINE` u32, where the row begins; ragged: `line` u32,
    `seen` (how many values), `values`, for rows that have not one value per column.
    """

    path: Path
    header: tuple[str, ...]
    rows: pl.DataFrame
    ragged: pl.DataFrame


def read_csv(path: Path) -> CsvFile:
    """The file at `path`. Errors: `FileRefused`."""
    if not path.is_file():
        raise FileRefused(path, None, "there is no such file", "Check the name and the folder")
    header: tuple[str, ...] = ()
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            separator = _separator(path, lines.readline())
            lines.seek(0)
            reader = csv.reader(lines, delimiter=separator, strict=True)
            numbered = _numbered(reader)
            header = _header(path, next(numbered, (1, []))[1])
            rows, ragged = _rows(numbered, len(header))
    except UnicodeDecodeError as error:
        raise not_utf8(path) from error
    except csv.Error as error:
        raise _bad_quotes(path, reader.line_num, str(error)) from error
    return CsvFile(path, header, _without_nul(path, _frame(rows, header)), ragged)


def _separator(path: Path, first_line: str) -> str:
    counts = {separator: first_line.count(separator) for separator in SEPARATORS}
    best = max(SEPARATORS, key=lambda separator: counts[separator])
    if counts[best] and best not in ACCEPTED:
        name = "tabs" if best == "\t" else f"the sign {best!r}"
        raise FileRefused(
            path, 1, f"the columns are separated by {name}", "Save it with commas or semicolons"
        )
    return best if counts[best] else ","


def _numbered(reader: "_csv.Reader") -> Iterator[tuple[int, list[str]]]:
    """Rows that hold anything, each with the line where it begins."""
    begins = 1
    for row in reader:
        if any(value.strip() for value in row):
            yield begins, row
        begins = reader.line_num + 1


def _header(path: Path, row: list[str]) -> tuple[str, ...]:
    names = tuple(name.strip() for name in row)
    if not names:
        raise FileRefused(path, 1, "the file is empty", "Write the names of the columns in its first line")
    for place, name in enumerate(names, start=1):
        if not name:
            raise FileRefused(path, 1, f"column {place} has no name", "Name it, or remove the column")
        if names.count(name) > 1 or name == LINE:
            raise FileRefused(path, 1, f"two columns are called {name!r}", "Rename or remove one of them")
    return names


def _rows(numbered: Iterator[tuple[int, list[str]]], width: int) -> tuple[list[pl.DataFrame], pl.DataFrame]:
    """Frames of `LINE` and the values in order, `ROWS_AT_ONCE` rows each; and the rows of another width."""
    frames, ragged = [], []
    while block := list(islice(numbered, ROWS_AT_ONCE)):
        ragged += [
            (line, f"{len(row)} values for {width} columns", row) for line, row in block if len(row) != width
        ]
        good = [(line, row) for line, row in block if len(row) == width]
        if good:
            lines = pl.Series(LINE, [line for line, _ in good], pl.UInt32)
            values = zip(*(row for _, row in good), strict=True)
            frames.append(
                pl.DataFrame([lines, *(pl.Series(str(n), v, pl.String) for n, v in enumerate(values))])
            )
    schema = {"line": pl.UInt32(), "seen": pl.String(), "values": pl.List(pl.String)}
    return frames, pl.DataFrame(ragged, schema=schema, orient="row")


def _frame(frames: list[pl.DataFrame], header: tuple[str, ...]) -> pl.DataFrame:
    schema = {LINE: pl.UInt32} | dict.fromkeys(header, pl.String)
    if not frames:
        return pl.DataFrame(schema=schema)
    rows = pl.concat(frames)
    rows.columns = list(schema)
    stripped = pl.col(*header).str.strip_chars()
    return rows.with_columns(stripped).with_columns(pl.col(*header).replace("", None))


def _without_nul(path: Path, rows: pl.DataFrame) -> pl.DataFrame:
    """``rows``, which no database could hold with a character 0 in them. Errors: `FileRefused`."""
    broken = rows.filter(pl.any_horizontal(pl.col(pl.String).str.contains("\0", literal=True)))
    if broken.height:
        raise FileRefused(path, broken[LINE][0], "a value holds a character 0", "Remove it: text has none")
    return rows


def not_utf8(path: Path) -> FileRefused:
    """What to say of the file at `path`, whose bytes are not UTF-8, with the line of the first that is not."""
    content = path.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return FileRefused(path, 1, "the file is written in UTF-16", "Save it as UTF-8 (in Excel: CSV UTF-8)")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        bad = content[error.start : error.start + 1]
        guess = bad.decode("cp1252", errors="replace")
        seen = f"the byte 0x{bad.hex().upper()} is not UTF-8; in Windows-1252 it would be {guess!r}"
        return FileRefused(path, line, seen, "Save the file as UTF-8 (in Excel: CSV UTF-8)")
    return FileRefused(path, None, "the file changed while it was read", "Import it again")


def _bad_quotes(path: Path, line: int, seen: str) -> FileRefused:
    if "unexpected end" in seen:
        return FileRefused(
            path, line, "the file ends within a quoted value", 'Look for a lone " and double or remove it'
        )
    if "field larger" in seen:
        remedy = 'Look for a lone " further up, which makes one value of many lines'
        return FileRefused(path, line, "a value has more than a million characters", remedy)
    return FileRefused(
        path, line, f"the quotes do not match ({seen})", 'Write a " within a quoted value twice'
    )


@contextmanager
def csv_written(path: Path, rows: pl.DataFrame) -> Iterator[None]:
    """Write `rows` with a header as UTF-8, to appear at `path` when the block ends well; else not at all.

    So a folder that cannot be written to is found before the block begins. Errors: `FileRefused`.
    """
    unfinished = path.with_name(path.name + ".part")
    try:
        rows.write_csv(unfinished)
    except OSError as error:
        seen = f"the file cannot be written ({error.strerror or error})"
        raise FileRefused(path, None, seen, "Name a file in a folder that can be written to") from error
    try:
        yield
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)

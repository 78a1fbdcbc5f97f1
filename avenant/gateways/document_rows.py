"""Rows of messages on care, collected one by one out of nested files, with the place of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import polars as pl

from avenant.core.importing.problem import PROBLEM_SCHEMA
from avenant.core.importing.tables import CARE_FILES, file_columns
from avenant.core.importing.told import ORIGIN_SCHEMA, Told, no_damage

FINDING_SCHEMA: dict[str, type[pl.DataType]] = {
    "file": pl.String,
    "line": pl.UInt32,
    "place": pl.String,  # path within the file, such as Bundle.entry[2].resource.diagnosis[0]
    "finding": pl.String,  # a short fixed phrase, to count by
    "seen": pl.String,
    "message": pl.String,
}
"""What a reader has to say about what it read: nothing is refused by it, and nothing dropped in silence."""

Row = Mapping[str, Any]
COLUMNS = {table: dict.fromkeys(file_columns(table)) for table in CARE_FILES}
"""Table -> the names that a row of it may have, in order."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What files say: `told`, findings (`FINDING_SCHEMA`), and how many rows or resources each file holds."""

    told: Told
    findings: pl.DataFrame
    files: Mapping[str, int]


def no_findings() -> pl.DataFrame:
    """An empty frame of findings."""
    return pl.DataFrame(schema=FINDING_SCHEMA)


@dataclass(slots=True)
class DocumentRows:
    """Rows of one file as they are met. Values are named as in our CSV files (`charged` 25.00)."""

    file: str
    rows: dict[str, list[Row]] = field(default_factory=lambda: {table: [] for table in CARE_FILES})
    origins: list[tuple[Any, ...]] = field(default_factory=list)
    found: list[tuple[Any, ...]] = field(default_factory=list)
    damaged: list[dict[str, Any]] = field(default_factory=list)
    findings: list[tuple[Any, ...]] = field(default_factory=list)

    def add(self, table: str, values: Row, line: int, place: str) -> None:
        """One row of `table`; a value that is no text, number or yes and no is a problem of the row."""
        index = len(self.rows[table])
        known = COLUMNS[table]
        row: dict[str, str | None] = {}
        for name, value in values.items():
            text, fault = _as_text(value)
            if name not in known:
                self._refuse(table, index, name, "unknown property", f"a {table} row has: {', '.join(known)}")
            elif fault:
                self._refuse(table, index, name, "malformed text", fault)
            else:
                row[name] = text
        self.rows[table].append(row)
        self.origins.append((table, index, self.file, line, place))

    def refuse_last(self, table: str, column: str, reason: str, message: str) -> None:
        """Refuse the row of `table` that was added last."""
        self._refuse(table, len(self.rows[table]) - 1, column, reason, message)

    def _refuse(self, table: str, index: int, column: str, reason: str, message: str) -> None:
        remedy = "write it as `avenant import documents --schema` says"
        self.found.append((table, index, column, reason, "", message, remedy))

    def lose(self, line: int | None, place: str, reason: str, seen: str, remedy: str) -> None:
        """Something that cannot be read as rows at all."""
        texts = {
            "table": "",
            "column": place,
            "reason": reason,
            "seen": seen,
            "message": seen,
            "remedy": remedy,
        }
        self.damaged.append({**texts, "row_index": None, "file": self.file, "line": line})

    def remark(self, line: int | None, place: str, finding: str, seen: str, message: str) -> None:
        """A finding: something to know about what was read."""
        self.findings.append((self.file, line, place, finding, seen, message))

    def arrived(self, count: int) -> Arrived:
        """All of it as frames; `count`: how many things the file holds."""
        tables = {table: _frame(table, rows) for table, rows in self.rows.items() if rows}
        told = Told(
            tables,
            pl.DataFrame(self.origins, ORIGIN_SCHEMA, orient="row"),
            pl.DataFrame(self.found, PROBLEM_SCHEMA, orient="row"),
            pl.DataFrame(self.damaged, no_damage().schema),
        )
        findings = pl.DataFrame(self.findings, FINDING_SCHEMA, orient="row")
        return Arrived(told, findings, {self.file: count})


def _as_text(value: Any) -> tuple[str | None, str]:
    """The value as our files write it, and what is wrong with it otherwise."""
    if value is None or value == "":
        return None, ""
    if isinstance(value, bool):
        return ("yes" if value else "no"), ""
    if isinstance(value, Decimal):
        return format(value, "f"), ""
    if isinstance(value, int):
        return str(value), ""
    if not isinstance(value, str):
        return None, "a text, a number, true or false was expected"
    if not _storable(value):
        return None, "it holds characters that no text can hold"
    return value.strip() or None, ""


def _storable(text: str) -> bool:
    """No character 0, and no half of a pair of surrogates: no database holds them."""
    if text.isascii():
        return "\0" not in text
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _frame(table: str, rows: Sequence[Row]) -> pl.DataFrame:
    schema = dict.fromkeys(file_columns(table), pl.String)
    columns = {name: [row.get(name) for row in rows] for name in schema}
    return pl.DataFrame(columns, schema=schema).with_row_index("row_index")

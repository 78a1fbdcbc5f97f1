"""Changed inputs: one value of one fact, for one run alone: "as if the departure were 31 March"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from avenant.flows.reruns.asked import Changed

TABLES = ("contract", "member", "enrolment", "care_line", "answer", "provider_status")
_TEXTS = {"true": True, "false": False}


class ChangeRefused(ValueError):
    """A changed input names no fact, no column, or gives a value that the column cannot hold."""


def change_written(text: str) -> Changed:
    """The change that ``enrolment:E-0001:last_day=2026-03-31`` tells. Errors: ChangeRefused."""
    where, equals, value = text.partition("=")
    parts = where.split(":")
    if not equals or len(parts) != 3 or parts[0] not in TABLES:
        raise ChangeRefused(
            f"{text!r} tells no change: write TABLE:REF:COLUMN=VALUE, for instance "
            f"enrolment:E-0001:last_day=2026-03-31; tables: {', '.join(TABLES)}"
        )
    return Changed(parts[0], parts[1], parts[2], value)


def changed_rows(rows: pl.DataFrame, table: str, changes: Sequence[Changed]) -> pl.DataFrame:
    """``rows`` of ``table`` with the changes that concern it. Errors: ChangeRefused."""
    for each in changes:
        if each.table == table:
            rows = _changed(rows, each)
    return rows


def _changed(rows: pl.DataFrame, change: Changed) -> pl.DataFrame:
    mine = pl.col("ref") == change.ref
    if rows.filter(mine).is_empty():
        known = ", ".join(sorted(rows["ref"].to_list())[:10]) or "none"
        raise ChangeRefused(
            f"no {change.table} {change.ref!r} is among the inputs; those that are there: {known}"
        )
    column, value = _value(rows, change)
    return rows.with_columns(pl.when(mine).then(value).otherwise(pl.col(column)).alias(column))


def _value(rows: pl.DataFrame, change: Changed) -> tuple[str, pl.Expr]:
    """The column and the value as its type has it; ``last_day`` is the day before ``valid_to``."""
    after_last = change.column == "last_day" and "valid_to" in rows.columns
    column = "valid_to" if after_last else change.column
    if column not in rows.columns or column == "ref":
        raise ChangeRefused(
            f"table {change.table} has no column {change.column!r} to change; it has {', '.join(rows.columns)}"
        )
    kind = rows.schema[column]
    try:
        value = pl.lit(_typed(change.value, kind), kind)
    except (pl.exceptions.PolarsError, ValueError):
        wrong = f"{change.table} {change.column} cannot be {change.value!r}: its type is {kind}"
        raise ChangeRefused(wrong) from None
    return column, value.dt.offset_by("1d") if after_last else value


def _typed(text: str, kind: pl.DataType) -> object:
    """``text`` as a value of a column's type; an empty one is null."""
    if not text:
        return None
    if kind == pl.Date:
        return date.fromisoformat(text)
    if kind == pl.Boolean:
        return _TEXTS[text] if text in _TEXTS else bool(int(text))
    return pl.Series([text]).cast(kind, strict=True)[0]

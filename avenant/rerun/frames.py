"""Snapshots of Polars frames: schema, height, first rows, and which columns are new or changed by a call.

A call that adds ``left_cents`` to its argument returns a frame that marks ``left_cents`` as new. Rows that belong to
the subject of the run are listed under ``owned``, so that a reader finds them at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import polars as pl

Cell = Callable[[str, object], object]
Cells = Callable[[str, list[Any]], list[Any]]
FEW: Final = 500
"""Rows up to which plain Python finds the subject's sooner than a question to the engine."""
MOST_COMPARED: Final = 20_000
"""Rows beyond which columns are not compared: finding a change must not cost more than the rule itself."""


def frame_snapshot(
    frame: pl.DataFrame,
    before: Iterable[pl.DataFrame],
    cells: Cells,
    most_rows: int,
    most_columns: int,
    owned: Mapping[str, frozenset[int]],
) -> dict[str, Any]:
    """``frame`` as plain data; ``cells`` turns a column's name and values into what may be told of them.

    owned: column -> ids of the subject. Its rows come first where the frame has more rows than are shown.
    """
    columns = frame.columns[:most_columns]
    types = frame.schema
    mine = _owned_rows(frame, types, owned)
    shown = _shown(frame.height, mine, most_rows)
    told = [_told(frame, name, types[name], shown, cells) for name in columns]
    rows = [list(row) for row in zip(*told, strict=True)] if told else [[] for _ in shown]
    new, changed = column_marks(frame, before)
    return {
        "type": "polars.DataFrame",
        "height": frame.height,
        "width": frame.width,
        "columns": [[name, str(types[name])] for name in columns],
        "rows": rows,
        "at": shown,
        "owned": [at for at in shown if at in mine],
        "new": [name for name in new if name in columns],
        "changed": [name for name in changed if name in columns],
    }


def _told(frame: pl.DataFrame, name: str, kind: pl.DataType, shown: list[int], cells: Cells) -> list[Any]:
    """The cells of one column in the rows ``shown``, without a question to the engine: that costs more than they."""
    if kind == pl.Object:
        return ["an object"] * len(shown)
    column = frame.get_column(name)
    first = not shown or shown[-1] == len(shown) - 1
    return cells(name, (column.head(len(shown)) if first else column[shown]).to_list())


def series_snapshot(series: pl.Series, name: str, cell: Cell, most: int) -> dict[str, Any]:
    """``series`` as plain data: its name, type, length and first items."""
    readable = series.dtype != pl.Object
    items = [cell(name, each) for each in series.head(most).to_list()] if readable else []
    return {
        "type": "polars.Series",
        "name": name,
        "dtype": str(series.dtype),
        "length": len(series),
        "items": items,
    }


def column_marks(frame: pl.DataFrame, before: Iterable[pl.DataFrame]) -> tuple[list[str], list[str]]:
    """Columns that no frame of ``before`` has, and columns whose values differ from the frame most like this one."""
    earlier = list(before)
    if not earlier:
        return [], []
    known = {name for each in earlier for name in each.columns}
    new = [name for name in frame.columns if name not in known]
    alike = [each for each in earlier if each.height == frame.height <= MOST_COMPARED]
    if not alike:
        return new, []
    model = max(alike, key=lambda each: len(set(each.columns) & set(frame.columns)))
    shared = [name for name in frame.columns if name in model.columns and name not in new]
    return new, [name for name in shared if _differs(frame[name], model[name])]


def _differs(one: pl.Series, other: pl.Series) -> bool:
    if pl.Object in (one.dtype, other.dtype):
        return False
    return one.dtype != other.dtype or not one.equals(other, null_equal=True)


def _owned_rows(
    frame: pl.DataFrame, types: Mapping[str, pl.DataType], owned: Mapping[str, frozenset[int]]
) -> set[int]:
    """Numbers of the rows that belong to the subject, by the first of its columns that the frame has."""
    for column, ids in owned.items():
        if column in types and types[column].is_integer() and frame.height <= MOST_COMPARED:
            if frame.height <= FEW:
                return {at for at, each in enumerate(frame.get_column(column).to_list()) if each in ids}
            return set(frame[column].is_in(list(ids)).fill_null(False).arg_true().to_list())
    return set()


def _shown(height: int, mine: set[int], most: int) -> list[int]:
    """Numbers of the rows to show, in their order: those of the subject first in line for a place."""
    first = sorted(mine)[:most]
    others = [at for at in range(min(height, most + len(first))) if at not in mine]
    return sorted([*first, *others[: most - len(first)]])

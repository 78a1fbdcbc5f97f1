"""Snapshots of Polars frames: schema, height, first rows, and which columns are new or changed by a call.

A call that adds ``left_cents`` to its argument returns a frame that marks ``left_cents`` as new. Rows that belong to
the subject of the run are listed under ``owned``, so that a reader finds them at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import polars as pl

Cell = Callable[[str, object], object]
Cells = Callable[[str, pl.DataType, Sequence[Any]], Sequence[Any]]
FEW: Final = 3_000
"""Rows up to which plain Python finds the subject's sooner than a question to the engine."""
FEW_COMPARED: Final = 30
"""Rows up to which plain Python compares all columns sooner than one question to the engine for each."""
MOST_COMPARED: Final = 20_000
"""Rows beyond which columns are not compared: finding a change must not cost more than the rule itself."""
INTEGERS: Final = frozenset(
    {pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64}
)
_PLAIN: Final = INTEGERS | {pl.Boolean, pl.String, pl.Date}
"""Types whose values Python compares as the engine does."""


def frame_snapshot(
    frame: pl.DataFrame,
    before: Iterable[pl.DataFrame],
    cells: Cells,
    most_rows: int,
    most_columns: int,
    owned: Mapping[str, frozenset[int]],
) -> dict[str, Any]:
    """``frame`` as plain data; ``cells`` turns a column's name, type and values into what may be told of them.

    owned: column -> ids of the subject. Its rows come first where the frame has more rows than are shown.
    """
    names, types = frame.columns, frame.dtypes
    mine = _owned_rows(frame, names, types, owned)
    shown = _shown(frame.height, mine, most_rows)
    told = [
        cells(name, kind, values)
        for name, kind, values in zip(names, types, _columns(frame, shown, most_columns), strict=False)
    ]
    new, changed = column_marks(frame, before)
    known = names if len(told) == len(names) else names[: len(told)]
    return {
        "type": "polars.DataFrame",
        "height": frame.height,
        "width": frame.width,
        "columns": [[name, str(kind)] for name, kind in zip(known, types, strict=False)],
        "rows": [list(row) for row in zip(*told, strict=True)] if told else [[] for _ in shown],
        "at": shown,
        "owned": [at for at in shown if at in mine],
        "new": [name for name in new if name in known],
        "changed": [name for name in changed if name in known],
    }


def _columns(frame: pl.DataFrame, shown: list[int], most: int) -> list[tuple[Any, ...]]:
    """The values of the first columns in the rows ``shown``: a few rows at once cost less than column by column."""
    if frame.width > most:
        frame = frame.select(frame.columns[:most])
    if not shown:
        return [()] * frame.width
    first = shown[-1] == len(shown) - 1
    rows = frame.head(len(shown)).rows() if first else [frame.row(at) for at in shown]
    return list(zip(*rows, strict=True))


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
    names = frame.columns
    known = {name for each in earlier for name in each.columns}
    new = [name for name in names if name not in known]
    alike = [each for each in earlier if each.height == frame.height <= MOST_COMPARED]
    if not alike:
        return new, []
    mine = set(names)
    model = max(alike, key=lambda each: len(mine.intersection(each.columns)))
    if frame.height <= FEW_COMPARED:
        return new, _changed_in_few(frame, model)
    theirs = set(model.columns)
    return new, [name for name in names if name in theirs and _differs(frame[name], model[name])]


def _changed_in_few(frame: pl.DataFrame, model: pl.DataFrame) -> list[str]:
    """The shared columns of two small frames that differ, row by row in plain Python."""
    theirs = dict(zip(model.columns, zip(model.dtypes, _whole(model), strict=True), strict=True))
    changed = []
    for name, kind, values in zip(frame.columns, frame.dtypes, _whole(frame), strict=True):
        if name not in theirs:
            continue
        other, held = theirs[name]
        if kind != other:
            changed.append(name)
        elif type(kind) in _PLAIN:
            changed += [name] if values != held else []
        elif _differs(frame[name], model[name]):
            changed.append(name)
    return changed


def _whole(frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    return list(zip(*frame.rows(), strict=True)) if frame.height else [()] * frame.width


def _differs(one: pl.Series, other: pl.Series) -> bool:
    if pl.Object in (one.dtype, other.dtype):
        return False
    return not one.equals(other, check_dtypes=True, null_equal=True)


def _owned_rows(
    frame: pl.DataFrame, names: list[str], types: list[pl.DataType], owned: Mapping[str, frozenset[int]]
) -> set[int]:
    """Numbers of the rows that belong to the subject, by the first of its columns that the frame has."""
    for column, ids in owned.items():
        if column in names and types[names.index(column)].is_integer() and frame.height <= MOST_COMPARED:
            if frame.height <= FEW:
                return {at for at, each in enumerate(frame.get_column(column).to_list()) if each in ids}
            return set(frame[column].is_in(list(ids)).fill_null(False).arg_true().to_list())
    return set()


def _shown(height: int, mine: set[int], most: int) -> list[int]:
    """Numbers of the rows to show, in their order: those of the subject first in line for a place."""
    first = sorted(mine)[:most]
    others = [at for at in range(min(height, most + len(first))) if at not in mine]
    return sorted([*first, *others[: most - len(first)]])

"""News as plain rows that JSON can hold, and back: for a form that carries it, for a process that is handed it.

rows_of(news)["enrolments"][0]["last_day"]      # "2026-03-14"
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from avenant.core.frames.news import TABLES, News

Rows = dict[str, list[dict[str, Any]]]


def rows_of(news: News) -> Rows:
    """The rows of each table that has any; days as ISO text."""
    return {
        table: json.loads(frame.write_json()) for table in TABLES if (frame := getattr(news, table)).height
    }


def news_of(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> News:
    """The news of which ``rows_of`` gave these rows."""
    return News(**{table: _frame(table, told) for table, told in rows.items()})


def _frame(table: str, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    types = TABLES[table]
    as_text = {name: pl.String if kind == pl.Date else kind for name, kind in types.items()}
    frame = pl.DataFrame(list(rows), schema=as_text, orient="row")
    return frame.with_columns(pl.col(name).str.to_date() for name, kind in types.items() if kind == pl.Date)

"""From what a case tells to news: a fact that was told before needs only its ref and what is different now.

told {ref: E1, contract: ACME, member: M1, plan: p, level: l, from: 2026-01-01}
then {ref: E1, last_day: 2026-03-31}   becomes the whole row of E1 with a last day
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from avenant.core.cases.model import ToldFact, Value
from avenant.core.frames.news import TABLES, News

Known = dict[tuple[str, str], dict[str, Value]]
"""(table, ref) -> the row as it was told last."""

DEFAULTS: Mapping[str, Mapping[str, Value]] = {
    "contracts": {"currency": "EUR"},
    "enrolments": {"basis": "active"},
}


def with_told(facts: Iterable[ToldFact], known: Known) -> Known:
    """``known`` after ``facts``: the rows of contracts, members and enrolments, merged by ref."""
    merged = dict(known)
    for fact in facts:
        ref = fact.values.get("ref")
        if isinstance(ref, str):
            before = merged.get((fact.table, ref), dict(DEFAULTS.get(fact.table, {})))
            merged[(fact.table, ref)] = before | dict(fact.values)
    return merged


def news_of(facts: Iterable[ToldFact], known: Known) -> News:
    """The news that ``facts`` are, one row per fact; ``known`` already holds them (``with_told``)."""
    rows: dict[str, list[Mapping[str, Value]]] = {table: [] for table in TABLES}
    seen: set[tuple[str, str]] = set()
    for fact in facts:
        ref = fact.values.get("ref")
        if not isinstance(ref, str):
            rows[fact.table].append(fact.values)
        elif (fact.table, ref) not in seen:
            seen.add((fact.table, ref))
            rows[fact.table].append(known[(fact.table, ref)])
    return News(**{table: _frame(table, rows[table]) for table in TABLES})


def _frame(table: str, rows: list[Mapping[str, Value]]) -> pl.DataFrame:
    columns = TABLES[table]
    data = {name: [row.get(name) for row in rows] for name in columns}
    return pl.DataFrame(data, schema=dict(columns))

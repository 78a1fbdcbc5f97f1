"""From what a case tells to news: a fact that was told before needs only its ref and what is different now.

told {ref: E1, contract: ACME, member: M1, plan: p, level: l, from: 2026-01-01}
then {ref: E1, last_day: 2026-03-31}   becomes the whole row of E1 with a last day

A document that is told again keeps its lines, unless it comes with lines: then these are all it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from avenant.core.cases.model import ToldFact, Value
from avenant.core.frames.news import TABLES, News

Known = dict[tuple[str, str], dict[str, Value]]
"""(table, ref) -> the row as it was told last."""

LINES = "care_lines"
DEFAULTS: Mapping[str, Mapping[str, Value]] = {
    "contracts": {"currency": "EUR"},
    "enrolments": {"basis": "active"},
    "documents": {"currency": "EUR"},
    "answers": {"reason": "as the case says"},
}


def with_told(facts: Iterable[ToldFact], known: Known) -> Known:
    """``known`` after ``facts``: rows merged by ref; the lines of a document replace those it had."""
    facts = list(facts)
    anew = {fact.values["document_ref"] for fact in facts if fact.table == LINES}
    merged = {key: row for key, row in known.items() if key[0] != LINES or row["document_ref"] not in anew}
    for fact in facts:
        if fact.table == LINES:
            merged[LINES, line_of(fact)] = dict(fact.values)
        ref = fact.values.get("ref")
        if isinstance(ref, str):
            before = merged.get((fact.table, ref), dict(DEFAULTS.get(fact.table, {})))
            merged[(fact.table, ref)] = before | dict(fact.values)
    return merged


def line_of(fact: ToldFact) -> str:
    """The ref of a told line: the second of document D1 is ``D1#2``."""
    return f"{fact.values['document_ref']}#{fact.values['line']}"


def news_of(facts: Iterable[ToldFact], known: Known) -> News:
    """The news that ``facts`` are, one row per fact; ``known`` already holds them (``with_told``)."""
    rows: dict[str, list[Mapping[str, Value]]] = {table: [] for table in TABLES}
    seen: set[tuple[str, str]] = set()
    for fact in facts:
        ref = fact.values.get("ref")
        if fact.table == LINES:
            continue
        if not isinstance(ref, str):
            rows[fact.table].append(fact.values)
        elif (fact.table, ref) not in seen:
            seen.add((fact.table, ref))
            rows[fact.table].append(known[(fact.table, ref)])
    told = {ref for table, ref in seen if table == "documents"}
    rows[LINES] = [row for (table, _), row in known.items() if table == LINES and row["document_ref"] in told]
    return News(**{table: _frame(table, rows[table]) for table in TABLES})


def _frame(table: str, rows: list[Mapping[str, Value]]) -> pl.DataFrame:
    columns = TABLES[table]
    data = {name: [row.get(name) for row in rows] for name in columns}
    return pl.DataFrame(data, schema=dict(columns))

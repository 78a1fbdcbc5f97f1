"""A problem: one row that cannot be right, with what was seen and what to do; and rules that find them.

A rule is data: the column it looks at, when it is broken, and what to tell the person. `broken_rules` runs
many rules over one frame and returns one row per problem:

    table=enrolments row_index=4 column=last_day reason="end before start" seen=2024-01-31
    message="the last covered day lies before the first, 2024-02-01"
    remedy="correct one of the two; a cover that never began is withdrawn, not ended"
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

PROBLEM_SCHEMA: dict[str, type[pl.DataType]] = {
    "table": pl.String,
    "row_index": pl.UInt32,  # position of the row in its table, from 0
    "column": pl.String,
    "reason": pl.String,  # a short fixed phrase, to count by
    "seen": pl.String,
    "message": pl.String,  # what is wrong, with the values that make it wrong
    "remedy": pl.String,
}

DEPENDS_ON_REFUSED = "depends on a refused row"


@dataclass(frozen=True, slots=True)
class Problem:
    """One row that cannot be right. `row_index` counts the rows of `table` from 0."""

    table: str
    row_index: int
    column: str
    seen: str
    remedy: str
    message: str = ""
    reason: str = ""

    def __str__(self) -> str:
        where = f"{self.table}, row {self.row_index + 1}, {self.column}"
        return f"{where}: {self.message or self.reason} (seen: {self.seen or 'nothing'}). {self.remedy}."


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that cannot be right. Texts are expressions, so that they can show values."""

    column: str
    reason: str
    broken: pl.Expr  # null counts as kept: a missing value has its own rule
    message: pl.Expr
    remedy: pl.Expr
    seen: pl.Expr | None = None  # null: the column's own value


def sentence(template: str, *values: str | pl.Expr) -> pl.Expr:
    """Text with a `{}` for each value; a missing value reads `nothing`.

    >>> sentence("no contract {} is known", "contract_ref")
    """
    shown = [(pl.col(value) if isinstance(value, str) else value) for value in values]
    if not shown:
        return pl.lit(template)
    return pl.format(template, *[value.cast(pl.String).fill_null("nothing") for value in shown])


def no_problems() -> pl.DataFrame:
    """An empty frame of problems."""
    return pl.DataFrame(schema=PROBLEM_SCHEMA)


def broken_rules(table: str, rows: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """One row (`PROBLEM_SCHEMA`) for each rule that each of `rows` breaks; `rows` carries `row_index`."""
    if rows.is_empty() or not rules:
        return no_problems()
    marks = [rule.broken.fill_null(False).alias(f"{number}") for number, rule in enumerate(rules)]
    broken = rows.select("row_index", *marks).drop("row_index").iter_columns()
    found = [
        _told_of(table, rows.filter(mark), rule)
        for rule, mark in zip(rules, broken, strict=True)
        if mark.any()
    ]
    return pl.concat([no_problems(), *found])


def _told_of(table: str, rows: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """What to tell of ``rows``, which break ``rule``."""
    seen = pl.col(rule.column) if rule.seen is None else rule.seen
    return rows.select(
        pl.lit(table).alias("table"),
        pl.col("row_index").cast(pl.UInt32),
        pl.lit(rule.column).alias("column"),
        pl.lit(rule.reason).alias("reason"),
        seen.cast(pl.String).fill_null("").alias("seen"),
        rule.message.alias("message"),
        rule.remedy.alias("remedy"),
    )


def missing(column: str, why: str, remedy: str) -> Rule:
    """The rule that `column` must hold a value."""
    return Rule(column, f"{column} missing", pl.col(column).is_null(), sentence(why), sentence(remedy))


def one_of(column: str, allowed: Sequence[str]) -> Rule:
    """The rule that `column`, where it is given, is one of the words `allowed`."""
    return Rule(
        column,
        f"unknown {column}",
        pl.col(column).is_not_null() & ~pl.col(column).is_in(list(allowed)),
        sentence(f"{{}} is not a {column} we know", column),
        sentence(f"write {' or '.join(allowed)}"),
    )


def told_twice(key: str) -> Rule:
    """The rule that `key` stands on one row only."""
    return Rule(
        key,
        f"{key} told twice",
        pl.col(key).is_not_null() & pl.col(key).is_duplicated(),
        sentence("{} rows tell about {}", pl.len().over(key), key),
        sentence("keep the row that is right: each row is the whole of what it tells about"),
    )


def as_problems(found: pl.DataFrame) -> list[Problem]:
    """The rows of a frame of problems as values, in order of table and row."""
    return [Problem(**row) for row in found.select(*PROBLEM_SCHEMA).iter_rows(named=True)]

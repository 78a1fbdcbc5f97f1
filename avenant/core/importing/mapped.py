"""Foreign rows become ours, as a mapping says; a row whose value cannot be had is a problem, not a guess.

enrolments.csv line 7, BENE_SK -42: beneficiaries.csv has no such beneficiary
    -> reason "unknown beneficiary", and line 7 makes no contract, member or enrolment
"""

from collections.abc import Mapping as Dictionary

import polars as pl

from avenant.core.importing.mapping import Condition, Mapping, TableRule, Value
from avenant.core.importing.problem import PROBLEM_SCHEMA, no_problems
from avenant.core.importing.tables import DEFAULTS, OPTIONAL_COLUMNS, file_columns
from avenant.core.importing.told import LINE, Told, origins_of
from avenant.core.importing.values import Sources, value_of


def mapped(mapping: Mapping, frames: Dictionary[str, pl.DataFrame], damaged: pl.DataFrame) -> Told:
    """Our tables as text, made of `frames`: per source its columns as text and `LINE` u32.

    Errors: `MappingFault` where the mapping names a column that a file does not have.
    """
    sources = Sources(mapping.sources, frames)
    tables, origins, found = {}, [], [no_problems()]
    for table, rule in mapping.tables.items():
        tables[table], lines, problems = _made(rule, sources)
        origins.append(lines)
        found.append(problems)
    labels = {
        (table, name): value.label(mapping.sources)
        for table, rule in mapping.tables.items()
        for name, value in rule.columns.items()
    }
    return Told(tables, pl.concat(origins), pl.concat(found), damaged, labels)


def _made(rule: TableRule, sources: Sources) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """One table: its rows, the lines they come from, the problems of its values."""
    rows = sources.frames[rule.source]
    for condition in rule.where:
        rows = rows.filter(_holds(condition, rule, sources))
    made, problems = _columns(rule, rows, sources)
    if rule.skip_when_empty is not None:
        made = made.filter(pl.col(rule.skip_when_empty).is_not_null() | _has_problem(made, problems))
    if rule.distinct:
        made, problems = _distinct(made, problems, file_columns(rule.table))
    file = sources.described[rule.source].file
    origins = origins_of(rule.table, file, made)
    return made.unique("row_index", keep="first", maintain_order=True).drop(LINE), origins, problems


def _holds(condition: Condition, rule: TableRule, sources: Sources) -> pl.Expr:
    path = f"tables.{rule.table}.where.{condition.column}"
    sources.require(rule.source, condition.column, path)
    is_one = pl.col(condition.column).fill_null("").is_in(list(condition.words))
    return ~is_one if condition.negated else is_one


def _columns(rule: TableRule, rows: pl.DataFrame, sources: Sources) -> tuple[pl.DataFrame, pl.DataFrame]:
    made = rows.select(LINE).with_row_index("row_index")
    found = [no_problems()]
    for name in file_columns(rule.table):
        value = rule.columns.get(name, Value(f"tables.{rule.table}", constant=DEFAULTS.get(name)))
        required = name not in OPTIONAL_COLUMNS[rule.table] and name != rule.skip_when_empty
        text, problems = value_of(value, rule.source, rows, sources, name if required else None)
        made = made.with_columns(text.alias(name))
        found.append(problems.select(pl.lit(rule.table).alias("table"), *list(PROBLEM_SCHEMA)[1:]))
    return made, pl.concat(found)


def _has_problem(made: pl.DataFrame, problems: pl.DataFrame) -> pl.Expr:
    return pl.col("row_index").is_in(problems["row_index"].unique().implode())


def _distinct(
    made: pl.DataFrame, problems: pl.DataFrame, columns: list[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of equal content share the `row_index` of the first; a row with a problem stays by itself."""
    own = pl.when(_has_problem(made, problems)).then("row_index")
    first = pl.col("row_index").first().over([*columns, "own"])
    return made.with_columns(own.alias("own")).with_columns(first).drop("own"), problems

"""Text becomes dates, amounts and yes or no; what does not is a problem with its remedy.

valid_from=31/01/2024   malformed date: write it as YYYY-MM-DD, for example 2024-01-31
last_day=9999-12-31     date out of range: for an open cover leave last_day empty
charged=25.005          malformed amount: an amount has two decimals at most
"""

import polars as pl

from avenant.core.frames.news import TABLES
from avenant.core.importing.decimals import cents, money_rule, percent_rule, ppm
from avenant.core.importing.problem import Rule, broken_rules, sentence
from avenant.core.importing.tables import CARE_FILES, file_column

FIRST_YEAR, LAST_YEAR = 1800, 2199
YES, NO = ("yes", "true", "1"), ("no", "false", "0")
ISO_DATE = r"^\d{4}-\d{2}-\d{2}$"
WHOLE_NUMBER = r"^[+-]?\d{1,17}$"
COUNT_DIGITS = {pl.Int32: 9, pl.Int16: 4}


def typed(table: str, text: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of `table` with the types of its columns, and the problems of those that have none.

    In: all columns of the table's file as text (null: nothing given) and `row_index`. Out: the well-formed rows
    under the names of the news, in order, with `row_index`; and problems (`PROBLEM_SCHEMA`).
    """
    types = TABLES[table]
    rules = [rule for column, kind in types.items() for rule in _rules(table, column, kind)]
    found = broken_rules(table, text, rules)
    whole = text.join(found.select("row_index"), on="row_index", how="anti", maintain_order="left")
    values = [_value(table, column, kind).alias(column) for column, kind in types.items()]
    return whole.select("row_index", *values), found


def _value(table: str, column: str, kind: type[pl.DataType]) -> pl.Expr:
    text = pl.col(file_column(table, column))
    if column == "rate_ppm":
        return ppm(text)
    if kind == pl.Int64 and table in CARE_FILES:
        return cents(text)
    if kind == pl.Date:
        return text.str.to_date("%Y-%m-%d", strict=False)
    if kind in (pl.Int64, pl.Int32, pl.Int16):
        return text.str.strip_prefix("+").cast(kind, strict=False)
    if kind == pl.Boolean:
        said = text.str.to_lowercase().is_in(list(YES))
        return said.fill_null(False) if column == "withdrawn" else said
    return text


def _rules(table: str, column: str, kind: type[pl.DataType]) -> list[Rule]:
    name = file_column(table, column)
    if column == "rate_ppm":
        return [percent_rule(name)]
    if kind == pl.Int64:
        return [money_rule(name) if table in CARE_FILES else _number_rule(name)]
    if kind == pl.Date:
        return _date_rules(name)
    if kind in COUNT_DIGITS:
        return [_count_rule(name, COUNT_DIGITS[kind])]
    if kind == pl.Boolean:
        return [_yes_no_rule(name)]
    return []


def _date_rules(column: str) -> list[Rule]:
    text = pl.col(column)
    day = text.str.to_date("%Y-%m-%d", strict=False)
    looks_right = text.str.contains(ISO_DATE)
    out_of_range = ~day.dt.year().is_between(FIRST_YEAR, LAST_YEAR)
    open_end = "for an open cover leave it empty" if column == "last_day" else "correct the year"
    return [
        Rule(
            column,
            "malformed date",
            ~looks_right,
            sentence("{} is not a date we can read without guessing", column),
            sentence("write it as YYYY-MM-DD, for example 2024-01-31"),
        ),
        Rule(
            column,
            "malformed date",
            looks_right & day.is_null(),
            sentence("{} is not a day of the calendar", column),
            sentence("correct the day or the month"),
        ),
        Rule(
            column,
            "date out of range",
            looks_right & out_of_range,
            sentence(f"the year is not between {FIRST_YEAR} and {LAST_YEAR}"),
            sentence(open_end),
        ),
    ]


def _number_rule(column: str) -> Rule:
    return Rule(
        column,
        "malformed amount",
        ~pl.col(column).str.contains(WHOLE_NUMBER),
        sentence("{} is not a whole number of cents", column),
        sentence("write cents without point or comma: 12.50 is 1250"),
    )


def _count_rule(column: str, digits: int) -> Rule:
    return Rule(
        column,
        "malformed number",
        ~pl.col(column).str.contains(rf"^[+-]?\d{{1,{digits}}}$"),
        sentence(f"{{}} is not a whole number of at most {digits} digits", column),
        sentence("write digits alone, without point or comma"),
    )


def _yes_no_rule(column: str) -> Rule:
    return Rule(
        column,
        "malformed yes or no",
        ~pl.col(column).str.to_lowercase().is_in([*YES, *NO]),
        sentence(f"{{}} does not say whether the row is {column}", column),
        sentence(f"write yes or no; empty means {'no' if column == 'withdrawn' else 'not known'}"),
    )

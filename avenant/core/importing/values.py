"""One column of a mapped table: taken from its origin, then changed step by step; failures are reported."""

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass

import polars as pl

from avenant.core.importing.mapping import MappingFault, Source, Value
from avenant.core.importing.problem import PROBLEM_SCHEMA, Rule, broken_rules, no_problems, sentence
from avenant.core.importing.told import LINE


@dataclass(frozen=True, slots=True)
class Sources:
    """The described files and their rows: per source its columns as text and `LINE` u32."""

    described: Dictionary[str, Source]
    frames: Dictionary[str, pl.DataFrame]

    def require(self, source: str, column: str, path: str) -> None:
        """Errors: `MappingFault` at `path` if the file of `source` has no `column`."""
        columns = [name for name in self.frames[source].columns if name != LINE]
        if column not in columns:
            file = self.described[source].file
            raise MappingFault(path, f"{file} has no column {column!r}", f"It has: {', '.join(columns)}")


def value_of(
    value: Value, source: str, rows: pl.DataFrame, sources: Sources, required: str | None
) -> tuple[pl.Series, pl.DataFrame]:
    """The text of `value` for each of `rows`, null where nothing is given; and the problems met.

    `required` is our name of the column if it must not be empty: looked-up rows without it are then a
    problem of their own ("beneficiary without birth date").
    """
    text, found = _origin(value, source, rows, sources, required)
    steps = pl.DataFrame({"text": text}).with_row_index("row_index")
    if value.empty_when:
        steps = steps.with_columns(
            pl.when(~pl.col("text").is_in(list(value.empty_when))).then("text").alias("text")
        )
    problems = [found]
    if value.translate is not None:
        steps, untranslated = _translated(steps, value)
        problems.append(untranslated)
    if value.date is not None:
        steps, malformed = _dated(steps, value, value.label(sources.described))
        problems.append(malformed)
    if value.decimal is not None:
        steps = steps.with_columns(_plain_decimal(value.decimal).alias("text"))
    return steps.select(pl.lit(value.prefix) + pl.col("text")).to_series(), pl.concat(problems)


def _origin(
    value: Value, source: str, rows: pl.DataFrame, sources: Sources, required: str | None
) -> tuple[pl.Series, pl.DataFrame]:
    if value.lookup is not None:
        return _looked_up(value, source, rows, sources, required)
    if value.join:
        return _joined(value, source, rows, sources)
    if value.line:
        return rows[LINE].cast(pl.String), no_problems()
    if value.column is not None:
        sources.require(source, value.column, value.path)
        return rows[value.column], no_problems()
    return rows.select(pl.repeat(value.constant, pl.len(), dtype=pl.String)).to_series(), no_problems()


def _joined(
    value: Value, source: str, rows: pl.DataFrame, sources: Sources
) -> tuple[pl.Series, pl.DataFrame]:
    made = [value_of(part, source, rows, sources, None) for part in value.join]
    parts = pl.DataFrame([text.alias(str(place)) for place, (text, _) in enumerate(made)])
    joined = parts.select(pl.concat_str(pl.all(), separator=value.separator, ignore_nulls=True).alias("text"))
    text = joined.select(pl.when(pl.col("text") != "").then("text")).to_series()
    return text, pl.concat([problems for _, problems in made])


def _looked_up(
    value: Value, source: str, rows: pl.DataFrame, sources: Sources, required: str | None
) -> tuple[pl.Series, pl.DataFrame]:
    """The value in the one row of another file whose key is that of this row."""
    assert value.lookup is not None and value.by is not None and value.column is not None
    other = sources.described[value.lookup]
    assert other.key is not None
    sources.require(source, value.by, f"{value.path}.by")
    sources.require(other.name, other.key, f"sources.{other.name}.key")
    sources.require(other.name, value.column, f"{value.path}.column")
    by_key = (
        sources.frames[other.name]
        .group_by(pl.col(other.key).alias("key"))
        .agg(
            pl.col(value.column).first().alias("text"),
            pl.len().alias("times"),
            pl.col(LINE).first().alias("line"),
        )
    )
    found = rows.select(pl.col(value.by).alias("key")).with_row_index("row_index")
    found = found.join(by_key, on="key", how="left", maintain_order="left")
    rules = _lookup_rules(value.by, other, value.column, required)
    return found["text"], broken_rules("", found, rules)


def _lookup_rules(by: str, other: Source, column: str, required: str | None) -> list[Rule]:
    known = pl.col("times").is_not_null()
    rules = [
        Rule(
            column=by,
            reason=f"unknown {other.called}",
            broken=~known,
            seen=pl.col("key"),
            message=sentence(f"{other.file} has no {other.called} whose {other.key} is {{}}", "key"),
            remedy=sentence(f"add the {other.called} to {other.file}, or correct {by}"),
        ),
        Rule(
            column=by,
            reason=f"ambiguous {other.called}",
            broken=pl.col("times") > 1,
            seen=pl.col("key"),
            message=sentence(f"{other.file} has {{}} rows whose {other.key} is {{}}", "times", "key"),
            remedy=sentence(f"keep one of them; the first stands on line {{}} of {other.file}", "line"),
        ),
    ]
    if required is not None:
        what = required.replace("_", " ")
        rules.append(
            Rule(
                column=by,
                reason=f"{other.called} without {what}",
                broken=known & pl.col("text").is_null(),
                seen=pl.col("key"),
                message=sentence(f"line {{}} of {other.file} has no {column}", "line"),
                remedy=sentence(f"ask for the {what} and write it there"),
            )
        )
    return rules


def _translated(steps: pl.DataFrame, value: Value) -> tuple[pl.DataFrame, pl.DataFrame]:
    pairs = dict(value.translate or {})
    ours = pl.col("text").fill_null("").replace_strict(pairs, default=None, return_dtype=pl.String)
    known = pl.col("text").fill_null("").is_in(list(pairs)) | pl.col("text").is_null()
    untranslated = Rule(
        column="text",
        reason="no translation",
        broken=~known,
        message=sentence("the mapping does not say what {} means", "text"),
        remedy=sentence(f"add it to {value.path}.translate, which knows {', '.join(pairs)}"),
    )
    found = _named(broken_rules("", steps, [untranslated]), value.column or value.path)
    return steps.with_columns(pl.when(ours != "").then(ours).alias("text")), found


def _dated(steps: pl.DataFrame, value: Value, label: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    day = pl.col("text").str.to_date(value.date, strict=False)
    malformed = Rule(
        column="text",
        reason="malformed date",
        broken=pl.col("text").is_not_null() & day.is_null(),
        message=sentence(f"{{}} is not a date written as {value.date}", "text"),
        remedy=sentence(f"correct it, or the date format in the mapping at {value.path}.date"),
    )
    last = day.dt.offset_by("-1d") if value.day_after else day
    found = _named(broken_rules("", steps, [malformed]), label)
    return steps.with_columns(last.dt.to_string("%Y-%m-%d").alias("text")), found


def _plain_decimal(sign: str) -> pl.Expr:
    """1.234,50 or 1 234,50 written with the decimal sign `,` reads 1234.50."""
    thousands = "." if sign == "," else ","
    return pl.col("text").str.replace_all(rf"[\s{thousands}]", "").str.replace(sign, ".", literal=True)


def _named(found: pl.DataFrame, label: str) -> pl.DataFrame:
    return found.with_columns(pl.lit(label).alias("column")).select(list(PROBLEM_SCHEMA))

"""Which rows can be loaded and which are refused, following every chain of dependence to its end.

A member without a birth date is refused; so are its enrolments, each with the reason that it depends on a
refused row. A document and its lines stand or fall together. Where one line of a foreign file made a contract, a
member and an enrolment, the line stands or falls as a whole: if its enrolment is refused, its contract and member
are not loaded either.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from avenant.core.frames.news import TABLES, News
from avenant.core.importing.checking import NO_REFS, World, found_problems
from avenant.core.importing.tables import file_columns
from avenant.core.importing.told import Told
from avenant.core.importing.typed import typed


@dataclass(frozen=True, slots=True)
class Judgement:
    """News that can be loaded; and `rejects`: problem columns with `file` and `line`, one row per reason."""

    news: News
    rejects: pl.DataFrame


def judged(told: Told, world: World) -> Judgement:
    """The good rows of `told` and the rejects of the others, given `world`."""
    rows, found = _well_formed(told)
    while True:
        refused = _refused_rows(told.origins, found)
        rows = {table: _without(table, frame, refused) for table, frame in rows.items()}
        further = found_problems(rows, replace(world, refused=_refs(told.tables, refused)))
        if not further.height:
            break
        found = pl.concat([found, further])
    news = News(**{table: frame.drop("row_index") for table, frame in rows.items()})
    return Judgement(news, _rejects(told, found))


def _well_formed(told: Told) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    rows, found = {}, [told.found]
    for table in TABLES:
        text = told.tables.get(table, _no_text(table))
        rows[table], malformed = typed(table, _without(table, text, told.found))
        found.append(malformed)
    return rows, pl.concat(found)


def _no_text(table: str) -> pl.DataFrame:
    columns: dict[str, type[pl.DataType]] = {"row_index": pl.UInt32}
    return pl.DataFrame(schema=columns | dict.fromkeys(file_columns(table), pl.String))


def _without(table: str, rows: pl.DataFrame, refused: pl.DataFrame) -> pl.DataFrame:
    gone = refused.filter(pl.col("table") == table).select("row_index")
    return rows.join(gone, on="row_index", how="anti", maintain_order="left")


def _refused_rows(origins: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Rows (table, row_index) with a problem, and rows all of whose lines made a row with a problem."""
    row, line = ["table", "row_index"], ["file", "line", "place"]
    own = found.select(row).unique()
    bad_lines = origins.join(own, on=row, how="semi").select(line).unique()
    judged_lines = origins.join(bad_lines.with_columns(bad=True), on=line, how="left", nulls_equal=True)
    fallen = judged_lines.group_by(row).agg(pl.col("bad").fill_null(False).all())
    return pl.concat([own, fallen.filter("bad").select(row)]).unique()


def _refs(tables: Mapping[str, pl.DataFrame], refused: pl.DataFrame) -> dict[str, pl.Series]:
    """Per table the refs of refused rows; of a document's lines and amounts, the ref of the document."""
    refs = {}
    for table in NO_REFS:
        text = tables.get(table, _no_text(table))
        gone = refused.filter(pl.col("table") == table)
        ref = "ref" if "ref" in text.columns else "document_ref"
        refs[table] = text.join(gone, on="row_index", how="semi")[ref].drop_nulls().unique()
    return refs


def _rejects(told: Told, found: pl.DataFrame) -> pl.DataFrame:
    """Every problem at every line it comes from, a reason once per line and column, in reading order."""
    placed = found.join(told.origins, on=["table", "row_index"], how="left", maintain_order="left")
    labels = [
        {"table": table, "column": column, "label": label}
        for (table, column), label in told.labels.items()
        if label
    ]
    names = pl.DataFrame(labels, schema=dict.fromkeys(("table", "column", "label"), pl.String))
    named = placed.join(names, on=["table", "column"], how="left", maintain_order="left").with_columns(
        pl.concat_str("place", pl.coalesce("label", "column"), separator=".", ignore_nulls=True).alias(
            "column"
        )
    )
    every = pl.concat([told.damaged, named.select(told.damaged.columns)])
    once = every.unique(subset=["file", "line", "reason", "column"], keep="first", maintain_order=True)
    order = told.origins["file"].unique(maintain_order=True)
    files = pl.DataFrame({"file": order, "place": range(order.len())})
    return once.join(files, on="file", how="left").sort("place", "line", maintain_order=True).drop("place")

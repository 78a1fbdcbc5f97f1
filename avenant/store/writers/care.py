"""New versions of care facts: documents with their lines and amounts, answers, providers' status.

A document is told whole. Told again under the same ref, its lines are compared one by one: what is different gets a
new version, what is gone is withdrawn, and a document told twice in the same words writes nothing.
"""

from dataclasses import dataclass

import polars as pl

from avenant.core.frames.care import ANSWER, CARE_LINE, DOCUMENT, LINE_AMOUNT, PROVIDER_STATUS
from avenant.core.frames.news import News
from avenant.store.database import Connection
from avenant.store.frames import Schema, next_ids, read_frame
from avenant.store.readers.known import latest

PROVIDER = {"ref": pl.String, "provider_id": pl.Int32}
MEMBER_IDS = {"member_ref": pl.String, "member_id": pl.Int32}


def care_versions(connection: Connection, news: News, member_ids: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The rows to append per table that make the care part of ``news`` true. ``member_ids``: ref, member_id."""
    tables: dict[str, pl.DataFrame] = {}
    providers = _providers(connection, news)
    if len(providers.new):
        tables["provider"] = providers.new
    if len(news.documents):
        tables |= _documents(connection, news, providers.all, _members(connection, news, member_ids))
    if len(news.answers):
        tables["answer"] = _versions(connection, "answer", "answer_id", "answer_ids", ANSWER, news.answers)
    if len(news.provider_statuses):
        told = news.provider_statuses.join(
            providers.all.rename({"ref": "provider_ref"}), on="provider_ref", how="left"
        ).with_columns(valid_to=pl.col("last_day").dt.offset_by("1d"))
        tables["provider_status"] = _versions(
            connection, "provider_status", "status_id", "status_ids", PROVIDER_STATUS, told
        )
    return tables


@dataclass(frozen=True, slots=True)
class _Providers:
    all: pl.DataFrame
    new: pl.DataFrame


def _providers(connection: Connection, news: News) -> _Providers:
    """ref, provider_id of every provider that is named, and those among them who are new."""
    refs = pl.concat([news.care_lines["provider_ref"], news.provider_statuses["provider_ref"]])
    named = pl.DataFrame({"ref": refs.drop_nulls().unique().sort()}, schema={"ref": pl.String})
    stored = _read(connection, "SELECT ref, provider_id FROM provider WHERE ref = ANY(%s)", PROVIDER, named)
    new = named.join(stored, on="ref", how="anti", maintain_order="left")
    numbers = pl.Series(next_ids(connection, "provider_provider_id_seq", len(new)), dtype=pl.Int32)
    new = new.with_columns(provider_id=numbers)
    return _Providers(pl.concat([stored, new]), new)


def _read(connection: Connection, query: str, schema: Schema, named: pl.DataFrame) -> pl.DataFrame:
    if named.is_empty():
        return pl.DataFrame(schema=dict(schema))
    return read_frame(connection, query, schema, [named.to_series(0).to_list()])


def _members(connection: Connection, news: News, member_ids: pl.DataFrame) -> pl.DataFrame:
    """member_ref, member_id of everybody known whom documents name, also by this very news."""
    named = news.documents.select("member_ref").drop_nulls().unique()
    query = "SELECT ref, member_id FROM member WHERE version = 1 AND ref = ANY(%s)"
    stored = _read(connection, query, MEMBER_IDS, named)
    told = member_ids.select(member_ref="ref", member_id=pl.col("member_id").cast(pl.Int32))
    return pl.concat([stored, told]).unique("member_ref")


def _documents(
    connection: Connection, news: News, providers: pl.DataFrame, members: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    stored = _latest_by_ref(connection, "document", "document_id", DOCUMENT, news.documents["ref"])
    told = _identified(connection, news.documents, stored, "document_id", "document_ids", pl.Int32)
    told = _as_it_stood(told.with_columns(pl.col("withdrawn").fill_null(False)), stored, list(DOCUMENT))
    lines = _lines(connection, news, told, providers, members)
    amounts = _amounts(connection, news, told, stored, lines.all)
    again = told.join(lines.changed, on="document_id", how="semi")
    again = pl.concat([again, told.join(amounts.documents, left_on="ref", right_on="ref", how="semi")])
    documents = pl.concat([_changed(told, stored, list(DOCUMENT)), again.select(list(DOCUMENT))]).unique(
        "document_id", maintain_order=True
    )
    kept = amounts.rows.join(documents, on="document_id", how="semi")
    return {"document": documents, "care_line": lines.changed, "line_amount": kept}


@dataclass(frozen=True, slots=True)
class _Lines:
    all: pl.DataFrame
    changed: pl.DataFrame


def _lines(
    connection: Connection,
    news: News,
    documents: pl.DataFrame,
    providers: pl.DataFrame,
    members: pl.DataFrame,
) -> _Lines:
    """Every line of the told documents with its identity, and the versions that have to be written."""
    stored = _lines_of_documents(connection, documents["document_id"])
    heads = documents.select(
        *("document_id", "kind", "payer", "payer_rank", "received_on", "member_ref"),
        document_ref="ref",
        gone="withdrawn",
    ).join(members, on="member_ref", how="left", maintain_order="left")
    told = (
        news.care_lines.join(heads, on="document_ref", how="inner", maintain_order="left")
        .join(providers.rename({"ref": "provider_ref"}), on="provider_ref", how="left", maintain_order="left")
        .with_columns(
            ref=pl.format("{}#{}", "document_ref", "line"),
            quantity=pl.col("quantity").fill_null(1),
            care_last_day=pl.col("care_last_day").fill_null(pl.col("care_from")),
            withdrawn=pl.col("gone"),
        )
    )
    told = _identified(connection, told, stored, "line_id", "line_ids", pl.Int64)
    gone = stored.join(told, on="ref", how="anti").with_columns(
        version=pl.col("version") + 1, withdrawn=pl.lit(True)
    )
    gone = gone.join(stored.filter("withdrawn"), on="line_id", how="anti")
    changed = pl.concat([_changed(told, stored, list(CARE_LINE)), gone.select(list(CARE_LINE))])
    return _Lines(told, changed)


def _lines_of_documents(connection: Connection, documents: pl.Series) -> pl.DataFrame:
    query = latest("care_line", "line_id", CARE_LINE, None, "t.document_id = ANY(%s::int[])")
    return read_frame(connection, query, CARE_LINE, [documents.to_list()])


@dataclass(frozen=True, slots=True)
class _Amounts:
    rows: pl.DataFrame
    documents: pl.DataFrame


def _amounts(
    connection: Connection,
    news: News,
    documents: pl.DataFrame,
    stored: pl.DataFrame,
    lines: pl.DataFrame,
) -> _Amounts:
    """Amounts under the version of their document, and the documents (ref) whose amounts are not what is stored."""
    heads = documents.select("document_id", "version", document_ref="ref")
    told = news.line_amounts.join(heads, on="document_ref", how="inner", maintain_order="left").join(
        lines.select("document_ref", "line", "line_id"),
        on=["document_ref", "line"],
        how="left",
        maintain_order="left",
    )
    query = f"""
        SELECT {", ".join(LINE_AMOUNT)} FROM line_amount AS a JOIN unnest(%s::int[], %s::int[]) AS d(id, v)
        ON a.document_id = d.id AND a.version = d.v"""
    versions = [stored["document_id"].to_list(), stored["version"].to_list()]
    before = read_frame(connection, query, LINE_AMOUNT, versions) if len(stored) else told.clear()
    content = ["document_id", "position", "coding", "amount_cents", "currency"]
    differs = pl.concat(
        [
            told.select(content).join(before.select(content), on=content, how="anti"),
            before.select(content).join(told.select(content), on=content, how="anti"),
        ]
    )
    changed = documents.join(differs, on="document_id", how="semi").select("ref")
    return _Amounts(told.select(list(LINE_AMOUNT)), changed)


def _versions(
    connection: Connection, table: str, key: str, sequence: str, columns: Schema, news: pl.DataFrame
) -> pl.DataFrame:
    """New versions of a fact of its own; a withdrawal leaves it as it stood."""
    stored = _latest_by_ref(connection, table, key, columns, news["ref"])
    told = _identified(connection, news, stored, key, sequence, pl.Int32)
    told = told.with_columns(pl.col("withdrawn").fill_null(False))
    return _changed(_as_it_stood(told, stored, list(columns)), stored, list(columns))


def _as_it_stood(told: pl.DataFrame, stored: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """``told``, where a withdrawal leaves a fact as it stood, whatever else it tells."""
    stood = stored.drop("version").with_columns(withdrawn=pl.lit(True))
    gone = told.filter("withdrawn").select("ref", "version").join(stood, on="ref")
    return pl.concat([told.filter(~pl.col("withdrawn")).select(columns), gone.select(columns)])


def _latest_by_ref(
    connection: Connection, table: str, key: str, columns: Schema, refs: pl.Series
) -> pl.DataFrame:
    query = latest(table, key, columns, None, "t.ref = ANY(%s)")
    return read_frame(connection, query, columns, [refs.unique().to_list()])


def _identified(
    connection: Connection,
    told: pl.DataFrame,
    stored: pl.DataFrame,
    key: str,
    sequence: str,
    kind: type[pl.DataType],
) -> pl.DataFrame:
    """``told`` with the numbers its refs already have, fresh ones for new refs, and the next version."""
    known = stored.select("ref", key, stored="version")
    rows = told.join(known, on="ref", how="left", maintain_order="left")
    new = rows.filter(pl.col(key).is_null()).select("ref")
    fresh = new.with_columns(pl.Series("fresh", next_ids(connection, sequence, len(new)), dtype=kind))
    return (
        rows.join(fresh, on="ref", how="left", maintain_order="left")
        .with_columns(pl.coalesce(key, "fresh").alias(key), version=pl.col("stored").fill_null(0) + 1)
        .drop("fresh", "stored")
    )


def _changed(told: pl.DataFrame, stored: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    content = [name for name in columns if name != "version"]
    rows = told.select(columns)
    return rows.join(stored.select(content), on=content, how="anti", nulls_equal=True, maintain_order="left")

"""New versions of facts: what some news changes, with identities given to what is new."""

from dataclasses import dataclass

import polars as pl

from avenant.core.frames.news import News
from avenant.store.database import Connection
from avenant.store.frames import next_ids
from avenant.store.readers.news import Standing
from avenant.store.tables import CONTRACT, ENROLMENT, MEMBER, TABLES
from avenant.store.writers.care import care_versions


@dataclass(frozen=True, slots=True)
class NewVersions:
    """``tables``: rows to append per table; ``member_ids``: ref, member_id of everybody named."""

    tables: dict[str, pl.DataFrame]
    member_ids: pl.DataFrame

    def is_empty(self) -> bool:
        """Whether the news changes nothing."""
        return all(rows.is_empty() for rows in self.tables.values())


def new_versions(connection: Connection, news: News, standing: Standing) -> NewVersions:
    """The versions that make ``news`` true; rows that say what is already known are left out."""
    contracts = _contracts(connection, news, standing)
    contract_ids = _ids(standing.contracts, contracts, "contract_id")
    members = _members(connection, news, standing)
    member_ids = _ids(standing.members, members, "member_id")
    tables = {
        "contract": contracts,
        "member": members,
        "enrolment": _enrolments(connection, news, standing, contract_ids, member_ids),
        "approval": _approvals(news, standing, contract_ids, member_ids),
        "balance_movement": _openings(news, standing, contract_ids),
    }
    return NewVersions(tables | care_versions(connection, news, member_ids), member_ids)


def _contracts(connection: Connection, news: News, standing: Standing) -> pl.DataFrame:
    if news.contracts.is_empty():
        return pl.DataFrame(schema=dict(CONTRACT))
    by_kind = pl.when(pl.col("kind") == "company").then(pl.lit("arrears")).otherwise(pl.lit("advance"))
    told = news.contracts.with_columns(cycle=pl.col("cycle").fill_null(by_kind))
    told = _identified(connection, told, standing.contracts, "contract_id", "contract_ids")
    return _changed(told, standing.contracts, "contract_id", list(CONTRACT))


def _members(connection: Connection, news: News, standing: Standing) -> pl.DataFrame:
    if news.members.is_empty():
        return pl.DataFrame(schema=dict(MEMBER))
    told = _identified(connection, news.members, standing.members, "member_id", "member_ids")
    heads = _ids(standing.members, told, "member_id").rename({"ref": "primary_ref", "member_id": "head"})
    told = told.join(heads, on="primary_ref", how="left").with_columns(
        family_id=pl.when(pl.col("role") == "primary").then("member_id").otherwise("head")
    )
    return _changed(told, standing.members, "member_id", list(MEMBER))


def _enrolments(
    connection: Connection,
    news: News,
    standing: Standing,
    contract_ids: pl.DataFrame,
    member_ids: pl.DataFrame,
) -> pl.DataFrame:
    if news.enrolments.is_empty():
        return pl.DataFrame(schema=dict(ENROLMENT))
    told = (
        news.enrolments.with_columns(valid_to=pl.col("last_day").dt.offset_by("1d"))
        .join(
            contract_ids.rename({"ref": "contract_ref"}), on="contract_ref", how="left", maintain_order="left"
        )
        .join(member_ids.rename({"ref": "member_ref"}), on="member_ref", how="left", maintain_order="left")
    )
    told = _identified(connection, told, standing.enrolments, "enrolment_id", "enrolment_ids")
    return _changed(told, standing.enrolments, "enrolment_id", list(ENROLMENT))


def _approvals(
    news: News, standing: Standing, contract_ids: pl.DataFrame, member_ids: pl.DataFrame
) -> pl.DataFrame:
    if news.approvals.is_empty():
        return standing.approvals.clear()
    told = news.approvals.join(contract_ids.rename({"ref": "contract_ref"}), on="contract_ref")
    told = told.join(member_ids.rename({"ref": "member_ref"}), on="member_ref").select(
        standing.approvals.columns
    )
    return told.unique().join(standing.approvals, on=standing.approvals.columns, how="anti")


def _openings(news: News, standing: Standing, contract_ids: pl.DataFrame) -> pl.DataFrame:
    if news.balances.is_empty():
        return pl.DataFrame(schema=dict(TABLES["balance_movement"]))
    told = news.balances.join(contract_ids.rename({"ref": "contract_ref"}), on="contract_ref")
    told = told.select(
        "contract_id", "amount_cents", kind=pl.lit("opening"), invoice_id=pl.lit(None, pl.Int64)
    )
    return told.join(standing.balances, on=["contract_id", "amount_cents"], how="anti")


def _identified(
    connection: Connection, told: pl.DataFrame, stored: pl.DataFrame, key: str, sequence: str
) -> pl.DataFrame:
    """``told`` with the ids its refs already have, fresh ids for new ones, and the version stored (0: none)."""
    known = stored.select("ref", key, stored="version").unique("ref")
    rows = told.drop(key, strict=False).join(known, on="ref", how="left", maintain_order="left")
    new = rows.filter(pl.col(key).is_null()).select("ref")
    fresh = new.with_columns(pl.Series("fresh", next_ids(connection, sequence, len(new)), dtype=pl.Int32))
    return (
        rows.join(fresh, on="ref", how="left", maintain_order="left")
        .with_columns(pl.coalesce(key, "fresh").alias(key), version=pl.col("stored").fill_null(0) + 1)
        .drop("fresh", "stored")
    )


def _changed(told: pl.DataFrame, stored: pl.DataFrame, key: str, columns: list[str]) -> pl.DataFrame:
    """The told rows whose content is not what is stored, as new versions.

    A withdrawal leaves a known fact as it stood, whatever else it tells, and needs only its number; by number
    alone nothing is withdrawn that was never known.
    """
    content = [name for name in columns if name != "version"]
    told = told.with_columns(pl.col("withdrawn").fill_null(False))
    stood = stored.drop("version").with_columns(withdrawn=pl.lit(True))
    gone = told.filter("withdrawn").select("ref", "version").join(stood, on="ref")
    whole = pl.all_horizontal(pl.col(name).is_not_null() for name in columns if name != "valid_to")
    others = told.join(gone, on="ref", how="anti", maintain_order="left").filter(whole | ~pl.col("withdrawn"))
    rows = pl.concat([others.select(columns), gone.select(columns)])
    return rows.join(stored.select(content), on=content, how="anti", nulls_equal=True, maintain_order="left")


def _ids(stored: pl.DataFrame, told: pl.DataFrame, key: str) -> pl.DataFrame:
    """ref and id of everything stored or told."""
    both = pl.concat([stored.select("ref", key), told.select("ref", key)], how="vertical_relaxed")
    return both.unique("ref", maintain_order=True)

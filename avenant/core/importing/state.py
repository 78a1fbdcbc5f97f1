"""The state that would hold if the news were true: what is stored, overlaid with what is told.

Stored: E-1 from 1 January, open. Told: E-1 ends on 31 March; E-2 begins on 1 April. State: E-1 from January
to March (row 0 of the news), E-2 from April (row 1). A stored row that no news speaks of has no `row_index`.
"""

from dataclasses import dataclass
from typing import Protocol

import polars as pl


class Facts(Protocol):
    """What is stored now, without withdrawn facts; columns as the readers give them (ids, `valid_to`).

    It may be limited to the facts that the news refers to, with all enrolments of those members and
    contracts and with the whole families of those members.
    """

    @property
    def contracts(self) -> pl.DataFrame:
        """contract_id, ref, currency."""

    @property
    def members(self) -> pl.DataFrame:
        """member_id, ref, role, birth_date, family_id (the primary's member_id)."""

    @property
    def enrolments(self) -> pl.DataFrame:
        """ref, contract_id, member_id, plan, level, valid_from, valid_to (null: open)."""


class Plans(Protocol):
    """What judging a row needs of a rulebook."""

    @property
    def plans(self) -> pl.DataFrame:
        """plan, currency."""

    @property
    def price_lines(self) -> pl.DataFrame:
        """plan, level, valid_from, valid_to (null: open)."""


class Told(Protocol):
    """News tables (`core.frames.news`), each with `row_index`: its row's position in what was handed in."""

    @property
    def contracts(self) -> pl.DataFrame: ...

    @property
    def members(self) -> pl.DataFrame: ...

    @property
    def enrolments(self) -> pl.DataFrame: ...


def _empty(**columns: type[pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(schema=columns)


@dataclass(frozen=True, slots=True)
class StoredFacts:
    """The frames of `Facts`."""

    contracts: pl.DataFrame
    members: pl.DataFrame
    enrolments: pl.DataFrame


NOTHING_STORED = StoredFacts(
    contracts=_empty(contract_id=pl.Int32, ref=pl.String, currency=pl.String),
    members=_empty(member_id=pl.Int32, ref=pl.String, role=pl.String, birth_date=pl.Date, family_id=pl.Int32),
    enrolments=_empty(
        ref=pl.String,
        contract_id=pl.Int32,
        member_id=pl.Int32,
        plan=pl.String,
        level=pl.String,
        valid_from=pl.Date,
        valid_to=pl.Date,
    ),
)
"""A new database."""


@dataclass(frozen=True, slots=True)
class State:
    """What would hold. Every frame: `row_index` u32, the row of the news; null where only the store knows it.

    contracts: ref, currency; members: ref, role, birth_date, primary_ref (null for a primary);
    enrolments: ref, contract_ref, member_ref, plan, level, valid_from, valid_to (null: open).
    """

    contracts: pl.DataFrame
    members: pl.DataFrame
    enrolments: pl.DataFrame


def state_after(told: Told, facts: Facts) -> State:
    """The state in which every told row replaces the stored row with its ref, and withdrawn ones are gone."""
    return State(
        contracts=_overlaid(told.contracts, _stored_contracts(facts)),
        members=_overlaid(told.members, _stored_members(facts)),
        enrolments=_overlaid(
            told.enrolments.with_columns(pl.col("last_day").dt.offset_by("1d").alias("valid_to")),
            _stored_enrolments(facts),
        ),
    )


def _overlaid(told: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    kept = stored.join(told, on="ref", how="anti")
    live = told.filter(~pl.col("withdrawn").fill_null(False))
    return pl.concat(
        [
            live.select(pl.col("row_index").cast(pl.UInt32), *stored.columns),
            kept.select(pl.lit(None, pl.UInt32).alias("row_index"), *stored.columns),
        ]
    )


def _stored_contracts(facts: Facts) -> pl.DataFrame:
    return facts.contracts.select("ref", "currency")


def _stored_members(facts: Facts) -> pl.DataFrame:
    primaries = facts.members.select(pl.col("member_id").alias("family_id"), pl.col("ref").alias("head"))
    return facts.members.join(primaries, on="family_id", how="left", maintain_order="left").select(
        "ref",
        "role",
        "birth_date",
        pl.when(pl.col("role") != "primary").then("head").alias("primary_ref"),
    )


def _stored_enrolments(facts: Facts) -> pl.DataFrame:
    contracts = facts.contracts.select("contract_id", pl.col("ref").alias("contract_ref"))
    members = facts.members.select("member_id", pl.col("ref").alias("member_ref"))
    return (
        facts.enrolments.join(contracts, on="contract_id", how="inner")
        .join(members, on="member_id", how="inner")
        .select("ref", "contract_ref", "member_ref", "plan", "level", "valid_from", "valid_to")
    )

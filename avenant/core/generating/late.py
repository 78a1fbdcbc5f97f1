"""Late news on top of facts that are already loaded: a year of it, night by night.

Example: an open enrolment of 2019 of which we hear on 4 May that it ended on 11 March; another of which we
hear that it began three weeks earlier than we were told. For input that carries no corrections of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from avenant.core.frames.news import TABLES, News, empty_table
from avenant.core.generating.days import stream
from avenant.core.generating.impossible import impossible_news
from avenant.core.importing.state import Facts

KINDS = ("end", "start", "birth", "end_then_open", "again")
SHARES = (0.40, 0.24, 0.16, 0.16, 0.04)
SLIPS = (-3653, -1461, -366, -365, -31, -9, -1, 1, 9, 31, 365, 366)


@dataclass(frozen=True, slots=True)
class Year:
    """The days of the year (`first`, `last`), the earliest start to tell, the days between two nights."""

    first: date
    last: date
    not_before: date
    every_days: int


def late_news(
    seed: int,
    facts: Facts,
    year: int,
    share: float = 0.13,
    every_days: int = 1,
    not_before: date | None = None,
    impossible_share: float = 0.0,
) -> list[tuple[date, News]]:
    """A year of late news about `share` of the enrolments, as (night, news), nights in order.

    facts: contracts (contract_id, ref), members (member_id, ref, role, birth_date, family_id), enrolments
    (ref, contract_id, member_id, plan, level, basis, valid_from, valid_to). Kinds: late starts, backdated
    ends, corrected birth dates, ends that are withdrawn again, the same told twice. No start is told before
    `not_before` (a month without prices). `impossible_share`: so many rows more, per row, that must be
    refused; without it every news can be learnt. An enrolment is only touched if its member has no other
    in that contract; a primary with dependants only gets a corrected birth date.
    """
    days = Year(date(year, 1, 1), date(year, 12, 31), not_before or date.min, every_days)
    chosen = _chosen(seed, facts, days, share)
    enrolments = _on_nights(_enrolment_rows(chosen, days), days, "enrolments")
    members = _on_nights(_member_rows(chosen, facts), days, "members")
    if impossible_share > 0:
        wrong = impossible_news(stream(seed, "impossible"), enrolments, members, impossible_share)
        enrolments = pl.concat([enrolments, wrong.enrolments])
        members = pl.concat([members, wrong.members])
    nights = sorted({*enrolments["known_on"].to_list(), *members["known_on"].to_list()})
    return [(night, _news_of(night, enrolments, members)) for night in nights]


def _news_of(night: date, enrolments: pl.DataFrame, members: pl.DataFrame) -> News:
    tonight = pl.col("known_on") == night
    return News(
        enrolments=enrolments.filter(tonight).drop("known_on"),
        members=members.filter(tonight).drop("known_on"),
    )


def _chosen(seed: int, facts: Facts, days: Year, share: float) -> pl.DataFrame:
    """The touched enrolments as news columns, with birth_date, kind, known_on, heard_again_on, shift_days."""
    touchable = _touchable(facts, days)
    dice = stream(seed, f"late news of {days.first.year}")
    touched = touchable.filter(pl.Series(dice.random(touchable.height) < share))
    size = touched.height
    earliest = np.maximum(touched["valid_from"].to_physical().to_numpy() + 1, _number(days.first))
    known_on = dice.integers(earliest, _number(days.last) + 1)
    kind = pl.Series("kind", KINDS, dtype=pl.String)[dice.choice(len(KINDS), size, p=SHARES)]
    kind = touched.select(
        pl.when("only_birth").then(pl.lit("birth")).otherwise(pl.lit(kind)).alias("kind")
    ).to_series()
    return touched.with_columns(
        kind,
        pl.Series("known_on", known_on.astype(np.int32)).cast(pl.Date),
        pl.Series("heard_again_on", (known_on + dice.integers(10, 61, size)).astype(np.int32)).cast(pl.Date),
        pl.Series("back_days", dice.integers(7, 91, size)),
        pl.Series("start_days", dice.integers(1, 61, size) * dice.choice([-1, 1], size)),
        pl.Series("birth_days", dice.choice(SLIPS, size)),
    )


def _touchable(facts: Facts, days: Year) -> pl.DataFrame:
    """Open enrolments that began before the end of the year, one per member and contract, in order of ref."""
    contracts = facts.contracts.select("contract_id", pl.col("ref").alias("contract_ref"))
    dependants = facts.members.filter(pl.col("role") != "primary")["family_id"].unique()
    is_head = (pl.col("role") == "primary") & pl.col("family_id").is_in(dependants.implode())
    members = facts.members.select(
        "member_id", pl.col("ref").alias("member_ref"), "birth_date", is_head.alias("only_birth")
    )
    alone = pl.len().over("contract_id", "member_id") == 1
    return (
        facts.enrolments.filter(alone & pl.col("valid_to").is_null() & (pl.col("valid_from") < days.last))
        .join(contracts, on="contract_id")
        .join(members, on="member_id")
        .with_columns(pl.lit(None, pl.Date).alias("last_day"), pl.lit(False).alias("withdrawn"))
        .select(*TABLES["enrolments"], "birth_date", "only_birth")
        .sort("ref")
    )


def _enrolment_rows(chosen: pl.DataFrame, days: Year) -> pl.DataFrame:
    """Enrolment news with known_on: ends, ends and their withdrawal, starts, repetitions."""
    back = pl.col("known_on") - pl.duration(days=pl.col("back_days"))
    ended = pl.max_horizontal("valid_from", back).alias("last_day")
    opened_again = chosen.filter(
        (pl.col("kind") == "end_then_open") & (pl.col("heard_again_on") <= days.last)
    )
    moved = pl.col("valid_from") + pl.duration(days=pl.col("start_days"))
    floor = pl.max_horizontal("birth_date", pl.lit(days.not_before))
    starts = chosen.filter(pl.col("kind") == "start").with_columns(
        pl.max_horizontal(pl.min_horizontal(moved, "known_on"), floor).alias("valid_from")
    )
    rows = [
        chosen.filter(pl.col("kind") == "end").with_columns(ended),
        opened_again.with_columns(ended),
        opened_again.with_columns(pl.col("heard_again_on").alias("known_on")),
        starts,
        chosen.filter(pl.col("kind") == "again"),
    ]
    return pl.concat([row.select("known_on", *TABLES["enrolments"]) for row in rows])


def _member_rows(chosen: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Member news with known_on: corrected birth dates, on or before the first covered day."""
    if chosen.is_empty():
        return empty_table("members").with_columns(pl.lit(None, pl.Date).alias("known_on"))
    touched = chosen.filter(pl.col("kind") == "birth").unique("member_ref", keep="first", maintain_order=True)
    heads = facts.members.select(pl.col("member_id").alias("family_id"), pl.col("ref").alias("head"))
    covered_from = pl.col("valid_from").min().alias("covered_from")
    first_covered = facts.enrolments.group_by("member_id").agg(covered_from)
    corrected = pl.col("birth_date") + pl.duration(days=pl.col("birth_days"))
    earlier = pl.col("birth_date").dt.offset_by("-1d")
    birth = pl.when(corrected > pl.col("covered_from")).then(earlier).otherwise(corrected)
    return (
        facts.members.join(
            touched.select(pl.col("member_ref").alias("ref"), "known_on", "birth_days"),
            on="ref",
            maintain_order="right",
        )
        .join(heads, on="family_id", maintain_order="left")
        .join(first_covered, on="member_id", maintain_order="left")
        .with_columns(
            birth.alias("birth_date"),
            pl.when(pl.col("role") != "primary").then("head").alias("primary_ref"),
            pl.lit(False).alias("withdrawn"),
        )
        .select("known_on", *TABLES["members"])
    )


def _on_nights(rows: pl.DataFrame, days: Year, table: str) -> pl.DataFrame:
    """The rows with the night they are told in; of one fact only the last in each night."""
    number = (pl.col("known_on") - pl.lit(days.first)).dt.total_days() // days.every_days
    night = pl.lit(days.first) + pl.duration(days=(number + 1) * days.every_days - 1)
    told = rows.sort("known_on", "ref", maintain_order=True).with_columns(
        pl.min_horizontal(night, pl.lit(days.last)).cast(pl.Date).alias("known_on")
    )
    latest = told.unique(["known_on", "ref"], keep="last", maintain_order=True)
    return latest.select("known_on", *TABLES[table])


def _number(day: date) -> int:
    return (day - date(1970, 1, 1)) // timedelta(days=1)

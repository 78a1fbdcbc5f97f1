"""Telling: known versions become news rows, with the refs that the outside world uses."""

from __future__ import annotations

import numpy as np
import polars as pl

from avenant.core.frames.news import TABLES
from avenant.core.generating.contracts import Contracts
from avenant.core.generating.days import NEVER, stream
from avenant.core.generating.window import Window


def contract_ref(number: str = "contract") -> pl.Expr:
    """C000001 for contract number 0."""
    return _ref("C", number, 6)


def member_ref(number: str = "member") -> pl.Expr:
    """M0000001 for member number 0."""
    return _ref("M", number, 7)


def enrolment_ref(number: str = "enrolment") -> pl.Expr:
    """A0000001 for enrolment number 0 (A as in *adhésion*)."""
    return _ref("A", number, 7)


def _ref(letter: str, number: str, digits: int) -> pl.Expr:
    return pl.lit(letter) + (pl.col(number) + 1).cast(pl.String).str.zfill(digits)


def told_enrolments(window: Window, versions: pl.DataFrame) -> pl.DataFrame:
    """Enrolment news with known_on; rows keep the numbers contract, member, enrolment of the versions."""
    plans = pl.DataFrame(
        [
            {"offer": number, "level": place, "plan": offer.plan, "level_name": level}
            for number, offer in enumerate(window.offers)
            for place, level in enumerate(offer.levels)
        ],
        schema_overrides={"offer": pl.Int32, "level": pl.Int32},
    )
    named = versions.join(plans, on=["offer", "level"], how="left", maintain_order="left")
    open_ended = pl.col("ends_on") >= NEVER
    return named.select(
        pl.col("known_on").cast(pl.Date),
        enrolment_ref().alias("ref"),
        contract_ref().alias("contract_ref"),
        member_ref().alias("member_ref"),
        "plan",
        pl.col("level_name").alias("level"),
        "basis",
        pl.col("starts_on").cast(pl.Date).alias("valid_from"),
        pl.when(open_ended).then(None).otherwise(pl.col("ends_on") - 1).cast(pl.Date).alias("last_day"),
        "withdrawn",
        "contract",
        "member",
    )


def told_twice(window: Window, enrolments: pl.DataFrame) -> pl.DataFrame:
    """Some enrolment news once more, unchanged, days later but before anything new about it is told."""
    dice = stream(window.seed, "told twice")
    next_told = pl.col("known_on").shift(-1).over("ref")
    again = (
        enrolments.with_columns(next_told.alias("next_told"))
        .filter(pl.Series(dice.random(enrolments.height) < window.mix.told_twice_share))
        .with_columns(pl.col("known_on") + pl.duration(days=pl.int_range(pl.len()) % 30 + 1))
    )
    end = pl.lit(window.ends, pl.Int32).cast(pl.Date)
    fits = (pl.col("known_on") < pl.min_horizontal(end, pl.col("next_told").fill_null(end))) & ~pl.col(
        "withdrawn"
    )
    return again.filter(fits).drop("next_told")


def told_members(window: Window, members: pl.DataFrame, enrolments: pl.DataFrame) -> pl.DataFrame:
    """Member news: told with the first enrolment, once more when a wrong birth date is corrected."""
    first_told = enrolments.group_by("member").agg(pl.col("known_on").min())
    primaries = pl.col("member").filter(pl.col("role") == "primary").first().over("family")
    known = (
        members.with_row_index("member")
        .with_columns(pl.col("member").cast(pl.Int32))
        .with_columns(primaries.alias("primary"))
        .join(first_told, on="member", maintain_order="left")
        .with_columns(_birth_told_first())
    )
    told = pl.concat([known, _corrected(window, known)]).sort("known_on", "member", maintain_order=True)
    primary_ref = pl.when(pl.col("role") != "primary").then(member_ref("primary"))
    return told.select(
        "known_on",
        member_ref().alias("ref"),
        "role",
        pl.col("wrong_birth").cast(pl.Date).alias("birth_date"),
        primary_ref.alias("primary_ref"),
        pl.lit(False).alias("withdrawn"),
        "family",
        "member",
    )


def with_births_as_known(window: Window, members: pl.DataFrame) -> pl.DataFrame:
    """The members with the birth dates known at the end, and no correction to come."""
    corrected = pl.col("birth_told") < window.ends
    return members.with_columns(
        pl.when(corrected).then("birth").otherwise("wrong_birth").alias("wrong_birth"),
        pl.lit(NEVER, pl.Int32).alias("birth_told"),
    )


def _birth_told_first() -> pl.Expr:
    """The birth date of the first news: the right one where the correction came before the member did."""
    corrected = pl.col("birth_told").cast(pl.Date) <= pl.col("known_on")
    return pl.when(corrected).then("birth").otherwise("wrong_birth").alias("wrong_birth")


def _corrected(window: Window, known: pl.DataFrame) -> pl.DataFrame:
    in_time = (pl.col("birth_told") < window.ends) & (pl.col("birth_told").cast(pl.Date) > pl.col("known_on"))
    return known.filter(in_time).with_columns(
        pl.col("birth").alias("wrong_birth"), pl.col("birth_told").cast(pl.Date).alias("known_on")
    )


def told_contracts(window: Window, contracts: Contracts, enrolments: pl.DataFrame) -> pl.DataFrame:
    """Contract news: told with the first enrolment, withdrawn when the last of them is withdrawn."""
    first_told = enrolments.group_by("contract").agg(pl.col("known_on").min())
    currencies = pl.Series([offer.currency for offer in window.offers])[contracts.offer]
    company = pl.Series(contracts.company)
    drawn = pl.DataFrame(
        {
            "contract": np.arange(window.contracts, dtype=np.int32),
            "kind": pl.select(pl.when(company).then(pl.lit("company")).otherwise(pl.lit("individual")))
            .to_series()
            .rename("kind"),
            "currency": currencies,
        }
    )
    known = drawn.join(first_told, on="contract").with_columns(pl.lit(False).alias("withdrawn"))
    gone = known.drop("known_on", "withdrawn").join(_withdrawn_contracts(enrolments), on="contract")
    told = pl.concat([known, gone.select(known.columns)]).sort("known_on", "contract")
    return told.select(
        "known_on",
        contract_ref().alias("ref"),
        "kind",
        pl.lit(None, pl.String).alias("cycle"),
        "currency",
        "withdrawn",
    )


def _withdrawn_contracts(enrolments: pl.DataFrame) -> pl.DataFrame:
    """contract, known_on, withdrawn of the contracts whose enrolments are all withdrawn in the end."""
    latest = enrolments.unique(subset="ref", keep="last", maintain_order=True)
    by_contract = latest.group_by("contract").agg(pl.col("withdrawn").all(), pl.col("known_on").max())
    return by_contract.filter("withdrawn")


def columns_of(name: str) -> list[str]:
    """The columns of a news table of a story: known_on, then those of the news itself."""
    return ["known_on", *TABLES[name]]

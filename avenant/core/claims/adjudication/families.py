"""Step 1, what it is: the family of the act, and what holds for all acts of that family.

Example: ``G`` is a visit to a general practitioner: doctors' fees, the care path matters, 2.00 € are withheld.
"""

from __future__ import annotations

from functools import cache, lru_cache

import polars as pl

from avenant.core.claims.adjudication.joining import beside, without
from avenant.core.claims.adjudication.waiting import first_of
from avenant.core.frames.care import BASKETS
from avenant.core.frames.care_rules import CARE_FAMILIES, RETENTIONS
from avenant.core.rulebook.care_model import CareRules

FAMILY = pl.Enum(CARE_FAMILIES)
WITHHOLDS = pl.Enum(RETENTIONS)
NO_BASKET = len(BASKETS)
"""The number of "no basket is said", after those of the baskets."""


def with_family(acts: pl.DataFrame, rules: CareRules) -> pl.DataFrame:
    """``acts`` (ACT) with family and basket completed from the act code, and the family's flags.

    A family or basket that a message states stands before the one that follows from the act code. Adds
    basket_number (``NO_BASKET``: none), withholds, fees, path_matters, patient_share_due (a responsible
    contract must pay the patient's share), rate_parameter. What the Sécu said itself moves to
    told_base_cents, told_rate_ppm, told_paid_cents, told_retention_cents (null: it did not say). Starts the
    columns waits and reasons. Waits: ``act_unknown`` where neither code nor family says what it is.
    """
    frame = beside(_as_told(acts), _codes(rules), "act_code")
    frame = frame.with_columns(
        family=pl.coalesce("family", "code_family").cast(FAMILY, strict=False),
        basket=pl.coalesce("basket", "code_basket"),
    ).pipe(without, "code_family", "code_basket")
    frame = beside(frame, _families(rules), "family")
    return frame.with_columns(
        pl.col("fees", "path_matters", "patient_share_due").fill_null(False),
        basket_number=pl.col("basket")
        .cast(pl.Enum(BASKETS), strict=False)
        .to_physical()
        .fill_null(NO_BASKET),
        waits=first_of(act_unknown=pl.col("withholds").is_null()),
    )


@lru_cache(maxsize=4)
def _codes(rules: CareRules) -> pl.DataFrame:
    return rules.acts.select("act_code", code_family="family", code_basket="basket")


@lru_cache(maxsize=4)
def _families(rules: CareRules) -> pl.DataFrame:
    return rules.families.select(
        pl.col("family").cast(FAMILY),
        "fees",
        "rate_parameter",
        withholds=pl.col("retention").cast(WITHHOLDS),
        path_matters="care_path",
        patient_share_due="responsible_tm",
    )


def _as_told(acts: pl.DataFrame) -> pl.DataFrame:
    """Only the Sécu's own word counts for base, rate, what it paid and what it withheld.

    What was taken back altogether was never charged, and nobody asks for it.
    """
    return acts.with_columns(_told()).pipe(without, "base_cents", "rate_ppm", "secu_cents", "retention_cents")


@cache
def _told() -> list[pl.Expr]:
    told = {
        "told_base_cents": "base_cents",
        "told_rate_ppm": "rate_ppm",
        "told_paid_cents": "secu_cents",
        "told_retention_cents": "retention_cents",
    }
    by_secu = pl.col("told_by_secu")
    return [
        pl.when(pl.col("cancelled")).then(0).otherwise("charged_cents").alias("charged_cents"),
        pl.when(pl.col("cancelled"))
        .then(0)
        .otherwise(pl.col("others_cents").fill_null(0))
        .alias("others_cents"),
        pl.when(~pl.col("cancelled")).then("asked_cents").alias("asked_cents"),
        pl.when(~pl.col("cancelled")).then("exception_cents").alias("exception_cents"),
        pl.col("quantity").fill_null(1).clip(lower_bound=1),
        *(pl.when(by_secu).then(column).alias(name) for name, column in told.items()),
        pl.lit(None, pl.String).alias("waits"),
        pl.lit(0, pl.Int64).alias("reasons"),
    ]

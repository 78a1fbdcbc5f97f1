"""The care side of a rulebook as a person reads it: what a plan guarantees on a day, what an act is worth.

Example: ``130 % BR + 3.00 EUR per day, complement``; the words are those of the plan files.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from avenant.core.rulebook.care_words import NONE, PRICE_LIMIT, REAL_COST, UNITS_OF_QUANTITY
from avenant.core.rulebook.model import Rulebook

ORIGIN = ("valid_from", "source", "file", "line")
WORD_OF_PER = {unit: word for word, unit in reversed(UNITS_OF_QUANTITY.items())}


def in_force(dated: pl.DataFrame, day: date) -> pl.DataFrame:
    """The rows of ``dated`` (valid_from, valid_to) that count on ``day``."""
    return dated.filter(
        pl.col("valid_from") <= day, pl.col("valid_to").is_null() | (pl.col("valid_to") > day)
    )


def guarantee_list(rulebook: Rulebook, plan: str, day: date) -> pl.DataFrame:
    """Each guarantee line of ``plan`` on ``day``, sorted by level, family, part, OPTAM, basket and age.

    Out: ``level``, ``family``, ``part``, ``optam``, ``basket``, ``age_from``, ``age_to`` (exclusive), ``pays`` (the
    phrase), ``valid_from``, ``source``, ``file``, ``line``. Empty when the plan guarantees nothing then.
    """
    keys = ["level", "family", "part", "optam", "basket", "age_from", "age_to"]
    lines = in_force(rulebook.care.guarantees.filter(pl.col("plan") == plan), day)
    phrases = pl.Series("pays", [phrase(row) for row in lines.iter_rows(named=True)], dtype=pl.String)
    return lines.with_columns(phrases).select(*keys, "pays", *ORIGIN).sort(keys, nulls_last=True)


def envelope_list(rulebook: Rulebook, plan: str, day: date) -> pl.DataFrame:
    """Each limit over time of ``plan`` on ``day``, sorted by level, envelope and age.

    Out: ``level``, ``envelope``, ``label``, ``families``, ``age_from``, ``age_to``, ``limit`` (the phrase), and where
    it was written.
    """
    lines = in_force(rulebook.care.envelopes.filter(pl.col("plan") == plan), day)
    names = pl.col("family") + pl.when(pl.col("basket").is_not_null()).then(" " + pl.col("basket")).otherwise(
        pl.lit("")
    )
    families = rulebook.care.envelope_families.group_by("plan", "level", "envelope").agg(
        families=names.sort().str.join(", ")
    )
    phrases = pl.Series("limit", [limit_phrase(row) for row in lines.iter_rows(named=True)], dtype=pl.String)
    keys = ["level", "envelope", "age_from", "age_to"]
    found = lines.with_columns(phrases).join(families, on=["plan", "level", "envelope"], how="left")
    return found.select(*keys, "label", "families", "limit", *ORIGIN).sort(keys)


def tariff_list(rulebook: Rulebook, act_code: str) -> pl.DataFrame:
    """Each base of an act that the rulebook knows, in order of date.

    Out: ``valid_from``, ``valid_to`` (exclusive), ``optam``, ``age_from``, ``age_to``, ``base_cents``, ``rate_ppm``
    (null: the family's), ``price_limit_cents``, and where it was written.
    """
    columns = ["valid_to", "optam", "age_from", "age_to", "base_cents", "rate_ppm", "price_limit_cents"]
    lines = rulebook.care.tariffs.filter(pl.col("act_code") == act_code)
    return lines.select("valid_from", *columns, *ORIGIN[1:]).sort("valid_from", "optam", "age_from")


def phrase(row: Mapping[str, Any]) -> str:
    """A guarantee line (columns of ``Guarantees``) in the words of a plan file."""
    if row["real_cost"] or row["price_limit"]:
        return REAL_COST if row["real_cost"] else PRICE_LIMIT
    terms = [
        *([f"{row['rate_ppm'] / 10_000:g} % BR"] if row["rate_ppm"] is not None else []),
        *([f"{row['pmss_ppm'] / 10_000:g} % PMSS"] if row["pmss_ppm"] is not None else []),
        *([f"{row['flat_cents'] / 100:.2f} EUR"] if row["flat_cents"] is not None else []),
    ]
    per = "" if row["per"] == "act" else f" per {WORD_OF_PER[row['per']]}"
    return " + ".join(terms) + per + ("" if row["basis"] == "total" else ", complement")


def limit_phrase(row: Mapping[str, Any]) -> str:
    """The limits of an envelope line (columns of ``Envelopes``) as a person says them."""
    limits = [
        *([f"{row['max_count']}"] if row["max_count"] is not None else []),
        *([f"{row['max_cents'] / 100:.2f} EUR"] if row["max_cents"] is not None else []),
        *([f"{row['pmss_ppm'] / 10_000:g} % PMSS"] if row["pmss_ppm"] is not None else []),
    ]
    time = "a calendar year" if row["period"] == "calendar_year" else f"in {row['months']} months"
    return " and ".join(limits) + f" {time}" + ("" if row["scope"] == "member" else f", per {row['scope']}")


def base_phrase(row: Mapping[str, Any]) -> str:
    """The base of a tariff line (columns of ``Tariffs``): money, or ``none``."""
    return NONE if row["rate_ppm"] == 0 else f"{row['base_cents'] / 100:.2f}"

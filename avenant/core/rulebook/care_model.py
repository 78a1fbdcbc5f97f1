"""The care side of a rulebook as frames."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace

import polars as pl

from avenant.core.frames.care_rules import (
    CareActs,
    CareFamilies,
    CarePlans,
    EnvelopeFamilies,
    Envelopes,
    Guarantees,
    Tariffs,
)

SCOPE = ("optam", "basket", "age_from", "age_to")
CONTENT_COLUMNS = {
    "tariff": (
        "act_code",
        "optam",
        "age_from",
        "age_to",
        "valid_from",
        "base_cents",
        "rate_ppm",
        "price_limit_cents",
    ),
    "guarantee": (
        *("plan", "level", "family", *SCOPE, "part", "valid_from"),
        *("basis", "per", "rate_ppm", "flat_cents", "pmss_ppm", "real_cost", "price_limit"),
    ),
    "envelope": (
        *("plan", "level", "envelope", "age_from", "age_to", "valid_from"),
        *("period", "months", "scope", "max_cents", "pmss_ppm", "max_count"),
    ),
}
"""Kind of numbered line -> what decides it. The kind itself stands first in the key."""

NUMBERED = ("tariffs", "guarantees", "envelopes")
UNDECIDING = ("label", "source", "file", "line", "line_id")
"""Columns that decide no amount."""


@dataclass(frozen=True, slots=True, eq=False)
class CareRules:
    """Families and acts, tariffs, guarantees and envelopes; columns: see ``avenant.core.frames.care_rules``."""

    plans: pl.DataFrame = field(default_factory=CarePlans.create_empty)
    families: pl.DataFrame = field(default_factory=CareFamilies.create_empty)
    acts: pl.DataFrame = field(default_factory=CareActs.create_empty)
    tariffs: pl.DataFrame = field(default_factory=Tariffs.create_empty)
    guarantees: pl.DataFrame = field(default_factory=Guarantees.create_empty)
    envelopes: pl.DataFrame = field(default_factory=Envelopes.create_empty)
    envelope_families: pl.DataFrame = field(default_factory=EnvelopeFamilies.create_empty)


FRAMES = tuple(part.name for part in fields(CareRules))


def care_content_key(kind: str) -> pl.Expr:
    """The stable text of what decides a line of ``kind`` (tariff, guarantee, envelope); no two kinds share one."""
    texts = [pl.col(part).cast(pl.String).fill_null("") for part in CONTENT_COLUMNS[kind]]
    return pl.concat_str([pl.lit(kind), *texts], separator="|").alias("content_key")


def content_keys_of(care: CareRules) -> pl.DataFrame:
    """The ``content_key`` of every line that carries a number."""
    lines: list[pl.DataFrame] = [getattr(care, name) for name in NUMBERED]
    return pl.concat(frame.select("content_key") for frame in lines)


def care_with_line_ids(care: CareRules, numbers: pl.DataFrame) -> CareRules:
    """``care`` with the ``line_id`` that ``numbers`` gives each ``content_key``; null where it gives none."""
    return replace(care, **{name: numbered_frame(getattr(care, name), numbers) for name in NUMBERED})


def numbered_frame(lines: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    """``lines`` with the ``line_id`` of their ``content_key``, columns and rows in the same order."""
    found = lines.drop("line_id").join(numbers, on="content_key", how="left", maintain_order="left")
    return found.select(lines.columns)


def canonical_care(care: CareRules) -> Iterator[tuple[str, pl.DataFrame]]:
    """(name, what decides amounts) of each frame, for the digest that names a version."""
    for name in FRAMES:
        frame: pl.DataFrame = getattr(care, name)
        if name in NUMBERED:
            yield name, frame.select("content_key", "valid_to")
        else:
            yield name, frame.drop(UNDECIDING, strict=False)

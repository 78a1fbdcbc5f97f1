"""Terms: everything that bears on one enrolment, each value with the day it became known.

One row is one possible enrolment: a member in one stretch (one level, or portability) of one spell.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from avenant.core.generating.contracts import Contracts, level_number
from avenant.core.generating.days import ALWAYS, NEVER, Days, months_after, stream
from avenant.core.generating.spells import drawn_level_changes
from avenant.core.generating.window import Window


def stretches(window: Window, contracts: Contracts, spells: pl.DataFrame) -> pl.DataFrame:
    """The stretches of all spells: one per level and one for portability.

    Columns: those of the spells, and offer, level (numbers), basis, opens, opens_told, shuts, shuts_told,
    free_until and first_free_until (the end of portability after the true and the first told departure).
    """
    spells = _with_levels(window, contracts, spells)
    changes = pl.col("changes") < NEVER
    always, never = pl.lit(ALWAYS, pl.Int32), pl.lit(NEVER, pl.Int32)
    opening = spells.with_columns(
        always.alias("opens"),
        always.alias("opens_told"),
        pl.col("changes").alias("shuts"),
        pl.col("changes_told").alias("shuts_told"),
        pl.lit("active").alias("basis"),
    )
    changed = spells.filter(changes).with_columns(
        pl.col("changes").alias("opens"),
        pl.col("changes_told").alias("opens_told"),
        never.alias("shuts"),
        never.alias("shuts_told"),
        pl.lit("active").alias("basis"),
        pl.col("level_after").alias("level"),
    )
    free = spells.filter(pl.col("portability_months") > 0).with_columns(
        always.alias("opens"),
        always.alias("opens_told"),
        never.alias("shuts"),
        never.alias("shuts_told"),
        pl.lit("portability").alias("basis"),
        pl.when(changes).then("level_after").otherwise("level").alias("level"),
    )
    return _with_free_until(pl.concat([opening, changed, free]))


def _with_levels(window: Window, contracts: Contracts, spells: pl.DataFrame) -> pl.DataFrame:
    """Adds offer, level, level_after, changes, changes_told; a plan of one level never changes."""
    contract = spells["contract"].to_numpy()
    offer = contracts.offer[contract]
    counts = np.array([len(one.levels) for one in window.offers])[offer]
    level = level_number(window, offer, contracts.level[contract])
    dice = stream(window.seed, "levels after")
    after = (level + 1 + dice.integers(0, np.maximum(counts - 1, 1))) % counts
    changes, changes_told = drawn_level_changes(window, spells)
    fixed = counts < 2
    return spells.with_columns(
        pl.Series("offer", offer.astype(np.int32)),
        pl.Series("level", level.astype(np.int32)),
        pl.Series("level_after", after.astype(np.int32)),
        pl.Series("changes", np.where(fixed, NEVER, changes).astype(np.int32)),
        pl.Series("changes_told", np.where(fixed, NEVER, changes_told).astype(np.int32)),
    )


def _with_free_until(stretch: pl.DataFrame) -> pl.DataFrame:
    months = stretch["portability_months"].to_numpy()

    def until(name: str) -> pl.Series:
        ends: Days = stretch[name].to_numpy()
        return pl.Series(np.where(ends < NEVER, months_after(ends, months), NEVER).astype(np.int32))

    return stretch.with_columns(
        until("ends").alias("free_until"), until("first_ends").alias("first_free_until")
    )


def enrolment_terms(members: pl.DataFrame, stretch: pl.DataFrame) -> pl.DataFrame:
    """Each member in each stretch of its family, numbered in a stable order in the column `enrolment`."""
    numbered = members.with_row_index("member").with_columns(pl.col("member").cast(pl.Int32))
    terms = numbered.drop("birth", "wrong_birth", "birth_told", "role").join(stretch, on="family")
    terms = terms.sort("member", "spell", pl.col("basis") == "portability", "opens")
    return terms.with_row_index("enrolment").with_columns(pl.col("enrolment").cast(pl.Int32))

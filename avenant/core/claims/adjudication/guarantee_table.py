"""The guarantees of a rulebook laid out, so that an act finds the lines that apply to it at once.

A basket with lines of its own does not take the lines for all baskets, of whatever part; lines of different parts
apply together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl

from avenant.core.claims.adjudication.dated_lines import (
    NONE,
    UNDECIDED,
    Axes,
    Cells,
    axes_of,
    laid_out,
    positions,
    with_empty_row,
)
from avenant.core.claims.adjudication.families import NO_BASKET
from avenant.core.claims.adjudication.rights import covers
from avenant.core.claims.adjudication.tariffs import COLUMNS
from avenant.core.frames.care import BASKETS
from avenant.core.frames.care_rules import CARE_FAMILIES
from avenant.core.rulebook.care_model import CareRules

FAMILIES: Final = len(CARE_FAMILIES)
WITH_NONE: Final = NO_BASKET + 1
STATUSES: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class GuaranteeTable:
    """Guarantee lines laid out by cover, family, basket, status, part, day of care and age."""

    lines: pl.DataFrame
    axes: Axes
    cells: Cells
    parts: int

    def positions(self, frame: pl.DataFrame) -> list[pl.Series]:
        """Per part, the position of the line that answers for each row of ``frame``; UNDECIDED: the basket
        decides.

        ``frame``: cover, family, basket_number, status, care_from, age.
        """
        family = frame["cover"] * FAMILIES + frame["family"].to_physical().cast(pl.Int32)
        slot = ((family * WITH_NONE + frame["basket_number"]) * STATUSES + frame["status"]) * self.parts
        return positions(self.cells, self.axes, [slot + part for part in range(self.parts)], frame)


@lru_cache(maxsize=4)
def guarantee_table(rules: CareRules) -> GuaranteeTable:
    """The guarantees of ``rules`` laid out. Errors: ``ValueError`` when two lines of a part answer for one day."""
    lines = _numbered(rules)
    parts = 1 + max(lines["part"].to_list(), default=0)
    slots = len(covers(rules)) * FAMILIES * WITH_NONE * STATUSES * parts
    axes = axes_of(lines)
    exact, wide = lines.filter(pl.col("basket") < NO_BASKET), lines.filter(pl.col("basket") == NO_BASKET)
    for_all = wide.with_columns(basket=pl.lit(list(range(WITH_NONE)))).explode("basket")
    special = laid_out(_slotted(exact, parts), slots, axes, "guarantee")
    general = laid_out(_slotted(for_all, parts), slots, axes, "guarantee")
    cells = _special_first(special, general, parts)
    content = rules.guarantees.select(
        *("line_id", "rate_ppm", "flat_cents", "pmss_ppm", "real_cost", "price_limit"),
        total=pl.col("basis") == "total",
        each=pl.col("per") != "act",
    )
    return GuaranteeTable(with_empty_row(content), axes, cells, parts)


def _numbered(rules: CareRules) -> pl.DataFrame:
    """Lines with numbers instead of names: cover, family, basket, status (one row each), part (from 0)."""
    lines = rules.guarantees.with_row_index("position").join(
        covers(rules), on=["plan", "level"], how="left", maintain_order="left"
    )
    named = pl.concat_str(["plan", "level", "family", "optam"], separator=" ")
    return lines.with_columns(
        name=named,
        family=pl.col("family").cast(pl.Enum(CARE_FAMILIES)).to_physical().cast(pl.Int32),
        basket=pl.col("basket").cast(pl.Enum(BASKETS)).to_physical().fill_null(NO_BASKET).cast(pl.Int64),
        status=pl.col("optam").replace_strict(COLUMNS, return_dtype=pl.List(pl.Int32)),
        part=pl.col("part").rank("dense").cast(pl.Int32) - 1,
    ).explode("status")


def _slotted(lines: pl.DataFrame, parts: int) -> pl.DataFrame:
    family = pl.col("cover") * FAMILIES + pl.col("family")
    slot = ((family * WITH_NONE + pl.col("basket")) * STATUSES + pl.col("status")) * parts + pl.col("part")
    return lines.with_columns(slot=slot)


def _special_first(special: Cells, general: Cells, parts: int) -> Cells:
    """The lines of the basket where it has some on that day, else those for all baskets.

    Where no basket is said, and there are lines for some baskets only, which one applies is not known.
    """
    shape = (-1, WITH_NONE, STATUSES, parts, *special.shape[1:])
    own, for_all = special.reshape(shape), general.reshape(shape)
    has_own = (own != NONE).any(axis=3, keepdims=True)
    cells = np.where(has_own, own, for_all)
    unsaid = cells[:, NO_BASKET]
    nothing = (unsaid == NONE).all(axis=2, keepdims=True)
    unsaid[np.broadcast_to(nothing & has_own.any(axis=1), unsaid.shape)] = UNDECIDED
    return cells.reshape(special.shape)

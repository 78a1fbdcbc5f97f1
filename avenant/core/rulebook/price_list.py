"""The price list of a plan in one month as a person reads it: bands of ages, with price and source."""

from datetime import date

import polars as pl

from avenant.core.rulebook.grid import price_grid
from avenant.core.rulebook.model import Rulebook

TIER_ORDER = pl.Enum(["primary", "partner", "child", "isole", "duo", "famille"])


def price_list(rulebook: Rulebook, plan: str, month: date) -> pl.DataFrame:
    """Each price of ``plan`` in ``month``, sorted by component, level, tier and age.

    Out: ``component``, ``level``, ``tier``, ``age_from``, ``age_to`` (exclusive), ``unit_price_cents``,
    ``valid_from``, ``source``, ``file``, ``line``. Empty when the plan has no price then.
    """
    numbered = rulebook.numbered()
    grid = price_grid(numbered, [plan], month, month)
    origins = numbered.price_lines.select(
        "line_id", "age_from", "age_to", "valid_from", "source", "file", "line"
    )
    columns = ["component", "level", "tier", "age_from", "age_to", "unit_price_cents"]
    return (
        grid.select("component", "level", "tier", "unit_price_cents", "line_id")
        .unique()
        .join(origins, on="line_id")
        .sort("component", "level", pl.col("tier").cast(TIER_ORDER), "age_from")
        .select(*columns, "valid_from", "source", "file", "line")
    )

"""What a portfolio may buy: the plans and levels of a rulebook, read without knowing any plan by name.

Example: a plan billed in arrears is offered to companies, a plan billed in advance to individuals.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from avenant.core.generating.days import NEVER, day_number

KIND_BY_CYCLE = {"advance": "individual", "arrears": "company"}


class NothingToSell(ValueError):
    """No plan of the rulebook has prices when the story ends."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One plan as it can be bought; `sold_from` is a day number, the first with a price for everybody."""

    plan: str
    kind: str
    currency: str
    levels: tuple[str, ...]
    sold_from: int
    portability_months: int


def offers_of(plans: pl.DataFrame, price_lines: pl.DataFrame, through: date) -> tuple[Offer, ...]:
    """The offers of a rulebook that have prices on the day `through`.

    plans: plan, currency, cycle, portability_max_months; price_lines: plan, level, component, structure,
    tier, valid_from, valid_to. Raises NothingToSell where no plan is priced then.
    """
    levels = _levels_sold(price_lines, through)
    offers = []
    for plan in plans.sort("plan").iter_rows(named=True):
        sold = levels.filter(pl.col("plan") == plan["plan"])
        if sold.height:
            offers.append(_offer(plan, sold))
    if not offers:
        raise NothingToSell(
            f"No plan of the rulebook has prices on {through}: it prices {sorted(set(price_lines['plan']))}, "
            "each in its own years. Generate other months, or add the prices of these."
        )
    return tuple(offers)


def _levels_sold(price_lines: pl.DataFrame, through: date) -> pl.DataFrame:
    """plan, level, sold_from of the levels whose every tier has a price on `through`."""
    open_end = pl.col("valid_to").fill_null(date(9999, 12, 31))
    by_tier = price_lines.group_by("plan", "level", "component", "structure", "tier").agg(
        pl.col("valid_from").min(), open_end.max().alias("valid_to")
    )
    by_level = by_tier.group_by("plan", "level").agg(
        pl.col("valid_from").max().alias("sold_from"), pl.col("valid_to").min()
    )
    in_time = (pl.col("sold_from") <= through) & (pl.col("valid_to") > through)
    return by_level.filter(in_time).sort("plan", "level")


def _offer(plan: dict[str, object], sold: pl.DataFrame) -> Offer:
    sold_from = max((day_number(day) for day in sold["sold_from"]), default=NEVER)
    months = plan["portability_max_months"]
    return Offer(
        plan=str(plan["plan"]),
        kind=KIND_BY_CYCLE[str(plan["cycle"])],
        currency=str(plan["currency"]),
        levels=tuple(sold["level"]),
        sold_from=sold_from,
        portability_months=int(months) if isinstance(months, int) else 0,
    )

"""The months a story tells of, and the offers and shares it draws from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from avenant.core.generating.days import (
    NEVER,
    YEAR,
    Days,
    Reals,
    as_days,
    day_number,
    month_numbers,
    month_starts,
)
from avenant.core.generating.mix import Mix
from avenant.core.generating.offers import Offer

STOCK_TOLD_DAYS = 10
"""The contracts of the first day are told so many days before it."""


@dataclass(frozen=True, slots=True)
class Window:
    """Day numbers: `loads` (first news), `opens` (first day of the first month), `ends` (after the last)."""

    seed: int
    contracts: int
    first_month: date
    months: int
    loads: int
    opens: int
    ends: int
    offers: tuple[Offer, ...]
    mix: Mix

    def years_from(self, days: Days) -> Reals:
        """Years from each day (or from the opening, if later) to the end of the story."""
        return np.asarray(np.maximum(self.ends - np.maximum(days, self.opens), 0) / YEAR)

    def first_event(self, dice: np.random.Generator, days: Days, yearly: Reals | float) -> Days:
        """The first day of an event that happens so often a year, NEVER where not before the story ends."""
        waits = dice.exponential(1.0, days.size) / np.maximum(yearly, 1e-9) * YEAR
        event = np.maximum(days, self.opens) + 1 + np.minimum(waits, 500_000)
        return np.where(event < self.ends, as_days(event), NEVER).astype(np.int32)


def window(
    seed: int, contracts: int, first_month: date, months: int, offers: tuple[Offer, ...], mix: Mix
) -> Window:
    """The window of a story. Raises ValueError for a story without months or contracts."""
    if contracts < 1 or months < 1 or first_month.day != 1:
        raise ValueError(
            f"A portfolio of {contracts} contracts over {months} months from {first_month}: expected at "
            "least one contract, at least one month, and a first of the month to begin with."
        )
    opens = day_number(first_month)
    last = month_numbers(np.array([opens], dtype=np.int32)) + months
    ends = int(month_starts(last)[0])
    return Window(seed, contracts, first_month, months, opens - STOCK_TOLD_DAYS, opens, ends, offers, mix)

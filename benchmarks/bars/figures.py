"""What is measured: the figures with their bars, and what came out."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median

from avenant.core.periods import add_months

Progress = Callable[[str, int, int], None]
Samples = dict[str, list[float]]

MEBIBYTE = 1024**2
GIBIBYTE_IN_MIB = 1024
NAMES = (
    *("nightly", "preview", "booking", "reference", "openfisca", "invoices", "family", "memory", "scale"),
    *("care", "claims", "member", "care-memory", "rerun"),
    "desk",
)
SIDES = {"<=": operator.le, "<": operator.lt, ">=": operator.ge}


class CannotMeasure(Exception):
    """A figure that cannot be measured here; the text says why and what would help."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How big, how often, and which figures.

    contracts, small: contracts of the big and of the small book. repeat: how often each side is timed.
    families: how many families the slow reference prices. silver_members: members that django-silver invoices.
    acts, small_acts: acts of care, about, of the big and of the small book of care. claimants: families whose care
    the slow claims engine decides. premiums: of the desk's book, beside ``acts``; visits: how often each of its pages
    is asked for; keep: the database in which that book stays for the next run; '' drops it.
    """

    contracts: int = 100_000
    small: int = 10_000
    repeat: int = 3
    only: tuple[str, ...] = NAMES
    months: int = 42
    workers: int = 2
    families: int = 1_000
    silver_members: int = 1_000
    acts: int = 5_000_000
    small_acts: int = 500_000
    claimants: int = 300
    opens: date = date(2023, 1, 1)
    premiums: int = 5_000_000
    visits: int = 40
    keep: str = ""

    @property
    def horizon(self) -> date:
        """The last month of the books."""
        return add_months(self.opens, self.months - 1)

    @property
    def business_date(self) -> date:
        """The last day of the last month."""
        return add_months(self.opens, self.months) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line of the table. ``samples``: every time measured, in seconds unless its name says otherwise."""

    figure: str
    sentence: str
    side: str
    bar: float
    unit: str
    measured: float | None = None
    samples: Samples = field(default_factory=dict)
    skipped: str | None = None

    @property
    def missed(self) -> bool:
        """Measured, and on the wrong side of the bar."""
        return self.measured is not None and not SIDES[self.side](self.measured, self.bar)

    @property
    def verdict(self) -> str:
        """ok, missed or skipped."""
        if self.measured is None:
            return "skipped"
        return "missed" if self.missed else "ok"


def ratio(above: list[float], below: list[float]) -> float:
    """The ratio of two medians."""
    return median(above) / median(below)


def pairwise(above: list[float], below: list[float]) -> list[float]:
    """The ratio of each pair of times taken one right after the other."""
    return [a / b for a, b in zip(above, below, strict=True)]

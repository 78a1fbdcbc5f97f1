"""A story: what a generated insurer is told, day by day.

Example: `story.between(date(2024, 3, 1), date(2024, 3, 7))` is the news of that week, as `learn` takes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from avenant.core.frames.news import TABLES, News

KEYS = {
    "contracts": ["ref"],
    "members": ["ref"],
    "enrolments": ["ref"],
    "people": ["member_ref", "kind"],
}


@dataclass(frozen=True, slots=True)
class Story:
    """Four news tables, each with the column `known_on`, sorted by it; and what was counted in them."""

    seed: int
    first_month: date
    months: int
    contracts: pl.DataFrame
    members: pl.DataFrame
    enrolments: pl.DataFrame
    people: pl.DataFrame
    counters: dict[str, int]

    def days(self) -> list[date]:
        """The days on which something becomes known, in order."""
        days: set[date] = set()
        for name in KEYS:
            days.update(getattr(self, name)["known_on"].unique().to_list())
        return sorted(days)

    def between(self, first: date, last: date) -> News:
        """All news of the days `first` to `last`, both included: of each fact its last version then."""
        tables = {}
        for name, key in KEYS.items():
            told = getattr(self, name).filter(pl.col("known_on").is_between(first, last))
            tables[name] = _latest(told, name, key)
        return News(**tables)

    def news(self, every_days: int = 1) -> Iterator[tuple[date, News]]:
        """The whole story in order, in batches of `every_days`, each with the last day it covers."""
        days = self.days()
        while days:
            last = days[0] + timedelta(days=every_days - 1)
            yield last, self.between(days[0], last)
            days = [day for day in days if day > last]

    def known_at_the_end(self) -> News:
        """The last version of every fact that was not withdrawn, without the history before it."""
        tables = {}
        for name, key in KEYS.items():
            latest = _latest(getattr(self, name), name, key)
            tables[name] = latest.filter(~pl.col("withdrawn")) if "withdrawn" in latest.columns else latest
        return News(**tables)


def _latest(told: pl.DataFrame, name: str, key: list[str]) -> pl.DataFrame:
    return told.unique(subset=key, keep="last", maintain_order=True).select(*TABLES[name])

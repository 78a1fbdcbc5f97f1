"""A story: what a generated insurer is told, day by day.

Example: `story.between(date(2024, 3, 1), date(2024, 3, 7))` is the news of that week, as `learn` takes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

from avenant.core.frames.news import TABLES, News

KEYS = {
    "contracts": ["ref"],
    "members": ["ref"],
    "enrolments": ["ref"],
    "people": ["member_ref", "kind"],
    "documents": ["ref"],
    "answers": ["ref"],
    "provider_statuses": ["ref"],
}
"""What names one fact of each table. Lines are told with their document."""


def nothing_told(name: str) -> pl.DataFrame:
    """The news table `name` without rows, with known_on."""
    return pl.DataFrame(schema={"known_on": pl.Date, **TABLES[name]})


@dataclass(frozen=True, slots=True)
class Story:
    """News tables, each with the column `known_on`, sorted by it; and what was counted in them."""

    seed: int
    first_month: date
    months: int
    contracts: pl.DataFrame
    members: pl.DataFrame
    enrolments: pl.DataFrame
    people: pl.DataFrame
    counters: dict[str, int]
    documents: pl.DataFrame = field(default_factory=lambda: nothing_told("documents"))
    care_lines: pl.DataFrame = field(default_factory=lambda: nothing_told("care_lines"))
    answers: pl.DataFrame = field(default_factory=lambda: nothing_told("answers"))
    provider_statuses: pl.DataFrame = field(default_factory=lambda: nothing_told("provider_statuses"))

    def days(self) -> list[date]:
        """The days on which something becomes known, in order."""
        days: set[date] = set()
        for name in KEYS:
            days.update(getattr(self, name)["known_on"].unique().to_list())
        return sorted(days)

    def between(self, first: date, last: date) -> News:
        """All news of the days `first` to `last`, both included: of each fact its last version then."""
        told = {
            name: _latest(getattr(self, name).filter(pl.col("known_on").is_between(first, last)), key)
            for name, key in KEYS.items()
        }
        return self._news(told)

    def news(self, every_days: int = 1) -> Iterator[tuple[date, News]]:
        """The whole story in order, in batches of `every_days`, each with the last day it covers."""
        days = self.days()
        while days:
            last = days[0] + timedelta(days=every_days - 1)
            yield last, self.between(days[0], last)
            days = [day for day in days if day > last]

    def known_at_the_end(self) -> News:
        """The last version of every fact that was not withdrawn, without the history before it."""
        latest = {name: _latest(getattr(self, name), key) for name, key in KEYS.items()}
        return self._news(
            {
                name: rows.filter(~pl.col("withdrawn")) if "withdrawn" in rows.columns else rows
                for name, rows in latest.items()
            }
        )

    def _news(self, told: dict[str, pl.DataFrame]) -> News:
        """News of the told rows (with known_on), documents with their lines as told that day."""
        day = ["document_ref", "known_on"]
        heads = told["documents"].filter(~pl.col("withdrawn")).select("known_on", document_ref="ref")
        lines = self.care_lines.join(heads, on=day, how="semi", maintain_order="left")
        return News(
            **{name: rows.select(*TABLES[name]) for name, rows in told.items()},
            care_lines=lines.select(*TABLES["care_lines"]),
        )


def _latest(told: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    return told.unique(subset=key, keep="last", maintain_order=True)

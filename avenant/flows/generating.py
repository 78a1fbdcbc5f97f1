"""Write a generated portfolio as the documented set of CSV files, ready for `avenant import`.

DIR/contracts.csv members.csv enrolments.csv people.csv     everything known at the end
DIR/care/documents.csv care_lines.csv answers.csv …         messages about care
DIR/2024-03-04/contracts.csv care/documents.csv …           with history: what was told up to that day
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from avenant.core.frames.news import TABLES, News
from avenant.core.generating import LIVELY, Offer, Story, offers_of, portfolio
from avenant.core.generating.care import with_care
from avenant.core.importing.decimals import units
from avenant.core.importing.tables import CARE_FILES, FILES, file_column
from avenant.core.periods import add_months
from avenant.core.rulebook.model import Rulebook

WRITTEN = ("contracts", "members", "enrolments", "people")
CARE_WRITTEN = ("documents", "care_lines", "answers", "provider_statuses")
CARE_FOLDER = "care"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The portfolio a caller asks for; the same values give the same rows. acts_yearly: of care, per person."""

    contracts: int = 2_000
    months: int = 30
    seed: int = 1
    first_month: date = date(2023, 7, 1)
    acts_yearly: float = 1.5

    @property
    def last_day(self) -> date:
        """The last day of the last month."""
        return add_months(self.first_month, self.months) - timedelta(days=1)


def story_of(rulebook: Rulebook, wanted: Wanted) -> Story:
    """The story of a portfolio on the plans of `rulebook`. Errors: NothingToSell, ValueError."""
    story = portfolio(
        wanted.seed,
        wanted.contracts,
        wanted.first_month,
        wanted.months,
        offers_through(rulebook, wanted.last_day),
        LIVELY,
    )
    return with_care(story, rulebook, wanted.acts_yearly)


def offers_through(rulebook: Rulebook, last_day: date) -> tuple[Offer, ...]:
    """What `rulebook` sells until `last_day`. Errors: NothingToSell."""
    return offers_of(rulebook.plans, rulebook.price_lines, last_day)


def write_news(folder: Path, news: News) -> dict[str, int]:
    """Write the tables of `news` into `folder`, made if it is not there; returns the rows per file."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = {FILES[table]: _written(getattr(news, table), folder / FILES[table]) for table in WRITTEN}
    care = [table for table in CARE_WRITTEN if getattr(news, table).height]
    if care:
        (folder / CARE_FOLDER).mkdir(exist_ok=True)
    for table in care:
        name = f"{CARE_FOLDER}/{CARE_FILES[table]}"
        rows[name] = _written(in_units(table, getattr(news, table)), folder / name)
    return rows


def _written(rows: pl.DataFrame, file: Path) -> int:
    rows.write_csv(file)
    return rows.height


def in_units(table: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of a care table of news as its file writes them: amounts in euros, rates in percent."""
    money = [units(name).alias(file_column(table, name)) for name in rows.columns if name.endswith("_cents")]
    rates = [(pl.col(name) / 10_000).alias("rate") for name in rows.columns if name == "rate_ppm"]
    return rows.with_columns(*money, *rates).select(file_column(table, name) for name in TABLES[table])


def write_history(folder: Path, story: Story, every_days: int, progress: Progress) -> int:
    """Write what the story tells in batches of `every_days`, a folder each, named by its last day.

    Returns how many folders were written. Importing them in order of their names tells the story.
    """
    last_days = len(story.days()) // every_days + 1
    written = 0
    for last_day, news in story.news(every_days):
        write_news(folder / last_day.isoformat(), news)
        written += 1
        progress("folders written", written, max(last_days, written))
    return written

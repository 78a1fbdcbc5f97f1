"""The calendar of the demo: when news is learnt, when the nightly run runs, when invoices go out.

Example, July 2023: on the 1st a nightly run and the individual invoices of July; news on the 7th, 14th, 21st
and 31st, each followed by a nightly run; on the 31st the company invoices of July.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from avenant.core.periods import add_months

PARIS = ZoneInfo("Europe/Paris")
NEWS_DAYS = (7, 14, 21)


class Deed(StrEnum):
    """What the demo does at one instant."""

    LEARN = "learn"
    NIGHTLY = "nightly run"
    INVOICE_INDIVIDUALS = "individual invoices"
    INVOICE_COMPANIES = "company invoices"


HOURS = {
    Deed.LEARN: (18, 18),
    Deed.NIGHTLY: (2, 22),
    Deed.INVOICE_INDIVIDUALS: (3, 3),
    Deed.INVOICE_COMPANIES: (23, 23),
}
"""The hour of each deed, on the first and on other days of a month."""


@dataclass(frozen=True, slots=True)
class Step:
    """One deed on one day of a month; `news_from` is the first day whose news is learnt."""

    deed: Deed
    day: date
    month: date
    news_from: date

    @property
    def at(self) -> datetime:
        """The simulated instant of the step, in Paris."""
        on_first, later = HOURS[self.deed]
        hour = on_first if self.day == self.month else later
        return datetime(self.day.year, self.day.month, self.day.day, hour, tzinfo=PARIS)


def steps(first_news: date, first_month: date, months: int) -> Iterator[Step]:
    """Every step of a story whose first news comes on `first_news`, in the order of their instants."""
    yield Step(Deed.LEARN, first_month - timedelta(days=1), add_months(first_month, -1), first_news)
    for number in range(months):
        yield from _steps_of_month(add_months(first_month, number))


def _steps_of_month(month: date) -> Iterator[Step]:
    last = add_months(month, 1) - timedelta(days=1)
    yield Step(Deed.NIGHTLY, month, month, month)
    yield Step(Deed.INVOICE_INDIVIDUALS, month, month, month)
    news_from = month
    for day in (*(month.replace(day=number) for number in NEWS_DAYS), last):
        yield Step(Deed.LEARN, day, month, news_from)
        news_from = day + timedelta(days=1)
        yield Step(Deed.NIGHTLY, day, month, news_from)
    yield Step(Deed.INVOICE_COMPANIES, last, month, news_from)

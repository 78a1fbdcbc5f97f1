"""The calendar of the demo: when news is learnt, when the nightly run runs, when invoices and payouts go out.

Example, July 2023: on the 1st a nightly run and the individual invoices of July; news on the 10th, 20th and 31st,
each followed by a nightly run; on the 20th and 31st payouts; on the 31st people answer what has waited for a month,
and the company invoices of July go out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from avenant.core.periods import add_months

PARIS = ZoneInfo("Europe/Paris")
NEWS_DAYS = (10, 20)
PAYOUT_DAY = 20
"""Payouts go out on this day and on the last of each month."""


class Deed(StrEnum):
    """What the demo does at one instant."""

    LEARN = "learn"
    NIGHTLY = "nightly run"
    INVOICE_INDIVIDUALS = "individual invoices"
    INVOICE_COMPANIES = "company invoices"
    ANSWER = "answers"
    PAY = "payouts"


HOURS = {
    Deed.LEARN: (time(18), time(18)),
    Deed.ANSWER: (time(20), time(20)),
    Deed.NIGHTLY: (time(2), time(22)),
    Deed.INVOICE_INDIVIDUALS: (time(3), time(3)),
    Deed.INVOICE_COMPANIES: (time(23), time(23)),
    Deed.PAY: (time(23, 30), time(23, 30)),
}
"""The time of each deed, on the first and on other days of a month."""


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
        return datetime.combine(self.day, on_first if self.day == self.month else later, tzinfo=PARIS)


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
        if day == last:
            yield Step(Deed.ANSWER, day, month, news_from)
        yield Step(Deed.NIGHTLY, day, month, news_from)
        if day.day == PAYOUT_DAY:
            yield Step(Deed.PAY, day, month, news_from)
    yield Step(Deed.INVOICE_COMPANIES, last, month, news_from)
    yield Step(Deed.PAY, last, month, news_from)

"""Events: what happens to whom and when, drawn for all people at once.

Columns of the frame: member (row number of the person), event (number in `MENU`), time (0, 1, 2 … within a series),
day and last_day (day numbers), provider (number), channel (number in `CHANNELS`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from avenant.core.generating.care.menu import BRACKETS, MENU, Event
from avenant.core.generating.care.providers import Providers
from avenant.core.generating.days import YEAR, Days, Numbers, Reals, happens

SUNDAY = 3
"""1970-01-01 was a Thursday: day numbers that leave this remainder by 7 are Sundays."""
OWN_PROVIDER = 0.75
"""Share of events with one's usual provider."""
EVENT_NUMBERS = {event.name: number for number, event in enumerate(MENU)}


@dataclass(frozen=True, slots=True)
class People:
    """Who may need care, one value per person: birth, the days from which and before which it reaches us."""

    birth: Days
    starts: Days
    ends: Days

    @property
    def size(self) -> int:
        """How many people there are."""
        return int(self.birth.size)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Providers, and which of each specialty is the usual one of each person."""

    providers: Providers
    usual: Numbers

    def of(self, dice: np.random.Generator, event: Event, member: Numbers) -> Numbers:
        """The numbers of the providers who treat these members in an event."""
        other = ~happens(dice, OWN_PROVIDER, member.size)
        anybody = dice.integers(0, self.providers.each, member.size)
        return self.providers.first_of(event.specialty) + np.where(other, anybody, self.usual[member])


def drawn_events(
    dice: np.random.Generator, people: People, providers: Providers, acts_yearly: float
) -> pl.DataFrame:
    """The events of `people`: about `acts_yearly` acts per person and year, in the proportions of the menu."""
    years = np.maximum(people.ends - people.starts, 0) / YEAR
    bracket = np.searchsorted(
        BRACKETS, ((people.starts + people.ends) / 2 - people.birth) / YEAR, side="right"
    )
    scale = _scale(years, bracket, acts_yearly)
    crowd = Crowd(providers, dice.integers(0, providers.each, people.size))
    drawn = []
    for number, event in enumerate(MENU):
        counts = dice.poisson(np.array(event.yearly)[bracket] * years * scale)
        member = np.repeat(np.arange(people.size), counts)
        day = people.starts[member] + (dice.random(member.size) * (people.ends - people.starts)[member])
        own = _event_rows(dice, number, member, day.astype(np.int64), crowd)
        drawn += [own, *_followed(dice, event, own, crowd)]
    events = pl.concat(drawn)
    within = (events["day"].to_numpy() < people.ends[events["member"].to_numpy()]) & (
        events["day"].to_numpy() >= people.birth[events["member"].to_numpy()]
    )
    return events.filter(pl.Series(within)).sort("member", "day", "event", "time")


def acts_per_event(event: Event) -> float:
    """How many acts one event gives on average, what follows it included."""
    own = sum(item.share for item in event.items) * (event.repeats[0] + event.repeats[1]) / 2
    return own + sum(share * acts_per_event(MENU[EVENT_NUMBERS[name]]) for name, share in event.after)


def _scale(years: Reals, bracket: Numbers, acts_yearly: float) -> float:
    """What the frequencies of the menu are multiplied by, so that `acts_yearly` acts come out per person and year."""
    by_bracket = np.array([acts_per_event(event) * np.array(event.yearly) for event in MENU]).sum(axis=0)
    acts = float((by_bracket[bracket] * years).sum())
    return acts_yearly * float(years.sum()) / acts if acts > 0 else 0.0


def _event_rows(
    dice: np.random.Generator, number: int, member: Numbers, first: Numbers, crowd: Crowd
) -> pl.DataFrame:
    """Rows of one kind of event, series with all their times; Sundays are Mondays."""
    event, size = MENU[number], member.size
    times = dice.integers(event.repeats[0], event.repeats[1] + 1, size)
    gap = dice.integers(event.every_days[0], event.every_days[1] + 1, size)
    provider = crowd.of(dice, event, member)
    channel = dice.choice(len(event.told), size, p=np.array(event.told) / sum(event.told))
    row = np.repeat(np.arange(size), times)
    time = np.arange(row.size) - np.repeat(np.cumsum(times) - times, times)
    day = first[row] + gap[row] * time
    day += day % 7 == SUNDAY
    least, most = event.nights or (0, 0)
    return pl.DataFrame(
        {
            "member": member[row].astype(np.int32),
            "event": np.full(row.size, number, dtype=np.int16),
            "time": time.astype(np.int16),
            "day": day.astype(np.int32),
            "last_day": (day + dice.integers(least, most + 1, row.size)).astype(np.int32),
            "provider": provider[row].astype(np.int32),
            "channel": channel[row].astype(np.int8),
        }
    )


def _followed(
    dice: np.random.Generator, event: Event, rows: pl.DataFrame, crowd: Crowd
) -> list[pl.DataFrame]:
    """The events that follow some of `rows` within three days."""
    following = []
    for name, share in event.after:
        chosen = rows.filter(pl.Series(happens(dice, share, rows.height)))
        first = chosen["day"].to_numpy() + dice.integers(0, 4, chosen.height)
        following.append(_event_rows(dice, EVENT_NUMBERS[name], chosen["member"].to_numpy(), first, crowd))
    return following

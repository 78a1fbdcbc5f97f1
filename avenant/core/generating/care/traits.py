"""What is special about some people: a long illness, the local scheme of Alsace-Moselle, a second insurer.

Example: Karim falls ill on 3 March; the long illness (ALD) is granted from that day, which the Sécu tells in June.
What it had returned at 70 % since March it takes back then, and returns at 100 %.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avenant.core.generating.care.events import People
from avenant.core.generating.care.mix import CareMix
from avenant.core.generating.days import NEVER, YEAR, Days, Flags, Numbers, happens

BEFORE_US, AFTER_US = 3, 5


@dataclass(frozen=True, slots=True)
class Traits:
    """Per person. ill_since, ill_told: day numbers, NEVER for most. second: 0, or another insurer's rank."""

    ill_since: Days
    ill_told: Days
    local: Flags
    second: Numbers


def drawn_traits(dice: np.random.Generator, people: People, mix: CareMix) -> Traits:
    """The traits of `people`: illness grows with age, and is told two to seven months after it began."""
    size = people.size
    age = (people.starts - people.birth) / YEAR
    yearly = mix.illness_yearly * np.clip(age / 40, 0.2, 2.0)
    waits = dice.exponential(1.0, size) / np.maximum(yearly, 1e-9) * YEAR
    since = people.starts + np.minimum(waits, 2 * NEVER)
    since = np.where(since < people.ends, since, NEVER).astype(np.int32)
    told = np.where(since < NEVER, since + dice.integers(60, 211, size), NEVER).astype(np.int32)
    fate = dice.random(size)
    before = fate < mix.second_insurer_share
    after = ~before & (fate < 1.3 * mix.second_insurer_share)
    second = np.where(before, BEFORE_US, np.where(after, AFTER_US, 0))
    return Traits(since, told, happens(dice, mix.local_scheme_share, size), second)

"""Days as integers (days since 1970-01-01), so that whole portfolios are drawn in one go.

Example: `day_number(date(2024, 1, 31))` is 19753, and `months_after` that day by one month is 29 February.
"""

from __future__ import annotations

from datetime import date
from zlib import crc32

import numpy as np
import numpy.typing as npt

Days = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Reals = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

EPOCH = date(1970, 1, 1)
ALWAYS = -1_000_000
"""Before every day: a start or an instant of knowledge that never binds."""
NEVER = 1_000_000
"""After every day: an end that is not known, news that never comes."""
YEAR = 365.25


def stream(seed: int, topic: str) -> np.random.Generator:
    """The random numbers of one topic: a topic more leaves the numbers of the others as they were."""
    return np.random.default_rng([seed, crc32(topic.encode())])


def day_number(day: date) -> int:
    """Days from 1970-01-01 to `day`."""
    return (day - EPOCH).days


def as_days(values: npt.ArrayLike) -> Days:
    """Any numbers, rounded down to whole days."""
    return np.floor(np.asarray(values, dtype=np.float64)).astype(np.int32)


def month_numbers(days: Days) -> Numbers:
    """Months from January 1970 to the month of each day."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def month_starts(months: npt.ArrayLike) -> Days:
    """The first day of each month number."""
    numbers = np.asarray(months, dtype=np.int64).astype("datetime64[M]")
    return numbers.astype("datetime64[D]").astype(np.int64).astype(np.int32)


def first_of_month(days: Days) -> Days:
    """The first day of each day's month."""
    return month_starts(month_numbers(days))


def next_month_start(days: Days) -> Days:
    """The first day of the month after each day's month."""
    return month_starts(month_numbers(days) + 1)


def months_after(days: Days, months: npt.ArrayLike) -> Days:
    """The same day so many months later, or the last day of that month where it is shorter."""
    target = month_numbers(days) + np.asarray(months, dtype=np.int64)
    shifted = month_starts(target) + (days - first_of_month(days))
    return np.minimum(shifted, month_starts(target + 1) - 1).astype(np.int32)


def between(dice: np.random.Generator, lowest: npt.ArrayLike, below: npt.ArrayLike) -> Days:
    """A day of each half-open range; the lowest where a range is empty."""
    low = np.asarray(lowest, dtype=np.int64)
    high = np.maximum(np.asarray(below, dtype=np.int64), low + 1)
    return dice.integers(low, high).astype(np.int32)


def happens(dice: np.random.Generator, share: npt.ArrayLike, size: int) -> Flags:
    """True in about `share` of `size` cases."""
    return dice.random(size) < np.asarray(share, dtype=np.float64)


def lag(
    dice: np.random.Generator, late: Flags, late_days: tuple[int, int], early_days: tuple[int, int]
) -> Days:
    """Days from the event to the news of it: positive where `late`, else so many days before it."""
    size = late.size
    after = dice.integers(late_days[0], late_days[1] + 1, size)
    before = -dice.integers(early_days[0], early_days[1] + 1, size)
    return np.where(late, after, before).astype(np.int32)

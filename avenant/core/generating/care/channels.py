"""Channels: when and by whom an event is told, before anything goes wrong.

Example: a pharmacy asks us for the patient's share two days after the sale (a provider's request); the Sécu's return
comes a week later. One row per event: the days on which its messages arrive, `NEVER` for those that do not come.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from avenant.core.generating.care.menu import CHANNELS, MENU
from avenant.core.generating.days import NEVER, Days, Flags, Numbers, happens

_BY_NAME = {name: number for number, name in enumerate(CHANNELS)}
FULL_REQUEST, PART_REQUEST = _BY_NAME["full_request"], _BY_NAME["part_request"]
PAID_DIRECTLY = (FULL_REQUEST, PART_REQUEST, _BY_NAME["request_alone"])
LATE_STATEMENTS = 0.3
"""Share of second insurers' statements that come months later."""
LATE_REQUESTS = 0.06
"""Share of providers' requests that the Sécu's return may overtake: the member was paid what is the provider's."""
EXCESS_BILLED = 0.4
"""Share of events with a request for a part, of which the member sends the bill, too."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Day numbers per event: the Sécu's return, the provider's request, the member's bill, the estimate.

    seconded: days from the first of them to a second insurer's statement. delay: a few days that others take.
    """

    returned: Days
    requested: Days
    billed: Days
    quoted: Days
    seconded: Days
    delay: Days


def arrivals(dice: np.random.Generator, events: pl.DataFrame) -> Arrivals:
    """When the messages about `events` arrive, once they have ended; estimates come before the care."""
    channel, size = events["channel"].to_numpy(), events.height
    last_day = events["last_day"].to_numpy()
    returned = last_day + _lags(dice, size, (3, 10), (10, 31), (40, 151))
    early = last_day + dice.integers(1, 6, size)
    overtaken = happens(dice, LATE_REQUESTS, size)
    requested = last_day + np.where(overtaken, dice.integers(8, 61, size), dice.integers(1, 4, size))
    alone = last_day + _lags(dice, size, (2, 20), (20, 61), (60, 401))
    billed = np.select(
        [_is(channel, "invoice_first"), _is(channel, "return_first"), _is(channel, "part_request")],
        [early, returned + dice.integers(2, 61, size), last_day + dice.integers(3, 21, size)],
        default=alone,
    )
    excess = ~_is(channel, "part_request") | happens(dice, EXCESS_BILLED, size)
    bills = _is(channel, "invoice_first", "return_first", "part_request", "invoice_only") & excess
    returns = ~_is(channel, "invoice_only", "request_alone")
    quoted = happens(dice, np.array([event.quoted for event in MENU])[events["event"].to_numpy()], size)
    months = np.where(happens(dice, LATE_STATEMENTS, size), dice.integers(60, 241, size), 0)
    return Arrivals(
        returned=_or_never(returns, returned),
        requested=_or_never(np.isin(channel, PAID_DIRECTLY), requested),
        billed=_or_never(bills, billed),
        quoted=_or_never(quoted, events["day"].to_numpy() - dice.integers(4, 41, size)),
        seconded=(dice.integers(-8, 16, size) + months).astype(np.int32),
        delay=dice.integers(0, 13, size).astype(np.int32),
    )


def _is(channel: Numbers, *names: str) -> Flags:
    return np.isin(channel, [_BY_NAME[name] for name in names])


def _or_never(there: Flags, days: Numbers) -> Days:
    return np.where(there, days, NEVER).astype(np.int32)


def _lags(
    dice: np.random.Generator, size: int, soon: tuple[int, int], later: tuple[int, int], late: tuple[int, int]
) -> Numbers:
    """Days until a message arrives: seven in ten soon, one in twenty very late."""
    fate = dice.random(size)
    quick, usual, slow = (dice.integers(low, high, size) for low, high in (soon, later, late))
    return np.where(fate < 0.70, quick, np.where(fate < 0.95, usual, slow))

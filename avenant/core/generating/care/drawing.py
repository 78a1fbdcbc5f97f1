"""From people to messages: what happens to them, what it costs, who tells us of it and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from avenant.core.generating.care.acts import drawn_acts, with_returns
from avenant.core.generating.care.channels import arrivals
from avenant.core.generating.care.events import People, drawn_events
from avenant.core.generating.care.messages import messages
from avenant.core.generating.care.mix import CareMix
from avenant.core.generating.care.prices import Prices, prices_of
from avenant.core.generating.care.providers import MANY, Providers, providers_of
from avenant.core.generating.care.traits import drawn_traits
from avenant.core.generating.care.troubles import troubled
from avenant.core.generating.days import ALWAYS, NEVER
from avenant.core.rulebook.model import Rulebook


@dataclass(frozen=True, slots=True)
class Scene:
    """Where care happens: opens, ends (day numbers, half-open), acts per person and year, prices, providers, mix."""

    opens: int
    ends: int
    acts_yearly: float
    prices: Prices
    providers: Providers
    mix: CareMix


def scene(
    seed: int,
    rulebook: Rulebook,
    opens: int,
    ends: int,
    acts_yearly: float,
    mix: CareMix,
    each: int = MANY,
) -> Scene:
    """The scene of a seed under `rulebook`, with `each` providers of every specialty."""
    return Scene(opens, ends, acts_yearly, prices_of(rulebook), providers_of(seed, opens, ends, each), mix)


def people_of(members: pl.DataFrame, opens: int, ends: int) -> People:
    """`members` (birth_date, covered_from, covered_until: null for open) within the days `opens` to before `ends`."""
    days = members.select(pl.col("birth_date", "covered_from", "covered_until").to_physical())
    starts = days["covered_from"].fill_null(ALWAYS).clip(opens, ends)
    until = days["covered_until"].fill_null(NEVER).clip(opens, ends)
    born, first, after = (series.cast(pl.Int32).to_numpy() for series in (days["birth_date"], starts, until))
    first = np.maximum(first, born)
    return People(born, first, np.maximum(after, first))


def drawn_messages(dice: np.random.Generator, people: People, stage: Scene) -> pl.DataFrame:
    """All messages (columns MESSAGE) about the care of `people` that arrive before the scene ends."""
    traits = drawn_traits(dice, people, stage.mix)
    events = drawn_events(dice, people, stage.providers, stage.acts_yearly)
    drawn = drawn_acts(dice, events, people, stage.prices, stage.providers, traits.ill_since)
    told = messages(dice, with_returns(drawn), arrivals(dice, events), traits, stage.mix)
    return troubled(dice, told, stage.mix).filter(pl.col("received") < stage.ends)

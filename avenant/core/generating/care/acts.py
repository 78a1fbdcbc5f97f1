"""Acts: what an event consists of, what was charged for it, and what the Sécu makes of it.

Example: a visit of 30.00 € in March 2025 to a GP of sector 1, inside the care path: base 30.00 €, rate 70 %, gross
21.00 €, of which 2.00 € are withheld.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from avenant.core.generating.care.events import People
from avenant.core.generating.care.menu import MENU
from avenant.core.generating.care.prices import ITEMS, SUMS, UNKNOWN, WITHHELD, YEARLY_RETENTION, Prices
from avenant.core.generating.care.providers import Providers
from avenant.core.generating.days import YEAR, Days, Flags, Numbers, Reals, happens
from avenant.core.money import PPM, round_half_up_div

OUT_OF_PATH = 0.04
OUT_OF_PATH_PPM = 400_000
"""Points of the base that the Sécu pays less outside the coordinated path (CSS R160-6)."""
OUT_OF_PATH_MOST = 3_150
"""Only of bases up to this (the specialist's consultation): above it no rate expresses the increase (CSS R160-6)."""
PATH_AGE, ADULT = 16, 18
FIRST_ITEM = np.cumsum([0, *(len(event.items) for event in MENU)])
"""The number of the first item of each event."""


def drawn_acts(
    dice: np.random.Generator,
    events: pl.DataFrame,
    people: People,
    prices: Prices,
    providers: Providers,
    ill_since: Days,
) -> pl.DataFrame:
    """The acts of `events` (in their order), as they would be told before anybody knew of a long illness.

    Adds row (of the event), item, quantity, tooth (0: none), age, sector (0: no doctor), optam, charged_cents,
    base_cents (for the whole quantity; 0: the Sécu has none), rate_ppm, withheld (cents, at most), out (of the
    care path), ill (belongs to a long illness, which began on the day `ill_since` of its member).
    """
    drawn = _priced(dice, _items(dice, events), people, prices, providers)
    member, item, day, age = (drawn[name].to_numpy() for name in ("member", "item", "day", "age"))
    event, units, base, rate = (drawn[n].to_numpy() for n in ("event", "quantity", "base_cents", "rate_ppm"))
    ill = (day >= ill_since[member]) & np.array([event.chronic for event in MENU])[event]
    path = np.array([event.path for event in MENU])[event] & (base <= OUT_OF_PATH_MOST) & (age >= PATH_AGE)
    out = path & ~ill & happens(dice, OUT_OF_PATH, drawn.height)
    withheld = prices.on(prices.withheld, item, day) * units
    columns = {
        "rate_ppm": np.where(out, rate - OUT_OF_PATH_PPM, rate).astype(np.int32),
        "withheld": np.where(_minor(people.birth[member], day), 0, withheld),
        "out": out,
        "ill": ill,
    }
    return drawn.with_columns(pl.Series(name, values) for name, values in columns.items())


def with_returns(acts: pl.DataFrame) -> pl.DataFrame:
    """`acts` with gross_cents and retention_cents as the Sécu returns them (rows in order of member and day)."""
    sort = pl.Series([int(WITHHELD.get(item.family) == "participation") for item in ITEMS])
    priced = acts.with_columns(
        gross_cents=round_half_up_div(pl.col("base_cents") * pl.col("rate_ppm").cast(pl.Int64), PPM),
        year=pl.col("day").cast(pl.Date).dt.year(),
        sort=sort.gather(acts["item"]),
    ).with_columns(retention_cents=pl.min_horizontal("withheld", "gross_cents"))
    so_far = pl.col("retention_cents").cum_sum().over("member", "year", "sort") - pl.col("retention_cents")
    left = (YEARLY_RETENTION - so_far).clip(lower_bound=0)
    return priced.with_columns(pl.min_horizontal("retention_cents", left)).drop("sort", "year")


def _items(dice: np.random.Generator, events: pl.DataFrame) -> pl.DataFrame:
    """One row per act of each event, with its item, last_day, quantity and tooth."""
    event = events["event"].to_numpy()
    counts = (FIRST_ITEM[1:] - FIRST_ITEM[:-1])[event]
    row = np.repeat(np.arange(event.size), counts)
    item = FIRST_ITEM[event][row] + np.arange(row.size) - np.repeat(np.cumsum(counts) - counts, counts)
    there = happens(dice, _per_item("share")[item], item.size)
    row, item = row[there], item[there]
    quantity = np.array([item.quantity for item in ITEMS])
    units = dice.integers(quantity[item, 0], quantity[item, 1] + 1)
    stays = np.array([item.nights for item in ITEMS])[item]
    teeth = np.where(np.array([event.teeth for event in MENU])[event], _teeth(dice, event.size), 0)
    drawn = events[row.astype(np.uint32)]
    return drawn.with_columns(
        pl.Series("row", row.astype(np.int32)),
        pl.Series("item", item.astype(np.int16)),
        pl.Series("quantity", np.where(stays, drawn["last_day"] - drawn["day"] + 1, units).astype(np.int32)),
        pl.Series("tooth", teeth[row].astype(np.int8)),
    )


def _priced(
    dice: np.random.Generator, drawn: pl.DataFrame, people: People, prices: Prices, providers: Providers
) -> pl.DataFrame:
    """Adds age, sector, optam, charged_cents, base_cents and the usual rate_ppm."""
    member, item, day = (drawn[name].to_numpy() for name in ("member", "item", "day"))
    provider, units = drawn["provider"].to_numpy(), drawn["quantity"].to_numpy()
    age = np.clip((day - people.birth[member]) / YEAR, 0, 120).astype(np.int64)
    sector, optam = providers.sector[provider], providers.optam_on(provider, day)
    tariff, rate, limit = (
        prices.at(table, item, optam.astype(np.int64), age, day)
        for table in (prices.base, prices.rate, prices.limit)
    )
    flat = prices.on(prices.flat, item, day)
    charged = _charged(dice, item, units, tariff, flat, limit, sector, optam)
    base = np.where(tariff == UNKNOWN, _guessed(item, charged, flat * units), tariff * units)
    columns = {
        "age": age.astype(np.int16),
        "sector": sector.astype(np.int16),
        "optam": optam,
        "charged_cents": np.maximum(charged, base),
        "base_cents": base,
        "rate_ppm": rate,
    }
    return drawn.with_columns(pl.Series(name, values) for name, values in columns.items())


def _teeth(dice: np.random.Generator, size: int) -> Numbers:
    """Permanent teeth: 11 to 18, 21 to 28, 31 to 38, 41 to 48."""
    return dice.integers(1, 5, size) * 10 + dice.integers(1, 9, size)


def _charged(
    dice: np.random.Generator,
    item: Numbers,
    units: Numbers,
    tariff: Numbers,
    flat: Numbers,
    limit: Numbers,
    sector: Numbers,
    optam: Flags,
) -> Numbers:
    """What was charged for all units: a price, a flat sum, or the tariff with the doctor's own supplement."""
    span = np.array([one.cents or (1, 1) for one in ITEMS], dtype=np.float64)[item]
    price = np.exp(np.log(span[:, 0]) + dice.random(item.size) * np.log(span[:, 1] / span[:, 0]))
    supplement = np.where(optam, 1.0 + 0.7 * dice.random(item.size), 1.2 + 1.4 * dice.random(item.size))
    tariff = np.where(tariff > 0, tariff, flat)
    free = np.array([one.family not in SUMS for one in ITEMS])[item] & (sector == 2)
    fee = np.where(free, np.ceil(tariff * supplement / 100) * 100, tariff)
    priced = np.array([one.cents is not None for one in ITEMS])[item]
    each = np.where(priced, _as_printed(price), fee).astype(np.int64)
    return np.where((limit != UNKNOWN) & priced, np.minimum(each, limit), each) * units


def _guessed(item: Numbers, charged: Numbers, flat: Numbers) -> Numbers:
    """The base where the rulebook knows no tariff: a share of the price, or the menu's own tariff."""
    priced = np.array([one.cents is not None for one in ITEMS])[item]
    return np.where(priced, charged, flat) * _per_item("base_ppm")[item] // PPM


def _as_printed(price: Reals) -> Reals:
    """Prices as people write them: whole euros from 50 € on, ten cents from 10 € on."""
    step = np.where(price >= 5_000, 100, np.where(price >= 1_000, 10, 1))
    return np.asarray(np.round(price / step) * step)


def _minor(birth: Days, day: Days) -> Flags:
    """Under 18 on 1 January of the year (CSS R160-20): nothing is withheld."""
    years = [days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) for days in (day, birth)]
    return np.asarray(years[0] - years[1] <= ADULT)


def _per_item(name: str) -> Numbers:
    return np.array([getattr(item, name) for item in ITEMS])

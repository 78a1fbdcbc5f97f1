"""What acts cost on a day, as a sender would know it: base, the Sécu's rate, what it withholds.

    prices = prices_of(rulebook)
    prices.at(prices.base, items, optam, ages, days)      the base of each act in cents, -1 where no tariff is known

A small lookup table of every item, OPTAM or not, age, and stretch of days between two dates at which anything
changes. It imitates senders; what the rules make of it is decided elsewhere (`core.claims`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from avenant.core.frames.care_rules import AGES
from avenant.core.generating.care.menu import MENU, Item
from avenant.core.generating.days import Days, Numbers, day_number
from avenant.core.rulebook.model import Rulebook

UNKNOWN = -1
USUAL_RATE_PPM = 600_000
"""The Sécu's rate where the rulebook dates none."""
RETENTIONS: dict[str, tuple[tuple[date, int], ...]] = {
    "participation": ((date(2005, 1, 1), 100), (date(2024, 5, 15), 200)),
    "medicine": ((date(2008, 1, 1), 50), (date(2024, 3, 31), 100)),
    "paramedical": ((date(2008, 1, 1), 50), (date(2024, 3, 31), 100)),
    "transport": ((date(2008, 1, 1), 200), (date(2024, 3, 31), 400)),
}
"""Cents that the Sécu withholds for each act, box or trip (CSS R160-19, D160-9)."""
YEARLY_RETENTION = 5_000
"""The most it withholds of one person in a year, of either sort (CSS D160-6, D160-10)."""
WITHHELD = {
    **dict.fromkeys(
        ("consultation_gp", "consultation_specialist", "technical_act", "imaging"), "participation"
    ),
    **dict.fromkeys(("pharmacy_100", "pharmacy_65", "pharmacy_30", "pharmacy_15"), "medicine"),
    "biology": "participation",
    "paramedical": "paramedical",
    "transport": "transport",
}
SUMS: dict[str, tuple[tuple[date, int], ...]] = {
    "daily_charge": ((date(2018, 1, 1), 2_000), (date(2026, 3, 1), 2_300)),
    "heavy_act_sum": ((date(2019, 1, 1), 2_400), (date(2026, 4, 1), 3_200)),
    "emergency": ((date(2022, 1, 1), 1_961), (date(2026, 3, 1), 2_300)),
}
"""Flat sums that are charged as they are (arrêté of 2026-02-28 for the first and the last; CSS R160-16)."""
FALL_BACK = ((date(1970, 1, 1), 2_300),)
"""The fee where nobody knows a tariff: what it was in sector 2 in 2020."""
ITEMS: tuple[Item, ...] = tuple(item for event in MENU for item in event.items)
"""Every item of the menu, in order; its place is its number."""


@dataclass(frozen=True, slots=True)
class Prices:
    """Lookup tables [item, optam, age, stretch] in cents or ppm, `UNKNOWN` where nobody says.

    starts: first day number of each stretch but the first. codes: act code of each item (null: told by its
    family alone). flat, withheld: [item, stretch] the charge that is not negotiated, what the Sécu withholds a unit.
    """

    starts: Numbers
    codes: pl.Series
    base: Numbers
    rate: Numbers
    limit: Numbers
    flat: Numbers
    withheld: Numbers

    def at(self, table: Numbers, items: Numbers, optam: Numbers, ages: Numbers, days: Days) -> Numbers:
        """The values of `table` for acts: numbers of items, 1 or 0 for OPTAM, ages, days."""
        return np.asarray(table[items, optam, ages, self.stretch(days)])

    def on(self, table: Numbers, items: Numbers, days: Days) -> Numbers:
        """The values of a table [item, stretch]."""
        return np.asarray(table[items, self.stretch(days)])

    def stretch(self, days: Days) -> Numbers:
        """The number of the stretch of each day."""
        return np.searchsorted(self.starts, days, side="right")


def prices_of(rulebook: Rulebook) -> Prices:
    """The prices of all `ITEMS` under `rulebook`; where its care side is empty, those of the menu alone hold."""
    starts = _starts(rulebook)
    codes = [told_code(rulebook, item) for item in ITEMS]
    base, rate, limit = (np.full((len(ITEMS), 2, AGES, starts.size + 1), UNKNOWN, np.int64) for _ in range(3))
    for number, (item, code) in enumerate(zip(ITEMS, codes, strict=True)):
        _fill_rate(rate[number], rulebook, item, starts)
        if code is not None:
            _fill_tariffs((base[number], rate[number], limit[number]), rulebook, code, starts)
        if item.rate_ppm is not None:
            rate[number] = item.rate_ppm
    return Prices(
        starts=starts,
        codes=pl.Series("act_code", codes, dtype=pl.String),
        base=base,
        rate=np.where(rate == UNKNOWN, USUAL_RATE_PPM, rate),
        limit=limit,
        flat=np.stack([_dated(SUMS.get(item.family, FALL_BACK), starts) for item in ITEMS]),
        withheld=np.stack([_dated(RETENTIONS.get(WITHHELD.get(i.family, ""), ()), starts) for i in ITEMS]),
    )


def told_code(rulebook: Rulebook, item: Item) -> str | None:
    """The act code by which senders tell of `item`: one that the rulebook knows, if there is one."""
    acts = rulebook.care.acts.filter(pl.col("family") == item.family)
    preferred = [code for code in item.codes if code in set(acts["act_code"])]
    if item.basket is not None:
        acts = acts.filter(pl.col("basket") == item.basket)
    return next(iter([*preferred, *acts["act_code"].sort()]), None)


def _starts(rulebook: Rulebook) -> Numbers:
    days: set[date | None] = {day for table in (*RETENTIONS.values(), *SUMS.values()) for day, _ in table}
    for frame in (rulebook.care.tariffs, rulebook.parameters):
        days |= {*frame["valid_from"].to_list(), *frame["valid_to"].to_list()}
    return np.array(sorted(day_number(day) for day in days if day is not None), dtype=np.int64)


def _dated(values: Sequence[tuple[date, int]], starts: Numbers) -> Numbers:
    """One value per stretch: the latest that has begun, 0 before."""
    row = np.zeros(starts.size + 1, dtype=np.int64)
    for day, value in values:
        row[_place(starts, day) :] = value
    return row


def _place(starts: Numbers, day: date | None) -> int:
    """The number of the stretch that begins on `day`; after the last for an open end."""
    return starts.size + 1 if day is None else int(np.searchsorted(starts, day_number(day))) + 1


def _fill_rate(rate: Numbers, rulebook: Rulebook, item: Item, starts: Numbers) -> None:
    families = rulebook.care.families.filter(pl.col("family") == item.family)
    named = families["rate_parameter"].drop_nulls().to_list()
    for row in _rows(rulebook.parameters.filter(pl.col("parameter").is_in(named))):
        rate[:, :, _place(starts, row["valid_from"]) : _place(starts, row["valid_to"])] = row["value"]


def _fill_tariffs(
    tables: tuple[Numbers, Numbers, Numbers], rulebook: Rulebook, code: str, starts: Numbers
) -> None:
    base, rate, limit = tables
    tariffs = rulebook.care.tariffs.filter(pl.col("act_code") == code)
    for row in _rows(tariffs.sort((pl.col("optam") == "any").not_())):
        optam = {"any": slice(None), "non_optam": slice(0, 1), "optam": slice(1, 2)}[row["optam"]]
        where = (
            optam,
            slice(row["age_from"], row["age_to"]),
            slice(_place(starts, row["valid_from"]), _place(starts, row["valid_to"])),
        )
        base[where] = row["base_cents"]
        for table, value in ((rate, row["rate_ppm"]), (limit, row["price_limit_cents"])):
            if value is not None:
                table[where] = value


def _rows(frame: pl.DataFrame) -> Iterable[dict[str, Any]]:
    return frame.iter_rows(named=True)

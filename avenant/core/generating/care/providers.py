"""Who treats: a pool of providers of every specialty, doctors with their sector and OPTAM by date.

Example: `specialist-0031` is in sector 2 and signed OPTAM on 1 April 2024, of which we hear in June. The pool depends
on the seed alone, so that all parts of a portfolio meet the same providers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from avenant.core.generating.care.menu import MENU
from avenant.core.generating.days import NEVER, Days, Flags, Numbers, happens, stream

SPECIALTIES = tuple(dict.fromkeys(event.specialty for event in MENU))
MANY = 400
"""So many providers of every specialty treat a large portfolio."""
DOCTORS = frozenset(event.specialty for event in MENU if event.doctor)
FREE_FEES = {"gp": 0.08, "hospital": 0.45}
"""Share of sector 2 among doctors; half of the others who are not named here."""
SIGNED = 0.55
"""Of those, the share in OPTAM."""


@dataclass(frozen=True, slots=True)
class Providers:
    """One value per provider, specialty by specialty, `each` of them.

    sector: 1, 2, or 0 for those who are no doctors. optam: on the first day. changes: the day number from which it is
    the other way round. told, change_told: days from the event until we hear of the status; NEVER: we do not.
    """

    each: int
    refs: pl.Series
    sector: Numbers
    optam: Flags
    changes: Days
    told: Days
    change_told: Days

    def first_of(self, specialty: str) -> int:
        """The number of the first provider of a specialty."""
        return SPECIALTIES.index(specialty) * self.each

    def optam_on(self, provider: Numbers, days: Days) -> Flags:
        """Whether each provider is in OPTAM (or in sector 1, or no doctor) on each day."""
        signed = self.optam[provider] ^ (days >= self.changes[provider])
        return np.asarray(signed | (self.sector[provider] < 2))


def providers_of(seed: int, opens: int, ends: int, each: int = MANY) -> Providers:
    """The pool of a seed; `opens` and `ends` (day numbers) bound the days on which a status changes."""
    dice = stream(seed, "providers")
    size = each * len(SPECIALTIES)
    specialty = np.repeat(np.arange(len(SPECIALTIES)), each)
    doctor = np.array([name in DOCTORS for name in SPECIALTIES])[specialty]
    free = np.array([FREE_FEES.get(name, 0.5) for name in SPECIALTIES])[specialty]
    sector = np.where(doctor, 1 + happens(dice, free, size), 0).astype(np.int64)
    optam = happens(dice, SIGNED, size) & (sector == 2)
    changes = np.where(
        (sector == 2) & happens(dice, 0.10, size), dice.integers(opens, max(ends, opens + 1), size), NEVER
    )
    late = np.where(happens(dice, 0.06, size), dice.integers(30, 300, size), 0)
    refs = [f"{name}-{number:04d}" for name in SPECIALTIES for number in range(1, each + 1)]
    return Providers(
        each=each,
        refs=pl.Series("provider_ref", refs, dtype=pl.String),
        sector=sector,
        optam=np.asarray(optam),
        changes=changes.astype(np.int32),
        told=np.where(happens(dice, 0.02, size), NEVER, late).astype(np.int32),
        change_told=dice.integers(0, 120, size).astype(np.int32),
    )


def told_statuses(providers: Providers, opens: int, ends: int) -> pl.DataFrame:
    """Status news with known_on of all doctors; a change ends the old status and begins a new one.

    opens, ends: day numbers of the story; what would be told after it, is not. First statuses reach back two years.
    """
    doctors = pl.DataFrame(
        {
            "provider_ref": providers.refs,
            "sector": providers.sector.astype(np.int16),
            "optam": providers.optam,
            "changes": providers.changes,
            "told": opens + providers.told.astype(np.int64) - 1,
            "change_told": providers.changes.astype(np.int64) + providers.change_told,
        }
    ).filter(pl.col("sector") > 0)
    change_told = pl.max_horizontal("change_told", "told")
    changed = doctors.filter((pl.col("changes") < ends) & (change_told < ends))
    first = doctors.with_columns(known_on="told", number=1, valid_from=opens - 730, last_day=None)
    last_day = pl.col("changes") - 1
    ended = changed.with_columns(known_on=change_told, number=1, valid_from=opens - 730, last_day=last_day)
    next_one = changed.with_columns(
        pl.col("optam").not_(), known_on=change_told, number=2, valid_from="changes", last_day=None
    )
    rows = pl.concat([_status(first), _status(ended), _status(next_one)])
    told = rows.filter(pl.col("known_on").to_physical() < ends)
    return told.unique(["known_on", "ref"], keep="last", maintain_order=True).sort("known_on", "ref")


def _status(rows: pl.DataFrame) -> pl.DataFrame:
    day = [pl.col(name).cast(pl.Int32).cast(pl.Date) for name in ("known_on", "valid_from", "last_day")]
    known_on, valid_from, last_day = day
    return rows.select(
        known_on,
        pl.format("ST-{}-{}", "provider_ref", "number").alias("ref"),
        "provider_ref",
        pl.col("sector").cast(pl.Int16),
        pl.when(pl.col("sector") == 2).then("optam").alias("optam"),
        valid_from,
        last_day,
        pl.lit(False).alias("withdrawn"),
    )

"""Spells: the time a family spends in one contract, and what happens to it there.

A spell ends by departure or with its contract; it may change its level once, continue as free
portability, be followed by a return or by a move to a company. Days are day numbers.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from avenant.core.generating.contracts import Contracts
from avenant.core.generating.days import (
    NEVER,
    Days,
    Flags,
    Numbers,
    between,
    first_of_month,
    happens,
    lag,
    next_month_start,
    stream,
)
from avenant.core.generating.families import Families
from avenant.core.generating.window import Window

ENDS = ("ends", "ends_told", "first_ends", "first_ends_told")


def drawn_spells(window: Window, contracts: Contracts, families: Families) -> pl.DataFrame:
    """One or two spells per family.

    Columns: family, contract, spell (1 or 2), starts, starts_told, ends, ends_told, first_ends,
    first_ends_told (an end told wrong at first), portability_months.
    """
    dice = stream(window.seed, "spells")
    first = _first_spells(dice, window, contracts, families)
    second = _second_spells(dice, window, contracts, families, first)
    followed = np.isin(first["family"].to_numpy(), second["family"].to_numpy())
    first = _with_retold_ends(dice, window, contracts, first, followed)
    first = _with_portability(dice, window, contracts, first, followed)
    return pl.concat([first, second]).sort("family", "spell")


def _first_spells(
    dice: np.random.Generator, window: Window, contracts: Contracts, families: Families
) -> pl.DataFrame:
    """The spell each family begins with, its departure, and the end that its contract puts to it."""
    ends, told = _departures(dice, window, families)
    ends, told = _never_begun(dice, window, contracts, families, ends, told)
    closes, closes_told = contracts.closes[families.contract], contracts.closes_told[families.contract]
    closed = closes < ends
    return _spell_rows(
        np.arange(families.contract.size),
        families.contract,
        1,
        (families.starts, families.told),
        (np.where(closed, closes, ends), np.where(closed, closes_told, told)),
    )


def _departures(dice: np.random.Generator, window: Window, families: Families) -> tuple[Days, Days]:
    """When families leave, and when that is learnt: an employer tells it weeks to months later."""
    mix, size = window.mix, families.starts.size
    yearly = np.where(families.employee, mix.employee_departures_yearly, mix.departures_yearly)
    leaves = window.first_event(dice, families.starts, yearly)
    snapped = happens(dice, np.where(families.employee, 0.4, 0.85), size) & (leaves < NEVER)
    leaves = np.where(snapped, next_month_start(np.where(snapped, leaves, 0)), leaves)
    late_share = np.where(families.employee, mix.late_employee_departure_share, mix.late_departure_share)
    told = leaves + lag(dice, happens(dice, late_share, size), (14, 110), (0, 45))
    return leaves.astype(np.int32), np.maximum(told, families.told + 1).astype(np.int32)


def _never_begun(
    dice: np.random.Generator,
    window: Window,
    contracts: Contracts,
    families: Families,
    ends: Days,
    told: Days,
) -> tuple[Days, Days]:
    """Some new individual contracts are cancelled before they begin: the end is the start."""
    began_later = ~families.employee & ~contracts.stock[families.contract]
    never = began_later & (families.told < families.starts - 1)
    never &= happens(dice, window.mix.never_began_share, ends.size)
    cancelled_on = between(dice, families.told + 1, families.starts)
    return np.where(never, families.starts, ends), np.where(never, cancelled_on, told)


def _spell_rows(
    family: Numbers, contract: Numbers, spell: int, start: tuple[Days, Days], end: tuple[Days, Days]
) -> pl.DataFrame:
    size = family.size
    days = {"starts": start[0], "starts_told": start[1], "ends": end[0], "ends_told": end[1]}
    days |= {"first_ends": end[0], "first_ends_told": end[1]}
    columns = {"family": family, "contract": contract, "spell": np.full(size, spell)} | days
    columns["portability_months"] = np.zeros(size)
    return pl.DataFrame({name: np.asarray(values, dtype=np.int32) for name, values in columns.items()})


def _second_spells(
    dice: np.random.Generator,
    window: Window,
    contracts: Contracts,
    families: Families,
    first: pl.DataFrame,
) -> pl.DataFrame:
    """Families who come back to their contract, or whose primary becomes a company's employee."""
    size = first.height
    ends, told = first["ends"].to_numpy(), first["ends_told"].to_numpy()
    left = (ends < window.ends - 1) & (ends > families.starts)
    fate = dice.random(size)
    returns = left & (fate < window.mix.rejoin_share)
    moves = left & ~returns & (fate < window.mix.rejoin_share + window.mix.move_share)
    gap = np.where(happens(dice, 0.3, size), dice.integers(1, 12, size), dice.integers(12, 90, size))
    starts = np.where(returns, ends + gap, ends)
    contract = np.where(moves, _new_employers(dice, contracts, families.contract), families.contract)
    late = lag(dice, happens(dice, 0.5, size), (7, 56), (0, 10))
    starts_told = np.maximum.reduce([told, starts + late, contracts.told[contract]])
    closes, closes_told = contracts.closes[contract], contracts.closes_told[contract]
    goes_on = (returns | moves) & (starts < np.minimum(closes, window.ends))
    goes_on &= contracts.opens[contract] <= starts
    goes_on &= returns | (contract != families.contract)
    kept = np.flatnonzero(goes_on)
    closes_told = np.where(closes < NEVER, np.maximum(closes_told, starts_told), NEVER)
    return _spell_rows(
        kept, contract[kept], 2, (starts[kept], starts_told[kept]), (closes[kept], closes_told[kept])
    )


def _new_employers(dice: np.random.Generator, contracts: Contracts, contract: Numbers) -> Numbers:
    """For each contract a company of the stock; the contract itself where there is no company."""
    companies = np.flatnonzero(contracts.company & contracts.stock)
    if companies.size == 0:
        return contract
    return np.asarray(companies[dice.integers(0, companies.size, contract.size)], dtype=np.int64)


def _with_retold_ends(
    dice: np.random.Generator, window: Window, contracts: Contracts, spells: pl.DataFrame, followed: Flags
) -> pl.DataFrame:
    """Some ends are first told as another day, and corrected one to nine weeks later."""
    days = {name: spells[name].to_numpy() for name in (*ENDS, "starts")}
    closes = contracts.closes[spells["contract"].to_numpy()]
    retold = happens(dice, window.mix.end_retold_share, spells.height) & ~followed
    retold &= (days["ends"] < closes) & (days["ends"] > days["starts"])
    slip = dice.integers(1, 41, spells.height) * dice.choice([-1, 1], spells.height)
    wrong = np.minimum(np.maximum(days["ends"] + slip, days["starts"] + 1), closes)
    later = days["ends_told"] + dice.integers(7, 61, spells.height)
    return spells.with_columns(
        pl.Series("first_ends", np.where(retold, wrong, days["ends"]).astype(np.int32)),
        pl.Series("ends_told", np.where(retold, later, days["ends_told"]).astype(np.int32)),
    )


def _with_portability(
    dice: np.random.Generator, window: Window, contracts: Contracts, spells: pl.DataFrame, followed: Flags
) -> pl.DataFrame:
    """Some employees who leave keep free cover: as many months as they were there, at most the plan's."""
    contract = spells["contract"].to_numpy()
    starts, ends = spells["starts"].to_numpy(), spells["ends"].to_numpy()
    most = np.array([offer.portability_months for offer in window.offers])[contracts.offer[contract]]
    worked = np.minimum((ends - starts) // 30, most)
    months = np.minimum(dice.integers(1, 13, spells.height), worked)
    free = happens(dice, window.mix.portability_share, spells.height) & ~followed
    free &= contracts.company[contract] & (ends < contracts.closes[contract]) & (ends > starts)
    return spells.with_columns(
        pl.Series("portability_months", np.where(free, np.maximum(months, 0), 0).astype(np.int32))
    )


def drawn_level_changes(window: Window, spells: pl.DataFrame) -> tuple[Days, Days]:
    """The day each spell changes its level and when that is learnt, NEVER for most spells."""
    dice = stream(window.seed, "level changes")
    starts, size = spells["starts"].to_numpy(), spells.height
    changes = window.first_event(dice, starts, window.mix.level_changes_yearly)
    snapped = happens(dice, 0.6, size) & (changes < NEVER)
    changes = np.where(snapped, first_of_month(np.where(snapped, changes, 0)), changes)
    outside = (changes <= starts) | (
        changes >= np.minimum(spells["ends"].to_numpy(), spells["first_ends"].to_numpy())
    )
    late = happens(dice, window.mix.late_level_share, size)
    told = changes + lag(dice, late, (3, 40), (2, 30))
    told = np.maximum(told, spells["starts_told"].to_numpy() + 1)
    never = outside | (changes == NEVER)
    return (
        np.where(never, NEVER, changes).astype(np.int32),
        np.where(never, NEVER, told).astype(np.int32),
    )

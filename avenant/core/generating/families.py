"""Families: the freelancer of an individual contract, or each employee of a company, now or hired later."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avenant.core.generating.contracts import Contracts
from avenant.core.generating.days import (
    YEAR,
    Days,
    Flags,
    Numbers,
    as_days,
    between,
    first_of_month,
    happens,
    lag,
    stream,
)
from avenant.core.generating.window import Window

AGES = {"individual": (41.0, 11.0, 20.0, 68.0), "company": (38.0, 11.0, 18.0, 64.0)}
"""Mean, deviation, least and greatest age of a primary when the cover starts."""


@dataclass(frozen=True, slots=True)
class Families:
    """One value per family: its contract number, its start, when that was told, its primary's birth."""

    contract: Numbers
    employee: Flags
    starts: Days
    told: Days
    birth: Days


def drawn_families(window: Window, contracts: Contracts) -> Families:
    """All families of all contracts, in the order of the contracts; hired employees come last."""
    dice = stream(window.seed, "families")
    staff = _staff(dice, window, contracts)
    present = np.repeat(np.arange(window.contracts), staff)
    hired = _hired(dice, window, contracts, staff)
    contract = np.concatenate([present, hired])
    hire = np.arange(contract.size) >= present.size
    starts, told = _starts(dice, window, contracts, contract, hire)
    employee = contracts.company[contract]
    return Families(contract, employee, starts, told, _births(dice, employee, starts))


def _staff(dice: np.random.Generator, window: Window, contracts: Contracts) -> Numbers:
    """How many families each contract begins with: one, or a company's employees (log-normal)."""
    mix = window.mix
    drawn = mix.employees_median * np.exp(mix.employees_sigma * dice.standard_normal(window.contracts))
    employees = np.clip(np.rint(drawn), 1, mix.employees_most).astype(np.int64)
    return np.where(contracts.company, employees, 1)


def _hired(dice: np.random.Generator, window: Window, contracts: Contracts, staff: Numbers) -> Numbers:
    """The contract number of each employee hired during the story."""
    years = window.years_from(contracts.opens) - window.years_from(contracts.closes)
    hires = dice.poisson(window.mix.employee_hires_yearly * staff * years * contracts.company)
    return np.repeat(np.arange(window.contracts), hires)


def _starts(
    dice: np.random.Generator, window: Window, contracts: Contracts, contract: Numbers, hire: Flags
) -> tuple[Days, Days]:
    """First covered days and when they are told: an employee is covered from the first day of work."""
    opens = contracts.opens[contract]
    closes = np.minimum(contracts.closes[contract], window.ends)
    hired_on = between(dice, np.maximum(opens, window.opens) + 1, closes)
    on_first = happens(dice, 0.5, contract.size)
    hired_on = np.where(on_first, np.maximum(first_of_month(hired_on), opens), hired_on)
    starts = np.where(hire, hired_on, opens).astype(np.int32)
    late = happens(dice, window.mix.late_hire_share, contract.size)
    hire_told = np.maximum(starts + lag(dice, late, (7, 56), (0, 20)), contracts.told[contract])
    return starts, np.where(hire, hire_told, contracts.told[contract]).astype(np.int32)


def _births(dice: np.random.Generator, employee: Flags, starts: Days) -> Days:
    draws = dice.standard_normal(starts.size)
    ages = np.empty(starts.size)
    for kind, mask in (("company", employee), ("individual", ~employee)):
        mean, deviation, least, greatest = AGES[kind]
        ages[mask] = np.clip(mean + deviation * draws[mask], least, greatest)
    return as_days(starts - ages * YEAR - dice.integers(0, 365, starts.size))

"""Contracts: nine freelancers and families to one company, each on a plan its kind can buy.

Columns: contract, kind_company, offer, opens, told, closes, closes_told, level (days are day numbers).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avenant.core.generating.days import (
    NEVER,
    Days,
    Flags,
    Numbers,
    Reals,
    between,
    happens,
    lag,
    month_numbers,
    month_starts,
    next_month_start,
    stream,
)
from avenant.core.generating.window import Window


@dataclass(frozen=True, slots=True)
class Contracts:
    """Equally long columns, one value per contract."""

    company: Flags
    stock: Flags
    offer: Numbers
    level: Numbers
    opens: Days
    told: Days
    closes: Days
    closes_told: Days


def drawn_contracts(window: Window) -> Contracts:
    """The contracts of a window; those of the stock exist before it opens."""
    dice = stream(window.seed, "contracts")
    company = _companies(dice, window)
    offer = _offers(dice, window, company)
    stock = happens(dice, window.mix.stock_share, window.contracts)
    opens = _openings(dice, window, company, stock, offer)
    late = ~stock & ~company & happens(dice, window.mix.late_start_share, window.contracts)
    told = opens + lag(dice, late, (1, 20), (3, 40))
    told = np.where(stock, window.loads, np.maximum(told, window.loads)).astype(np.int32)
    closes, closes_told = _closings(dice, window, company, opens)
    level = np.minimum(dice.integers(0, 1_000, window.contracts) ** 2 // 1_000, 999)
    return Contracts(company, stock, offer, level, opens, told, closes, closes_told)


def level_number(window: Window, offer: Numbers, draw: Numbers) -> Numbers:
    """A level of each offer from a draw in 0..999: lower levels are bought more often."""
    counts = np.array([len(one.levels) for one in window.offers], dtype=np.int64)
    return np.asarray(draw * counts[offer] // 1_000, dtype=np.int64)


def _companies(dice: np.random.Generator, window: Window) -> Flags:
    kinds = {offer.kind for offer in window.offers}
    if len(kinds) == 1:
        return np.full(window.contracts, "company" in kinds)
    return happens(dice, window.mix.company_share, window.contracts)


def _offers(dice: np.random.Generator, window: Window, company: Flags) -> Numbers:
    """An offer number per contract; offers in another currency than the first share `foreign_share`."""
    chosen = np.zeros(window.contracts, dtype=np.int64)
    for kind, mask in (("company", company), ("individual", ~company)):
        numbers = [number for number, offer in enumerate(window.offers) if offer.kind == kind]
        if numbers:
            weights = _weights(window, numbers)
            chosen[mask] = dice.choice(numbers, size=int(mask.sum()), p=weights)
    return chosen


def _weights(window: Window, numbers: list[int]) -> Reals:
    home = "EUR" if any(offer.currency == "EUR" for offer in window.offers) else window.offers[0].currency
    foreign = np.array([window.offers[number].currency != home for number in numbers])
    if foreign.all() or not foreign.any():
        return np.full(len(numbers), 1 / len(numbers))
    share = window.mix.foreign_share
    return np.asarray(np.where(foreign, share / foreign.sum(), (1 - share) / (~foreign).sum()))


def _openings(
    dice: np.random.Generator, window: Window, company: Flags, stock: Flags, offer: Numbers
) -> Days:
    size = window.contracts
    first = month_numbers(np.array([window.opens], dtype=np.int32))[0]
    back = -dice.integers(0, window.mix.stock_months + 1, size)
    forth = dice.integers(1, max(window.months, 2), size)
    opens = month_starts(first + np.where(stock, back, forth))
    mid_month = ~stock & ~company & happens(dice, 0.15, size)
    opens = opens + np.where(mid_month, dice.integers(1, 28, size), 0)
    sold_from = np.array([one.sold_from for one in window.offers])
    return np.asarray(np.maximum(opens, sold_from[offer]), dtype=np.int32)


def _closings(dice: np.random.Generator, window: Window, company: Flags, opens: Days) -> tuple[Days, Days]:
    closes = window.first_event(dice, opens, window.mix.company_closes_yearly)
    open_end = ~company | (closes == NEVER)
    closes = np.where(open_end, NEVER, next_month_start(np.where(open_end, opens, closes)))
    told = np.maximum(between(dice, closes - 60, closes + 15), window.loads)
    return closes.astype(np.int32), np.where(open_end, NEVER, told).astype(np.int32)

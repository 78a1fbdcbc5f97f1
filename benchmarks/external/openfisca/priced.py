"""Prices by age and days on OpenFisca-Core; runs inside its own environment.

    python priced.py PORTFOLIO.npz [TIMES]

PORTFOLIO.npz holds per enrolment ``birth_year``, ``birth_order``, ``is_child``, ``tier``, ``family``,
``first_day`` and ``day_after_last`` (days since 1970); per price line ``price_component``, ``price_tier``,
``price_age_from``, ``price_age_to``, ``price_valid_from`` (until the next one) and ``price_cents``; per rate
``tax_valid_from`` with ``tax_ppm``, ``employer_share_valid_from`` with ``employer_share_ppm``; the numbers
``paying_children`` and ``child_age_limit``; and ``months``, the first day of each.

The answer is what premium rows hold: one row per covered enrolment, month and component with its amounts and
what explains them. Printed: the CPU seconds to compute these rows the last of TIMES times, and their sums, to be
compared.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import numpy as np
from openfisca_core.parameters import ParameterNode
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.simulations import Simulation
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from rules import FAMILY, MEMBER_VARIABLES, PERSON, component_variables

Portfolio = dict[str, np.ndarray]

TOLD = ("birth_year", "birth_order", "is_child", "tier", "first_day", "day_after_last")
EXPLAINING = ("covered_days", "age", "child_rank")
PRICED = {
    "amount_cents": "premium",
    "tax_cents": "tax",
    "employer_cents": "employer",
    "unit_price_cents": "unit_price",
}


def parameters_of(portfolio: Portfolio) -> ParameterNode:
    """Price scales, rates and conventions as OpenFisca parameters."""
    floor = str(portfolio["price_valid_from"].min())
    told: dict[str, Any] = {"prices": {}}
    for name in ("tax", "employer_share"):
        dates = [str(day) for day in portfolio[f"{name}_valid_from"]]
        told[f"{name}_ppm"] = {"values": dict(zip(dates, portfolio[f"{name}_ppm"].tolist(), strict=True))}
    for name in ("paying_children", "child_age_limit"):
        told[name] = {"values": {floor: int(portfolio[name])}}
    for component, tiers in components_of(portfolio).items():
        here = portfolio["price_component"] == component
        told["prices"][f"component_{component}"] = {
            f"tier_{number}": scale(portfolio, here & (portfolio["price_tier"] == number)) for number in tiers
        }
    return ParameterNode("", data=told)


def components_of(portfolio: Portfolio) -> dict[int, list[int]]:
    """The tiers of each price component."""
    pairs = np.unique(np.stack([portfolio["price_component"], portfolio["price_tier"]], axis=1), axis=0)
    tiers: dict[int, list[int]] = {}
    for component, tier in pairs.tolist():
        tiers.setdefault(component, []).append(tier)
    return tiers


def scale(lines: Portfolio, chosen: np.ndarray) -> dict[str, Any]:
    """One price per age bracket, with its dates."""
    ages_from, ages_to = lines["price_age_from"][chosen], lines["price_age_to"][chosen]
    dates, cents = lines["price_valid_from"][chosen], lines["price_cents"][chosen]
    brackets = []
    for start in np.unique(ages_from):
        here = np.flatnonzero((ages_from <= start) & (start < ages_to))
        amounts = {str(dates[row]): {"value": int(cents[row])} for row in here}
        threshold = {str(min(dates)): {"value": int(start)}}
        brackets.append({"threshold": threshold, "amount": amounts})
    return {"metadata": {"type": "single_amount"}, "brackets": brackets}


def system_of(portfolio: Portfolio) -> TaxBenefitSystem:
    """OpenFisca's rules for this portfolio."""
    system = TaxBenefitSystem([PERSON, FAMILY])
    system.parameters = parameters_of(portfolio)
    system.add_variables(*MEMBER_VARIABLES)
    for component, tiers in components_of(portfolio).items():
        system.add_variables(*component_variables(component, tiers))
    return system


def simulation_of(system: TaxBenefitSystem, portfolio: Portfolio) -> Simulation:
    """The enrolments, grouped in families, with what was told about them."""
    builder = SimulationBuilder()
    builder.create_entities(system)
    builder.declare_person_entity("person", np.arange(len(portfolio["family"])))
    families = builder.declare_entity("family", np.unique(portfolio["family"]))
    builder.join_with_persons(
        families, portfolio["family"], np.zeros(len(portfolio["family"]), dtype=np.int16)
    )
    simulation = builder.build(system)
    for name in TOLD:
        simulation.set_input(name, "ETERNITY", portfolio[name])
    return simulation


def rows_of(simulation: Simulation, components: list[int], months: np.ndarray) -> dict[str, np.ndarray]:
    """The columns of all rows: one row per covered enrolment, month and component."""
    pieces: list[dict[str, np.ndarray]] = []
    for month in months.astype("datetime64[M]"):
        period = str(month)
        covered = np.flatnonzero(simulation.calculate("covered_days", period))
        for component in components:
            piece = {name: simulation.calculate(name, period)[covered] for name in EXPLAINING}
            for name, variable in PRICED.items():
                piece[name] = simulation.calculate(f"{variable}_{component}", period)[covered]
            pieces.append(piece | {"person": covered, "month": np.full(len(covered), month)})
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}


def timed(portfolio: Portfolio, times: int = 1) -> dict[str, float | int]:
    """CPU seconds from the enrolments to the premium rows, the last of ``times`` times, and their sums."""
    system = system_of(portfolio)
    for _ in range(times):
        started = time.process_time()
        simulation = simulation_of(system, portfolio)
        rows = rows_of(simulation, list(components_of(portfolio)), portfolio["months"])
        seconds = time.process_time() - started
    sums = {name: int(rows[name].sum(dtype=np.int64)) for name in [*PRICED, *EXPLAINING]}
    return {"seconds": seconds, "rows": len(rows["person"]), **sums}


if __name__ == "__main__":
    with np.load(sys.argv[1]) as stored:
        print(json.dumps(timed(dict(stored), int(sys.argv[2]) if len(sys.argv) > 2 else 1)))

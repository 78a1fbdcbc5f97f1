"""How a generated portfolio is made up: shares (0..1) and yearly rates, in one place.

The values imitate a young French health insurer: mostly freelancers and their families, some companies,
and 12 to 15 families in a hundred about whom something is learnt late each year.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mix:
    """`*_share` is a share of the cases, `*_yearly` a number of events per family (or member) and year."""

    company_share: float = 0.10
    foreign_share: float = 0.06
    stock_share: float = 0.60
    stock_months: int = 24
    employees_median: float = 2.1
    employees_sigma: float = 1.15
    employees_most: int = 200
    partner_share: float = 0.30
    children_shares: tuple[float, ...] = (0.58, 0.18, 0.16, 0.06, 0.02)
    children_shares_alone: tuple[float, ...] = (0.88, 0.07, 0.04, 0.01, 0.0)
    twin_share: float = 0.02
    births_yearly: float = 0.040
    partner_joins_yearly: float = 0.015
    partner_leaves_yearly: float = 0.015
    level_changes_yearly: float = 0.05
    departures_yearly: float = 0.06
    employee_departures_yearly: float = 0.13
    employee_hires_yearly: float = 0.17
    company_closes_yearly: float = 0.015
    birth_corrections_yearly: float = 0.006
    never_began_share: float = 0.03
    late_start_share: float = 0.08
    late_hire_share: float = 0.60
    late_departure_share: float = 0.28
    late_employee_departure_share: float = 0.50
    late_level_share: float = 0.30
    late_family_share: float = 0.55
    end_retold_share: float = 0.07
    rejoin_share: float = 0.08
    move_share: float = 0.05
    portability_share: float = 0.40
    told_twice_share: float = 0.01


LIVELY = Mix()
"""The story that demos and tests play: contracts arrive and leave during the months."""

STEADY = Mix(
    employees_median=1.9,
    stock_share=0.99,
    births_yearly=0.012,
    partner_joins_yearly=0.005,
    partner_leaves_yearly=0.005,
    level_changes_yearly=0.02,
    departures_yearly=0.006,
    employee_departures_yearly=0.015,
    employee_hires_yearly=0.015,
    company_closes_yearly=0.001,
)
"""The full book that benchmarks measure: nearly everybody covered in nearly every month."""

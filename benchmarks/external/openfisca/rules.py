"""The rules of an individual plan as OpenFisca variables: age, days, child rank, premium and its parts.

They say in OpenFisca's words what the premium rules of a plan priced by age and days say: each variable is a
formula over all enrolments of one month.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.variables import Variable

MILLION = 1_000_000

PERSON = build_entity(key="person", plural="persons", label="An enrolment", is_person=True)
FAMILY = build_entity(
    key="family",
    plural="families",
    label="Everybody under one primary",
    roles=[{"key": "member", "plural": "members", "label": "Members"}],
)


def given(name: str, label: str) -> type[Variable]:
    """A whole number that is told, once for all time."""
    return person_variable(name, label, DateUnit.ETERNITY)


def monthly(name: str, label: str, formula: Any) -> type[Variable]:
    """A whole number that is computed for each month."""
    return person_variable(name, label, DateUnit.MONTH, formula=formula)


def person_variable(name: str, label: str, unit: DateUnit, **formula: Any) -> type[Variable]:
    """A variable class, as OpenFisca wants it."""
    said = {"value_type": int, "entity": PERSON, "definition_period": unit, "label": label}
    return type(name, (Variable,), said | formula)


def age(person: Any, period: Any) -> np.ndarray:
    """Calendar year minus year of birth."""
    return np.maximum(0, period.start.year - person("birth_year", period))


def covered_days(person: Any, period: Any) -> np.ndarray:
    """The days of the month within the enrolment."""
    month_start = int(np.datetime64(str(period.start), "D").astype(int))
    start = np.maximum(person("first_day", period), month_start)
    end = np.minimum(person("day_after_last", period), month_start + period.days)
    return np.maximum(0, end - start)


def child_rank(person: Any, period: Any, parameters: Any) -> np.ndarray:
    """1 for the oldest covered child below the age limit, 2 for the next; 0 for everybody else."""
    below_limit = person("age", period) < parameters(period).child_age_limit
    counted = (person("is_child", period) == 1) & (person("covered_days", period) > 0) & below_limit
    return person.get_rank(person.family, person("birth_order", period), condition=counted) + 1


def component_variables(component: int, tiers: list[int]) -> list[type[Variable]]:
    """One price component in cents: a month's price, the premium, its tax and the employer's part."""

    def unit_price(person: Any, period: Any, parameters: Any) -> np.ndarray:
        tables = parameters(period).prices[f"component_{component}"]
        ages, columns = person("age", period), person("tier", period)
        choices = [tables[f"tier_{number}"].calc(ages) for number in tiers]
        pays = person("child_rank", period) <= parameters(period).paying_children
        return np.where(pays, np.select([columns == number for number in tiers], choices), 0)

    def premium(person: Any, period: Any) -> np.ndarray:
        price = person(f"unit_price_{component}", period).astype(np.int64)
        return rounded(price * person("covered_days", period), period.days)

    def tax(person: Any, period: Any, parameters: Any) -> np.ndarray:
        amount = person(f"premium_{component}", period).astype(np.int64)
        return amount - rounded(amount * MILLION, MILLION + int(parameters(period).tax_ppm))

    def employer(person: Any, period: Any, parameters: Any) -> np.ndarray:
        amount = person(f"premium_{component}", period).astype(np.int64)
        return rounded(amount * int(parameters(period).employer_share_ppm), MILLION)

    return [
        monthly(f"unit_price_{component}", "A whole month's price in cents", unit_price),
        monthly(f"premium_{component}", "Premium in cents", premium),
        monthly(f"tax_{component}", "Tax contained in the premium, in cents", tax),
        monthly(f"employer_{component}", "Employer's part of the premium, in cents", employer),
    ]


def rounded(numerator: np.ndarray, denominator: int) -> np.ndarray:
    """The nearest whole number; exactly a half rounds up."""
    return (2 * numerator + denominator) // (2 * denominator)


MEMBER_VARIABLES = [
    given("birth_year", "Year of birth"),
    given("birth_order", "Place among all enrolments by birth date, then reference"),
    given("is_child", "1 for a child"),
    given("tier", "Number of the price table's column: level and role"),
    given("first_day", "First covered day, in days since 1970"),
    given("day_after_last", "Day after the last covered one, in days since 1970"),
    monthly("age", "Age", age),
    monthly("covered_days", "Covered days of the month", covered_days),
    monthly("child_rank", "Rank among the family's counted children", child_rank),
]

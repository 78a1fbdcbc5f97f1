"""Tables within tables of guarantees: what a list and what a table by basket mean for each basket."""

from typing import Any

import pytest

from avenant.core.rulebook.loading import read_rulebook
from avenant.gateways.marked_yaml import parsed
from avenant.gateways.rulebook_files import documents_in, shipped_folder

PLAN = """
plan: tiny
label: Tiny
currency: EUR
cycle: advance
age: last_birthday
proration: days
levels: [only]
prices:
  - {{valid_from: 2026-01-01, source: made up, levels: {{only: {{everyone: 30.00}}}}}}
responsible: false
guarantees:
  - valid_from: 2026-01-01
    source: made up
    basis: complement
    levels: {{only: {{dental_prosthesis: {cell}}}}}
"""


def lines(cell: str) -> set[tuple[Any, ...]]:
    """(basket, part, OPTAM, from age, € or real cost) of each guarantee line that the cell makes."""
    care = read_rulebook([parsed(PLAN.format(cell=cell), "tiny.yaml"), *documents_in(shipped_folder())]).care
    rows = care.guarantees.filter(plan="tiny").to_dicts()
    return {
        (row["basket"], row["part"], row["optam"], row["age_from"], row["flat_cents"] or row["rate_ppm"] or 0)
        for row in rows
    }


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        pytest.param(
            "{no_rac: 1 EUR, otherwise: [2 EUR, 3 EUR]}",
            {("no_rac", 1, 100), (None, 1, 200), (None, 2, 300)},
            id="a list for one basket holds for it alone",
        ),
        pytest.param(
            "[{no_rac: 1 EUR, otherwise: 2 EUR}, 3 EUR]",
            {("no_rac", 1, 100), (None, 1, 200), ("no_rac", 2, 300), (None, 2, 300)},
            id="what stands beside a table by basket holds for each basket",
        ),
        pytest.param(
            "[{no_rac: 1 EUR, otherwise: 2 EUR}, {controlled: 3 EUR, otherwise: 4 EUR}]",
            {("no_rac", 1, 100), ("controlled", 1, 200), (None, 1, 200)}
            | {("no_rac", 2, 400), ("controlled", 2, 300), (None, 2, 400)},
            id="two tables by basket hold both",
        ),
        pytest.param(
            "{controlled: nothing, otherwise: 2 EUR}",
            {("controlled", 1, 0), (None, 1, 200)},
            id="nothing for one basket is nothing for it",
        ),
    ],
)
def test_a_cell_says_for_each_basket_what_holds(cell: str, expected: set[tuple[Any, ...]]) -> None:
    assert {(basket, part, amount) for basket, part, _, _, amount in lines(cell)} == expected


def test_a_basket_named_in_one_column_takes_the_rest_of_the_list_in_that_column_too() -> None:
    found = lines("[{optam: {no_rac: 1 EUR, otherwise: 2 EUR}, non_optam: 3 EUR}, 4 EUR]")
    assert {line for line in found if line[0] == "no_rac"} == {
        ("no_rac", 1, "optam", 0, 100),
        ("no_rac", 1, "non_optam", 0, 300),
        ("no_rac", 2, "any", 0, 400),
    }


def test_ages_within_a_basket_stay_its_own() -> None:
    found = lines("[{no_rac: {0-15: 1 EUR, 16+: 2 EUR}, otherwise: 3 EUR}, 4 EUR]")
    assert {line for line in found if line[0] == "no_rac"} == {
        ("no_rac", 1, "any", 0, 100),
        ("no_rac", 1, "any", 16, 200),
        ("no_rac", 2, "any", 0, 400),
    }

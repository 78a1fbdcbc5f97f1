"""The shipped plans: clean, sourced, and answering exactly once for every month and age."""

import ast
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from avenant.core.money import round_half_up_div
from avenant.core.periods import day_after, months_between
from avenant.core.rulebook.checking import check_rulebook
from avenant.core.rulebook.grid import price_grid
from avenant.core.rulebook.loading import read_rulebook
from avenant.core.rulebook.model import Rulebook
from avenant.gateways.rulebook_files import documents_in, shipped_folder, shipped_rulebook

HORIZON = date(2027, 12, 1)
PACKAGE = Path(__file__).parents[2] / "avenant"


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return shipped_rulebook()


def unit_price(rulebook: Rulebook, plan: str, level: str, tier: str, month: date, age: int) -> int:
    grid = price_grid(rulebook, [plan], month, month)
    rows = grid.filter(pl.col("level") == level, pl.col("tier") == tier, pl.col("age") == age)
    return int(rows["unit_price_cents"].item())


def test_the_shipped_plans_have_no_findings() -> None:
    assert check_rulebook(documents_in(shipped_folder())) == []


def test_each_price_answers_exactly_once_for_every_month_and_age(rulebook: Rulebook) -> None:
    for cell, lines in rulebook.price_lines.group_by("plan", "level", "component", "tier"):
        floor = lines["valid_from"].min()
        assert isinstance(floor, date)
        for month in months_between(floor, HORIZON):
            in_force = lines.filter(
                pl.col("valid_from") <= month, (pl.col("valid_to") > month) | pl.col("valid_to").is_null()
            )
            ages = [age for row in in_force.rows(named=True) for age in range(row["age_from"], row["age_to"])]
            assert sorted(ages) == list(range(151)), (cell, month)


def test_each_rate_and_parameter_answers_exactly_once_for_every_day(rulebook: Rulebook) -> None:
    series = [group for _, group in rulebook.rates.group_by("plan", "kind")]
    series += [group for _, group in rulebook.parameters.group_by("parameter")]
    for values in series:
        periods = values.select("valid_from", "valid_to").sort("valid_from").rows()
        day = periods[0][0]
        while day <= HORIZON:
            assert sum(start <= day and (end is None or day < end) for start, end in periods) == 1, (
                values,
                day,
            )
            day = day_after(day)


def test_the_grid_of_a_month_answers_for_every_cell_and_age(rulebook: Rulebook) -> None:
    cells = rulebook.price_lines.select("plan", "level", "component", "tier").unique().height
    assert price_grid(rulebook, None, date(2026, 6, 1), date(2026, 6, 1)).height == cells * 151


def test_age_34_in_confort_costs_54_60_in_2026_and_12_of_30_days_21_84(rulebook: Rulebook) -> None:
    price = unit_price(rulebook, "fr-individual", "confort", "primary", date(2026, 6, 1), 34)
    assert price == 5_460
    assert round_half_up_div(price * 12, 30) == 2_184


def test_a_company_price_is_a_share_of_the_ceiling_of_its_year(rulebook: Rulebook) -> None:
    # 1.42 % of 3,925.00 = 55.735 and of 4,005.00 = 56.871
    years = {2025: 5_574, 2026: 5_687}
    for year, cents in years.items():
        assert unit_price(rulebook, "fr-company", "confort", "isole", date(year, 1, 1), 40) == cents


def test_a_marketplace_price_follows_the_age_curve(rulebook: Rulebook) -> None:
    # 345.50 x 0.765, x 1.000, x 3.000
    month = date(2017, 5, 1)
    found = [
        unit_price(rulebook, "us-marketplace", "silver", "primary", month, age) for age in (14, 21, 64, 99)
    ]
    assert found == [26_431, 34_550, 103_650, 103_650]


def test_every_price_rate_and_parameter_names_its_source(rulebook: Rulebook) -> None:
    for frame in (rulebook.price_lines, rulebook.rates, rulebook.parameters):
        assert frame["source"].str.len_chars().min() > 5


def test_the_order_of_files_does_not_change_the_version(rulebook: Rulebook) -> None:
    documents = documents_in(shipped_folder())
    assert read_rulebook(documents[::-1]).version == rulebook.version


def words_of_code(path: Path) -> list[str]:
    """Every string and name in a module except docstrings, where a product may serve as the example."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    documented = [
        node.body[0].value for node in ast.walk(tree) if isinstance(node, holders) and ast.get_docstring(node)
    ]
    told = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node not in documented]
    return [str(node.value) for node in told] + [
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name)
    ]


def test_no_code_knows_a_product_by_name(rulebook: Rulebook) -> None:
    names = {spelt for name in rulebook.plans["plan"] for spelt in (name, name.replace("-", "_"))}
    modules = sorted(PACKAGE.rglob("*.py"))
    knowing = [
        f"{path.relative_to(PACKAGE)}: {word[:80]}"
        for path in modules
        for word in words_of_code(path)
        if any(name in word.lower() for name in names)
    ]
    assert len(modules) > 100
    assert knowing == []

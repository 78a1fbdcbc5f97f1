"""Prices to the cent: in money, in % of the monthly ceiling, and along an age curve."""

from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from avenant.core.frames.rulebook import PriceGrid, Slots
from avenant.core.rulebook.grid import price_grid
from avenant.core.rulebook.loading import read_inline
from avenant.core.rulebook.model import Rulebook
from avenant.core.rulebook.slots import slots_of

JANUARY, DECEMBER = date(2024, 1, 1), date(2024, 12, 1)
CONTENT = {
    "parameters": {
        "pmss": {
            "unit": "money",
            "values": [{"valid_from": "2023-01", "value": 3666}, {"valid_from": "2024-01", "value": 3864}],
        }
    },
    "curves": {"gentle": {"factors": {"0-20": "0.765", "21-24": 1, "25+": "1.004"}}},
    "plans": {
        "money": {
            "currency": "EUR",
            "levels": ["basic", "plus"],
            "prices": [
                {
                    "valid_from": "2023-06",
                    "levels": {
                        "basic": {
                            "primary": {"0-17": "22.00", "18-59": "54.60", "60+": "refused"},
                            "partner": {"same_as": "primary"},
                            "child": "22.00",
                        },
                        "plus": {"everyone": "80.00"},
                    },
                },
                {"valid_from": "2024-07", "valid_through": "2024-10", "levels": {"plus": {"everyone": 85}}},
            ],
        },
        "ceiling": {
            "currency": "EUR",
            "cycle": "arrears",
            "components": {"health": "family"},
            "employer_share": [{"valid_from": "2023-01", "percent": 60}],
            "tax": {
                "code": "TSA",
                "mode": "included",
                "rates": [{"valid_from": "2016-01", "percent": "13.27 %"}],
            },
            "prices": [
                {
                    "valid_from": "2023-01",
                    "unit": "percent_of_pmss",
                    "isole": "1.81",
                    "duo": "3.25",
                    "famille": 4,
                }
            ],
        },
        "curve": {
            "currency": "USD",
            "prices": [{"valid_from": "2023-01", "curve": "gentle", "everyone": "345.50"}],
        },
    },
}


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return read_inline(CONTENT).numbered()


def price(rulebook: Rulebook, plan: str, level: str, tier: str, month: date, age: int) -> int | None:
    grid = price_grid(rulebook, [plan], month, month)
    row = grid.filter(pl.col("level") == level, pl.col("tier") == tier, pl.col("age") == age)
    return row["unit_price_cents"].item() if row.height else None


def test_a_price_in_money_is_the_price_of_the_age(rulebook: Rulebook) -> None:
    assert price(rulebook, "money", "basic", "primary", JANUARY, 17) == 2_200
    assert price(rulebook, "money", "basic", "primary", JANUARY, 18) == 5_460
    assert price(rulebook, "money", "basic", "partner", JANUARY, 59) == 5_460
    assert price(rulebook, "money", "basic", "child", JANUARY, 150) == 2_200


def test_an_age_that_is_refused_has_no_price(rulebook: Rulebook) -> None:
    assert price(rulebook, "money", "basic", "primary", JANUARY, 60) is None


def test_a_price_holds_from_its_month_until_the_next_and_refuses_before_and_after(rulebook: Rulebook) -> None:
    months = [date(2023, 5, 1), date(2023, 6, 1), date(2024, 6, 1), date(2024, 7, 1), date(2024, 10, 1)]
    found = [price(rulebook, "money", "plus", "child", month, 8) for month in [*months, date(2024, 11, 1)]]
    assert found == [None, 8_000, 8_000, 8_500, 8_500, None]


def test_a_share_of_the_ceiling_moves_with_the_ceiling_on_1_january(rulebook: Rulebook) -> None:
    # 1.81 % of 3,666.00 = 66.3546; 1.81 % of 3,864.00 = 69.9384
    assert price(rulebook, "ceiling", "standard", "isole", date(2023, 12, 1), 40) == 6_635
    assert price(rulebook, "ceiling", "standard", "isole", JANUARY, 40) == 6_994


def test_a_base_price_times_the_factor_of_the_age_is_rounded_once(rulebook: Rulebook) -> None:
    # 345.50 x 0.765 = 264.3075; x 1.004 = 346.882
    ages = [20, 21, 25]
    found = [price(rulebook, "curve", "standard", "partner", JANUARY, age) for age in ages]
    assert found == [26_431, 34_550, 34_688]


def test_each_row_carries_the_rates_of_its_plan_or_0(rulebook: Rulebook) -> None:
    grid = price_grid(rulebook, None, JANUARY, JANUARY)
    rates = grid.select("plan", "employer_ppm", "tax_ppm").unique().sort("plan")
    assert rates.rows() == [("ceiling", 600_000, 132_700), ("curve", 0, 0), ("money", 0, 0)]


def test_a_plan_with_a_tax_has_no_price_before_the_tax_is_known(rulebook: Rulebook) -> None:
    late = rulebook.rates.with_columns(valid_from=pl.lit(date(2024, 3, 1)))
    known_late = Rulebook(rulebook.plans, rulebook.price_lines, late, rulebook.parameters)
    months = price_grid(known_late, ["ceiling"], JANUARY, DECEMBER)["month"]
    assert months.min() == date(2024, 3, 1)


def test_a_ceiling_that_begins_within_a_month_counts_from_the_next(rulebook: Rulebook) -> None:
    begun = {"valid_from": pl.lit(date(2024, 2, 10)), "valid_to": pl.lit(None, pl.Date)}
    later = rulebook.parameters.head(1).with_columns(**begun)
    known_late = Rulebook(rulebook.plans, rulebook.price_lines, rulebook.rates, later)
    months = price_grid(known_late, ["ceiling"], JANUARY, DECEMBER)["month"]
    assert months.min() == date(2024, 3, 1)


def test_the_grid_keeps_its_contract_and_asks_only_for_the_plans_needed(rulebook: Rulebook) -> None:
    grid = price_grid(rulebook, ["money", "curve"], JANUARY, DECEMBER)
    PriceGrid.validate(grid)
    assert set(grid["plan"]) == {"money", "curve"}
    assert set(grid["line_id"]) <= set(rulebook.price_lines["line_id"])
    assert price_grid(rulebook, [], JANUARY, DECEMBER).height == 0


def test_two_lines_for_one_price_are_refused(rulebook: Rulebook) -> None:
    lines = rulebook.price_lines.filter(pl.col("plan") == "curve")
    again = lines.with_columns(valid_from=pl.lit(date(2024, 5, 1)))
    both = Rulebook(rulebook.plans, pl.concat([lines, again]), rulebook.rates, rulebook.parameters)
    with pytest.raises(ValueError, match="two prices answer for curve standard health"):
        price_grid(both, None, JANUARY, DECEMBER)


def test_a_plan_per_person_has_seven_slots_a_level_and_a_family_plan_eight(rulebook: Rulebook) -> None:
    slots = slots_of(rulebook)
    Slots.validate(slots)
    counts = dict(slots.group_by("plan").len().iter_rows())
    assert counts == {"money": 7 * 2, "curve": 7, "ceiling": 8}
    carried = slots.filter(pl.col("status") == "carried")["tier"].to_list()
    assert carried == ["child", "partner"]


def test_the_version_names_the_content_not_the_files(rulebook: Rulebook) -> None:
    plans = dict(reversed(CONTENT["plans"].items()))
    elsewhere = read_inline({**CONTENT, "plans": plans}, file="other.yaml", first_line=9)
    assert elsewhere.version == rulebook.version
    assert_frame_equal(
        elsewhere.price_lines["content_key"].to_frame(), rulebook.price_lines.select("content_key")
    )


def test_the_version_changes_with_any_price_date_or_convention(rulebook: Rulebook) -> None:
    lines, plans = rulebook.price_lines, rulebook.plans
    dearer = lines.with_columns(content_key=pl.col("content_key") + "0")
    shorter = lines.with_columns(valid_to=pl.col("valid_to").fill_null(date(2030, 1, 1)))
    monthly = plans.with_columns(proration=pl.lit("departure_month_due"))
    others = [
        Rulebook(plans, dearer, rulebook.rates, rulebook.parameters),
        Rulebook(plans, shorter, rulebook.rates, rulebook.parameters),
        Rulebook(monthly, lines, rulebook.rates, rulebook.parameters),
        Rulebook(plans, lines, rulebook.rates.head(1), rulebook.parameters),
        Rulebook(plans, lines, rulebook.rates, rulebook.parameters.head(1)),
    ]
    versions = {rulebook.version, *[other.version for other in others]}
    assert len(versions) == 1 + len(others)


def test_a_later_table_leaves_the_keys_of_earlier_lines_alone(rulebook: Rulebook) -> None:
    curve = CONTENT["plans"]["curve"]
    later = {"valid_from": "2026-01", "curve": "gentle", "everyone": "360.00"}
    grown = {
        **CONTENT,
        "plans": {**CONTENT["plans"], "curve": {**curve, "prices": [*curve["prices"], later]}},
    }
    keys = set(rulebook.price_lines["content_key"])
    assert keys < set(read_inline(grown).price_lines["content_key"])


def test_lines_take_the_numbers_that_publication_gave(rulebook: Rulebook) -> None:
    ids = rulebook.price_lines.select("content_key", line_id=pl.col("line_id") + 100)
    assert rulebook.with_line_ids(ids).price_lines["line_id"].min() == 101
    with pytest.raises(ValueError, match="lines have no number"):
        rulebook.with_line_ids(ids.head(1))

"""Dated look-ups walk the calendar: one answer a day from the floor on, none below it, two are an error."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_series_equal

from avenant.core.claims.adjudication.dated_lines import NONE, UNDECIDED
from avenant.core.claims.adjudication.dated_values import dated_values
from avenant.core.claims.adjudication.guarantee_table import guarantee_table
from avenant.core.claims.adjudication.providers import NON_OPTAM, OPTAM, UNKNOWN
from avenant.core.claims.adjudication.tariffs import tariff_table
from avenant.core.rulebook.care_model import CareRules
from avenant.gateways.rulebook_files import shipped_rulebook
from tests.core.claims.small_rules import RULES, TARIFFS, care_rules, guarantee, parameters, tariff

FLOOR, HORIZON = date(2017, 1, 1), date(2026, 12, 31)
DAYS = pl.date_range(FLOOR, HORIZON, eager=True).alias("care_from")


def every_day(rules: CareRules, act_code: str, age: int, status: int) -> list[int]:
    """The position of the tariff that answers on each of DAYS."""
    asked = DAYS.to_frame().with_columns(
        act_code=pl.lit(act_code), age=pl.lit(age, pl.Int32), status=pl.lit(status, pl.Int8)
    )
    return tariff_table(rules).positions(asked).to_list()


def day(place: int) -> date:
    return FLOOR + timedelta(days=place)


def test_from_its_first_tariff_on_a_visit_has_one_base_every_day() -> None:
    found = every_day(RULES, "G", 40, OPTAM)
    first = found.index(0)
    assert day(first) == date(2017, 5, 1)
    assert set(found[:first]) == {NONE}
    raised = found.index(2)
    assert set(found[first:raised]) == {0}
    assert set(found[raised:]) == {2}
    assert day(raised) == date(2024, 12, 22)


def test_a_tariff_that_ends_leaves_days_without_an_answer() -> None:
    found = every_day(RULES, "G", 40, NON_OPTAM)
    last = len(found) - 1 - found[::-1].index(1)
    assert day(last) == date(2020, 12, 31)
    assert set(found[last + 1 :]) == {NONE}


def test_an_unknown_status_is_undecided_where_it_matters_and_only_there() -> None:
    found = every_day(RULES, "G", 40, UNKNOWN)
    assert {found[place] for place in range(200, 2_000)} == {UNDECIDED}
    assert every_day(RULES, "BIG", 40, UNKNOWN) == every_day(RULES, "BIG", 40, OPTAM)


def test_a_tariff_begins_and_ends_with_its_ages() -> None:
    position = {age: every_day(RULES, "PAU", age, OPTAM)[-1] for age in (0, 20, 21, 150)}
    assert position[0] == position[20] != position[21] == position[150]


def test_each_line_answers_on_its_first_and_on_its_last_day() -> None:
    lines = RULES.tariffs.with_row_index("position")
    firsts = lines.with_columns(care_from="valid_from")
    lasts = lines.filter(pl.col("valid_to").is_not_null()).with_columns(
        care_from=pl.col("valid_to").dt.offset_by("-1d")
    )
    status = pl.when(pl.col("optam") == "non_optam").then(NON_OPTAM).otherwise(OPTAM).cast(pl.Int8)
    asked = pl.concat([firsts, lasts]).with_columns(age="age_from", status=status)
    found = tariff_table(RULES).positions(asked)
    assert_series_equal(found, asked["position"].cast(pl.Int32), check_names=False)


def test_two_tariffs_for_one_day_are_an_error_with_file_and_line() -> None:
    rules = care_rules(tariffs=[*TARIFFS, tariff("G", 2_600, date(2024, 1, 1), optam="any", age_from=16)])
    message = r"rules.yaml:\d+: two tariffs answer for G at age 16 on 2024-12-22; the other is rules.yaml:3"
    with pytest.raises(ValueError, match=message):
        tariff_table(rules)


def test_two_guarantees_of_one_part_are_an_error_and_of_two_parts_are_not() -> None:
    twice = (
        guarantee("implant", flat_cents=1),
        guarantee("implant", flat_cents=2, valid_from=date(2025, 1, 1)),
    )
    with pytest.raises(
        ValueError, match="two guarantees answer for plan one implant any at age 0 on 2025-01-01"
    ):
        guarantee_table(care_rules(*twice))
    guarantee_table(care_rules(twice[0], twice[1] | {"part": 2}))


def test_a_parameter_has_its_value_from_its_first_day_on() -> None:
    values = dated_values(parameters())
    days = pl.Series(
        [date(2004, 12, 31), date(2005, 1, 1), date(2024, 5, 14), date(2024, 5, 15), date(2099, 1, 1)]
    )
    found = values.on(days, "participation_forfaitaire_cents")
    assert found.to_series().to_list() == [None, 100, 100, 200, 200]
    assert values.on(days, "no_such_cents").to_series().to_list() == [None] * 5


def test_two_values_of_a_parameter_are_an_error() -> None:
    twice = pl.concat([parameters(), parameters().head(1)])
    with pytest.raises(ValueError, match="two values of the parameter"):
        dated_values(twice)


def test_the_shipped_rulebook_gives_one_answer_for_every_day() -> None:
    care = shipped_rulebook().numbered().care
    assert (tariff_table(care).cells >= 0).any()
    assert (guarantee_table(care).cells >= 0).any()

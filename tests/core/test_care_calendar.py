"""The shipped tariffs, guarantees and envelopes answer exactly once for every day from their floor on.

“Unknown” and “nothing” are answers too, but somebody has to write them.
"""

from collections.abc import Iterable
from datetime import date
from itertools import product

import polars as pl
import pytest

from avenant.core.frames.care import BASKETS
from avenant.core.frames.care_rules import CARE_FAMILIES
from avenant.core.periods import day_after, day_before
from avenant.core.rulebook.care_compiling import Dated, by_series, with_ends
from avenant.core.rulebook.care_contents import CareContents, Scope
from avenant.core.rulebook.care_list import in_force
from avenant.core.rulebook.model import Rulebook
from avenant.core.rulebook.reading import contents_of
from avenant.gateways.rulebook_files import documents_in, shipped_folder, shipped_rulebook

HORIZON = date(2027, 12, 31)
COLUMNS = ("optam", "non_optam")
EVERY_FORM = ("rate_ppm", "flat_cents", "pmss_ppm")


@pytest.fixture(scope="module")
def care() -> CareContents:
    return contents_of(documents_in(shipped_folder()))[0].care


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return shipped_rulebook()


def answers_each_day(tables: Iterable[Dated]) -> None:
    for series in by_series(tables).values():
        periods = [(table.dates.valid_from, end) for table, end in with_ends(series)]
        day = min(start for start, _ in periods)
        while day <= HORIZON:
            answers = sum(start <= day and (end is None or day < end) for start, end in periods)
            assert answers == 1, (series[0].words, day, answers)
            day = day_after(day)


def test_each_tariff_answers_exactly_once_for_every_day(care: CareContents) -> None:
    answers_each_day(care.tariffs)


def test_each_guarantee_and_envelope_answers_exactly_once_for_every_day(care: CareContents) -> None:
    answers_each_day(care.guarantees)
    answers_each_day(care.envelopes)


def applying(scopes: list[Scope], optam: str, basket: str | None, age: int) -> list[int]:
    """The parts that apply to somebody: in each, the line of the basket goes before that of all baskets."""
    fitting = [
        scope for scope in scopes if scope.optam in ("any", optam) and scope.age_from <= age < scope.age_to
    ]
    own = [scope.part for scope in fitting if scope.basket == basket]
    return own or [scope.part for scope in fitting if scope.basket is None]


def test_nobody_finds_two_lines_in_one_part(care: CareContents) -> None:
    for table in care.guarantees:
        scopes = [line.scope for line in table.lines]
        for optam, basket, age in product(COLUMNS, (None, *BASKETS), range(151)):
            parts = applying(scopes, optam, basket, age)
            assert len(parts) == len(set(parts)), (table.words, optam, basket, age)
    for table in care.tariffs:
        scopes = [cell.scope for cell in table.cells]
        for optam, age in product(COLUMNS, range(151)):
            assert len(applying(scopes, optam, None, age)) <= 1, (table.words, optam, age)


def test_a_guarantee_that_pays_anybody_pays_everybody(care: CareContents) -> None:
    for table in care.guarantees:
        scopes = [line.scope for line in table.lines]
        for optam, basket, age in product(COLUMNS, (None, *BASKETS), range(151)):
            assert applying(scopes, optam, basket, age), (table.words, optam, basket, age)


def test_the_frames_say_what_the_files_say(rulebook: Rulebook, care: CareContents) -> None:
    for table, end in with_ends(care.tariffs):
        for day in (table.dates.valid_from, day_before(end) if end else HORIZON):
            rows = in_force(rulebook.care.tariffs, day).filter(pl.col("act_code") == table.act_code)
            bases = sorted(cell.base_cents for cell in table.cells)
            assert sorted(rows["base_cents"].to_list()) == bases, (table.words, day)
    for table, end in with_ends(care.guarantees):
        for day in (table.dates.valid_from, day_before(end) if end else HORIZON):
            rows = in_force(rulebook.care.guarantees, day).filter(
                pl.col("plan") == table.plan, pl.col("level") == table.level, pl.col("family") == table.family
            )
            assert rows.height == len(table.lines), (table.words, day)


def test_every_rate_is_known_on_each_day_on_which_a_tariff_needs_it(rulebook: Rulebook) -> None:
    families = rulebook.care.families.select("family", "rate_parameter")
    needing = rulebook.care.tariffs.filter(pl.col("rate_ppm").is_null())
    needing = needing.join(rulebook.care.acts, on="act_code").join(families, on="family")
    for row in needing.iter_rows(named=True):
        rates = rulebook.parameters.filter(pl.col("parameter") == row["rate_parameter"])
        for day in (row["valid_from"], day_before(row["valid_to"]) if row["valid_to"] else HORIZON):
            assert in_force(rates, day).height == 1, (row["act_code"], day)


def test_every_line_of_care_names_its_source(rulebook: Rulebook) -> None:
    for name in ("acts", "tariffs", "guarantees", "envelopes"):
        assert getattr(rulebook.care, name)["source"].str.len_chars().min() > 3, name


def test_every_family_is_described_and_every_form_of_guarantee_is_used(rulebook: Rulebook) -> None:
    care = rulebook.care
    assert set(care.families["family"]) == set(CARE_FAMILIES)
    lines = care.guarantees
    for form in EVERY_FORM:
        assert lines[form].is_not_null().any(), form
    both = lines.filter(pl.col("rate_ppm").is_not_null(), pl.col("flat_cents").is_not_null())
    assert both.height
    assert set(lines["basis"]) == {"total", "complement"}
    assert set(lines["per"]) == {"act", "day", "session"}
    assert set(lines["optam"]) == {"any", "optam", "non_optam"}
    assert lines["real_cost"].any()
    assert lines["price_limit"].any()
    assert lines["part"].max() == 2
    limits = care.envelopes
    assert set(limits["period"]) == {"calendar_year", "window"}
    assert set(limits["scope"]) == {"member", "location"}
    assert set(limits["months"].drop_nulls()) == {6, 12, 24, 48}
    for limit in ("max_cents", "pmss_ppm", "max_count"):
        assert limits[limit].is_not_null().any(), limit


MONEY = (
    *("participation_forfaitaire", "franchise_medicine", "franchise_paramedical", "franchise_transport"),
    *("franchise_paramedical_max_per_day", "franchise_transport_max_per_day", "forfait_journalier_general"),
    *("forfait_journalier_psychiatry", "participation_heavy_acts", "heavy_act_threshold", "pmss"),
    *("forfait_patient_urgences", "forfait_patient_urgences_reduced", "hearing_aid_class2_total_cap"),
    *("optics_frame_cap", *(f"optics_cap_{category}" for category in "abcdef")),
)
SHARES = (
    *("ss_rate_doctor_fees_coordinated", "ss_rate_doctor_fees_outside_path", "ss_rate_dental_care"),
    *(
        "ss_rate_paramedical",
        "ss_rate_biology",
        "ss_rate_lpp_devices_optics_hearing",
        "ss_rate_hospital_stay",
    ),
    *(f"ss_rate_medicine_{benefit}" for benefit in ("major", "moderate", "weak", "irreplaceable")),
    *("ss_rate_orthodontics_semester", "non_optam_cap_share_of_br", "outside_path_increase_share"),
    "non_optam_min_gap_vs_optam_share_of_br",
)


def test_every_parameter_of_the_rules_of_care_has_a_value_today(rulebook: Rulebook) -> None:
    known = set(in_force(rulebook.parameters, date(2026, 6, 1))["parameter"])
    needed = {f"{name}_cents" for name in MONEY} | {f"{name}_ppm" for name in SHARES}
    assert needed | {"participation_forfaitaire_max_count_per_day"} <= known


VALUES = [
    ("participation_forfaitaire_cents", date(2024, 5, 14), 100),
    ("participation_forfaitaire_cents", date(2024, 5, 15), 200),
    ("participation_forfaitaire_max_count_per_day", date(2025, 1, 1), 4),
    ("franchise_medicine_cents", date(2024, 3, 30), 50),
    ("franchise_medicine_cents", date(2024, 3, 31), 100),
    ("forfait_journalier_general_cents", date(2026, 2, 28), 2_000),
    ("forfait_journalier_general_cents", date(2026, 3, 1), 2_300),
    ("participation_heavy_acts_cents", date(2026, 3, 31), 2_400),
    ("participation_heavy_acts_cents", date(2026, 4, 1), 3_200),
    ("ss_rate_dental_care_ppm", date(2023, 10, 14), 700_000),
    ("ss_rate_dental_care_ppm", date(2023, 10, 15), 600_000),
    ("optics_frame_cap_cents", date(2019, 12, 31), 15_000),
    ("optics_cap_a_cents", date(2024, 1, 1), 42_000),
    ("outside_path_increase_share_ppm", date(2024, 1, 1), 400_000),
]


@pytest.mark.parametrize(("parameter", "day", "value"), VALUES)
def test_a_parameter_changes_on_its_day(rulebook: Rulebook, parameter: str, day: date, value: int) -> None:
    values = in_force(rulebook.parameters, day).filter(pl.col("parameter") == parameter)
    assert values["value"].to_list() == [value]


PUBLISHED = [
    ("G", "optam", 40, date(2020, 3, 10), 2_500),
    ("G", "non_optam", 40, date(2020, 3, 10), 2_300),
    ("G", "optam", 5, date(2019, 6, 17), 3_000),
    ("G", "optam", 40, date(2024, 12, 21), 2_650),
    ("GS", "optam", 40, date(2024, 12, 22), 3_000),
    ("CCE", "optam", 40, date(2020, 3, 10), 6_000),
    ("CSC", "non_optam", 10, date(2019, 6, 17), 4_573),
    ("CNP", "optam", 10, date(2019, 6, 17), 4_370),
    ("CS", "non_optam", 40, date(2020, 3, 10), 2_300),
    ("CS+MCS", "optam", 40, date(2024, 1, 1), 3_150),
    ("SPR50", "optam", 40, date(2018, 1, 1), 10_750),
    ("HBLD038", "optam", 40, date(2024, 6, 1), 12_000),
    ("TO90", "optam", 14, date(2022, 1, 1), 19_350),
    ("TO50", "optam", 17, date(2020, 1, 1), 10_750),
    ("OPT_FRAME", "optam", 17, date(2018, 1, 1), 3_049),
    ("PAU", "optam", 20, date(2024, 1, 1), 140_000),
    ("PAU", "optam", 21, date(2024, 1, 1), 40_000),
    ("HBJD001", "optam", 40, date(2024, 6, 1), 2_892),
    ("IMP", "optam", 40, date(2024, 6, 1), 0),
]
UNKNOWN = [
    ("G", "optam", 40, date(2017, 4, 30)),
    ("G", "non_optam", 40, date(2021, 1, 1)),
    ("CS+MCS", "optam", 40, date(2022, 6, 1)),
    ("PAU", "optam", 40, date(2020, 6, 1)),
    ("HBJD001", "optam", 40, date(2025, 1, 1)),
    ("GHS", "optam", 40, date(2025, 1, 1)),
    ("PH7", "optam", 40, date(2025, 1, 1)),
]


def bases(rulebook: Rulebook, act: str, optam: str, age: int, day: date) -> list[int]:
    rows = in_force(rulebook.care.tariffs, day).filter(
        pl.col("act_code") == act,
        pl.col("optam").is_in(["any", optam]),
        pl.col("age_from") <= age,
        pl.col("age_to") > age,
    )
    return rows["base_cents"].to_list()


@pytest.mark.parametrize(("act", "optam", "age", "day", "base_cents"), PUBLISHED)
def test_a_base_is_the_published_one(
    rulebook: Rulebook, act: str, optam: str, age: int, day: date, base_cents: int
) -> None:
    assert bases(rulebook, act, optam, age, day) == [base_cents]


@pytest.mark.parametrize(("act", "optam", "age", "day"), UNKNOWN)
def test_what_no_source_tells_is_not_known(
    rulebook: Rulebook, act: str, optam: str, age: int, day: date
) -> None:
    assert bases(rulebook, act, optam, age, day) == []

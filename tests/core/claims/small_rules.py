"""A small rulebook of care made by hand, and acts decided under it in one line.

``only_row(visit())`` is the one row decided for a visit of 30.00 € on 3 March 2025 by the member 1, born in 1980,
under 100 % of the base, Sécu included, of a responsible contract.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from avenant.core.claims.adjudication.decisions import Adjudicated, adjudicated
from avenant.core.claims.model import Care, CareTerms
from avenant.core.claims.reasons import decoded
from avenant.core.frames.care import ACT, ANSWER, CARE_LINE, PROVIDER_STATUS
from avenant.core.frames.care_rules import (
    CARE_FAMILIES,
    CareActs,
    CareFamilies,
    CarePlans,
    EnvelopeFamilies,
    Envelopes,
    Guarantees,
    Tariffs,
)
from avenant.core.frames.rulebook import Parameters
from avenant.core.rulebook.care_model import CareRules

Row = dict[str, Any]
DOCTORS = ("consultation_gp", "consultation_specialist", "technical_act", "imaging")
RETENTIONS = {
    **dict.fromkeys((*DOCTORS, "biology"), "participation"),
    **dict.fromkeys(("pharmacy_100", "pharmacy_65", "pharmacy_30", "pharmacy_15"), "medicine"),
    "paramedical": "paramedical",
    "transport": "transport",
}
RATES = {
    **dict.fromkeys(DOCTORS, "ss_rate_doctor_fees_coordinated_ppm"),
    **dict.fromkeys(("dental_care", "dental_prosthesis"), "ss_rate_dental_care_ppm"),
    **dict.fromkeys(("hospital_stay", "hospital_fees"), "ss_rate_hospital_stay_ppm"),
    **dict.fromkeys(("optics_frame", "optics_lens", "hearing_aid"), "ss_rate_lpp_devices_optics_hearing_ppm"),
    "paramedical": "ss_rate_paramedical_ppm",
    "pharmacy_65": "ss_rate_medicine_major_ppm",
    "pharmacy_15": "ss_rate_medicine_weak_ppm",
}
NO_SHARE = ("pharmacy_30", "pharmacy_15", "implant", "private_room", "soft_medicine", "other")

SINCE_2016 = date(2016, 1, 1)
PARAMETERS: list[tuple[str, date, int]] = [
    ("participation_forfaitaire_cents", date(2005, 1, 1), 100),
    ("participation_forfaitaire_cents", date(2024, 5, 15), 200),
    ("participation_forfaitaire_max_count_per_day", date(2005, 1, 1), 4),
    ("franchise_medicine_cents", date(2008, 1, 1), 50),
    ("franchise_medicine_cents", date(2024, 3, 31), 100),
    ("franchise_paramedical_cents", date(2024, 3, 31), 100),
    ("franchise_paramedical_max_per_day_cents", date(2024, 3, 31), 400),
    ("franchise_transport_cents", date(2024, 3, 31), 400),
    ("franchise_transport_max_per_day_cents", date(2024, 3, 31), 800),
    ("forfait_journalier_general_cents", date(2018, 1, 1), 2_000),
    ("participation_heavy_acts_cents", date(2019, 1, 1), 2_400),
    ("ss_rate_doctor_fees_coordinated_ppm", date(2005, 1, 1), 700_000),
    ("ss_rate_dental_care_ppm", SINCE_2016, 700_000),
    ("ss_rate_dental_care_ppm", date(2023, 10, 15), 600_000),
    ("ss_rate_hospital_stay_ppm", SINCE_2016, 800_000),
    ("ss_rate_lpp_devices_optics_hearing_ppm", SINCE_2016, 600_000),
    ("ss_rate_paramedical_ppm", SINCE_2016, 600_000),
    ("ss_rate_medicine_major_ppm", SINCE_2016, 650_000),
    ("ss_rate_medicine_weak_ppm", SINCE_2016, 150_000),
    ("hearing_aid_class2_total_cap_cents", date(2021, 1, 1), 170_000),
    ("optics_frame_cap_cents", date(2020, 1, 1), 10_000),
    *(
        (f"optics_cap_{c}_cents", date(2020, 1, 1), cap)
        for c, cap in (("a", 42_000), ("b", 56_000), ("c", 70_000))
    ),
    ("non_optam_cap_share_of_br_ppm", date(2017, 1, 1), 1_000_000),
    ("non_optam_min_gap_vs_optam_share_of_br_ppm", date(2015, 4, 1), 200_000),
    ("outside_path_increase_share_ppm", date(2009, 1, 1), 400_000),
    ("pmss_cents", date(2024, 1, 1), 386_400),
    ("pmss_cents", date(2025, 1, 1), 392_500),
]
ACTS = {
    "G": "consultation_gp",
    "CS": "consultation_specialist",
    "CS+MCS": "consultation_specialist",
    "BIG": "technical_act",
    "AMS": "paramedical",
    "PH7": "pharmacy_65",
    "CROWN": "dental_prosthesis",
    "IMPLANT": "implant",
    "OSTEO": "soft_medicine",
    "VU1": "optics_lens",
    "VU4": "optics_lens",
    "M03": "optics_frame",
    "PAU": "hearing_aid",
    "GHS": "hospital_stay",
    "FJ": "daily_charge",
    "PAS": "heavy_act_sum",
    "CHP": "private_room",
}


def parameters(values: list[tuple[str, date, int]] | None = None) -> pl.DataFrame:
    """Dated parameters, each value until the next of its name."""
    values = sorted(PARAMETERS if values is None else values)
    rows = []
    for place, (name, day, value) in enumerate(values):
        following = values[place + 1] if place + 1 < len(values) else None
        end = following[1] if following and following[0] == name else None
        rows.append([name, day, end, value, "made up"])
    return pl.DataFrame(rows, schema=Parameters.create_empty().schema, orient="row")


def tariff(act_code: str, base_cents: int, since: date = SINCE_2016, **more: Any) -> Row:
    """A tariff for everybody since ``since``; ``more``: other columns."""
    usual = {"optam": "any", "age_from": 0, "age_to": 151, "rate_ppm": None, "price_limit_cents": None}
    return (
        {"act_code": act_code, "base_cents": base_cents, "valid_from": since, "valid_to": None} | usual | more
    )


def guarantee(family: str, **more: Any) -> Row:
    """A guarantee line of level ``one`` of plan ``plan`` for everybody since 2016; ``more``: other columns."""
    usual: Row = {"plan": "plan", "level": "one", "family": family, "optam": "any", "basket": None}
    usual |= {"age_from": 0, "age_to": 151, "part": 1, "basis": "total", "per": "act", "rate_ppm": None}
    usual |= {"flat_cents": None, "pmss_ppm": None, "real_cost": False, "price_limit": False}
    return usual | {"valid_from": SINCE_2016, "valid_to": None} | more


TARIFFS = [
    tariff("G", 2_500, date(2017, 5, 1), optam="optam", valid_to=date(2024, 12, 22)),
    tariff("G", 2_300, date(2017, 5, 1), optam="non_optam", valid_to=date(2021, 1, 1)),
    tariff("G", 3_000, date(2024, 12, 22), optam="optam"),
    tariff("CS", 2_300, date(2017, 5, 1), optam="non_optam"),
    tariff("CS", 2_500, date(2017, 5, 1), optam="optam"),
    tariff("CS+MCS", 3_150, date(2023, 11, 1)),
    tariff("BIG", 10_000),
    tariff("AMS", 1_075),
    tariff("PH7", 1_000),
    tariff("CROWN", 12_000),
    tariff("OSTEO", 0, rate_ppm=0),
    tariff("M03", 5, date(2020, 1, 1)),
    tariff("VU1", 5, date(2020, 1, 1)),
    tariff("VU4", 5, date(2020, 1, 1)),
    tariff("PAU", 140_000, date(2021, 1, 1), age_to=21),
    tariff("PAU", 40_000, date(2021, 1, 1), age_from=21),
    *(tariff(code, 0, rate_ppm=0) for code in ("FJ", "PAS", "CHP")),
]
FULL_SHARE = [guarantee(family, rate_ppm=1_000_000) for family in CARE_FAMILIES if family not in NO_SHARE]


def _dated(rows: list[Row], schema: Any) -> pl.DataFrame:
    columns = schema.create_empty().schema
    said = [
        {"source": "made up", "file": "rules.yaml", "line": n, "line_id": n, "content_key": str(n)} | row
        for n, row in enumerate(rows, start=1)
    ]
    return pl.DataFrame([{name: row.get(name) for name in columns} for row in said], schema=columns)


def care_rules(
    *guarantees: Row,
    tariffs: list[Row] | None = None,
    responsible: bool = True,
    envelopes: list[Row] | None = None,
    drawing: dict[str, str] | None = None,
) -> CareRules:
    """Rules with these guarantees, or 100 % of the base for everything. ``drawing``: family -> envelope."""
    families = [
        {
            "family": family,
            "label": family,
            "retention": RETENTIONS.get(family, "none"),
            "fees": family in (*DOCTORS, "hospital_fees"),
            "care_path": family in DOCTORS,
            "responsible_tm": family not in NO_SHARE,
            "rate_parameter": RATES.get(family),
        }
        for family in CARE_FAMILIES
    ]
    acts = [
        {"act_code": code, "family": family, "label": code, "source": ""} for code, family in ACTS.items()
    ]
    draws = [{"plan": "plan", "level": "one", "envelope": e, "family": f} for f, e in (drawing or {}).items()]
    return CareRules(
        plans=pl.DataFrame(
            {"plan": ["plan"], "responsible": [responsible]}, schema=CarePlans.create_empty().schema
        ),
        families=pl.DataFrame(families, schema=CareFamilies.create_empty().schema),
        acts=pl.DataFrame(acts, schema=CareActs.create_empty().schema),
        tariffs=_dated(TARIFFS if tariffs is None else tariffs, Tariffs),
        guarantees=_dated(list(guarantees) or FULL_SHARE, Guarantees),
        envelopes=_dated(envelopes or [], Envelopes),
        envelope_families=pl.DataFrame(draws, schema=EnvelopeFamilies.create_empty().schema),
    )


RULES = care_rules()
ENROLMENT: Row = {
    "enrolment_id": 1,
    "contract_id": 7,
    "member_id": 1,
    "plan": "plan",
    "level": "one",
    "basis": "active",
    "valid_from": date(2017, 1, 1),
    "valid_to": None,
}
ENROLMENTS = {
    "enrolment_id": pl.Int32,
    "contract_id": pl.Int32,
    "member_id": pl.Int32,
    "plan": pl.String,
    "level": pl.String,
    "basis": pl.String,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
}


def act(act_code: str | None, charged_cents: int | None, on: date = date(2025, 3, 3), **said: Any) -> Row:
    """An act of member 1 as told by a bill; ``said``: other columns of ACT."""
    row = dict.fromkeys(ACT) | {
        "act_id": 1,
        "member_id": 1,
        "act_code": act_code,
        "charged_cents": charged_cents,
    }
    row |= {"care_from": on, "care_last_day": on, "quantity": 1, "others_cents": 0, "told_by_secu": False}
    return row | {"lines": 1, "cancelled": False} | said


def visit(**said: Any) -> Row:
    """A visit to a general practitioner in sector 1, inside the care path, for 30.00 €."""
    usual = {"sector": 1, "care_path": "in", "provider_id": 5, "charged_cents": 3_000}
    return act("G", **(usual | said))


def care(
    enrolments: list[Row] | None = None, born: date = date(1980, 5, 5), statuses: list[Row] | None = None
) -> Care:
    """The facts around the acts: the member's enrolments and birth date, and what is known of providers."""
    return Care(
        lines=pl.DataFrame(schema=CARE_LINE),
        answers=pl.DataFrame(schema=ANSWER),
        statuses=pl.DataFrame(
            [dict.fromkeys(PROVIDER_STATUS) | row for row in statuses or []], PROVIDER_STATUS
        ),
        members=pl.DataFrame({"member_id": [1], "family_id": [1], "birth_date": [born]}).cast(
            {"member_id": pl.Int32, "family_id": pl.Int32}
        ),
        enrolments=pl.DataFrame([ENROLMENT] if enrolments is None else enrolments, schema=ENROLMENTS),
    )


def decided(*acts: Row, rules: CareRules = RULES, facts: Care | None = None, **around: Any) -> Adjudicated:
    """The acts decided; ``around``: enrolments, born, statuses (see ``care``)."""
    frame = pl.DataFrame(list(acts), schema=ACT)
    return adjudicated(frame, facts or care(**around), CareTerms(rules, parameters()))


def only_row(*acts: Row, **around: Any) -> Row:
    """The only row that is decided; its reasons as codes."""
    found = decided(*acts, **around)
    assert found.waiting.is_empty(), found.waiting["reason"].to_list()
    (row,) = found.rows.to_dicts()
    return row | {"reasons": decoded(row["reasons"])}


def rows_by_act(*acts: Row, **around: Any) -> dict[int, Row]:
    """The rows of several acts with one payee each, by act; their reasons as codes."""
    found = decided(*acts, **around)
    assert found.waiting.is_empty(), found.waiting["reason"].to_list()
    return {row["act_id"]: row | {"reasons": decoded(row["reasons"])} for row in found.rows.to_dicts()}


def waits(*acts: Row, **around: Any) -> list[str]:
    """Why the acts wait, in their order."""
    found = decided(*acts, **around)
    assert found.rows.is_empty()
    return found.waiting["reason"].to_list()

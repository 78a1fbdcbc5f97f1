"""What a plan that calls itself a responsible contract may say (CSS L871-1, R871-2), and what is found in others."""

from datetime import date

import pytest

from avenant.core.rulebook.checking import check_rulebook
from avenant.core.rulebook.findings import Finding
from avenant.core.rulebook.nodes import Document
from avenant.gateways.rulebook_files import documents_in, shipped_folder

SHARED = [document for document in documents_in(shipped_folder()) if "plan" not in document.content]  # type: ignore[operator]
LEAST = {
    **dict.fromkeys(
        [
            *(
                "consultation_gp",
                "consultation_specialist",
                "technical_act",
                "imaging",
                "biology",
                "paramedical",
            ),
            *("pharmacy_100", "pharmacy_65", "transport", "dental_care", "orthodontics", "contact_lens"),
            *("device", "hospital_stay", "hospital_fees"),
        ],
        "100 % BR",
    ),
    **dict.fromkeys(["emergency", "heavy_act_sum", "daily_charge"], "real cost"),
    "dental_prosthesis": {"no_rac": "price limit", "otherwise": "100 % BR"},
    "optics_frame": {"class_a": "price limit", "otherwise": "100 % BR"},
    "optics_lens": {"class_a": "price limit", "otherwise": "100 % BR"},
    "hearing_aid": {"class_1": "price limit", "otherwise": "100 % BR"},
}
GLASSES = {"0-5": 6, "6-15": 12, "16+": 24}
RENEWALS = {
    "frames": {"families": ["optics_frame"], "months": GLASSES, "count": 1},
    "lenses": {"families": ["optics_lens"], "months": GLASSES, "count": 2},
    "ears": {"families": ["hearing_aid"], "months": 48, "scope": "location", "count": 1},
}


def plan(guarantees: dict[str, object], envelopes: dict[str, object] = RENEWALS, responsible: bool = True):
    dated = {"valid_from": date(2024, 1, 1), "source": "table"}
    return {
        "plan": "city",
        "currency": "EUR",
        "prices": [{**dated, "everyone": 50}],
        "responsible": responsible,
        "guarantees": [{**dated, "basis": "total", **guarantees}],
        "envelopes": [{**dated, "every_level": envelopes}],
    }


def findings(content: object, strict: bool = True) -> list[Finding]:
    return check_rulebook([Document("a.yaml", content), *SHARED], require_sources=strict)


def found(**changed: object) -> list[str]:
    return [finding.message for finding in findings(plan({**LEAST, **changed}))]


def test_the_least_that_the_law_asks_for_has_no_findings() -> None:
    assert found() == []


def test_less_than_the_patients_share_is_found() -> None:
    assert found(dental_care="90 % BR") == [
        "the guarantee of city standard for dental_care: pays less than the patient's share"
    ]
    assert found(biology={"0-17": "100 % BR", "18+": "60 % BR"})
    assert found(dental_care=["200 % BR", "80 % BR"])
    assert found(hospital_stay="nothing")


def test_on_top_of_the_secu_the_patients_share_is_enough() -> None:
    assert found(dental_care={"pays": "40 % BR", "basis": "complement"}) == []
    assert found(dental_care={"pays": "30 % BR", "basis": "complement"})


def test_a_flat_sum_is_enough_where_it_reaches_the_highest_base() -> None:
    assert found(optics_frame={"class_a": "price limit", "otherwise": "90 EUR"}) == []
    assert found(contact_lens="30 EUR")


def test_medicines_at_30_and_15_percent_may_be_left_out() -> None:
    assert "pharmacy_30" not in LEAST
    assert found(pharmacy_30="50 % BR") == []


def test_a_family_left_out_is_found() -> None:
    least = {name: cell for name, cell in LEAST.items() if name not in ("biology", "transport")}
    assert [finding.message for finding in findings(plan(least))] == [
        "city standard is a responsible contract without a guarantee for biology, transport"
    ]


def test_the_daily_charge_has_no_limit() -> None:
    assert found(daily_charge="20 EUR per day") == [
        "the guarantee of city standard for daily_charge: limits what must be paid in full"
    ]


@pytest.mark.parametrize(
    ("inside", "outside", "most"),
    [
        ("150 % BR", "130 % BR", None),
        ("150 % BR", "140 % BR", "130"),
        ("220 % BR", "200 % BR", None),
        ("220 % BR", "220 % BR", "200"),
        ("400 % BR", "200 % BR", None),
        ("400 % BR", "250 % BR", "200"),
        ("110 % BR", "100 % BR", None),
        ("real cost", "200 % BR", None),
        ("real cost", "real cost", "200"),
        ("150 % BR", "100 % BR + 20 EUR", "130"),
    ],
)
def test_outside_optam_less_is_paid_than_inside(inside: str, outside: str, most: str | None) -> None:
    messages = found(consultation_specialist={"optam": inside, "non_optam": outside})
    assert [f"the law at most {most} % BR" in message for message in messages] == [True] * (most is not None)


def test_one_figure_for_all_doctors_may_not_exceed_the_base() -> None:
    assert found(consultation_specialist="120 % BR") == [
        "the guarantee of city standard for consultation_specialist: pays 120 % BR outside OPTAM, "
        "the law at most 100 % BR"
    ]


def test_100_percent_sante_leaves_no_rest() -> None:
    assert found(dental_prosthesis="300 % BR") == [
        "the guarantee of city standard for dental_prosthesis: leaves a rest to pay in the basket no_rac"
    ]
    assert found(hearing_aid={"class_1": "200 % BR", "otherwise": "100 % BR"})


def test_frames_and_hearing_aids_have_a_cap() -> None:
    assert found(optics_frame={"class_a": "price limit", "otherwise": "100 EUR"}) == []
    assert found(optics_frame={"class_a": "price limit", "otherwise": "120 EUR"}) == [
        "the guarantee of city standard for optics_frame: pays up to 120.00 EUR in class_b, "
        "the law at most 100.00 EUR"
    ]
    ears = {
        "class_1": "price limit",
        "otherwise": {"0-20": "100 % BR + 300 EUR", "21+": "100 % BR + 1300 EUR"},
    }
    assert found(hearing_aid=ears) == []  # 1,400.00 + 300.00 and 400.00 + 1,300.00
    assert found(hearing_aid={"class_1": "price limit", "otherwise": "100 % BR + 301 EUR"})
    assert found(hearing_aid={"class_1": "price limit", "otherwise": "real cost"})


@pytest.mark.parametrize(
    ("name", "changed", "pieces"),
    [
        ("frames", {"months": {"0-5": 6, "6-15": 12, "16+": 12}}, "at 16"),
        ("frames", {"count": 2}, "at 0"),
        ("lenses", {"count": 4}, "at 0"),
        ("ears", {"months": 24}, "at 0"),
        ("ears", {"scope": "member", "count": 2}, "at 0"),
    ],
)
def test_more_than_one_pair_in_two_years_is_found(name: str, changed: dict[str, object], pieces: str) -> None:
    renewals = {**RENEWALS, name: {**RENEWALS[name], **changed}}
    messages = [finding.message for finding in findings(plan(LEAST, renewals))]
    assert messages
    assert pieces in messages[0]
    assert all(
        "nothing keeps to the renewal period of the law on 2024-01-01" in message for message in messages
    )


def test_glasses_without_a_renewal_period_are_found() -> None:
    renewals = {name: envelope for name, envelope in RENEWALS.items() if name != "lenses"}
    assert len(findings(plan(LEAST, renewals))) == len(GLASSES)


def test_a_renewal_period_that_is_shortened_later_is_found() -> None:
    later = plan(LEAST)
    shorter = {"families": ["hearing_aid"], "months": 36, "scope": "location", "count": 1}
    dated = {"valid_from": date(2026, 1, 1), "source": "table", "every_level": {"ears": shorter}}
    later["envelopes"].append(dated)
    assert [finding.message for finding in findings(later)] == [
        "the guarantee of city standard for hearing_aid: at 0 nothing keeps to the renewal period of the law "
        "on 2026-01-01"
    ]


def test_a_limit_over_time_on_a_share_that_must_be_paid_is_found() -> None:
    yearly = {"families": ["dental_care"], "period": "calendar_year", "limit": "500 EUR"}
    messages = [finding.message for finding in findings(plan(LEAST, {**RENEWALS, "teeth": yearly}))]
    assert messages == [
        "the envelope teeth of city standard limits dental_care, whose patient's share must always be paid"
    ]


def test_a_plan_that_is_not_responsible_may_say_what_it_likes() -> None:
    assert findings(plan({"dental_care": "10 % BR"}, {}, responsible=False)) == []


def test_in_the_inline_plan_of_a_case_it_is_a_warning() -> None:
    severities = {
        finding.severity for finding in findings(plan({"dental_care": "10 % BR"}, {}), strict=False)
    }
    assert severities == {"warning"}

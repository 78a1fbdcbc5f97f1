"""A gallery of everything the care side of a rulebook can be refused for: file, line, what was seen, what to do.

In each text the comment ``# here`` marks the line that the finding must name.
"""

import pytest

from avenant.core.rulebook.checking import check_rulebook
from avenant.core.rulebook.loading import read_inline
from avenant.gateways.marked_yaml import parsed

PLAN = """\
plan: city
currency: EUR
prices: [{valid_from: 2024-01-01, source: list, everyone: 50.00}]
responsible: false
guarantees:
  - valid_from: 2024-01-01
    source: table 2024
    basis: total
    dental_care: 100 % BR
    implant: 300 EUR
"""
ENVELOPE = """\
envelopes:
  - valid_from: 2024-01-01
    source: table 2024
    every_level:
      implants: {label: Implants, families: [implant], period: calendar_year, count: 2}
"""
TOPIC = """\
care: dental
source: nomenclature
families:
  dental_care: {label: Dental care, rate: ss_rate_dental_care}
acts:
  SCALING: {family: dental_care, label: Scaling}
tariffs:
  - acts: [SCALING]
    values:
      - {valid_from: 2024-01-01, base: 28.92, source: sheet}
parameters:
  ss_rate_dental_care:
    unit: percent
    values: [{valid_from: 2023-10-15, value: 60, source: decree}]
"""
VALUE = "- {valid_from: 2024-01-01, base: 28.92, source: sheet}"


def findings(text: str):
    other = PLAN if text.startswith("care:") else TOPIC
    return check_rulebook([parsed(text, "a.yaml"), parsed(other, "b.yaml")])


def marked_line(text: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if "# here" in line)


GALLERY = {
    "unknown family": (
        PLAN.replace("implant: 300 EUR", "implants: 300 EUR  # here"),
        "unknown key “implants”",
        "did you mean “implant”?",
    ),
    "no word on the contract": (
        PLAN.replace("responsible: false\n", ""),
        "does not say whether it is a responsible contract",
        "responsible: true",
    ),
    "responsible in words": (
        PLAN.replace("responsible: false", "responsible: maybe  # here"),
        "seen “maybe” where yes or no belongs",
        "true or false",
    ),
    "no basis": (
        PLAN.replace("    basis: total\n", ""),
        "“basis” is missing",
        "basis: total",
    ),
    "unknown phrase": (
        PLAN.replace("300 EUR", "300 euros  # here"),
        "implant: seen “300 euros” where a guarantee belongs",
        "45 EUR per day",
    ),
    "one column only": (
        PLAN.replace("100 % BR", "{optam: 100 % BR}  # here"),
        "“non_optam” is missing",
        "the other column",
    ),
    "basket without the rest": (
        PLAN.replace("100 % BR", "{no_rac: price limit}  # here"),
        "“otherwise” is missing",
        "every other basket",
    ),
    "unknown basket": (
        PLAN.replace("100 % BR", "{no_rack: price limit, otherwise: 100 % BR}  # here"),
        "unknown key “no_rack”",
        "did you mean “no_rac”?",
    ),
    "gap in ages": (
        PLAN.replace("100 % BR", "{0-17: 100 % BR, 20+: 90 % BR}  # here"),
        "gap: no answer for age 18-19",
        'add a row "18-19"',
    ),
    "overlap in ages": (
        PLAN.replace("100 % BR", "{0-17: 100 % BR, 17+: 90 % BR}  # here"),
        "overlap: age 17 stands in two rows",
        "one row",
    ),
    "guarantee without a source": (
        PLAN.replace(
            "  - valid_from: 2024-01-01\n    source: table 2024", "  - valid_from: 2024-01-01  # here"
        ),
        "no source is given",
        "where the value was published",
    ),
    "guarantee that stops": (
        PLAN.replace("    basis", "    valid_through: 2024-03-31\n    basis")
        + "  - {valid_from: 2024-05-01, source: x, basis: total, implant: 5 EUR}  # here\n",
        "gap: the guarantee of city standard for implant is not known from 2024-04-01 to 2024-04-30",
        "add the missing dates",
    ),
    "guarantee given twice": (
        PLAN + "  - {valid_from: 2024-01-01, source: x, basis: total, implant: 5 EUR}  # here\n",
        "the guarantee of city standard for implant is given twice",
        "keep one",
    ),
    "share of an unknown ceiling": (
        PLAN.replace("300 EUR", "10 % PMSS  # here"),
        "is a share of the monthly ceiling, unknown from 2024-01-01 on",
        "add the parameter “pmss”",
    ),
    "unknown level": (
        PLAN.replace(
            "    dental_care: 100 % BR\n    implant: 300 EUR", "    levels: {gold: {implant: 5 EUR}}  # here"
        ),
        "unknown level “gold”",
        "standard",
    ),
    "envelope of nothing": (
        PLAN + ENVELOPE.replace("[implant]", "[soft_medicine]").replace("count: 2}", "count: 2}  # here"),
        "limits soft_medicine, which that level does not guarantee",
        "add a guarantee",
    ),
    "envelope without a limit": (
        PLAN + ENVELOPE.replace(", count: 2}", "}  # here"),
        "an envelope without a limit",
        "limit: 200 EUR",
    ),
    "envelope with two times": (
        PLAN + ENVELOPE.replace("count: 2}", "months: 24, count: 2}  # here"),
        "an envelope needs its time once",
        "either period",
    ),
    "envelope that changes its families": (
        PLAN
        + ENVELOPE
        + "  - valid_from: 2025-01-01\n    source: x\n    every_level:\n"
        + "      implants: {families: [dental_care], period: calendar_year, count: 2}  # here\n",
        "changes its families on 2025-01-01",
        "under a new name",
    ),
    "act of no family": (
        TOPIC.replace("Scaling}", "Scaling}\n  IMP: {family: implant}  # here"),
        "the act IMP is of the family “implant”, which no file describes",
        "families:",
    ),
    "act of an impossible family": (
        TOPIC.replace("{family: dental_care, label: Scaling}", "{family: teeth, label: Scaling}  # here"),
        "family: seen “teeth”",
        "write one of",
    ),
    "tariff of no act": (
        TOPIC.replace("acts: [SCALING]", "acts: [SCALLING]").replace(
            "source: sheet}", "source: sheet}  # here"
        ),
        "there is no act SCALLING",
        "correct the code",
    ),
    "base in words": (
        TOPIC.replace("28.92, source: sheet}", "about 30, source: sheet}  # here"),
        "base: seen “about 30” where a number belongs",
        "54.60",
    ),
    "tariff without a base": (
        TOPIC.replace("base: 28.92, source: sheet}", "source: sheet}  # here"),
        "“base” is missing",
        "unknown",
    ),
    "price limit for other ages": (
        TOPIC.replace(
            "base: 28.92, source: sheet}",
            "base: {0-9: 5, 10+: 6}, price_limit: {0-5: 8, 6+: 9}, source: x}  # here",
        ),
        "the price limit is for other ages than the base",
        "the same ages",
    ),
    "unknown parameter": (
        TOPIC.replace("ss_rate_dental_care}", "ss_rate_teeth}  # here"),
        "there is no parameter “ss_rate_teeth_ppm”, which dental_care needs",
        "add it to parameters",
    ),
    "unknown retention": (
        TOPIC.replace("label: Dental care,", "label: Dental care, retention: participation,").replace(
            "ss_rate_dental_care}", "ss_rate_dental_care}  # here"
        ),
        "there is no parameter “participation_forfaitaire_cents”",
        "add it to parameters",
    ),
    "rate that starts late": (
        TOPIC.replace("2023-10-15", "2024-02-01").replace("source: sheet}", "source: sheet}  # here"),
        "follows the rate ss_rate_dental_care_ppm, unknown from 2024-01-01 on",
        "state the rate here",
    ),
    "no rate at all": (
        TOPIC.replace(", rate: ss_rate_dental_care}", "}").replace(
            "source: sheet}", "source: sheet}  # here"
        ),
        "the tariff of SCALING states no rate, and neither does its family",
        "add rate:",
    ),
    "code with a space": (
        TOPIC.replace("acts: [SCALING]", "acts: [SCALING BIG]  # here"),
        "where the code of an act belongs",
        "HBLD038",
    ),
    "tariffs that overlap": (
        TOPIC.replace(
            VALUE,
            "- {valid_from: 2024-01-01, valid_through: 2024-12-31, base: 28.92, source: sheet}\n"
            "      - {valid_from: 2024-06-01, base: 30.00, source: sheet}  # here",
        ),
        "overlap: the tariff of SCALING holds through 2024-12-31 and again from 2024-06-01",
        "let the earlier one end",
    ),
    "tariffs with a gap": (
        TOPIC.replace(
            VALUE,
            "- {valid_from: 2024-01-01, valid_through: 2024-03-31, base: 28.92, source: sheet}\n"
            "      - {valid_from: 2024-06-01, base: 30.00, source: sheet}  # here",
        ),
        "gap: the tariff of SCALING is not known from 2024-04-01 to 2024-05-31",
        "add the missing dates",
    ),
}


@pytest.mark.parametrize("name", GALLERY)
def test_a_finding_names_the_line_what_was_seen_and_what_to_do(name: str) -> None:
    text, message, remedy = GALLERY[name]
    found = [finding for finding in findings(text) if message in finding.message]
    assert found, findings(text)
    assert remedy in found[0].remedy
    if "# here" in text:
        assert (found[0].file, found[0].line) == ("a.yaml", marked_line(text))


def test_the_texts_of_the_gallery_are_right_before_they_are_spoilt() -> None:
    assert findings(PLAN + ENVELOPE) == []
    assert findings(TOPIC) == []


def test_a_topic_twice_is_found() -> None:
    found = check_rulebook([parsed(TOPIC, "a.yaml"), parsed(TOPIC, "b.yaml")])
    assert "SCALING is described twice; first in a.yaml:6" in [finding.message for finding in found]


def test_a_tariff_of_low_confidence_is_a_warning() -> None:
    found = findings(TOPIC.replace("source: sheet}", "source: sheet, confidence: low}"))
    assert [(finding.severity, "low confidence" in finding.message) for finding in found] == [
        ("warning", True)
    ]


def test_an_inline_plan_with_guarantees_needs_no_sources() -> None:
    plan = {
        "currency": "EUR",
        "prices": [{"valid_from": "2024-01", "everyone": 50}],
        "responsible": True,
        "guarantees": [
            {"valid_from": "2024-01", "basis": "total", "dental_prosthesis": "400 % BR + 200 EUR"}
        ],
    }
    care = read_inline({"plans": {"city": plan}}).care
    rows = care.guarantees.select("level", "family", "rate_ppm", "flat_cents").rows()
    assert rows == [("standard", "dental_prosthesis", 4_000_000, 20_000)]
    assert care.plans.rows() == [("city", True)]


def test_a_collection_holds_topics_of_care() -> None:
    topic = {"families": {"implant": {"label": "Implant"}}, "acts": {"IMP": {"family": "implant"}}}
    tariffs = [{"acts": ["IMP"], "values": [{"valid_from": "2024-01-01", "base": "none"}]}]
    care = read_inline({"topics": {"teeth": {**topic, "tariffs": tariffs}}}).care
    assert care.tariffs.select("act_code", "base_cents", "rate_ppm").rows() == [("IMP", 0, 0)]

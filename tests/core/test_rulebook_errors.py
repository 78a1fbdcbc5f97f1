"""A gallery of everything a rulebook can be refused for: the file, the line, what was seen, what to do.

In each text the comment ``# here`` marks the line that the finding must name.
"""

import pytest

from avenant.core.rulebook.checking import check_rulebook
from avenant.core.rulebook.findings import RulebookRefused
from avenant.core.rulebook.loading import read_inline, read_rulebook
from avenant.gateways.marked_yaml import parsed

PLAN = """\
plan: city
currency: EUR
employer_share: [{valid_from: 2024-01-01, percent: 60, source: agreement}]
prices:
  - valid_from: 2024-01-01
    source: list 2024
    everyone: 50.00
"""
TABLES = PLAN.partition("prices:")[0] + "prices:\n"
CEILING = """\
parameter: pmss
unit: money
source: official journal
values:
  - {valid_from: 2024-01-01, value: 3864.00, valid_through: 2025-12-31}
"""
TAX = """\
parameter: tsa
unit: percent
source: the law
values: [{valid_from: 2016-01-01, value: 13.27}]
"""


def findings(text: str, *others: str):
    documents = [parsed(each, f"{name}.yaml") for name, each in zip("abc", (text, *others), strict=False)]
    return check_rulebook(documents)


def marked_line(text: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if "# here" in line)


GALLERY = {
    "unknown key": (
        PLAN.replace("currency: EUR", "currency: EUR\nprorata: days  # here"),
        "unknown key “prorata”",
        "did you mean “proration”?",
    ),
    "no currency": (
        PLAN.replace("currency: EUR", "").replace("city", "city  # here"),
        "“currency” is missing",
        "",
    ),
    "lower-case currency": (
        PLAN.replace("EUR", "eur  # here"),
        "seen “eur” where a currency belongs",
        "three letters",
    ),
    "unknown proration": (
        PLAN + "proration: day  # here\n",
        "proration: seen “day”",
        "did you mean “days”? write one of: days, month_if_covered_on_first, departure_month_due",
    ),
    "unknown age convention": (PLAN + "age: birthday  # here\n", "seen “birthday”", "last_birthday"),
    "thirteenth month": (
        PLAN + "age: {convention: plan_year, plan_year_month: 13}  # here\n",
        "there is no month 13",
        "1 to 12",
    ),
    "unknown paying children": (
        PLAN + "children: second  # here\n",
        "seen “second”",
        "{paying: 3, under: 21}",
    ),
    "child limit too high": (
        PLAN + "children: {under: 200}  # here\n",
        "the age 200 is too high",
        "up to 151",
    ),
    "bad plan name": (
        PLAN.replace("plan: city", "plan: City Plan  # here"),
        "seen “City Plan” where a short name belongs",
        "lower-case",
    ),
    "no prices": ("plan: city  # here\ncurrency: EUR\n", "“prices” is missing", "add prices:"),
    "prices without a list": (
        "plan: city\ncurrency: EUR\nprices: 50.00  # here\n",
        "seen “50.00” where a list belongs",
        "one entry per table",
    ),
    "valid_from within a month": (
        PLAN.replace("2024-01-01\n    source", "2024-01-15  # here\n    source"),
        "2024-01-15 is not the first of a month",
        "write 2024-01-01 or 2024-02-01",
    ),
    "no valid_from": (
        TABLES + "  - source: list  # here\n    everyone: 50.00\n",
        "“valid_from” is missing",
        "write the first day it counts",
    ),
    "valid_through within a month": (
        PLAN + "    valid_through: 2024-06-15  # here\n",
        "the last day “2024-06-15” is not the end of a month",
        "whole months",
    ),
    "end before start": (
        TABLES + "  - {valid_from: 2024-05-01, valid_through: 2024-02, source: x, everyone: 5}  # here\n",
        "ends before it begins",
        "valid_through",
    ),
    "no such day": (
        PLAN.replace("2024-01-01\n    source", '"2024-13-01"  # here\n    source'),
        "where a date belongs",
        "such as 2026-01-01",
    ),
    "missing source": (
        TABLES + "  - valid_from: 2024-01-01  # here\n    everyone: 50.00\n",
        "no source is given",
        "add source:",
    ),
    "missing source of a rate": (
        PLAN.replace(", source: agreement", "").replace("60}]", "60}]  # here"),
        "no source is given",
        "add source:",
    ),
    "negative price": (PLAN.replace("50.00", "-50.00  # here"), "the price is negative", "positive"),
    "tenth of a cent": (PLAN.replace("50.00", "50.005  # here"), "too many decimals", "two decimals"),
    "a word for a price": (PLAN.replace("50.00", "fifty  # here"), "seen “fifty”", "a number such as 54.60"),
    "a tier without a price": (
        TABLES + "  - {valid_from: 2024-01-01, source: x, primary: 50, partner: 50}  # here\n",
        "no price for child",
        "refused",
    ),
    "gap in ages": (
        TABLES + "  - valid_from: 2024-01-01\n    source: x\n    everyone: {0-17: 20, 19+: 50}  # here\n",
        "gap: no price for age 18",
        'add a row "18"',
    ),
    "last age missing": (
        TABLES + "  - valid_from: 2024-01-01\n    source: x\n    everyone: {0-17: 20, 18-69: 50}  # here\n",
        "gap: no price for age 70+",
        "refused",
    ),
    "overlap in ages": (
        TABLES + "  - valid_from: 2024-01-01\n    source: x\n    everyone: {0-18: 20, 18+: 50}  # here\n",
        "overlap: age 18 stands in two rows",
        "one row",
    ),
    "ages backwards": (
        TABLES + "  - valid_from: 2024-01-01\n    source: x\n    everyone: {17-0: 20}  # here\n",
        "the ages “17-0” cannot be",
        "lower age first",
    ),
    "ages in words": (
        TABLES + "  - valid_from: 2024-01-01\n    source: x\n    everyone: {adults: 20}  # here\n",
        "seen “adults” where ages belong",
        '"60+"',
    ),
    "same_as without prices": (
        TABLES + "  - valid_from: 2024-01-01\n    source: x\n    primary: 5\n    child: 5\n"
        "    partner: {same_as: everyone}  # here\n",
        "“everyone” has no prices of its own here",
        "name a tier",
    ),
    "a family tier for persons": (
        TABLES + "  - {valid_from: 2024-01-01, source: x, everyone: 5, duo: 7}  # here\n",
        "unknown key “duo”",
        "known here",
    ),
    "unknown level": (
        TABLES
        + "  - valid_from: 2024-01-01\n    source: x\n    levels:\n      gold: {everyone: 5}  # here\n",
        "unknown level “gold”",
        "the levels of this plan are: standard",
    ),
    "a level without prices": (
        PLAN.replace("prices:", "levels: [basic, gold]\nprices:  # here").replace(
            "everyone: 50.00", "levels: {basic: {everyone: 5}}"
        ),
        "the level “gold” has no prices",
        "remove the level",
    ),
    "several levels, none named": (
        PLAN.replace("prices:", "levels: [basic, gold]\nprices:").replace(
            "2024-01-01\n", "2024-01-01  # here\n"
        ),
        "the table does not say which levels it prices",
        "add levels: {basic: …}",
    ),
    "unknown component": (
        PLAN + "    component: dental  # here\n",
        "component: seen “dental”",
        "write one of: health",
    ),
    "unknown structure": (PLAN + "components: {health: per_head}  # here\n", "seen “per_head”", "per_person"),
    "component not named": (
        PLAN.replace("prices:", "components: {health: per_person, dental: per_person}\nprices:").replace(
            "2024-01-01\n", "2024-01-01  # here\n"
        ),
        "the table does not say which component it prices",
        "add component: health",
    ),
    "unknown curve": (
        PLAN + "    curve: steep  # here\n",
        "there is no curve “steep”",
        "add its file, or name one of: none",
    ),
    "unknown unit": (PLAN + "    unit: euro  # here\n", "unit: seen “euro”", "money, percent_of_pmss"),
    "two tables from the same day": (
        PLAN + "  - valid_from: 2024-01-01\n    source: again\n    everyone: 51.00  # here\n",
        "is given twice from 2024-01-01 on; first in a.yaml:7",
        "keep one of the two",
    ),
    "gap in dates": (
        TABLES + "  - {valid_from: 2024-01-01, valid_through: 2024-06, source: x, everyone: 5}\n"
        "  - {valid_from: 2024-09-01, source: x, everyone: 6}  # here\n",
        "gap: the price of city standard health for primary is not known from 2024-07-01 to 2024-08-31",
        "leave out valid_through",
    ),
    "overlap in dates": (
        TABLES + "  - {valid_from: 2024-01-01, valid_through: 2024-12, source: x, everyone: 5}\n"
        "  - {valid_from: 2024-09-01, source: x, everyone: 6}  # here\n",
        "overlap: the price of city standard health for child holds through 2024-12-31 and again",
        "let the earlier one end with 2024-08-31",
    ),
    "employer share above the whole": (
        PLAN.replace("60", "160").replace("agreement}]", "agreement}]  # here"),
        "the rate is above 100 %: “160”",
        "0 to 100",
    ),
    "employer share known too late": (
        PLAN.replace("{valid_from: 2024-01-01", "{valid_from: 2024-03-01").replace("t}]", "t}]  # here"),
        "the employer share of city is unknown from 2024-01-01 on, while the plan has prices",
        "percent: 0",
    ),
    "tax without rates": (
        PLAN + "tax: {code: TSA, mode: included}  # here\n",
        "a tax needs its rates once",
        "either rates: or parameter:",
    ),
    "tax without a mode": (
        PLAN + "tax: {code: TSA, rates: [{valid_from: 2024-01-01, percent: 13.27, source: x}]}  # here\n",
        "“mode” is missing",
        "included",
    ),
    "tax that follows nothing": (
        PLAN + "tax: {code: TSA, mode: included, parameter: tsa}  # here\n",
        "there is no parameter “tsa” in percent, which the tax of city follows",
        "unit: percent",
    ),
    "share of an unknown ceiling": (
        PLAN.replace("everyone: 50.00", "unit: percent_of_pmss\n    everyone: 1.81  # here"),
        "is a share of the monthly ceiling, unknown from 2024-01-01 on",
        "add the parameter “pmss”",
    ),
    "nothing in it": ("colour: blue  # here\n", "unknown key “colour”", "plans"),
    "not a table": ("- just a list\n", "seen a list where a table belongs", "plans"),
}


@pytest.mark.parametrize("name", GALLERY)
def test_a_finding_names_the_line_what_was_seen_and_what_to_do(name: str) -> None:
    text, message, remedy = GALLERY[name]
    found = [finding for finding in findings(text) if message in finding.message]
    assert found, findings(text)
    assert remedy in found[0].remedy
    assert (found[0].file, found[0].line) == ("a.yaml", marked_line(text) if "# here" in text else 1)


def test_the_plan_of_the_gallery_is_right_before_it_is_spoilt() -> None:
    assert findings(PLAN) == []


def test_a_ceiling_that_ends_before_the_price_is_found() -> None:
    text = PLAN.replace("everyone: 50.00", "unit: percent_of_pmss\n    everyone: 1.81")
    found = findings(text, CEILING)
    assert len(found) == 3
    assert all(finding.message.endswith("unknown from 2026-01-01 on") for finding in found)


def test_a_plan_given_twice_is_refused() -> None:
    assert [finding.message for finding in findings(PLAN, PLAN)] == ["the plan “city” is given twice"]


def test_a_tax_rate_that_changes_within_a_month_is_refused() -> None:
    late = TAX.replace("13.27}", "13.27}, {valid_from: 2024-03-15, value: 14.27}")
    text = PLAN + "tax: {code: TSA, mode: included, parameter: tsa}\n"
    assert findings(text, TAX) == []
    assert [finding.message for finding in findings(text, late)] == [
        "the tax rate of city changes within a month, on 2024-03-15"
    ]


def test_a_parameter_of_low_confidence_is_a_warning_that_refuses_nothing() -> None:
    doubtful = TAX.replace("13.27}", "13.27, confidence: low}")
    found = findings(PLAN, doubtful)
    assert [finding.severity for finding in found] == ["warning"]
    read_rulebook([parsed(PLAN, "a.yaml"), parsed(doubtful, "b.yaml")])


def test_a_refusal_lists_every_error_once_in_order_of_line() -> None:
    text = PLAN.replace("EUR", "eur").replace("50.00", "-1")
    with pytest.raises(RulebookRefused) as refused:
        read_rulebook([parsed(text, "a.yaml")])
    assert [finding.line for finding in refused.value.findings] == [2, 7]
    assert str(refused.value).startswith("a.yaml:2: error: currency: seen “eur”")


def test_sources_are_optional_in_line() -> None:
    plan = {"currency": "EUR", "prices": [{"valid_from": "2024-01", "everyone": 50}]}
    rulebook = read_inline({"plans": {"city": plan}}, file="case.yaml", first_line=12)
    assert rulebook.price_lines["amount_cents"].to_list() == [50 * 100] * 3
    assert rulebook.price_lines.select("file", "line").unique().rows() == [("case.yaml", 12)]

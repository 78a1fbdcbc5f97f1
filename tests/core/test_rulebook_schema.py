"""The published schema takes the shipped files and refuses what reading refuses."""

import json
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from avenant.core.frames import care_rules
from avenant.core.frames import rulebook as words
from avenant.core.frames.care import BASKETS
from avenant.core.rulebook.care_reading import TOPIC_KEYS
from avenant.core.rulebook.envelope_reading import ENVELOPE_KEYS, ENVELOPES_KEYS
from avenant.core.rulebook.guarantee_reading import GUARANTEE_KEYS, LONG_KEYS
from avenant.core.rulebook.plan_reading import PLAN_KEYS
from avenant.core.rulebook.price_reading import EVERYONE, TABLE_KEYS
from avenant.core.rulebook.reading import contents_of
from avenant.core.rulebook.shared_reading import CURVE_KEYS, PARAMETER_KEYS, VALUE_KEYS
from avenant.core.rulebook.tariff_reading import ACT_KEYS, FAMILY_KEYS, TARIFF_KEYS, TARIFF_VALUE_KEYS
from avenant.gateways.marked_yaml import parsed
from avenant.gateways.rulebook_files import documents_in, shipped_folder

SCHEMA = json.loads(files("avenant.core.rulebook").joinpath("schema.json").read_text(encoding="utf-8"))
PLAN = "plan: city\ncurrency: EUR\nprices: [{valid_from: 2024-01, everyone: 50.00}]\n"

CARE = (
    PLAN
    + """\
responsible: true
guarantees:
  - valid_from: 2024-01
    basis: total
    dental_care: {optam: 100 % BR, non_optam: [90 % BR, 5 EUR per act]}
envelopes:
  - valid_from: 2024-01
    every_level:
      teeth: {families: [dental_care], months: {0-15: 12, 16+: 24}, count: 2, limit: 10 % PMSS}
"""
)


def accepts(content: object) -> bool:
    """Whether the schema takes the content, with dates and decimals as JSON would hold them."""
    plain = json.loads(json.dumps(content, default=lambda value: str(value)))
    return Draft202012Validator(SCHEMA).is_valid(plain)


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("document", documents_in(shipped_folder()), ids=lambda document: document.file)
def test_the_shipped_files_follow_the_schema(document) -> None:
    assert accepts(document.content)


@pytest.mark.parametrize(
    "spoilt",
    [
        PLAN + "prorata: days\n",
        PLAN + "proration: day\n",
        PLAN + "age: birthday\n",
        PLAN + "children: second\n",
        PLAN + "tax: {code: TSA, mode: included}\n",
        PLAN.replace("EUR", "eur"),
        PLAN.replace("50.00", "-50.00"),
        PLAN.replace("50.00", "fifty"),
        PLAN.replace("50.00", "{adults: 5}"),
        PLAN.replace("everyone", "everybody"),
        PLAN.replace("valid_from: 2024-01, ", ""),
        "colour: blue\n",
    ],
)
def test_what_reading_refuses_the_schema_refuses(spoilt: str) -> None:
    assert accepts(parsed(PLAN, "a.yaml").content)
    assert not accepts(parsed(spoilt, "a.yaml").content)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("100 % BR,", "100 percent,"),
        ("100 % BR,", "{class_a: price limit},"),
        ("non_optam:", "not_optam:"),
        ("dental_care: {", "teeth: {"),
        ("basis: total", "basis: all"),
        ("responsible: true\n", ""),
        ("[dental_care]", "[teeth]"),
        ("months: {0-15: 12, 16+: 24}", "period: month"),
        ("count: 2, limit: 10 % PMSS", "scope: member"),
        ("10 % PMSS", "10 % BR"),
    ],
)
def test_guarantees_that_reading_refuses_the_schema_refuses(right: str, wrong: str) -> None:
    assert accepts(parsed(CARE, "a.yaml").content)
    assert right in CARE
    spoilt = parsed(CARE.replace(right, wrong, 1), "a.yaml")
    assert not accepts(spoilt.content)
    assert contents_of([spoilt], require_sources=False)[1]


def test_the_schema_knows_the_keys_and_words_of_care() -> None:
    parts = SCHEMA["$defs"]
    families = list(care_rules.CARE_FAMILIES)
    for name, keys in (
        ("topic", TOPIC_KEYS),
        ("family_rules", FAMILY_KEYS),
        ("act", ACT_KEYS),
        ("tariff", TARIFF_KEYS),
        ("tariff_value", TARIFF_VALUE_KEYS),
        ("guarantee_table", (*GUARANTEE_KEYS, *families)),
        ("envelope_table", ENVELOPES_KEYS),
    ):
        assert set(parts[name]["properties"]) == set(keys), name
    assert set(parts["envelope"]["anyOf"][1]["properties"]) == set(ENVELOPE_KEYS)
    assert set(parts["guarantee"]["anyOf"][1]["properties"]) == set(LONG_KEYS)
    assert parts["family"]["enum"] == families
    assert parts["basket"]["enum"] == list(BASKETS)
    assert parts["family_rules"]["properties"]["retention"]["enum"] == list(care_rules.RETENTIONS)


def test_the_schema_knows_the_keys_and_words_that_reading_knows() -> None:
    parts = SCHEMA["$defs"]
    assert set(parts["plan"]["properties"]) == set(PLAN_KEYS)
    tiers = {*words.PERSON_TIERS, *words.FAMILY_TIERS, EVERYONE}
    assert set(parts["table"]["properties"]) == {*TABLE_KEYS, *tiers}
    assert set(parts["parameter"]["properties"]) == set(PARAMETER_KEYS)
    assert set(parts["parameter"]["properties"]["values"]["items"]["properties"]) == set(VALUE_KEYS)
    assert set(parts["curve"]["properties"]) == set(CURVE_KEYS)
    assert parts["plan"]["properties"]["proration"]["enum"] == list(words.PRORATIONS)
    assert parts["plan"]["properties"]["cycle"]["enum"] == list(words.CYCLES)

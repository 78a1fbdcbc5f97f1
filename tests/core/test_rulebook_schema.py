"""The published schema takes the shipped files and refuses what reading refuses."""

import json
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from avenant.core.frames import rulebook as words
from avenant.core.rulebook.plan_reading import PLAN_KEYS
from avenant.core.rulebook.price_reading import EVERYONE, TABLE_KEYS
from avenant.core.rulebook.shared_reading import CURVE_KEYS, PARAMETER_KEYS, VALUE_KEYS
from avenant.gateways.marked_yaml import parsed
from avenant.gateways.rulebook_files import documents_in, shipped_folder

SCHEMA = json.loads(files("avenant.core.rulebook").joinpath("schema.json").read_text(encoding="utf-8"))
PLAN = "plan: city\ncurrency: EUR\nprices: [{valid_from: 2024-01, everyone: 50.00}]\n"


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

"""The published JSON Schema of case files, and what is wrong with a file in words a person can act on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from avenant.core.cases.model import CaseProblem, Place
from avenant.core.rulebook.nodes import Path
from avenant.gateways.case_tree import CaseTree

SCHEMA_FILE = "case.schema.json"


@cache
def case_schema() -> dict[str, Any]:
    """The schema as it is published (``avenant case schema`` prints it)."""
    text = files("avenant.gateways").joinpath(SCHEMA_FILE).read_text(encoding="utf-8")
    return dict(json.loads(text))


def schema_problems(tree: CaseTree, file: str) -> list[CaseProblem]:
    """Everything in ``tree`` that the schema refuses, in the order of the lines."""
    errors = Draft202012Validator(case_schema()).iter_errors(tree.data)
    found = {problem for error in errors for problem in _problems(error, tree, file)}
    return sorted(found, key=lambda problem: (problem.place.line, problem.seen))


def _problems(error: ValidationError, tree: CaseTree, file: str) -> Iterator[CaseProblem]:
    path: Path = tuple(error.absolute_path)
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        for key in error.instance:
            if key not in _rule(error).get("properties", {}):
                yield _unknown_key(key, error, Place(file, tree.line(*path, key)))
        return
    seen, remedy = _told(error)
    key = (error.instance,) if error.parent and error.parent.validator == "propertyNames" else ()
    yield CaseProblem(Place(file, tree.line(*path, *key)), seen, remedy)


def _unknown_key(key: str, error: ValidationError, place: Place) -> CaseProblem:
    known = list(_rule(error).get("properties", {}))
    meant = get_close_matches(key, known, n=1)
    guess = f"Did you mean {meant[0]!r}? " if meant else ""
    return CaseProblem(
        place, f"{key!r} is not a key that may stand here.", f"{guess}Known: {', '.join(known)}."
    )


def _told(error: ValidationError) -> tuple[str, str]:
    """What was seen and what to do, for one error of the validator."""
    shown, described = _shown(error.instance), _rule(error).get("description")
    if error.validator == "required":
        missing = error.message.split("'")[1]
        return f"{missing!r} is missing here.", f"Add it; see `avenant case schema` under {missing!r}."
    if error.validator == "enum" and isinstance(error.validator_value, Iterable):
        return (
            f"{shown} is not one of the words that may stand here.",
            f"Known: {', '.join(error.validator_value)}.",
        )
    if error.validator in ("minItems", "minProperties"):
        return "there is nothing in it.", "Leave the key out or fill it."
    if described:
        return f"{shown} is not what belongs here.", f"Expected: {described}."
    return f"{shown} is not of the right kind.", f"Expected: {error.validator_value}."


def _rule(error: ValidationError) -> Mapping[str, Any]:
    """The part of the schema that refused; a schema may also be plain true or false, which says nothing."""
    return error.schema if isinstance(error.schema, Mapping) else {}


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."

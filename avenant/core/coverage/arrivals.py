"""What arrived between two versions of an amount: each fact that was told, field by field, before and after.

Example: enrolment E-1, version 2: last day — → 30 June 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from avenant.core.coverage.model import Arrival, FieldChange, Learnt
from avenant.core.coverage.words import WORDS
from avenant.core.periods import day_before
from avenant.core.wording.figures import day_text

Row = Mapping[str, Any]
FIGURE = re.compile(r"(-?\d+)\.(\d+)( ?%.*| × .*)?")
"""An amount (``54.60``) or a rate (``1.43%``) as the rulebook's lines are told."""
Names = Mapping[str, Mapping[int, str]]
"""Column of an id -> id -> the number that people know."""

FACT_FIELDS: dict[str, tuple[str, ...]] = {
    "contract": ("kind", "cycle", "currency", "withdrawn"),
    "member": ("role", "birth_date", "family_id", "withdrawn"),
    "enrolment": (
        *("contract_id", "member_id", "plan", "level", "basis", "valid_from", "valid_to", "withdrawn"),
    ),
    "approval": ("contract_id", "member_id", "from_month", "through_month"),
}
"""The fields of each kind of fact that people are told about."""


def learnt(row: Row) -> Learnt:
    """When and by whom a row became known."""
    return Learnt(row["rev"], row["known_at"], row["actor"], row["reason"], row["run_id"])


def field_changes(kind: str, before: Row | None, row: Row, names: Names) -> tuple[FieldChange, ...]:
    """What ``row`` says otherwise than ``before`` (null: the fact is new), in the words of people."""
    found = (
        FieldChange(
            _called(field), None if before is None else _told(field, before, names), _told(field, row, names)
        )
        for field in FACT_FIELDS[kind]
    )
    return tuple(change for change in found if change.before != change.after and not _untold(before, change))


def _untold(before: Row | None, change: FieldChange) -> bool:
    """A new fact is not withdrawn: that goes without saying."""
    return before is None and change.field == "withdrawn" and change.after is False


def _called(field: str) -> str:
    return "last_day" if field == "valid_to" else field.removesuffix("_id")


def _told(field: str, row: Row, names: Names) -> object:
    value = row[field]
    if field == "valid_to":
        return None if value is None else day_before(value)
    return names.get(field, {}).get(value, value)


def fact_arrivals(
    kind: str, versions: Sequence[Row], names: Names, since: int, until: int
) -> Iterator[Arrival]:
    """The versions of facts of one kind that became known after revision ``since`` and up to ``until``.

    versions: all versions of these facts (id, version, ref, the columns of the fact, how it was learnt).
    """
    before: dict[tuple[int, int], Row] = {(row[f"{kind}_id"], row["version"]): row for row in versions}
    for row in sorted(versions, key=lambda row: (row["rev"], row[f"{kind}_id"], row["version"])):
        if since < row["rev"] <= until:
            former = before.get((row[f"{kind}_id"], row["version"] - 1))
            whose = names["member_id"].get(row["member_id"]) if "member_id" in row else None
            changes = field_changes(kind, former, row, names)
            yield Arrival(kind, row["ref"], row["version"], learnt(row), changes, whose)


def field_text(field: str, language: str) -> str:
    """A field as people call it, also within a longer name: of a line (``D1#1 secu_cents``), of a table of prices
    (``price confort child 0-150``). What is not among the words is told as it is."""
    words = WORDS[language]
    whole = words.get(f"field_{field}")
    parts = field.split(" ")
    return whole or " ".join(words.get(f"field_{part}", words.get(f"tier_{part}", part)) for part in parts)


def value_text(value: object, language: str) -> str:
    """A value as people read it: days in words, yes and no, a dash for nothing, figures as the language has them."""
    if value is None:
        return WORDS[language]["nothing"]
    if isinstance(value, bool):
        return WORDS[language]["yes" if value else "no"]
    if isinstance(value, date):
        return day_text(value, language)
    return _figure(str(value)) if language == "fr" else str(value)


def _figure(text: str) -> str:
    """A figure with a comma; a number that is no figure of money or rate stays as it is."""
    found = FIGURE.fullmatch(text)
    return text if found is None else f"{found[1]},{found[2]}{found[3] or ''}"

"""News about care as people know it: a document with its lines, an answer, a provider's status; and what changed.

Example: document D-0001 told anew: D-0001#1 secu_cents 16.55 → 18.55.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from avenant.core.coverage.arrivals import learnt
from avenant.core.coverage.model import Arrival, FieldChange
from avenant.core.wording.figures import percent_text, plain_amount

Row = Mapping[str, Any]

LINE_FIELDS: Final = (
    *("act_code", "family", "care_from", "quantity", "charged_cents", "base_cents", "rate_ppm", "secu_cents"),
    *(
        "retention_cents",
        "others_cents",
        "asked_cents",
        "exemption",
        "care_path",
        "basket",
        "location",
        "withdrawn",
    ),
)
ANSWER_FIELDS: Final = ("kind", "line_ref", "other_ref", "amount_cents", "withdrawn")
STATUS_FIELDS: Final = ("sector", "optam", "valid_from", "valid_to", "withdrawn")
MOST_CHANGES: Final = 12


def document_arrival(lines: Sequence[Row], document_id: int, rev: int) -> Arrival:
    """What was told of a document at a revision. lines: all versions of lines, with document_ref, how learnt."""
    told = [row for row in lines if row["document_id"] == document_id and row["rev"] == rev]
    former = {(row["line_id"], row["version"]): row for row in lines if row["document_id"] == document_id}
    changes: list[FieldChange] = []
    first = True
    for row in told:
        before = former.get((row["line_id"], row["version"] - 1))
        first = first and before is None
        changes += [] if before is None else _changed(before, row, LINE_FIELDS, f"{row['ref']} ")
    gone = all(row["withdrawn"] for row in told)
    if gone:
        changes = [FieldChange("withdrawn", False, True)]
    version = 1 if first else 2
    return Arrival(
        "document", told[0]["document_ref"], version, learnt(told[0]), tuple(changes[:MOST_CHANGES])
    )


def fact_arrival_of_care(kind: str, versions: Sequence[Row], number: int, version: int) -> Arrival:
    """A version of an ``answer`` or a ``provider_status``, with what it says otherwise than the one before."""
    key, fields = ("answer_id", ANSWER_FIELDS) if kind == "answer" else ("status_id", STATUS_FIELDS)
    mine = {row["version"]: row for row in versions if row[key] == number}
    row, before = mine[version], mine.get(version - 1)
    changes = list(_changed(before, row, fields, "")) if before is not None else []
    return Arrival(kind, row["ref"], version, learnt(row), tuple(changes))


def lines_of_rules_changed(before: Row | None, after: Row) -> tuple[FieldChange, ...]:
    """The tariff, guarantee and envelope that decided then and now, by their content, where they differ."""
    names = ("tariff", "guarantee", "envelope")
    found = (FieldChange(name, before[name] if before else None, after[name]) for name in names)
    return tuple(change for change in found if change.before != change.after)


def _changed(before: Row, row: Row, fields: Sequence[str], prefix: str) -> Iterator[FieldChange]:
    for field in fields:
        if before[field] != row[field]:
            yield FieldChange(f"{prefix}{field}", _said(field, before[field]), _said(field, row[field]))


def _said(field: str, value: object) -> object:
    """Amounts and rates as figures; other values as they are."""
    if isinstance(value, int) and not isinstance(value, bool):
        if field.endswith("_cents"):
            return plain_amount(value)
        if field.endswith("_ppm"):
            return percent_text(value, "en")
    return value

"""Messages on care in our own JSON: one document, a list of them, one a line, or with answers and statuses.

    {"ref": "D-1", "kind": "secu_return", "member_ref": "M-1", "received_on": "2026-03-09", "currency": "EUR",
     "lines": [{"act_code": "G", "care_from": "2026-03-03", "charged": "30.00", "base": "30.00", "rate": 70}]}

Names and words are those of the CSV files; `documents.schema.json` is the published schema.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from avenant.gateways.document_rows import DocumentRows

SCHEMA_FILE = "documents.schema.json"
SETS = ("documents", "answers", "provider_statuses")


@cache
def documents_schema() -> dict[str, Any]:
    """The schema as it is published (`avenant import documents --schema` prints it)."""
    text = files("avenant.gateways").joinpath(SCHEMA_FILE).read_text(encoding="utf-8")
    return dict(json.loads(text))


def add_json(rows: DocumentRows, value: Any, line: int, place: str) -> None:
    """Add what `value`, which begins in `line`, says: a document, or sets of documents, answers, statuses."""
    if isinstance(value, dict) and any(name in value for name in SETS):
        for name, body in value.items():
            _add_set(rows, name, body, line, f"{place}.{name}")
    else:
        _add_one(rows, "documents", value, line, place)


def _add_set(rows: DocumentRows, name: str, body: Any, line: int, place: str) -> None:
    if name not in SETS or not isinstance(body, list):
        rows.lose(line, place, "unknown property", f"{name} is not a list of {', '.join(SETS)}", _REMEDY)
        return
    for index, one in enumerate(body):
        _add_one(rows, name, one, line, f"{place}[{index}]")


_REMEDY = "Write it as `avenant import documents --schema` says"


def _add_one(rows: DocumentRows, table: str, value: Any, line: int, place: str) -> None:
    if not isinstance(value, dict):
        rows.lose(
            line, place, "not a document", f"{str(value)[:80]!r} stands where a document should", _REMEDY
        )
    elif table == "documents":
        _add_document(rows, value, line, place)
    else:
        rows.add(table, value, line, place)


def _add_document(rows: DocumentRows, document: Mapping[str, Any], line: int, place: str) -> None:
    nested = {name: document.get(name) or [] for name in ("lines", "amounts")}
    rows.add("documents", _without(document, nested), line, place)
    for name, body in nested.items():
        if not isinstance(body, list) or not all(isinstance(one, dict) for one in body):
            rows.refuse_last("documents", name, "not a list of objects", f"{name} is a list of objects")
            return
    amounts = [(None, f"{place}.amounts[{n}]", amount) for n, amount in enumerate(nested["amounts"])]
    for index, care in enumerate(nested["lines"]):
        number, where = care.get("line", index + 1), f"{place}.lines[{index}]"
        told = {**_without(care, ["amounts"]), "document_ref": document.get("ref"), "line": number}
        rows.add("care_lines", told, line, where)
        kept = care.get("amounts") or []
        if not isinstance(kept, list) or not all(isinstance(one, dict) for one in kept):
            rows.refuse_last("care_lines", "amounts", "not a list of objects", "amounts is a list of objects")
            continue
        amounts += [(number, f"{where}.amounts[{n}]", amount) for n, amount in enumerate(kept)]
    for position, (number, where, amount) in enumerate(amounts, start=1):
        fixed = {"document_ref": document.get("ref"), "line": number, "position": position}
        rows.add("line_amounts", {"currency": document.get("currency"), **amount, **fixed}, line, where)


def _without(values: Mapping[str, Any], names: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}

"""Papers as JSON texts for programs: keys in a fixed order, money in integer cents, days as 2026-06-01."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from importlib.resources import files
from typing import Any


def json_text(document: Mapping[str, Any]) -> str:
    """The document as an indented JSON text."""
    return json.dumps(document, ensure_ascii=False, indent=1, default=_written)


def json_schema(kind: str) -> Mapping[str, Any]:
    """The published JSON schema of a kind of paper, beside this module."""
    text = files("avenant.gateways.documents").joinpath(f"{kind}.schema.json").read_text(encoding="utf-8")
    schema: Mapping[str, Any] = json.loads(text)
    return schema


def _written(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"a paper holds no {type(value).__name__}")

"""Case files written: a tree of a case as YAML that people read, small tables on one line.

case_text({"case": "A decision run again", "steps": [{"on": date(2025, 3, 5), …}]})
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

WIDEST: Final = 116
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*|-?\d+\.\d{2}|\d{1,3}(\.\d+)?%")
_SPECIAL: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def case_text(case: Mapping[str, Any], comment: str = "") -> str:
    """The text of a case file; ``comment`` stands above it."""
    head = [f"# {line}" for line in comment.splitlines()]
    return "\n".join([*head, *_table(case, 0), ""])


def _table(values: Mapping[str, Any], indent: int) -> Iterator[str]:
    for key, value in values.items():
        yield from _entry(f"{' ' * indent}{_scalar(key)}:", value, indent + 2)


def _entry(head: str, value: Any, indent: int) -> Iterator[str]:
    """``head`` and a value: on one line where it is short, else below."""
    short = _flow(value)
    if len(head) + 1 + len(short) <= WIDEST or not isinstance(value, Mapping | list):
        yield f"{head} {short}"
    elif isinstance(value, Mapping):
        yield head
        yield from _table(value, indent)
    else:
        yield head
        for each in value:
            yield from _item(each, indent)


def _item(value: Any, indent: int) -> Iterator[str]:
    short = f"{' ' * indent}- {_flow(value)}"
    if len(short) <= WIDEST or not isinstance(value, Mapping):
        yield short
        return
    first, *rest = _table(value, indent + 2)
    yield f"{' ' * indent}- {first.lstrip()}"
    yield from rest


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_scalar(key)}: {_flow(each)}' for key, each in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_flow, value))}]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    """A plain word where YAML reads it as the same text, else quoted as JSON, which YAML reads too."""
    if value is None or isinstance(value, bool | int):
        return json.dumps(value)
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    plain = _PLAIN.fullmatch(text) and text.lower() not in _SPECIAL
    return text if plain else json.dumps(text, ensure_ascii=False)

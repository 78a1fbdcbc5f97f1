"""YAML texts with the line of every value, numbers as they were written, and no silent surprises.

Numbers become integers or Decimal, never float; only ``true`` and ``false`` are booleans; a key that stands
twice in one table is refused instead of the first being forgotten.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from avenant.core.rulebook.nodes import Document, Path

DEEPEST = 40
"""How many tables may stand in one another."""

PREFIX = "tag:yaml.org,2002:"


class YamlRefused(ValueError):
    """A text that is not the YAML we read: ``file``, ``line`` (from 1), ``message`` and ``remedy``."""

    def __init__(self, file: str, line: int, message: str, remedy: str) -> None:
        self.file, self.line, self.message, self.remedy = file, line, message, remedy
        super().__init__(f"{file}:{line}: {message}\n    {remedy}")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The plain YAML loader, with fewer guesses about what an unquoted word means."""

    yaml_implicit_resolvers: dict[str, Any] = {}


for _name, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"~|null|", ["~", "n", ""]),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?[0-9]+\.[0-9]+", "-+0123456789"),
    ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "0123456789"),
):
    _Loader.add_implicit_resolver(PREFIX + _name, re.compile(f"^(?:{_pattern})$"), list(_first))


def parsed(text: str, file: str) -> Document:
    """The one YAML document in ``text``; ``file`` is the name that errors give it.

    Errors: ``YamlRefused``.
    """
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        seen = " ".join(part for part in (error.context, error.problem) if part)
        remedy = "check the indentation, the colons and the quotes of this line and the one above"
        raise YamlRefused(
            file, mark.line + 1 if mark else 1, f"not readable as YAML: {seen}", remedy
        ) from None
    except yaml.YAMLError as error:
        remedy = "save the file as UTF-8 text without control characters"
        raise YamlRefused(file, 1, f"not readable as YAML: {error}", remedy) from None
    finally:
        loader.dispose()
    if node is None:
        raise YamlRefused(file, 1, "the file is empty", "write something in it, or remove it")
    lines: dict[Path, int] = {}
    return Document(file, _value(node, (), lines, file), lines, first_line=1)


def _value(node: yaml.Node, path: Path, lines: dict[Path, int], file: str) -> object:
    lines.setdefault(path, node.start_mark.line + 1)
    if len(path) > DEEPEST:
        raise YamlRefused(file, node.start_mark.line + 1, "tables nested too deeply", "write it flatter")
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines, file)
    if isinstance(node, yaml.SequenceNode):
        return [_value(entry, (*path, place), lines, file) for place, entry in enumerate(node.value)]
    return _scalar(node, file) if isinstance(node, yaml.ScalarNode) else None


def _mapping(node: yaml.MappingNode, path: Path, lines: dict[Path, int], file: str) -> dict[Any, object]:
    found: dict[Any, object] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise YamlRefused(file, line, "a table where a key belongs", "write a word before the colon")
        key: Any = _scalar(key_node, file)
        if key in found:
            raise YamlRefused(file, line, f"the key “{key}” stands here twice", "keep one of the two")
        lines[(*path, key)] = line
        found[key] = _value(value_node, (*path, key), lines, file)
    return found


def _scalar(node: yaml.ScalarNode, file: str) -> object:
    kind, text = node.tag.removeprefix(PREFIX), node.value
    try:
        if kind == "timestamp":
            return date.fromisoformat(text)
        if kind in ("int", "float"):
            return int(text) if kind == "int" else Decimal(text)
    except ValueError:
        remedy = "write a day that exists, such as 2026-01-31"
        raise YamlRefused(file, node.start_mark.line + 1, f"there is no day {text}", remedy) from None
    if kind == "bool":
        return text == "true"
    return None if kind == "null" else text

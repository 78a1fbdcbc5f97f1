"""Mapping files: YAML in which everything is text, so that `007`, `no` and 2017-01-01 stay what they are.

Errors name file and line: `mapping.yaml, line 12: tables.members.columns: no birth_date. Say where ...`
"""

from collections.abc import Mapping as Dictionary
from pathlib import Path
from typing import Any

import yaml

from avenant.core.importing.mapping import Mapping, MappingFault, parsed_mapping
from avenant.gateways.csv_files import FileRefused

Lines = Dictionary[str, int]


def read_mapping(path: Path) -> tuple[Mapping, Lines]:
    """The mapping in the file, and the line of each dotted path in it. Errors: `FileRefused`."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise FileRefused(path, None, f"it cannot be opened ({error.strerror})", "Check the name") from error
    except UnicodeDecodeError as error:
        raise FileRefused(path, None, "it is not UTF-8", "Save the mapping as UTF-8") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        seen = f"it is not YAML ({getattr(error, 'problem', None) or error})"
        raise FileRefused(
            path, mark.line + 1 if mark else None, seen, "Check indentation and quotes"
        ) from error
    lines: dict[str, int] = {}
    try:
        return parsed_mapping(_plain(node, "", lines)), lines
    except MappingFault as fault:
        raise unreadable(path, lines, fault) from fault


def unreadable(path: Path, lines: Lines, fault: MappingFault) -> FileRefused:
    """The fault as an error with the line of its place, or of the nearest place around it."""
    place = fault.path
    while place and place not in lines:
        place = place.rpartition(".")[0]
    return FileRefused(path, lines.get(place, 1), f"{fault.path}: {fault.seen}", fault.remedy)


def _plain(node: yaml.Node | None, path: str, lines: dict[str, int]) -> Any:
    if node is None:
        return None
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, f"{path}.{place}", lines) for place, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return {key.value: _entry(key, value, path, lines) for key, value in node.value}
    return node.value


def _entry(key: yaml.Node, value: yaml.Node, path: str, lines: dict[str, int]) -> Any:
    place = f"{path}.{key.value}".lstrip(".")
    if place in lines:
        raise MappingFault(place, f"a second {key.value!r}", "Keep one of them")
    lines[place] = key.start_mark.line + 1
    return _plain(value, place, lines)

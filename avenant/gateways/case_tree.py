"""A case file as a tree of plain values: days and amounts as text, each value with its line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from avenant.core.rulebook.nodes import Document, Path
from avenant.gateways.marked_yaml import parsed


@dataclass(frozen=True, slots=True)
class CaseTree:
    """The parsed document, and its content with days and amounts as the text that the schema speaks of."""

    document: Document
    data: Any

    def line(self, *path: str | int) -> int:
        """The line of the value at ``path``, or of the nearest value around it."""
        return self.document.line_of(path)

    def part(self, *path: str | int) -> Document:
        """The value at ``path`` as a document of its own, every line of it where it was."""
        content: Any = self.document.content
        for key in path:
            content = content[key]
        depth, lines = len(path), self.document.lines
        below: dict[Path, int] = {at[depth:]: line for at, line in lines.items() if at[:depth] == path}
        return Document(self.document.file, content, below, first_line=self.line(*path))


def case_tree(text: str, file: str) -> CaseTree:
    """The tree in ``text``. Errors: ``YamlRefused`` when it is not YAML, or holds a key twice."""
    document = parsed(text, file)
    return CaseTree(document, _plain(document.content))


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, date | Decimal) else value

"""A parsed document and a cursor in it that knows its line and collects what is wrong instead of stopping."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TypeVar

from avenant.core.rulebook.findings import Finding
from avenant.core.rulebook.values import Unreadable, shown

Path = tuple[str | int, ...]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One parsed YAML text: its ``file`` name, its ``content`` and the line of each place in it.

    ``lines`` maps a path of keys and positions to a line that counts from 1; it may be empty, as for a
    document that was never a file. ``first_line`` stands in where no line is known.
    """

    file: str
    content: object
    lines: Mapping[Path, int] = field(default_factory=dict)
    first_line: int = 0

    def line_of(self, path: Path) -> int:
        """The line of ``path``, or of the nearest place around it that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, self.first_line)

    def under(self, *path: str | int) -> "Document":
        """The part of this document at ``path``, as a document of its own; its content is None if absent."""
        content: object = self.content
        for key in path:
            content = _child(content, key)
        within = {
            place[len(path) :]: line for place, line in self.lines.items() if place[: len(path)] == path
        }
        return Document(self.file, content, within, self.line_of(path))


def _child(content: object, key: str | int) -> object:
    if isinstance(content, dict):
        return content.get(key)
    return content[key] if isinstance(content, list) and isinstance(key, int) else None


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A place in a document. Where its value cannot be right, reading answers None and adds a finding."""

    document: Document
    path: Path
    value: object
    findings: list[Finding]

    @property
    def file(self) -> str:
        """The file in which this place is."""
        return self.document.file

    @property
    def line(self) -> int:
        """The line on which this place is."""
        return self.document.line_of(self.path)

    def complain(self, message: str, remedy: str, severity: str = "error") -> None:
        """Record a finding at this place."""
        self.findings.append(Finding(self.file, self.line, message, remedy, severity))

    def read(self, parser: Callable[[object], T]) -> T | None:
        """The value as ``parser`` understands it, or None after complaining."""
        try:
            return parser(self.value)
        except Unreadable as unreadable:
            where = f"{self.path[-1]}: " if self.path and isinstance(self.path[-1], str) else ""
            self.complain(f"{where}{unreadable.message}", unreadable.remedy)
            return None

    def get(self, key: str) -> "Node | None":
        """The place under ``key``, or None where there is none (or nothing is written there)."""
        if not isinstance(self.value, dict) or self.value.get(key) is None:
            return None
        return self._under(key, self.value[key])

    def need(self, key: str, remedy: str) -> "Node | None":
        """The place under ``key``; complains where there is none."""
        found = self.get(key)
        if found is None and isinstance(self.value, dict):
            self.complain(f"“{key}” is missing", remedy)
        return found

    def read_key(self, key: str, parser: Callable[[object], T], default: T) -> T:
        """The value under ``key`` as ``parser`` understands it; ``default`` where there is none."""
        found = self.get(key)
        value = None if found is None else found.read(parser)
        return default if value is None else value

    def items(self, remedy: str) -> Iterator[tuple[object, "Node"]]:
        """The key and place of each entry of a mapping; complains where there is no mapping."""
        if not isinstance(self.value, dict):
            self.complain(f"seen {shown(self.value)} where a table belongs", remedy)
            return
        for key, value in self.value.items():
            yield key, self._under(key, value)

    def elements(self, remedy: str) -> Iterator["Node"]:
        """The place of each entry of a list; complains where there is no list."""
        if not isinstance(self.value, list):
            self.complain(f"seen {shown(self.value)} where a list belongs", remedy)
            return
        for position, value in enumerate(self.value):
            yield self._under(position, value)

    def only(self, known: tuple[str, ...]) -> bool:
        """Complain about keys that nobody reads. Out: whether this is a mapping at all."""
        if not isinstance(self.value, dict):
            self.complain(
                f"seen {shown(self.value)} where a table belongs", f"write keys: {', '.join(known)}"
            )
            return False
        for key in self.value:
            if key not in known:
                near = get_close_matches(str(key), known, 1)
                remedy = f"did you mean “{near[0]}”?" if near else f"known here: {', '.join(known)}"
                self._under(key, None).complain(f"unknown key {shown(key)}", remedy)
        return True

    def _under(self, key: str | int, value: object) -> "Node":
        return Node(self.document, (*self.path, key), value, self.findings)


def one_of(words: tuple[str, ...]) -> Callable[[object], str]:
    """A parser of one of ``words``."""

    def parser(value: object) -> str:
        if isinstance(value, str) and value in words:
            return value
        near = get_close_matches(str(value), words, 1)
        hint = f"did you mean “{near[0]}”? " if near else ""
        raise Unreadable(f"seen {shown(value)}", f"{hint}write one of: {', '.join(words)}")

    return parser

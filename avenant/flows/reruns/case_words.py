"""Other numbers for the known ones, and values in the words of case files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Told = dict[str, Any]


class NoCase(ValueError):
    """This re-run cannot be told as a case."""


@dataclass(slots=True)
class Numbers:
    """Other numbers for known ones: ``numbers.of("M", 4711)`` is M1, and M1 again."""

    given: dict[str, dict[object, str]] = field(default_factory=dict)

    def of(self, letters: str, known: object) -> str:
        """The other number of ``known``; the next one where it is new."""
        group = self.given.setdefault(letters, {})
        return group.setdefault(known, f"{letters}{len(group) + 1}")

    def in_order(self, letters: str, known: Sequence[object]) -> None:
        """Number all ``known``, so that their other numbers sort as texts in the order in which they come.

        Of twins the one with the lower number comes first.
        """
        width = len(str(len(known)))
        group = self.given.setdefault(letters, {})
        for each in known:
            group.setdefault(each, f"{letters}{len(group) + 1:0{width}d}")


def in_words(values: Told, words: Mapping[str, str]) -> Told:
    """Columns under the words of case files, cents as amounts and shares as rates."""
    word_of = {column: word for word, column in words.items()}
    return {word_of.get(column, column): as_written(column, value) for column, value in values.items()}


def as_written(column: str, value: Any) -> Any:
    """A value as a case file holds it: 5460 cents are ``54.60``, 700,000 ppm ``70%``."""
    if value is None:
        return "none"
    if column.endswith("_cents"):
        whole, rest = divmod(abs(value), 100)
        return f"{'-' if value < 0 else ''}{whole}.{rest:02d}"
    if column.endswith("_ppm"):
        return f"{value / 10_000:.4f}".rstrip("0").rstrip(".") + "%"
    return value

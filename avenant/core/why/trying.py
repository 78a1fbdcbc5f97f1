"""Trials remembered: what each set of news gives is computed once, in batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from avenant.core.why.search import News

Value = tuple[Any, ...] | None
"""The values of an entry that make two entries equal, or None where nothing is due."""


@dataclass(frozen=True, slots=True)
class Trials:
    """values: what each of several sets of news gives. after: the value whose cause is sought."""

    values: Callable[[Sequence[News]], Sequence[Value]]
    after: Value
    known: dict[News, Value] = field(default_factory=dict)

    def __call__(self, sets: Sequence[News]) -> list[bool]:
        """Whether each of ``sets`` gives the value after."""
        new = [told for told in dict.fromkeys(sets) if told not in self.known]
        if new:
            self.known.update(zip(new, self.values(new), strict=True))
        return [self.known[told] == self.after for told in sets]

    def without_news(self) -> Value:
        """What was known before gives, by the program of today."""
        self([frozenset()])
        return self.known[frozenset()]

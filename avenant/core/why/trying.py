"""Trials remembered: what each set of news gives is computed once, in batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from avenant.core.why.search import Found, News, Search

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
        if new := self.unknown(sets):
            self.learn(new, self.values(new))
        return [self.known[told] == self.after for told in sets]

    def unknown(self, sets: Sequence[News]) -> list[News]:
        """Those of ``sets`` that nothing is known of yet, each once."""
        return [told for told in dict.fromkeys(sets) if told not in self.known]

    def learn(self, sets: Sequence[News], values: Sequence[Value]) -> None:
        """What ``sets`` give."""
        self.known.update(zip(sets, values, strict=True))

    def without_news(self) -> Value:
        """What was known before gives, by the program of today."""
        self([frozenset()])
        return self.known[frozenset()]


Batch = Callable[[Sequence[Sequence[News]]], Sequence[Sequence[Value]]]
"""What sets of news give to each of several questions, all in one call."""


def all_answered(searches: Sequence[Search[Found]], trials: Sequence[Trials], values: Batch) -> list[Found]:
    """What each search finds. They go on side by side: what all of them must know next is computed in one batch."""
    found: dict[int, Found] = {}
    asking: dict[int, Sequence[News]] = {}
    for n in range(len(searches)):
        _go_on(n, searches, trials, asking, found)
    while asking:
        new = [trials[n].unknown(asking.get(n, ())) for n in range(len(searches))]
        for n, (sets, told) in enumerate(zip(new, values(new), strict=True)):
            trials[n].learn(sets, told)
        for n in list(asking):
            _go_on(n, searches, trials, asking, found)
    return [found[n] for n in range(len(searches))]


def _go_on(
    n: int,
    searches: Sequence[Search[Found]],
    trials: Sequence[Trials],
    asking: dict[int, Sequence[News]],
    found: dict[int, Found],
) -> None:
    """One search until it ends or asks what is not known."""
    try:
        sets = searches[n].send(trials[n](asking.pop(n))) if n in asking else next(searches[n])
        while not trials[n].unknown(sets):
            sets = searches[n].send(trials[n](sets))
        asking[n] = sets
    except StopIteration as end:
        found[n] = end.value

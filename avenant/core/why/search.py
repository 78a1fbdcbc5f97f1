"""The search for a minimal set: of all news, the few without which the change does not come about.

Of five facts that arrived between 38.20 € and 0.00 €, the one that ends the enrolment gives 0.00 € by itself: it is
the set. Where a start and an approval are needed together, both are; taking either away breaks the change.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import TypeVar

News = frozenset[int]
Trial = Callable[[Sequence[News]], Sequence[bool]]
"""Whether the change comes about with each of several sets of news: all are computed in one batch."""

Found = TypeVar("Found")
Search = Generator[Sequence[News], Sequence[bool], Found]
"""A search yields the sets it must know about, and is sent what each of them gives: so several can go on together."""


def minimal_set(count: int, comes_about: Trial) -> News | None:
    """A set of the news 0 … count-1 that brings the change about, and no longer does when any member is taken away.

    The smallest sets are tried first: nothing, each alone (the earliest wins), then what cannot be missed from the
    whole. ``None``: not even all news together bring it about. Takes one batch of 2 × count + 2 trials where one
    fact is the cause, and at most one more per member of the set and needless member where several are.
    """
    return answered(minimal(count), comes_about)


def answered(search: Search[Found], comes_about: Trial) -> Found:
    """What a search finds that is alone."""
    try:
        sets = next(search)
        while True:
            sets = search.send(comes_about(sets))
    except StopIteration as end:
        found: Found = end.value
        return found


def minimal(count: int, ahead: bool = False) -> Search[News | None]:
    """The search of ``minimal_set``. ahead: ask along what is asked next where what cannot be missed is enough."""
    whole = frozenset(range(count))
    alone = [frozenset({number}) for number in range(count)]
    without = [whole - one for one in alone]
    nothing, everything, *rest = yield [frozenset(), whole, *alone, *without]
    if nothing:
        return frozenset()
    single = next((one for one, enough in zip(alone, rest[:count], strict=True) if enough), None)
    if single is not None:
        return single
    if not everything:
        return None
    needed = frozenset(n for n, still in enumerate(rest[count:]) if not still)
    enough = yield from _sufficient(needed, whole, ahead)
    return (yield from _without_needless(enough))


def one_by_one(found: News) -> list[News]:
    """The news of a set told one after the other, the earliest first: nothing, the first, the first two …"""
    order = sorted(found)
    return [frozenset(order[:length]) for length in range(len(order) + 1)]


def _less_one(found: News) -> list[News]:
    return [found - {member} for member in sorted(found, reverse=True)]


def _sufficient(needed: News, whole: News, ahead: bool) -> Search[News]:
    """``needed`` and the earliest others that it takes: each round adds the one that completes a beginning."""
    chosen, others = needed, sorted(whole - needed)
    along = [*_less_one(needed), *one_by_one(needed)] if ahead else []
    while True:
        beginnings = [chosen | frozenset(others[:length]) for length in range(len(others) + 1)]
        enough = list((yield [*beginnings, *along]))[: len(beginnings)]
        if enough[0] or not any(enough):
            return chosen if enough[0] else whole
        length = enough.index(True)
        chosen, others, along = chosen | {others[length - 1]}, others[: length - 1], []


def _without_needless(found: News) -> Search[News]:
    """``found`` less every member that it can spare."""
    while found:
        spare = yield _less_one(found)
        needless = next((less for less, enough in zip(_less_one(found), spare, strict=True) if enough), None)
        if needless is None:
            return found
        found = needless
    return found

"""The search for a minimal set: of all news, the few without which the change does not come about.

Of five facts that arrived between 38.20 € and 0.00 €, the one that ends the enrolment gives 0.00 € by itself: it is
the set. Where a start and an approval are needed together, both are; taking either away breaks the change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

News = frozenset[int]
Trial = Callable[[Sequence[News]], Sequence[bool]]
"""Whether the change comes about with each of several sets of news: all are computed in one batch."""


def minimal_set(count: int, comes_about: Trial) -> News | None:
    """A set of the news 0 … count-1 that brings the change about, and no longer does when any member is taken away.

    The smallest sets are tried first: nothing, each alone (the earliest wins), then what cannot be missed from the
    whole. ``None``: not even all news together bring it about. Takes one batch of 2 × count + 2 trials where one
    fact is the cause, and at most one more per member of the set and needless member where several are.
    """
    whole = frozenset(range(count))
    alone = [frozenset({number}) for number in range(count)]
    without = [whole - one for one in alone]
    nothing, everything, *rest = comes_about([frozenset(), whole, *alone, *without])
    if nothing:
        return frozenset()
    single = next((one for one, enough in zip(alone, rest[:count], strict=True) if enough), None)
    if single is not None:
        return single
    if not everything:
        return None
    needed = frozenset(n for n, still in enumerate(rest[count:]) if not still)
    return _without_needless(_sufficient(needed, whole, comes_about), comes_about)


def _sufficient(needed: News, whole: News, comes_about: Trial) -> News:
    """``needed`` and the earliest others that it takes: each round adds the one that completes a beginning."""
    chosen, others = needed, sorted(whole - needed)
    while True:
        beginnings = [chosen | frozenset(others[:length]) for length in range(len(others) + 1)]
        enough = list(comes_about(beginnings))
        if enough[0] or not any(enough):
            return chosen if enough[0] else whole
        length = enough.index(True)
        chosen, others = chosen | {others[length - 1]}, others[: length - 1]


def _without_needless(found: News, comes_about: Trial) -> News:
    """``found`` less every member that it can spare."""
    while found:
        members = sorted(found, reverse=True)
        spare = comes_about([found - {member} for member in members])
        needless = next((member for member, enough in zip(members, spare, strict=True) if enough), None)
        if needless is None:
            return found
        found = found - {needless}
    return found

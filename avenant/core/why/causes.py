"""The verdict: which news made the change, and whether the program had a part in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from avenant.core.why.scenarios import Piece
from avenant.core.why.search import News, Search, Trial, answered, minimal, one_by_one

MOST_APART = 24
"""So many pieces are tried one by one; of more, those of one revision are first tried together."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """news: places of a minimal set of pieces (empty: no news makes the change). found: one of ``model.FOUND``."""

    found: str
    news: News


def verdict(pieces: Sequence[Piece], comes_about: Trial, due: bool, stood: Callable[[], bool]) -> Verdict:
    """Search a minimal set of ``pieces``. due: nothing could be booked before. stood: whether today's program gives
    the value before from what was known before; asked only where news was found."""
    return judged(answered(causing(pieces), comes_about), due, stood)


def judged(found: News | None, due: bool, stood: Callable[[], bool]) -> Verdict:
    """The verdict on what a search for ``causing`` news found."""
    if not found:
        return Verdict("code", frozenset())
    if due:
        return Verdict("due", found)
    return Verdict("news" if stood() else "news_and_code", found)


def causing(pieces: Sequence[Piece]) -> Search[News | None]:
    """The search for a minimal set of ``pieces``; asks also for what it gives when told piece by piece."""
    found = yield from _causing(pieces)
    if found:
        yield one_by_one(found)
    return found


def _causing(pieces: Sequence[Piece]) -> Search[News | None]:
    if len(pieces) <= MOST_APART:
        return (yield from minimal(len(pieces), ahead=True))
    revs = sorted({piece.rev for piece in pieces})
    groups = [frozenset(n for n, piece in enumerate(pieces) if piece.rev == rev) for rev in revs]
    coarse = yield from _among(groups)
    if not coarse:
        return coarse
    return (yield from _among([frozenset({n}) for n in sorted(coarse)]))


def _among(groups: Sequence[News]) -> Search[News | None]:
    """A minimal set of whole groups, as the pieces in them."""

    def together(chosen: News) -> News:
        return frozenset().union(*(groups[place] for place in chosen))

    search = minimal(len(groups), ahead=True)
    try:
        sets = next(search)
        while True:
            sets = search.send((yield [together(chosen) for chosen in sets]))
    except StopIteration as end:
        found: News | None = end.value
        return None if found is None else together(found)

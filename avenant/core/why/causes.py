"""The verdict: which news made the change, and whether the program had a part in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from avenant.core.why.scenarios import Piece
from avenant.core.why.search import News, Trial, minimal_set

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
    found = _found(pieces, comes_about)
    if not found:
        return Verdict("code", frozenset())
    if due:
        return Verdict("due", found)
    return Verdict("news" if stood() else "news_and_code", found)


def _found(pieces: Sequence[Piece], comes_about: Trial) -> News | None:
    if len(pieces) <= MOST_APART:
        return minimal_set(len(pieces), comes_about)
    revs = sorted({piece.rev for piece in pieces})
    groups = [frozenset(n for n, piece in enumerate(pieces) if piece.rev == rev) for rev in revs]
    coarse = _among(groups, comes_about)
    if not coarse:
        return coarse
    return _among([frozenset({n}) for n in sorted(coarse)], comes_about)


def _among(groups: Sequence[News], comes_about: Trial) -> News | None:
    """A minimal set of whole groups, as the pieces in them."""

    def together(chosen: News) -> News:
        return frozenset().union(*(groups[place] for place in chosen))

    found = minimal_set(len(groups), lambda sets: comes_about([together(chosen) for chosen in sets]))
    return None if found is None else together(found)

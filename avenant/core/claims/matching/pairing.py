"""Which tellings of several speakers about one key are about the same act.

The Sécu returns two sessions, of 25.00 € and of 40.00 €; the member sends one bill of 40.00 €: it meets the second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from avenant.core.claims.matching.message import Message
from avenant.core.claims.matching.telling import Telling
from avenant.core.claims.matching.verdicts import Verdicts

Piece = list[Telling]
"""The tellings about one act, at most one of each speaker."""

Fit = Callable[[Piece, Telling], bool]


def paired(speakers: Iterable[list[Telling]], answered: Verdicts) -> list[Piece]:
    """The pieces that the tellings of ``speakers`` (in the order of their authority) make.

    What persons called the same comes first, then equal charges, then the nth of one speaker meets the nth of
    another. Tellings of which something counts come before those that were taken back.
    """
    pieces: list[Piece] = []
    for tellings in speakers:
        left = sorted(tellings, key=_order)
        free = list(pieces)
        for fit in (_same_party, _equal_charge, _any):
            left = [telling for telling in left if not _joins(telling, free, fit, answered)]
        pieces += [[telling] for telling in left]
    return sorted(pieces, key=lambda piece: _order(piece[0]))


def _joins(telling: Telling, free: list[Piece], fit: Fit, answered: Verdicts) -> bool:
    for index, piece in enumerate(free):
        if fit(piece, telling) and not _apart(piece, telling, answered):
            piece.append(telling)
            del free[index]
            return True
    return False


def _order(telling: Telling) -> tuple[object, ...]:
    """What counts first; then by content, of equals those first of which persons spoke."""
    *content, ref = min(message.content for message in telling.live or telling.messages)
    parties = sorted(_parties(telling))
    return (not telling.live, content, not parties, parties, ref)


def _told_last(telling: Telling) -> Message:
    told = telling.live or [message for message in telling.messages if not message.takes_back]
    return max(told, key=lambda message: (message.received_on, message.content))


def _parties(telling: Telling) -> set[str]:
    return {message.party for message in telling.messages if message.party is not None}


def _same_party(piece: Piece, telling: Telling) -> bool:
    return any(_parties(telling) & _parties(other) for other in piece)


def _equal_charge(piece: Piece, telling: Telling) -> bool:
    return _told_last(piece[0]).charged == _told_last(telling).charged


def _any(piece: Piece, telling: Telling) -> bool:
    return True


def _apart(piece: Piece, telling: Telling, answered: Verdicts) -> bool:
    return any(
        answered.keep_apart(one, other)
        for present in piece
        for one in _parties(present)
        for other in _parties(telling)
    )

"""One message about one act as the step-by-step reading sees it, and how two of them compare.

A Sécu return of 30.00 € and its cancellation of −30.00 € mirror each other; 30.00 € and 25.00 € conflict;
30.00 € with a rate and 30.00 € without one agree, and tell more together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from avenant.core.claims.matching.columns import AMOUNTS, KEY, MONEY, SAID

MONEY_AT = tuple(SAID.index(name) for name in MONEY)
CHARGED_AT = SAID.index("charged_cents")
COLUMNS = (
    *("line_id", "ref", "document_id", "authority", "insurer"),
    *("received_on", "takes_back", "cancels", "target", "party"),
    *SAID,
    *KEY,
)

Said = tuple[object, ...]
Content = tuple[object, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """One line. received_on: day number, 0 when not told. target: ref of the line that it takes back, named by
    itself (cancels) or by a person. said: what it says, in the order of SAID. content: the same made sortable,
    equal words by ref; never by line_id, which depends on the order of arrival.
    """

    line_id: int
    ref: str
    document_id: int
    speaker: tuple[int, str]
    received_on: int
    takes_back: bool
    cancels: str | None
    target: str | None
    party: str | None
    said: Said
    content: Content

    @property
    def charged(self) -> object:
        """charged_cents, as told."""
        return self.said[CHARGED_AT]


def message(row: tuple[Any, ...]) -> Message:
    """The message of a row with ``COLUMNS``."""
    line_id, ref, document_id, authority, insurer, received_on, takes_back, cancels, *rest = row
    target, party, *told = rest
    content = (*((value is not None, value) for value in told), cancels or "", ref)
    speaker, words = (authority, insurer or ""), tuple(told[: len(SAID)])
    day = received_on or 0
    return Message(
        line_id, ref, document_id, speaker, day, takes_back, cancels, target, party, words, content
    )


def conflict(words: list[Said]) -> bool:
    """Whether two of ``words`` say different things about the same matter; silence conflicts with nothing."""
    return any(
        len({value for value in column if value is not None}) > 1 for column in zip(*words, strict=True)
    )


def mirrors(cancellation: Said, told: Said) -> bool:
    """Whether the cancellation's amounts are those told, with the other sign; at least one of money in both."""
    both = [
        (index, taken, given)
        for index, (taken, given) in enumerate(zip(cancellation, told, strict=True))
        if index < len(AMOUNTS) and isinstance(taken, int) and isinstance(given, int)
    ]
    return any(index in MONEY_AT for index, _, _ in both) and all(abs(t) == abs(g) for _, t, g in both)

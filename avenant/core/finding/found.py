"""One thing that was found, with what tells it from others; names of people stand in one field of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

KINDS: Final = ("member", "contract", "invoice", "payout", "document", "act")


@dataclass(frozen=True, slots=True)
class Found:
    """kind: one of KINDS. ref: its number, as on paper; ``#17`` for a settlement of zero. score: 0 to 100.

    name: a member's name as of today, or since when it is erased; None for all other kinds and for who may not see
    names. about: the number of whom it concerns: a member's family (its primary), an invoice's contract, a payout's
    payee, a document's or act's member. what: a member's role, a contract's, invoice's or document's kind, a payout's
    payee kind, an act's code or family; None where nobody said. day: date of birth, of issue, of receipt, of care.
    amount_cents: an invoice's or payout's total, what an act cost. withdrawn: it was told and taken back.
    """

    kind: str
    ref: str
    score: int
    name: str | None = None
    about: str | None = None
    what: str | None = None
    day: date | None = None
    amount_cents: int | None = None
    currency: str | None = None
    withdrawn: bool = False


def best(found: Iterable[Found], limit: int) -> tuple[Found, ...]:
    """The best ``limit`` of what was found, each once: by score, then kind, then date of birth, then number.

    Documents of other kinds follow each other newest first.
    """
    once: dict[tuple[str, str], Found] = {}
    for one in found:
        key = one.kind, one.ref
        if key not in once or once[key].score < one.score:
            once[key] = one
    return tuple(sorted(once.values(), key=_order)[:limit])


def _order(one: Found) -> tuple[object, ...]:
    age = 0 if one.day is None else one.day.toordinal()
    return -one.score, KINDS.index(one.kind), age if one.kind == "member" else -age, one.ref

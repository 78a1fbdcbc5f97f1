"""Why one version of an amount is not what it was before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from avenant.core.coverage.model import Arrival, Learnt

FOUND: Final = ("news", "due", "news_and_code", "code")
"""news: facts or rulebook lines give the change. due: nothing could be booked before; the facts that make it so.

news_and_code: they give it, yet from what was known before the program of today computes another amount than was
booked. code: nothing that arrived gives the change, so the program does.
"""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a version replaced the one before. before_cents: null where nothing was booked.

    found: one of FOUND. arrived: a minimal set; without any of its members the change does not come about. looked_at:
    how many pieces of news were tried. code: the versions of the program before and now. learnt: of the version.
    moved: what each of ``arrived`` moved, told in this order; code_cents: what the program moved. They sum to
    ``moved_cents``.
    """

    version: int
    before_cents: int | None
    after_cents: int
    currency: str
    found: str
    arrived: tuple[Arrival, ...]
    looked_at: int
    code: tuple[str | None, str | None]
    learnt: Learnt
    sentence: str = ""
    moved: tuple[int, ...] = ()
    code_cents: int = 0

    @property
    def moved_cents(self) -> int:
        """After less before; where nothing was booked before, all of it."""
        return self.after_cents - (self.before_cents or 0)

    @property
    def adds_up(self) -> bool:
        """Whether the parts sum to what the version moved, to the cent."""
        return sum(self.moved) + self.code_cents == self.moved_cents

"""What each piece of a cause moved, in cents: the pieces told one after the other, in the order of their arrival.

54.60 € → 21.84 € because a price rose (to 56.00 €) and a departure was told: the price moved +1.40 €, the departure
−34.16 €. What was known before gives another amount than was booked where the program was at fault: its part.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from avenant.core.why.search import News, one_by_one
from avenant.core.why.trying import Trials, Value


@dataclass(frozen=True, slots=True)
class Moves:
    """by_news: what each piece moved, the earliest first. by_code: what the program moved. In cents."""

    by_news: tuple[int, ...]
    by_code: int


def moves(trials: Trials, news: News, amount_at: int, before_cents: int, after_cents: int) -> Moves:
    """The parts of ``after_cents - before_cents``. news: places of the cause's pieces; amount_at: where a value holds
    its amount. Computed in one batch; without news all of it is the program's."""
    if not news:
        return Moves((), after_cents - before_cents)
    told = one_by_one(news)
    trials(told)
    amounts = [_cents(trials.known[some], amount_at) for some in told]
    return Moves(tuple(after - before for before, after in pairwise(amounts)), amounts[0] - before_cents)


def _cents(value: Value, amount_at: int) -> int:
    return 0 if value is None else int(value[amount_at])

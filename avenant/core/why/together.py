"""Questions about several versions, searched side by side: what each knew before, what arrived, all scenarios in one.

Of a premium booked in March and restated in May and June, the facts are told once, as pieces; each version knows a
beginning of them before, and the pieces after that are its news.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from avenant.core.why.scenarios import Told
from avenant.core.why.search import News
from avenant.core.why.trying import Batch, Value

Asked = TypeVar("Asked")
Values = Callable[[Sequence[Asked], Sequence[News]], Sequence[Value]]
"""One value per scenario; what is asked of each stands beside its set."""


@dataclass(frozen=True, slots=True)
class Span:
    """Between which revisions the news of a version arrived. due: nothing had been booked, all facts are news."""

    since: int
    until: int
    due: bool


@dataclass(frozen=True, slots=True)
class Question(Generic[Asked]):
    """One version and its news. before: pieces of what was told that were known before; news: those that arrived."""

    asked: Asked
    before: News
    news: tuple[int, ...]

    def sets(self, chosen: Sequence[News]) -> list[News]:
        """Pieces told in all for sets of this question's own news."""
        return [self.before.union(self.news[place] for place in some) for some in chosen]


def question(asked: Asked, told: Told, span: Span) -> Question[Asked]:
    """What was known before and what arrived; of what is due for the first time the rulebook of its run was known."""
    known, news = set(), []
    for place, piece in enumerate(told.pieces):
        if piece.rev <= span.since or (span.due and piece.table == "rulebook" and piece.rev <= span.until):
            known.add(place)
        elif piece.rev <= span.until:
            news.append(place)
    return Question(asked, frozenset(known), tuple(news))


def answers_to(
    questions: Sequence[Question[Asked]], values: Values[Asked], sets: Sequence[Sequence[News]]
) -> list[list[Value]]:
    """What the sets of each question give: ``values`` is asked for all of them in one call."""
    asked = [one.asked for one, mine in zip(questions, sets, strict=True) for _ in mine]
    every = [some for one, mine in zip(questions, sets, strict=True) for some in one.sets(mine)]
    found = iter(values(asked, every)) if every else iter(())
    return [list(islice(found, len(mine))) for mine in sets]


def alone(batch: Batch, place: int, count: int) -> Callable[[Sequence[News]], Sequence[Value]]:
    """The batch asked for one of its questions."""
    return lambda sets: batch([sets if n == place else () for n in range(count)])[place]

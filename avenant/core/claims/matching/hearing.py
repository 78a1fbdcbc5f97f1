"""Reads the messages of one speaker about one key, day by day, into tellings: one for each act it speaks of.

Two equal sessions on one day are two lines of one document, so two tellings. The same document again, under
another number, repeats both. A cancellation of one of them leaves the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from avenant.core.claims.matching.cancelling import Cancelling
from avenant.core.claims.matching.message import Message, conflict
from avenant.core.claims.matching.telling import Telling
from avenant.core.claims.matching.verdicts import Verdicts

Fit = Callable[[Telling, Message], bool]


@dataclass(frozen=True, slots=True)
class Hearing:
    """tellings: one for each act. lost: cancellations of what nobody told. unclear: cancellations of which nobody
    knows whether they repeat another one or take back another act, with the messages in question.
    """

    tellings: list[Telling]
    lost: list[Message]
    unclear: dict[Message, list[Message]]


def hearing(messages: Iterable[Message], answered: Verdicts, one_act: bool = False) -> Hearing:
    """What the messages of one speaker about one key amount to; ``one_act``: persons said that all are about one.

    Messages go in the order of their days; on a day those first of which persons spoke, and by their content, never
    by their numbers: cancellations of what was told on days before, then what is told, then cancellations of that.
    """
    listener = _Listener(answered, one_act)
    cancelling = Cancelling(answered, listener.tellings)
    for _, day in groupby(sorted(messages, key=attrgetter("received_on")), key=attrgetter("received_on")):
        today = sorted(day, key=lambda message: (message.party is None, message.content))
        cancelling.hear([m for m in today if m.takes_back])
        for document in _documents([m for m in today if not m.takes_back]):
            listener.hear(document)
        cancelling.retry()
    return Hearing(listener.tellings, cancelling.pending, cancelling.unclear)


def _documents(messages: list[Message]) -> list[list[Message]]:
    """The messages of each document: longest first, then those of which persons spoke, then by content."""
    documents: dict[int, list[Message]] = {}
    for message in messages:
        documents.setdefault(message.document_id, []).append(message)
    return sorted(documents.values(), key=lambda told: (-len(told), all(m.party is None for m in told)))


@dataclass(slots=True)
class _Listener:
    """Puts what is told to the telling it continues. touched: the tellings of the present document."""

    answered: Verdicts
    one_act: bool
    tellings: list[Telling] = field(default_factory=list)
    touched: list[Telling] = field(default_factory=list)

    def hear(self, document: list[Message]) -> None:
        """The nth message of one document meets the nth of another: first where they agree, then in their order."""
        self.touched = []
        left = [message for message in document if not self._continues_its_party(message)]
        for fit in (_agrees_today, _agrees, _completes, _is_taken_back, _differs):
            left = [message for message in left if not self._continues(message, fit)]
        for message in left:
            if not self._continues_its_party(message):
                self.tellings.append(Telling())
                self._tell(self.tellings[-1], message)

    def _continues_its_party(self, message: Message) -> bool:
        """Persons said that it is the same, or that everything here is."""
        for telling in self.tellings:
            if self.one_act or any(message.party == m.party for m in telling.messages if m.party is not None):
                self._tell(telling, message)
                return True
        return False

    def _continues(self, message: Message, fit: Fit) -> bool:
        for telling in self.tellings:
            if telling not in self.touched and fit(telling, message) and not self._apart(telling, message):
                self._tell(telling, message)
                return True
        return False

    def _tell(self, telling: Telling, message: Message) -> None:
        telling.tell(message)
        self.touched.append(telling)

    def _apart(self, telling: Telling, message: Message) -> bool:
        return any(self.answered.keep_apart(message.party, m.party) for m in telling.messages)


def _agrees_today(telling: Telling, message: Message) -> bool:
    return any(live.said == message.said and live.received_on == message.received_on for live in telling.live)


def _agrees(telling: Telling, message: Message) -> bool:
    return any(live.said == message.said for live in telling.live)


def _completes(telling: Telling, message: Message) -> bool:
    return bool(telling.live) and not conflict([*(live.said for live in telling.live), message.said])


def _is_taken_back(telling: Telling, message: Message) -> bool:
    return not telling.live


def _differs(telling: Telling, message: Message) -> bool:
    return True

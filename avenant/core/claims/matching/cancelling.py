"""What a cancellation takes back.

It names its line, or it mirrors the amounts of one: −30.00 € takes back a 30.00 €. Where two sessions of 30.00 €
were told, it takes back one of them. The same cancellation once more, in another document, changes nothing where
nothing is left; where a session is left nobody can tell whether it is meant, so that a person must. That holds also
for a repetition: what repeats one cancellation of an act repeats it, whether that one took back or was told twice,
as long as nothing was told of that act since: what is told again is taken back again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile

from avenant.core.claims.matching.message import Message
from avenant.core.claims.matching.telling import Telling
from avenant.core.claims.matching.verdicts import Verdicts


@dataclass(slots=True)
class Cancelling:
    """The cancellations of one speaker about one key. ``tellings`` are shared with who reads what is told.

    pending: of what nobody told yet. unclear: with the messages in question. nth: which of the equal cancellations of
    its document each one is, by content and ref, whatever was answered. applied: to which telling each one went.
    then: how much that telling had told by then.
    """

    answered: Verdicts
    tellings: list[Telling]
    pending: list[Message] = field(default_factory=list)
    unclear: dict[Message, list[Message]] = field(default_factory=dict)
    nth: dict[Message, int] = field(default_factory=dict)
    applied: dict[Message, Telling] = field(default_factory=dict)
    then: dict[Message, int] = field(default_factory=dict)

    def hear(self, cancellations: list[Message]) -> None:
        """Takes cancellations in, first those that persons or they themselves say more about; those that find
        nothing stay pending.
        """
        cancellations = sorted(cancellations, key=lambda m: (m.target is None, m.party is None, m.content))
        heard = dict.fromkeys([*self.nth, *cancellations])
        for message in cancellations:
            alike = [m for m in heard if m.document_id == message.document_id and _same_words(m, message)]
            self.nth[message] = sum(m.content < message.content for m in alike) + 1
        self.pending += cancellations
        self.retry(day_is_over=False)

    def retry(self, day_is_over: bool = True) -> None:
        """Tries the pending ones on what has been told since: a cancellation may overtake its message, or one that it
        repeats, so that they are tried as long as one of them finds something.

        Whether one merely repeats another is clear when the day is over: a message and its cancellation sent once
        more on another day, in one or two documents, are taken back once more.
        """
        tried = 0
        while tried != len(self.pending):
            tried = len(self.pending)
            self.pending = [message for message in self.pending if not self._finds(message, day_is_over)]

    def _finds(self, message: Message, day_is_over: bool) -> bool:
        """Whether there is something that ``message`` takes back, repeats or perhaps does either of."""
        twin = next((m for m in self._heard_before(message) if self._surely_repeats(message, m)), None)
        if twin and self._shares_fate(message, twin):
            return True
        if message.target is not None:
            return self._finds_named(message)
        standing = [telling for telling in self.tellings if self._may_take(telling, message)]
        together = (m for m, telling in self.applied.items() if not self._apart(telling, message))
        repeated = [m for m in together if self._repeats(message, m)]
        if repeated and not standing:
            if day_is_over:
                self._repeat(message, self.applied[repeated[0]])
            return day_is_over
        last_word = next((m for m in repeated if self.then[m] == self.applied[m].told), None)
        if last_word:
            self.unclear[message] = [last_word, *(telling.mirrored(message)[0] for telling in standing)]
        elif standing:
            self._apply(message, standing[-1])
        return bool(standing)

    def _heard_before(self, message: Message) -> Iterator[Message]:
        return takewhile(lambda earlier: earlier is not message, self.nth)

    def _shares_fate(self, message: Message, twin: Message) -> bool:
        if twin in self.applied:
            self._repeat(message, self.applied[twin])
        elif twin in self.unclear and message.target is None:
            self.unclear[message] = self.unclear[twin]
        return message in self.applied or message in self.unclear

    def _finds_named(self, message: Message) -> bool:
        for telling in self.tellings:
            if any(live.ref == message.target for live in telling.live):
                self._apply(message, telling)
                return True
            if any(told.ref == message.target for told in telling.messages):
                self._repeat(message, telling)
                return True
        return False

    def _apply(self, message: Message, telling: Telling) -> None:
        telling.take_back(message)
        self._went(message, telling)

    def _repeat(self, message: Message, telling: Telling) -> None:
        telling.repeat(message)
        self._went(message, telling)

    def _went(self, message: Message, telling: Telling) -> None:
        self.applied[message], self.then[message] = telling, telling.told

    def _may_take(self, telling: Telling, message: Message) -> bool:
        return bool(telling.mirrored(message)) and not self._apart(telling, message)

    def _apart(self, telling: Telling, message: Message) -> bool:
        return any(self.answered.keep_apart(message.party, m.party) for m in telling.messages)

    def _repeats(self, message: Message, earlier: Message) -> bool:
        """The nth cancellation of one document meets the nth of another."""
        other = message.document_id != earlier.document_id and self.nth[message] == self.nth[earlier]
        apart = self.answered.keep_apart(message.party, earlier.party)
        return other and not apart and _same_words(message, earlier)

    def _surely_repeats(self, message: Message, earlier: Message) -> bool:
        """Called the same by persons, or of one day; unless it is known which line it takes back, or that it is none
        of that act.
        """
        if message.party is not None and message.party == earlier.party:
            return True
        if message.target is not None or message.received_on != earlier.received_on:
            return False
        apart = earlier in self.applied and self._apart(self.applied[earlier], message)
        return self._repeats(message, earlier) and not apart


def _same_words(one: Message, other: Message) -> bool:
    return one.said == other.said and one.cancels == other.cancels

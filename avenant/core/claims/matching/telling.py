"""What one speaker tells about one act, message after message: what still counts, what was taken back.

The Sécu returns a visit with 30.00 € on 5 March, takes it back on the 9th and returns it with 25.00 € on the
12th: one telling of three messages, of which the last one counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from avenant.core.claims.matching.columns import CANCELLATION, CANCELLED, DUPLICATE, ROLES
from avenant.core.claims.matching.message import Message, Said, conflict, mirrors
from avenant.core.claims.matching.verdicts import Verdicts


@dataclass(slots=True, eq=False)
class Telling:
    """messages: all of it. live: those that count. told: how many are no cancellations. repeats: cancellations told
    twice.
    """

    messages: list[Message] = field(default_factory=list)
    live: list[Message] = field(default_factory=list)
    told: int = 0
    repeats: list[Message] = field(default_factory=list)

    def tell(self, message: Message) -> None:
        """What is told after a cancellation counts again."""
        self.messages.append(message)
        self.live.append(message)
        self.told += 1

    def take_back(self, cancellation: Message) -> None:
        """A cancellation takes back its message and the repetitions of it."""
        gone = [said for said in {live.said for live in self.live} if self._means(cancellation, said)]
        self.live = [live for live in self.live if live.said not in gone]
        self.messages.append(cancellation)

    def repeat(self, cancellation: Message) -> None:
        """A cancellation told twice changes nothing."""
        self.messages.append(cancellation)
        self.repeats.append(cancellation)

    def mirrored(self, cancellation: Message) -> list[Message]:
        """What counts and has the amounts of ``cancellation``."""
        return [live for live in self.live if mirrors(cancellation.said, live.said)]

    def _means(self, cancellation: Message, said: Said) -> bool:
        if cancellation.target is None:
            return mirrors(cancellation.said, said)
        return any(m.ref == cancellation.target and m.said == said for m in self.messages)


@dataclass(frozen=True, slots=True)
class Outcome:
    """roles: line_id, role, whether it counts. contradicting: refs of messages of which only one can be true."""

    roles: list[tuple[int, str, bool]]
    contradicting: list[str]


def outcome(telling: Telling, answered: Verdicts) -> Outcome:
    """What became of each message of a telling.

    Messages that contradict each other wait for a person, unless one was given: the line that an exception names
    counts; of messages that are the same by an answer the one received last counts.
    """
    counting = sorted(_counting(telling.live, answered), key=lambda m: (m.received_on, m.content))
    first = {message.said: message for message in reversed(counting)}
    contradicting = sorted(message.ref for message in first.values()) if conflict(list(first)) else []
    heads = list(first.values()) if contradicting else counting[:1]
    roles = [(m.line_id, _role(m, telling, heads), m in first.values()) for m in telling.messages]
    return Outcome(roles, contradicting)


def _role(message: Message, telling: Telling, heads: list[Message]) -> str:
    if message.takes_back:
        return DUPLICATE if message in telling.repeats else CANCELLATION
    if message not in telling.live:
        return CANCELLED
    return ROLES[message.speaker[0]] if message in heads else DUPLICATE


def _counting(live: list[Message], answered: Verdicts) -> list[Message]:
    """Those of ``live`` that count once persons' answers are heard."""
    words: dict[Said, list[Message]] = {}
    for message in live:
        words.setdefault(message.said, []).append(message)
    if not conflict(list(words)):
        return live
    named = [said for said, ms in words.items() if any(m.ref in answered.excepted for m in ms)]
    if named:
        return [m for said in named for m in words[said]]
    parties = [{m.party for m in ms} - {None} for ms in words.values()]
    if not set.intersection(*parties):
        return live
    latest = max(message.received_on for message in live)
    return [m for ms in words.values() if any(m.received_on == latest for m in ms) for m in ms]

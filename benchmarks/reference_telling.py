"""What one sender tells about one act, message after message. Part of the slow claims reference.

Example: the Sécu returns a visit with 30.00 € on 5 March, takes it back on the 9th and returns it with 25.00 € on
the 12th: one telling of three messages, of which the last one is live.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.reference_claims_model import Line
from benchmarks.reference_verdicts import Verdicts
from benchmarks.reference_words import (
    Speaker,
    cancels,
    conflict,
    content,
    contradicting_words,
    day_received,
    repeated,
    same_words,
)

ROLES = ("basis", "request", "invoice", "payer")


@dataclass(eq=False, slots=True)
class Telling:
    """What one sender tells about one act. roles: of each of its lines in the act, by line_id."""

    speaker: Speaker
    messages: list[Line] = field(default_factory=list)
    live: list[Line] = field(default_factory=list)
    taken_by: list[Line] = field(default_factory=list)
    roles: dict[int, str] = field(default_factory=dict)

    def tell(self, line: Line) -> None:
        """One more message about the act."""
        self.messages.append(line)
        agrees = self.live and not any(conflict(line, told) for told in self.live)
        self.roles[line.line_id] = "duplicate" if agrees else ROLES[self.speaker[0]]
        self.live.append(line)
        self.taken_by = []

    def take_back(self, cancellation: Line, lines: list[Line]) -> None:
        """These lines count no more."""
        self.messages.append(cancellation)
        self.roles |= {line.line_id: "cancelled" for line in lines}
        self.roles[cancellation.line_id] = "cancellation"
        self.live = [line for line in self.live if line not in lines]
        self.roles |= {line.line_id: ROLES[self.speaker[0]] for line in self.live[:1]}
        self.taken_by.append(cancellation)

    def absorb(self, other: Telling) -> None:
        """The same sender tells of the same act elsewhere; at most one of the two still counts."""
        self.messages += other.messages
        self.live += other.live
        self.roles |= other.roles

    def repeat(self, cancellation: Line) -> None:
        """A cancellation told twice changes nothing; a third one may repeat either."""
        self.messages.append(cancellation)
        self.roles[cancellation.line_id] = "duplicate"
        self.taken_by.append(cancellation)

    @property
    def told(self) -> list[Line]:
        """Everything but the cancellations, what reached us first coming first."""
        told = (line for line in self.messages if not cancels(line))
        return sorted(told, key=lambda line: (day_received(line), content(line)))

    @property
    def last_charge(self) -> object:
        """The charge that what was told last says, of what counts; where nothing counts any more, of everything."""
        return max(self.live or self.told, key=lambda line: (day_received(line), content(line))).charged_cents

    def says(self, name: str) -> object:
        """What counts of a column; where nothing counts any more, what was told first."""
        return next(
            (said for line in self.live or self.told if (said := getattr(line, name)) is not None), None
        )

    def settle(self, said: Verdicts) -> list[str]:
        """The refs of live messages that contradict each other, unless a person settled which of them counts.

        What the line says that an exception names counts; of messages that are the same by an answer those received
        last do.
        """
        counting = self.counting(said) if contradicting_words(self.live) else self.live
        for line in self.live:
            self.roles[line.line_id] = "duplicate"
        fighting = contradicting_words(counting)
        counting = sorted(counting, key=lambda line: (day_received(line), content(line)))
        heads = [line for place, line in enumerate(counting) if not repeated(line, counting[:place])]
        for line in heads if fighting else heads[:1]:
            self.roles[line.line_id] = ROLES[self.speaker[0]]
        self.live = heads
        return [line.ref for line in heads] if fighting else []

    def counting(self, said: Verdicts) -> list[Line]:
        """Of live messages that contradict each other those that count by the answers of persons; else all."""
        named = [line for line in self.live if line.ref in said.exceptions]
        parties = {said.party.get(line.ref) for line in self.live} - {None}
        one_party = any(
            all(
                any(same_words(line, one) and said.party.get(one.ref) == name for one in self.live)
                for line in self.live
            )
            for name in parties
        )
        last = max(day_received(line) for line in self.live)
        chosen = named or [line for line in self.live if one_party and day_received(line) == last]
        return [line for line in self.live if not chosen or repeated(line, chosen)]


def kept_apart(line: Line, telling: Telling, said: Verdicts) -> bool:
    """Whether a person said that the line is about another act."""
    return any(said.are_apart(line, told) for told in telling.messages)

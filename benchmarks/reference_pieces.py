"""What several senders tell about one act, and what waits for a person. Part of the slow claims reference.

Example: the Sécu says 30.00 € charged, the bill says 32.00 € and tooth 11: the piece says 30.00 €, tooth 11.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from benchmarks.reference_claims_model import Line
from benchmarks.reference_telling import Telling
from benchmarks.reference_words import Speaker

STANDS = ("answers_contradict", "messages_contradict")
REASONS = (*STANDS, "several_acts_fit", "perhaps_same_act", "statement_without_act")
SECU, REQUEST, INVOICE, INSURER = range(4)


class Waiting(NamedTuple):
    """What waits for a person (WAITING)."""

    line_id: int
    member_id: int
    reason: str
    candidates: str | None
    keeps_booked: bool


class Link(NamedTuple):
    """Which line belongs to which act, and as what (LINK)."""

    act_id: int
    line_id: int
    role: str


@dataclass(eq=False, slots=True)
class Piece:
    """What several senders tell about one act. troubles: for each reason for which it waits, the candidates."""

    tellings: dict[Speaker, Telling]
    troubles: dict[str, list[str]] = field(default_factory=dict)

    @property
    def lines(self) -> list[Line]:
        """All messages of all senders."""
        return [line for telling in self.tellings.values() for line in telling.messages]

    @property
    def act_id(self) -> int:
        """The smallest number of its lines."""
        return min(line.line_id for line in self.lines)

    @property
    def live(self) -> dict[Speaker, Telling]:
        """The senders of whom something counts, by authority."""
        return {speaker: one for speaker, one in sorted(self.tellings.items()) if one.live}

    @property
    def head(self) -> str:
        """The ref by which persons name the piece: of the line with the highest authority."""
        return next(iter(self.live.values())).live[0].ref

    def head_line_says(self, name: str) -> object:
        """The column as the line says it by which persons name the piece."""
        return getattr(next(iter(self.live.values())).live[0], name)

    def absorb(self, other: Piece) -> None:
        """Another piece is about the same act."""
        for reason, candidates in other.troubles.items():
            self.troubles[reason] = sorted({*candidates, *self.troubles.get(reason, [])})
        for speaker, telling in other.tellings.items():
            if speaker in self.tellings:
                self.tellings[speaker].absorb(telling)
            else:
                self.tellings[speaker] = telling

    def says(self, name: str) -> object:
        """The column as the highest authority tells it; of an act that was taken back, what was told."""
        tellings = (self.live or dict(sorted(self.tellings.items()))).values()
        ordered = sorted(
            tellings, key=lambda one: (one.speaker[0], one.says("payer_rank") or 0, one.speaker[1])
        )
        return next((said for one in ordered if (said := one.says(name)) is not None), None)

    @property
    def waits(self) -> Waiting | None:
        """Of several reasons the first one is told; what was booked stands where the act itself is in doubt."""
        for reason in REASONS:
            if reason in self.troubles:
                candidates = " ".join(sorted(self.troubles[reason])) or None
                member_id = self.lines[0].member_id
                return Waiting(self.act_id, member_id, reason, candidates, reason in STANDS)
        return None

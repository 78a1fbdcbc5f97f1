"""What persons answered about lines. Part of the slow claims reference.

Example: two messages contradict each other. After `same` both belong to one party; after `different` to two that
share no act.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from benchmarks.reference_claims_model import Answer, Line
from benchmarks.reference_words import cancels, speaker_of


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What persons answered about the lines of one member.

    party: of each line that `same` or `different` names, the smallest ref of all that are the same. apart: pairs of
    parties that are about different acts; of a party that answers both join and tear apart, that one alone. targets:
    by its ref, what a cancellation takes back: what it names itself, else the largest ref that answers name.
    exceptions: amounts by ref of the line.
    """

    party: dict[str, str]
    apart: set[frozenset[str]]
    targets: dict[str, str]
    exceptions: dict[str, set[int | None]]

    def are_apart(self, one: Line, other: Line) -> bool:
        """Whether a person said that two lines are about different acts."""
        return (
            frozenset((self.party.get(one.ref, one.ref), self.party.get(other.ref, other.ref))) in self.apart
        )

    def are_same(self, one: Line, other: Line) -> bool:
        """Whether a person said that two lines are about the same act."""
        return one.ref in self.party and self.party[one.ref] == self.party.get(other.ref)


def verdicts(lines: list[Line], answers: list[Answer]) -> Verdicts:
    """The answers about these lines; one that names another line says nothing."""
    by_ref = {line.ref: line for line in lines}
    exceptions: dict[str, set[int | None]] = defaultdict(set)
    pairs: dict[str, list[tuple[str, str]]] = {"same": [], "different": []}
    answered: dict[str, set[str]] = defaultdict(set)
    for one in answers:
        if one.kind == "exception":
            exceptions[one.line_ref].add(one.amount_cents)
        elif one.line_ref in by_ref and one.other_ref in by_ref and one.line_ref != one.other_ref:
            pair = (by_ref[one.line_ref], by_ref[one.other_ref])
            cancellation = next((line for line in pair if cancels(line)), None)
            if one.kind == "same" and len({cancels(line) for line in pair}) == 2:
                told = next(line for line in pair if line is not cancellation)
                if speaker_of(told) == speaker_of(pair[0]) == speaker_of(pair[1]):
                    answered[cancellation.ref].add(told.ref)  # type: ignore[union-attr]
            pairs[one.kind].append((one.line_ref, one.other_ref))
    targets = {ref: max(told) for ref, told in answered.items()}
    targets |= {line.ref: line.cancels for line in lines if line.cancels}
    party = parties(pairs)
    apart = {frozenset((party[one], party[other])) for one, other in pairs["different"]}
    return Verdicts(party, apart, targets, exceptions)


def parties(pairs: dict[str, list[tuple[str, str]]]) -> dict[str, str]:
    """For each ref that answers name, the smallest ref that it is the same as."""
    party = {ref: ref for named in pairs.values() for pair in named for ref in pair}
    for _ in party:
        for one, other in pairs["same"]:
            party[one] = party[other] = min(party[one], party[other])
    return party

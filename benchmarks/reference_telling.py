"""What each sender tells about an act, message after message. Part of the slow claims reference.

Example: the Sécu returns a visit with 30.00 € on 5 March, takes it back on the 9th and returns it with 25.00 € on
the 12th: one telling of three messages, of which the last one is live.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from benchmarks.reference_claims_model import Answer, Line, grouped

AUTHORITY = {"secu_return": 0, "provider_request": 1, "member_invoice": 2, "other_insurer": 3}
MONEY = ("charged_cents", "secu_cents", "others_cents", "asked_cents")
AMOUNTS = (*MONEY, "quantity", "base_cents", "retention_cents")
SAID = (*AMOUNTS, "rate_ppm", "care_last_day", "exemption", "care_path", "basket")
ROLES = ("basis", "request", "invoice", "payer")

Speaker = tuple[int, str]


@dataclass(eq=False, slots=True)
class Telling:
    """What one sender tells about one act. roles: of each of its lines in the act, by line_id."""

    speaker: Speaker
    messages: list[Line] = field(default_factory=list)
    live: list[Line] = field(default_factory=list)
    taken: list[Line] = field(default_factory=list)
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
        self.taken, self.live = lines, [line for line in self.live if line not in lines]
        self.roles |= {line.line_id: ROLES[self.speaker[0]] for line in self.live[:1]}
        self.taken_by.append(cancellation)

    def absorb(self, other: Telling) -> None:
        """The same sender tells of the same act elsewhere; at most one of the two still counts."""
        self.messages += other.messages
        self.live += other.live
        self.roles |= other.roles

    def repeat(self, cancellation: Line) -> None:
        """A cancellation told twice changes nothing."""
        self.messages.append(cancellation)
        self.roles[cancellation.line_id] = "duplicate"

    def says(self, name: str) -> object:
        """What counts of a column; where nothing counts any more, what was taken back."""
        return next(
            (said for line in self.live or self.taken if (said := getattr(line, name)) is not None), None
        )

    def settle(self, said: Verdicts) -> list[str]:
        """The refs of live messages that contradict each other, unless a person settled which of them counts.

        The line that an exception names counts; of messages that are the same by an answer the last one counts.
        """
        fighting = [one for one in self.live if any(conflict(one, other) for other in self.live)]
        named = [line for line in fighting if line.ref in said.exceptions]
        same = [line for line in fighting if all(said.are_same(line, other) for other in fighting)]
        chosen = named[:1] or same[-1:]
        if fighting and chosen:
            for line in fighting:
                self.roles[line.line_id] = "duplicate"
            self.roles[chosen[0].line_id] = ROLES[self.speaker[0]]
            self.live = [line for line in self.live if not conflict(line, chosen[0])]
            return []
        return [line.ref for place, line in enumerate(fighting) if not repeated(line, fighting[:place])]


@dataclass(slots=True)
class Heard:
    """All that one sender tells under one key: tellings, and what it cancels that nobody told.

    doubtful: cancellations that may repeat another one or take back another act, with the refs in question.
    """

    tellings: list[Telling] = field(default_factory=list)
    lost: list[Line] = field(default_factory=list)
    doubtful: list[tuple[Line, list[str]]] = field(default_factory=list)


def speaker_of(line: Line) -> Speaker:
    """Each kind speaks with one voice; other insurers with one each."""
    return (AUTHORITY[line.kind], line.payer or "" if line.kind == "other_insurer" else "")


def cancels(line: Line) -> bool:
    """Whether a line takes another one back: it names it, or its amounts are negative."""
    amounts = [getattr(line, name) or 0 for name in AMOUNTS]
    return line.cancels is not None or min(amounts) < 0


def conflict(one: Line, other: Line) -> bool:
    """Whether two messages say different things about one matter; silence contradicts nothing."""
    pairs = [(getattr(one, name), getattr(other, name)) for name in SAID]
    return any(mine is not None and theirs is not None and mine != theirs for mine, theirs in pairs)


def mirrors(cancellation: Line, told: Line) -> bool:
    """Whether a cancellation has the amounts of a message with the other sign."""
    pairs = [(getattr(cancellation, name), getattr(told, name)) for name in AMOUNTS]
    both = [name for name, pair in zip(AMOUNTS, pairs, strict=True) if None not in pair]
    equal = all(None in pair or pair[0] == -pair[1] for pair in pairs)
    return equal and any(name in MONEY for name in both)


def content(line: Line) -> tuple[object, ...]:
    """An order of messages by what they say, never by their numbers."""
    said = [getattr(line, name) for name in SAID]
    return (*((value is not None, str(value).zfill(12)) for value in said), line.ref)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What persons answered about the lines of one member.

    party: of each line that `same` or `different` names, the smallest ref of all that are the same. apart: pairs of
    parties that are about different acts. targets: what a cancellation takes back, by its ref. exceptions: amount by
    ref of the line. torn: for each party that answers both join and tear apart, the refs that they name.
    """

    party: dict[str, str]
    apart: set[frozenset[str]]
    targets: dict[str, str]
    exceptions: dict[str, set[int | None]]
    torn: dict[str, set[str]]

    def are_apart(self, one: Line, other: Line) -> bool:
        """Whether a person said that two lines are about different acts."""
        pair = frozenset((self.party.get(one.ref, one.ref), self.party.get(other.ref, other.ref)))
        return len(pair) == 2 and pair in self.apart

    def are_same(self, one: Line, other: Line) -> bool:
        """Whether a person said that two lines are about the same act."""
        return one.ref in self.party and self.party[one.ref] == self.party.get(other.ref)


def verdicts(lines: list[Line], answers: list[Answer]) -> Verdicts:
    """The answers about these lines; one that names another line says nothing."""
    by_ref = {line.ref: line for line in lines}
    exceptions: dict[str, set[int | None]] = defaultdict(set)
    pairs: dict[str, list[tuple[str, str]]] = {"same": [], "different": []}
    targets = {line.ref: line.cancels for line in lines if line.cancels}
    for one in answers:
        if one.kind == "exception":
            exceptions[one.line_ref].add(one.amount_cents)
        elif one.line_ref in by_ref and one.other_ref in by_ref and one.line_ref != one.other_ref:
            pair = (by_ref[one.line_ref], by_ref[one.other_ref])
            cancellation = next((line for line in pair if cancels(line)), None)
            if one.kind == "same" and len({cancels(line) for line in pair}) == 2:
                told = next(line for line in pair if line is not cancellation)
                if speaker_of(told) == speaker_of(pair[0]) == speaker_of(pair[1]):
                    targets.setdefault(cancellation.ref, told.ref)  # type: ignore[union-attr]
            pairs[one.kind].append((one.line_ref, one.other_ref))
    party = parties(pairs)
    apart = {frozenset((party[one], party[other])) for one, other in pairs["different"]}
    naming = set(targets.items())
    inside = [
        pair
        for pair in pairs["different"]
        if party[pair[0]] == party[pair[1]] or naming & {pair, (pair[1], pair[0])}
    ]
    torn: dict[str, set[str]] = defaultdict(set)
    for pair in inside:
        of_party = party[pair[0]]
        named = {ref for same in pairs["same"] for ref in same if party[ref] == of_party}
        torn[of_party] |= {*pair, *named}
    return Verdicts(party, apart, targets, exceptions, torn)


def parties(pairs: dict[str, list[tuple[str, str]]]) -> dict[str, str]:
    """For each ref that answers name, the smallest ref that it is the same as."""
    party = {ref: ref for named in pairs.values() for pair in named for ref in pair}
    for _ in party:
        for one, other in pairs["same"]:
            party[one] = party[other] = min(party[one], party[other])
    return party


def heard(lines: list[Line], said: Verdicts) -> Heard:
    """Read the messages of one sender under one key day by day.

    On a day come first cancellations of what was told on days before, then what is told, document by document, then
    cancellations of that. A cancellation may come before its message.
    """
    found, pending = Heard(), []
    for day in sorted({line.received_on or date.min for line in lines}):
        today = sorted((line for line in lines if (line.received_on or date.min) == day), key=content)
        cancellations = [line for line in today if cancels(line)]
        cancellations.sort(key=lambda line: line.ref not in said.targets)
        pending = take_back(pending + cancellations, found, said)
        documents = grouped((line for line in today if not cancels(line)), "document_id")
        for document in sorted(documents.values(), key=lambda messages: [content(line) for line in messages]):
            tell(document, found.tellings, said)
        pending = take_back(pending, found, said)
        pending = [line for line in pending if not repeat(line, found.tellings, said)]
    found.lost = pending
    return found


def tell(document: list[Line], tellings: list[Telling], said: Verdicts) -> None:
    """The nth of equal lines in one document is about the nth act; each line continues the telling it fits best."""
    touched: list[Telling] = []
    for line in document:
        free = [
            telling for telling in tellings if telling not in touched and not kept_apart(line, telling, said)
        ]
        fits = [
            [one for one in free if any(said.are_same(line, told) for told in one.messages)],
            [one for one in free if one.live and all(same_words(line, told) for told in one.live)],
            [one for one in free if one.live and not any(conflict(line, told) for told in one.live)],
            [one for one in free if not one.live],
            free,
        ]
        telling = next((fit[0] for fit in fits if fit), None)
        if telling is None:
            telling = Telling(speaker_of(line))
            tellings.append(telling)
        telling.tell(line)
        touched.append(telling)


def same_words(one: Line, other: Line) -> bool:
    """Whether two messages say the same."""
    return all(getattr(one, name) == getattr(other, name) for name in SAID)


def repeated(line: Line, earlier: list[Line]) -> bool:
    """Whether it was said before."""
    return any(same_words(line, other) for other in earlier)


def kept_apart(line: Line, telling: Telling, said: Verdicts) -> bool:
    """Whether a person said that the line is about another act."""
    return any(said.are_apart(line, told) for told in telling.messages)


def take_back(cancellations: list[Line], found: Heard, said: Verdicts) -> list[Line]:
    """Apply the cancellations that find what they take back; the others remain."""
    remaining = []
    for line in cancellations:
        targets = [one for one in reversed(found.tellings) if meant(line, one, said)]
        target = next((one for one in targets if not kept_apart(line, one, said)), None)
        before = None if line.ref in said.targets else repeated_in(line, found.tellings)
        if before and len(targets) and not target:
            repeat(line, found.tellings, said)
        elif target is None:
            remaining.append(line)
        elif before:
            refs = sorted({before.ref, *(told.ref for told in target.live)})
            found.doubtful.append((line, refs))
        else:
            target.take_back(line, meant(line, target, said))
    return remaining


def meant(cancellation: Line, telling: Telling, said: Verdicts) -> list[Line]:
    """What a cancellation takes back of a telling: by name, else by its amounts; with all that says the same."""
    name = said.targets.get(cancellation.ref)
    if name is None:
        return [line for line in telling.live if mirrors(cancellation, line)]
    named = next((line for line in telling.live if line.ref == name), None)
    return [line for line in telling.live if named and not conflict(line, named)]


def repeated_in(cancellation: Line, tellings: list[Telling]) -> Line | None:
    """The cancellation in another document of which this one may be a repetition."""
    taken = [line for telling in tellings for line in telling.taken_by]
    others = [line for line in taken if line.document_id != cancellation.document_id]
    return next((line for line in others if repeats(cancellation, line)), None)


def repeats(one: Line, other: Line) -> bool:
    """Whether two cancellations say the same and name the same."""
    return same_words(one, other) and one.cancels == other.cancels


def repeat(cancellation: Line, tellings: list[Telling], said: Verdicts) -> bool:
    """Where everything is taken back already, the cancellation is told twice."""
    name = said.targets.get(cancellation.ref)
    for telling in tellings:
        named = name and any(line.ref == name for line in telling.messages)
        if named or any(repeats(line, cancellation) for line in telling.taken_by):
            telling.repeat(cancellation)
            return True
    return False

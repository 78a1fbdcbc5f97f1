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


@dataclass(slots=True)
class Heard:
    """All that one sender tells under one key: tellings, and what it cancels that nobody told.

    applied: each cancellation with what it took back.
    doubtful: cancellations that may repeat another one or take back another act, with the refs in question.
    """

    tellings: list[Telling] = field(default_factory=list)
    applied: list[tuple[Line, Telling]] = field(default_factory=list)
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


def contradicting_words(lines: list[Line]) -> bool:
    """Whether any two of them say different things."""
    return any(conflict(one, other) for one in lines for other in lines)


def mirrors(cancellation: Line, told: Line) -> bool:
    """Whether a cancellation has the amounts of a message with the other sign."""
    pairs = [(getattr(cancellation, name), getattr(told, name)) for name in AMOUNTS]
    both = [name for name, pair in zip(AMOUNTS, pairs, strict=True) if None not in pair]
    equal = all(None in pair or pair[0] == -pair[1] for pair in pairs)
    return equal and any(name in MONEY for name in both)


def content(line: Line) -> tuple[object, ...]:
    """An order of messages by what they say and of which act, never by their numbers."""
    act = line.act_code or f"family {line.family}"
    said = [getattr(line, name) for name in SAID]
    told = [*said, line.care_from, act, line.provider_id, line.location, line.cancels, line.ref]
    return tuple((value is not None, value) for value in told)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What persons answered about the lines of one member.

    party: of each line that `same` or `different` names, the smallest ref of all that are the same. apart: pairs of
    parties that are about different acts; of a party that answers both join and tear apart, that one alone. targets:
    what a cancellation takes back, by its ref. exceptions: amounts by ref of the line.
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
    return Verdicts(party, apart, targets, exceptions)


def parties(pairs: dict[str, list[tuple[str, str]]]) -> dict[str, str]:
    """For each ref that answers name, the smallest ref that it is the same as."""
    party = {ref: ref for named in pairs.values() for pair in named for ref in pair}
    for _ in party:
        for one, other in pairs["same"]:
            party[one] = party[other] = min(party[one], party[other])
    return party


def heard(lines: list[Line], said: Verdicts, one_act: bool = False) -> Heard:
    """Read the messages of one sender under one key day by day.

    On a day come first cancellations of what was told on days before, then what is told, document by document, then
    cancellations of that. A cancellation may come before its message. one_act: persons said that all is about one.
    """
    found = Heard()
    pending: list[Line] = []
    for day in sorted({day_received(line) for line in lines}):
        today = [line for line in lines if day_received(line) == day]
        today.sort(key=lambda line: (line.ref not in said.party, content(line)))
        cancellations = [line for line in today if cancels(line)]
        cancellations.sort(key=lambda line: line.ref not in said.targets)
        pending = take_back(pending + cancellations, found, lines, said)
        documents = grouped((line for line in today if not cancels(line)), "document_id")
        for document in sorted(documents.values(), key=lambda messages: -len(messages)):
            for line in document if one_act else []:
                found.tellings = found.tellings or [Telling(speaker_of(line))]
                found.tellings[0].tell(line)
            tell([] if one_act else document, found.tellings, said)
        pending = take_back(pending, found, lines, said)
        pending = [line for line in pending if not repeat(line, found.tellings, said)]
    found.lost = pending
    return found


def tell(document: list[Line], tellings: list[Telling], said: Verdicts) -> None:
    """The nth of equal lines in one document is about the nth act; each line continues the telling it fits best.

    What persons called the same comes first, then lines that say what was said, that day or before; then those that
    say more or less of it; then what was taken back; last those that contradict.
    """
    touched: list[Telling] = []
    left = list(document)
    for fits in (called_the_same, said_today, said_before, agreeing, silenced, contradicting):
        for line in list(left):
            free = [one for one in tellings if one not in touched or fits is called_the_same]
            free = [one for one in free if not kept_apart(line, one, said) and fits(line, one, said)]
            if free:
                free[0].tell(line)
                touched.append(free[0])
                left.remove(line)
    for line in left:
        mine = next((one for one in tellings if called_the_same(line, one, said)), None)
        if mine is None:
            mine = Telling(speaker_of(line))
            tellings.append(mine)
        mine.tell(line)


def called_the_same(line: Line, telling: Telling, said: Verdicts) -> bool:
    """A person said so."""
    return any(said.are_same(line, told) for told in telling.messages)


def said_today(line: Line, telling: Telling, said: Verdicts) -> bool:
    """The same words on the same day."""
    return any(same_words(line, told) and line.received_on == told.received_on for told in telling.live)


def said_before(line: Line, telling: Telling, said: Verdicts) -> bool:
    """The same words."""
    return repeated(line, telling.live)


def agreeing(line: Line, telling: Telling, said: Verdicts) -> bool:
    """More or less of the same."""
    return bool(telling.live) and not any(conflict(line, told) for told in telling.live)


def silenced(line: Line, telling: Telling, said: Verdicts) -> bool:
    """Everything was taken back."""
    return not telling.live


def contradicting(line: Line, telling: Telling, said: Verdicts) -> bool:
    """Something else of the same act."""
    return True


def day_received(line: Line) -> date:
    """When it reached us; before all days where nobody knows."""
    return line.received_on or date.min


def same_words(one: Line, other: Line) -> bool:
    """Whether two messages say the same."""
    return all(getattr(one, name) == getattr(other, name) for name in SAID)


def repeated(line: Line, earlier: list[Line]) -> bool:
    """Whether it was said before."""
    return any(same_words(line, other) for other in earlier)


def kept_apart(line: Line, telling: Telling, said: Verdicts) -> bool:
    """Whether a person said that the line is about another act."""
    return any(said.are_apart(line, told) for told in telling.messages)


def take_back(cancellations: list[Line], found: Heard, lines: list[Line], said: Verdicts) -> list[Line]:
    """Apply the cancellations that find what they take back; the others remain."""
    remaining = []
    for line in cancellations:
        targets = [one for one in reversed(found.tellings) if meant(line, one, said)]
        same = next((one for done, one in found.applied if same_cancellation(line, done, lines, said)), None)
        if same and not kept_apart(line, same, said):
            same.repeat(line)
            continue
        by_name = line.ref in said.targets
        target = next((one for one in targets if by_name or not kept_apart(line, one, said)), None)
        before = None if by_name else repeated_in(line, found.tellings, said)
        if before and len(targets) and not target:
            repeat(line, found.tellings, said)
        elif target is None:
            remaining.append(line)
        elif before:
            refs = sorted({before.ref, *(told.ref for told in target.live)})
            found.doubtful.append((line, refs))
        else:
            target.take_back(line, meant(line, target, said))
            found.applied.append((line, target))
    return remaining


def same_cancellation(one: Line, done: Line, lines: list[Line], said: Verdicts) -> bool:
    """Whether two cancellations are one: by an answer, or sent twice on one day, the nth of each document."""
    if said.are_same(one, done):
        return True
    if one.ref in said.targets:
        return False
    sent_twice = day_received(one) == day_received(done) and one.document_id != done.document_id
    return sent_twice and repeats(one, done) and nth(one, lines) == nth(done, lines)


def nth(cancellation: Line, lines: list[Line]) -> int:
    """Which of the equal cancellations of its document it is."""
    own = [line for line in lines if line.document_id == cancellation.document_id]
    return sum(repeats(line, cancellation) and content(line) < content(cancellation) for line in own)


def meant(cancellation: Line, telling: Telling, said: Verdicts) -> list[Line]:
    """What a cancellation takes back of a telling: by name, else by its amounts; with all that says the same."""
    name = said.targets.get(cancellation.ref)
    if name is None:
        return [line for line in telling.live if mirrors(cancellation, line)]
    named = next((line for line in telling.live if line.ref == name), None)
    return [line for line in telling.live if named and same_words(line, named)]


def repeated_in(cancellation: Line, tellings: list[Telling], said: Verdicts) -> Line | None:
    """The cancellation in another document of which this one may be a repetition."""
    together = [telling for telling in tellings if not kept_apart(cancellation, telling, said)]
    taken = [line for telling in together for line in telling.taken_by]
    others = [line for line in taken if line.document_id != cancellation.document_id]
    return next((line for line in others if repeats(cancellation, line)), None)


def repeats(one: Line, other: Line) -> bool:
    """Whether two cancellations say the same and name the same."""
    return same_words(one, other) and one.cancels == other.cancels


def repeat(cancellation: Line, tellings: list[Telling], said: Verdicts) -> bool:
    """Where everything is taken back already, the cancellation is told twice."""
    name = said.targets.get(cancellation.ref)
    for telling in tellings:
        if name is not None:
            known = any(line.ref == name for line in telling.messages)
        else:
            known = any(repeats(line, cancellation) for line in telling.taken_by)
            known = known and not kept_apart(cancellation, telling, said)
        if known:
            telling.repeat(cancellation)
            return True
    return False

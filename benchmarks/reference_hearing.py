"""Reads the messages of one sender day by day into tellings, one for each act. Part of the slow claims reference.

Example: two equal sessions in one document are two tellings; the same document once more repeats both, and a
cancellation of one of them leaves the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.reference_claims_model import Line, grouped
from benchmarks.reference_telling import Telling, kept_apart
from benchmarks.reference_verdicts import Verdicts
from benchmarks.reference_words import (
    cancels,
    content,
    contradicting_words,
    day_received,
    mirrors,
    repeated,
    same_words,
    speaker_of,
)


@dataclass(slots=True)
class Heard:
    """All that one sender tells under one key: tellings, and what it cancels that nobody told.

    cancellations: in the order in which they were heard: a later one may repeat one before it.
    applied: each cancellation with what it took back, or repeated the cancellation of.
    doubtful: cancellations that may repeat another one or take back another act, with the refs in question.
    """

    tellings: list[Telling] = field(default_factory=list)
    cancellations: list[Line] = field(default_factory=list)
    applied: list[tuple[Line, Telling]] = field(default_factory=list)
    lost: list[Line] = field(default_factory=list)
    doubtful: list[tuple[Line, list[str]]] = field(default_factory=list)


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
        found.cancellations += cancellations
        pending = take_back(pending + cancellations, found, lines, said)
        documents = grouped((line for line in today if not cancels(line)), "document_id")
        for document in sorted(documents.values(), key=lambda messages: -len(messages)):
            for line in document if one_act else []:
                found.tellings = found.tellings or [Telling(speaker_of(line))]
                found.tellings[0].tell(line)
            tell([] if one_act else document, found.tellings, said)
        pending = take_back(pending, found, lines, said)
        pending = without_repetitions(pending, found, lines, said)
    found.lost = pending
    return found


def tell(document: list[Line], tellings: list[Telling], said: Verdicts) -> None:
    """The nth of equal lines in one document is about the nth act; each line continues the telling it fits best.

    What persons called the same comes first, even where they also called it different; then lines that say what was
    said, that day or before; then those that say more or less of it; then what was taken back; last those that
    contradict.
    """
    touched: list[Telling] = []
    left = list(document)
    for fits in (called_the_same, said_today, said_before, agreeing, silenced, contradicting):
        for line in list(left):
            free = [one for one in tellings if not kept_apart(line, one, said) and one not in touched]
            free = [one for one in (tellings if fits is called_the_same else free) if fits(line, one, said)]
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
    """More or less of the same; nobody completes what contradicts itself."""
    return bool(telling.live) and not contradicting_words([*telling.live, line])


def silenced(line: Line, telling: Telling, said: Verdicts) -> bool:
    """Everything was taken back."""
    return not telling.live


def contradicting(line: Line, telling: Telling, said: Verdicts) -> bool:
    """Something else of the same act."""
    return True


def take_back(cancellations: list[Line], found: Heard, lines: list[Line], said: Verdicts) -> list[Line]:
    """Apply the cancellations that find what they take back; the others remain."""
    remaining = []
    for line in cancellations:
        targets = [one for one in reversed(found.tellings) if meant(line, one, said)]
        before = found.cancellations[: found.cancellations.index(line)]
        alike = (pair for pair in found.applied if pair[0] in before)
        alike = (pair for pair in alike if same_cancellation(line, pair[0], lines, said))
        done, same = next(alike, (line, None))
        if same and (said.are_same(line, done) or not kept_apart(line, same, said)):
            same.repeat(line)
            found.applied.append((line, same))
            continue
        by_name = line.ref in said.targets
        possible = [one for one in targets if by_name or not kept_apart(line, one, said)]
        target = next(iter(possible), None)
        earlier = None if by_name else repeated_in(line, found, lines, said)
        if target is None:
            known = (by_name or (earlier and targets)) and repeat(line, found, lines, said)
            remaining += [] if known else [line]
        elif earlier:
            refs = sorted({earlier.ref, *(meant(line, one, said)[0].ref for one in possible)})
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
    return day_received(one) == day_received(done) and repeats_elsewhere(one, done, lines)


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


def repeated_in(cancellation: Line, found: Heard, lines: list[Line], said: Verdicts) -> Line | None:
    """The cancellation of which this one may be a repetition: nothing was told of its act since."""
    for done, telling in found.applied:
        known = repeats_elsewhere(cancellation, done, lines) and not kept_apart(cancellation, telling, said)
        if known and done in telling.taken_by:
            return done
    return None


def repeats(one: Line, other: Line) -> bool:
    """Whether two cancellations say the same and name the same."""
    return same_words(one, other) and one.cancels == other.cancels


def repeats_elsewhere(one: Line, other: Line, lines: list[Line]) -> bool:
    """Whether they do so in two documents: the nth of equal ones repeats the nth."""
    elsewhere = one.document_id != other.document_id
    return elsewhere and repeats(one, other) and nth(one, lines) == nth(other, lines)


def repeat(cancellation: Line, found: Heard, lines: list[Line], said: Verdicts) -> bool:
    """Where nothing is left to take back, a cancellation of what was cancelled before is told twice."""
    name = said.targets.get(cancellation.ref)
    if name is not None:
        of_act = (one for one in found.tellings if any(line.ref == name for line in one.messages))
    else:
        before = found.cancellations[: found.cancellations.index(cancellation)]
        of_act = (
            one
            for done, one in found.applied
            if (done in before and said.are_same(cancellation, done))
            or (repeats_elsewhere(cancellation, done, lines) and not kept_apart(cancellation, one, said))
        )
    telling = next(of_act, None)
    if telling is None:
        return False
    telling.repeat(cancellation)
    found.applied.append((cancellation, telling))
    return True


def without_repetitions(pending: list[Line], found: Heard, lines: list[Line], said: Verdicts) -> list[Line]:
    """Those that repeat nothing, not even one that was found to be a repetition itself."""
    left = [line for line in pending if not repeat(line, found, lines, said)]
    return left if len(left) == len(pending) else without_repetitions(left, found, lines, said)

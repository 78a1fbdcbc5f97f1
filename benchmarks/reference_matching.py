"""From messages to acts, piece by piece: which of them are about the same act. Part of the slow claims reference.

Example: the Sécu's return of a visit of 30.00 € and the member's bill for it, without a provider, of the same day
and charge, are one act; had the member seen two doctors for 30.00 € that day, the bill would wait.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields, replace

from benchmarks.reference_claims_model import Act, Answer, Line, Rules
from benchmarks.reference_fitting import joined, nearby, statement_alone
from benchmarks.reference_hearing import Heard, heard
from benchmarks.reference_pieces import INSURER, INVOICE, REQUEST, SECU, Link, Piece, Waiting
from benchmarks.reference_telling import ROLES, Telling
from benchmarks.reference_verdicts import Verdicts, verdicts
from benchmarks.reference_words import TOLD, Speaker, cancels, content, speaker_of

AFTER_US = 4


def matched(
    lines: list[Line], answers: list[Answer], rules: Rules
) -> tuple[list[Act], list[Link], list[Waiting]]:
    """The acts of one member, which line belongs to which, and what waits. Quotes take no part."""
    told = [with_last_day(line) for line in lines if line.kind != "quote"]
    said = verdicts(told, answers)
    spoken = [line for line in told if line.hold is None or line.ref in said.exceptions]
    pieces, alone, aimless = exact(spoken, said)
    pieces, alone = united(pieces, alone, spoken, said)
    alone += aimless
    lost = {wait.line_id for wait in alone if wait.reason == "cancels_nothing"}
    known = [line for line in spoken if line.line_id not in lost]
    alone += [held(line, known) for line in told if line.hold is not None and line.ref not in said.exceptions]
    for piece in pieces:
        contradicting_messages(piece, said)
    pieces = joined(pieces, said, rules)
    nearby(pieces, said, rules)
    for piece in pieces:
        statement_alone(piece, said)
        contradicting_answers(piece, said)
    waiting = [wait for piece in pieces if (wait := piece.waits)]
    acts = [act_of(piece, said, rules) for piece in pieces if not piece.waits]
    links = [
        Link(piece.act_id, line_id, role)
        for piece in pieces
        for telling in piece.tellings.values()
        for line_id, role in telling.roles.items()
    ]
    links += [Link(wait.line_id, wait.line_id, role_alone(wait, told)) for wait in alone]
    return acts, links, [*waiting, *alone]


def with_last_day(line: Line) -> Line:
    """Care of one day ends on it."""
    return replace(line, care_last_day=line.care_last_day or line.care_from)


def role_alone(wait: Waiting, lines: list[Line]) -> str:
    """The role of a line that waits by itself."""
    line = next(line for line in lines if line.line_id == wait.line_id)
    return "cancellation" if cancels(line) else ROLES[speaker_of(line)[0]]


def held(line: Line, spoken: list[Line]) -> Waiting:
    """A line that the importer does not trust; what was booked stands unless others tell of the same act."""
    others = any(key(other) == key(line) for other in spoken)
    return Waiting(line.line_id, line.member_id, str(line.hold), None, not others)


def key(line: Line) -> tuple[object, ...]:
    """The exact key of an act of one member."""
    return (line.care_from, line.act_code or line.family, line.provider_id, line.location)


def exact(lines: list[Line], said: Verdicts) -> tuple[list[Piece], list[Waiting], list[Waiting]]:
    """Pieces by exact key; cancellations of nothing, or of one of several, which wait alone; and cancellations of a
    line that its sender did not tell."""
    by_ref = {line.ref: line for line in lines}
    groups: dict[tuple[object, ...], dict[Speaker, list[Line]]] = defaultdict(lambda: defaultdict(list))
    alone: list[Waiting] = []
    aimless: list[Waiting] = []
    for line in lines:
        target = by_ref.get(said.targets.get(line.ref, line.ref))
        if target is None or speaker_of(target) != speaker_of(line):
            aimless.append(Waiting(line.line_id, line.member_id, "cancels_nothing", None, False))
        else:
            groups[key(target)][speaker_of(line)].append(line)
    pieces: list[Piece] = []
    for speakers in groups.values():
        found = [heard(messages, said) for _, messages in sorted(speakers.items())]
        pieces += paired([one.tellings for one in found], said)
        alone += [wait for one in found for wait in unheard(one)]
    return pieces, alone, aimless


def unheard(found: Heard) -> list[Waiting]:
    """Cancellations that a person must look at."""
    lost = [Waiting(line.line_id, line.member_id, "cancels_nothing", None, False) for line in found.lost]
    return lost + [
        Waiting(line.line_id, line.member_id, "several_acts_fit", " ".join(refs), False)
        for line, refs in found.doubtful
    ]


def paired(speakers: list[list[Telling]], said: Verdicts) -> list[Piece]:
    """What persons called the same meets first, then equal charges, then the nth of one sender the nth of another."""
    pieces: list[Piece] = []
    for tellings in speakers:
        left = sorted(tellings, key=lambda one: standing(one, said))
        free = list(pieces)
        for fits in (called_same, equal_charge, any_other):
            for telling in list(left):
                piece = next(
                    (one for one in free if fits(one, telling, said) and not apart(one, telling, said)), None
                )
                if piece:
                    piece.tellings[telling.speaker] = telling
                    free.remove(piece)
                    left.remove(telling)
        pieces += [Piece({telling.speaker: telling}) for telling in left]
    return pieces


def standing(telling: Telling, said: Verdicts) -> tuple[object, ...]:
    """An order of tellings: what counts first, then by content; of equals those first of which persons spoke."""
    *words, ref = min(content(line) for line in telling.live or telling.messages)
    parties = sorted({said.party[line.ref] for line in telling.messages if line.ref in said.party})
    return (not telling.live, words, not parties, parties, ref)


def called_same(piece: Piece, telling: Telling, said: Verdicts) -> bool:
    """Whether a person said so."""
    return any(said.are_same(one, other) for one in piece.lines for other in telling.messages)


def equal_charge(piece: Piece, telling: Telling, said: Verdicts) -> bool:
    """Whether the highest authority and this sender said the same charge last."""
    highest = next(iter(piece.tellings.values()))
    return highest.last_charge == telling.last_charge


def any_other(piece: Piece, telling: Telling, said: Verdicts) -> bool:
    """They have the same key."""
    return True


def apart(piece: Piece, telling: Telling, said: Verdicts) -> bool:
    """Whether a person said that they are about different acts."""
    return any(said.are_apart(one, other) for one in piece.lines for other in telling.messages)


def united(
    pieces: list[Piece], alone: list[Waiting], lines: list[Line], said: Verdicts
) -> tuple[list[Piece], list[Waiting]]:
    """What persons called the same is one act, with cancellations that waited; those that then find nothing wait."""
    by_id = {line.line_id: line for line in lines}
    for name in sorted(set(said.party.values())):
        parts = [piece for piece in pieces if any(said.party.get(line.ref) == name for line in piece.lines)]
        joining = [wait for wait in alone if said.party.get(by_id[wait.line_id].ref) == name]
        if parts and len(parts) + len(joining) > 1:
            pieces = [piece for piece in pieces if piece not in parts]
            alone = [wait for wait in alone if wait not in joining]
            messages: dict[Speaker, list[Line]] = defaultdict(list)
            together = [line for part in parts for line in part.lines]
            for line in together + [by_id[wait.line_id] for wait in joining]:
                messages[speaker_of(line)].append(line)
            found = [heard(told, said, one_act=True) for told in messages.values()]
            pieces.append(Piece({one.speaker: one for part in found for one in part.tellings}))
            alone += [wait for one in found for wait in unheard(one)]
    return pieces, alone


def contradicting_messages(piece: Piece, said: Verdicts) -> None:
    """One sender tells different things about one act."""
    refs = [ref for one in piece.tellings.values() for ref in one.settle(said)]
    if refs:
        piece.troubles["messages_contradict"] = refs


def contradicting_answers(piece: Piece, said: Verdicts) -> None:
    """Persons keep lines apart that are about one act, or want to pay different amounts for it."""
    named = [line for line in piece.lines if line.ref in said.party]
    torn = {one.ref for one in named if any(said.are_apart(line, other) for line in named for other in named)}
    amounts = {line.ref: said.exceptions.get(line.ref, set()) - {None} for line in piece.lines}
    if len({amount for some in amounts.values() for amount in some}) > 1:
        torn |= {ref for ref, some in amounts.items() if some}
    if torn:
        piece.troubles["answers_contradict"] = sorted(torn)


def act_of(piece: Piece, said: Verdicts, rules: Rules) -> Act:
    """The act as its live messages tell it, by the authority of who speaks."""
    told = {name: piece.says(name) for name in TOLD}
    code = rules.codes.get(str(told["act_code"]))
    secu = next((one for speaker, one in piece.tellings.items() if speaker[0] == SECU and one.live), None)
    request = next(
        (one for speaker, one in piece.tellings.items() if speaker[0] == REQUEST and one.live), None
    )
    paid = [one.says("secu_cents") for speaker, one in piece.live.items() if speaker[0] != INSURER]
    amounts = [amount for line in piece.lines for amount in said.exceptions.get(line.ref, ())]
    told |= {
        "care_last_day": told["care_last_day"] or told["care_from"],
        "family": told["family"] or (code.family if code else None),
        "basket": told["basket"] or (code.basket if code else None),
        "act_id": piece.act_id,
        "member_id": piece.lines[0].member_id,
        "base_cents": secu.says("base_cents") if secu else None,
        "rate_ppm": secu.says("rate_ppm") if secu else None,
        "retention_cents": secu.says("retention_cents") if secu else None,
        "secu_cents": next((one for one in paid if one is not None), None),
        "others_cents": others_of(piece),
        "asked_cents": request.says("asked_cents") if request else None,
        "told_by_secu": any(speaker[0] == SECU for speaker in piece.live or piece.tellings),
        "lines": len(piece.lines),
        "cancelled": not piece.live,
        "exception_cents": next((amount for amount in amounts if amount is not None), None),
    }
    return Act(**{field.name: told[field.name] for field in fields(Act)})  # type: ignore[arg-type]


def others_of(piece: Piece) -> int:
    """Paid by payers before us, each once; where none of them tells, the most that a bill or request states."""
    insurers = [one for speaker, one in piece.live.items() if speaker[0] == INSURER]
    before = [one for one in insurers if int(str(one.says("payer_rank") or 0)) < AFTER_US]
    if before:
        return sum(int(str(one.says("others_cents") or 0)) for one in before)
    stated = [
        one.says("others_cents") for speaker, one in piece.live.items() if speaker[0] in (REQUEST, INVOICE)
    ]
    return max((int(str(one)) for one in stated if one is not None), default=0)

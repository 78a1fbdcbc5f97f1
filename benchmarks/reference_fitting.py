"""Which pieces are about one act although their keys differ, because one says less. Part of the slow reference.

Example: a bill without a provider fits the Sécu's return of that day and charge; the bill of another provider does
not. Two such bills for one return wait for a person.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from benchmarks.reference_claims_model import Rules
from benchmarks.reference_pieces import INSURER, Piece
from benchmarks.reference_verdicts import Verdicts
from benchmarks.reference_words import SAID

NEAR_DAYS = 3
FITS = {"several_acts_fit", "perhaps_same_act"}


class Node(NamedTuple):
    """What a piece says about which act it is."""

    piece: Piece
    day: object
    code: object
    family: object
    provider: object
    location: object
    charged: object
    head: str
    parties: tuple[str, ...]

    @property
    def said(self) -> int:
        """How many of act code, provider and location it says."""
        return sum(one is not None for one in (self.code, self.provider, self.location))

    @property
    def pattern(self) -> tuple[bool, ...]:
        """Which of them."""
        return tuple(one is not None for one in (self.code, self.provider, self.location))

    @property
    def authority(self) -> int:
        """Who speaks with the highest authority."""
        return next(iter(self.piece.live))[0]

    @property
    def place(self) -> list[object]:
        """An order of pieces: by which act they say they are, of twins first the higher authority, by its words."""
        who = (self.code, self.family, self.provider, self.location, self.charged)
        words = [self.piece.head_line_says(name) for name in SAID]
        known = [(one is not None, one) for one in who]
        return [known, self.parties, self.authority, [(one is not None, one) for one in words], self.head]

    @property
    def twins(self) -> tuple[object, ...]:
        """Sessions of one key and charge are twins, unless a person told them apart from others."""
        code = self.code or self.family
        return (self.day, code, self.provider, self.location, self.charged, self.parties)


def node(piece: Piece, said: Verdicts, rules: Rules) -> Node:
    """The piece as it is compared with others."""
    code = piece.says("act_code")
    known = rules.codes.get(str(code))
    family = piece.says("family") or (known.family if known else None)
    provider, location, charged = (piece.says(name) for name in ("provider_id", "location", "charged_cents"))
    parties = tuple(sorted({said.party[line.ref] for line in piece.lines if line.ref in said.party}))
    day = piece.says("care_from")
    return Node(piece, day, code, family, provider, location, charged, piece.head, parties)


def compatible(one: Node, other: Node, said: Verdicts) -> bool:
    """Equal or silent in everything, without one act code the families; and not called different."""
    pairs = [(one.provider, other.provider), (one.location, other.location), (one.charged, other.charged)]
    codes = (one.code, other.code)
    pairs.append((one.family, other.family) if None in codes else codes)
    agree = all(None in pair or pair[0] == pair[1] for pair in pairs)
    return agree and not any(said.are_apart(a, b) for a in one.piece.lines for b in other.piece.lines)


def joined(pieces: list[Piece], said: Verdicts, rules: Rules) -> list[Piece]:
    """Poorer pieces join the one act they fit, if only they of their kind fit it; else they wait."""
    nodes = [node(piece, said, rules) for piece in pieces if piece.live]
    richer = {id(one): [other for other in nodes if poorer(one, other, said)] for one in nodes}
    fits = {id(one): [other for other in richer[id(one)] if not richer[id(other)]] for one in nodes}
    sets: dict[tuple[object, ...], list[Node]] = defaultdict(list)
    for one in sorted(nodes, key=lambda node: node.place):
        if fits[id(one)]:
            sets[one.twins].append(one)
    gone = []
    meetings = [meeting(poor, list(sets.values()), fits, said) for poor in sets.values()]
    for poor, met in zip(sets.values(), meetings, strict=True):
        for one, other in met:
            other.piece.absorb(one.piece)
            gone.append(one.piece)
        rich = fits[id(poor[0])]
        reason = "several_acts_fit" if len(rich) > 1 else "perhaps_same_act"
        for one in poor[len(met) :]:
            if not is_excepted(one.piece, said):
                one.piece.troubles[reason] = [other.head for other in rich]
    return [piece for piece in pieces if piece not in gone]


def meeting(
    poor: list[Node], sets: list[list[Node]], fits: dict[int, list[Node]], said: Verdicts
) -> list[tuple[Node, Node]]:
    """Which of these poorer pieces of one key joins which act: the nth the nth of equal ones.

    As many pieces that say the same as there are acts join one each. All that fit the same acts must fit each other,
    and no sender may speak twice.
    """
    rich = sorted(fits[id(poor[0])], key=lambda node: node.place)
    wanted = {id(one) for one in rich}
    rivals = [one for others in sets if others is not poor for one in others]
    rivals = [one for one in rivals if wanted & {id(other) for other in fits[id(one)]}]
    if any(speaks_too(poor[0], one) or not compatible(poor[0], one, said) for one in rivals):
        return []
    if any(speaks_too(poor[0], one) for one in rich):
        return []
    equal_acts = len({one.twins for one in rich}) == 1
    equal_words = len({tuple(one.piece.says(name) for name in SAID) for one in poor}) == 1
    if equal_acts or (equal_words and len(rich) == len(poor)):
        return list(zip(poor, rich, strict=False))
    return []


def poorer(one: Node, other: Node, said: Verdicts) -> bool:
    """Whether one says less than the other, of the same day and charge, and nothing else."""
    if one.piece is other.piece or one.day != other.day or one.pattern == other.pattern:
        return False
    less = (one.said, -one.authority, one.pattern) < (other.said, -other.authority, other.pattern)
    return less and compatible(one, other, said)


def speaks_too(one: Node, other: Node) -> bool:
    """Whether one sender speaks in both."""
    return bool(one.piece.live.keys() & other.piece.live.keys())


def is_excepted(piece: Piece, said: Verdicts) -> bool:
    """Whether a person decided it, so that it is an act of its own."""
    return any(line.ref in said.exceptions for line in piece.lines)


def nearby(pieces: list[Piece], said: Verdicts, rules: Rules) -> None:
    """Poorer pieces that fit an act of a day nearby wait: perhaps a date is wrong."""
    decided = [piece for piece in pieces if not piece.troubles.keys() & FITS]
    nodes = [node(piece, said, rules) for piece in decided if piece.live]
    for one in nodes:
        near = [
            other
            for other in nodes
            if 0 < abs((one.day - other.day).days) <= NEAR_DAYS  # type: ignore[operator]
            and one.pattern != other.pattern
            and one.charged == other.charged is not None
            and (-one.authority, one.said, one.pattern) < (-other.authority, other.said, other.pattern)
            and not speaks_too(one, other)
            and compatible(one, other, said)
        ]
        if near and not is_excepted(one.piece, said):
            one.piece.troubles["perhaps_same_act"] = [other.head for other in near]


def statement_alone(piece: Piece, said: Verdicts) -> None:
    """A statement alone is no claim."""
    alone = piece.live and all(speaker[0] == INSURER for speaker in piece.live)
    if alone and not is_excepted(piece, said):
        piece.troubles["statement_without_act"] = []

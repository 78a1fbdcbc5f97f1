"""The few keys with cancellations, contradictions or answers: read message by message, not in columns.

One frame of lines goes in, and comes out with the piece of an act that each line belongs to, and as what.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

import polars as pl

from avenant.core.claims.matching.columns import (
    CANCELLATION,
    CANCELS_NOTHING,
    KEY,
    MESSAGES_CONTRADICT,
    SEVERAL_ACTS_FIT,
)
from avenant.core.claims.matching.hearing import Hearing, hearing
from avenant.core.claims.matching.message import COLUMNS, Message, message
from avenant.core.claims.matching.pairing import Piece, paired
from avenant.core.claims.matching.telling import outcome
from avenant.core.claims.matching.trouble import TROUBLE
from avenant.core.claims.matching.verdicts import Verdicts

PLACE = {"line_id": pl.Int64, "piece": pl.Int64, "role": pl.String, "counts": pl.Boolean}


@dataclass(frozen=True, slots=True)
class Untangled:
    """lines: the lines given, with piece (smallest line_id), role (of LINK) and counts. troubles: TROUBLE."""

    lines: pl.DataFrame
    troubles: pl.DataFrame


def untangled(lines: pl.DataFrame, answered: Verdicts) -> Untangled:
    """The pieces of each exact key of ``lines``."""
    if lines.is_empty():
        return Untangled(pl.DataFrame(schema={**lines.schema, **PLACE}), pl.DataFrame(schema=TROUBLE))
    writing = _Writing(answered)
    for messages in _groups(lines, list(KEY)):
        speakers = []
        for speaker in _speakers(messages):
            told = hearing(speaker, answered)
            speakers.append(told.tellings)
            writing.alone(told)
        for piece in paired(speakers, answered):
            writing.piece(piece)
    return writing.on(lines)


def as_one_act(lines: pl.DataFrame, answered: Verdicts) -> Untangled:
    """Each ``piece`` of ``lines`` as one act, because persons said so."""
    writing = _Writing(answered)
    for messages in _groups(lines, ["piece"]):
        told = [hearing(speaker, answered, one_act=True) for speaker in _speakers(messages)]
        writing.piece([telling for one in told for telling in one.tellings])
        for one in told:
            writing.alone(one)
    return writing.on(lines.drop("piece", "role", "counts"))


@dataclass(slots=True)
class _Writing:
    """What is found, row by row. places: PLACE; troubles: TROUBLE."""

    answered: Verdicts
    places: list[tuple[int, int, str, bool]] = field(default_factory=list)
    troubles: list[tuple[int, str, str | None]] = field(default_factory=list)

    def piece(self, piece: Piece) -> None:
        """The lines of a piece; it waits where its messages contradict each other."""
        label = min((m.line_id for telling in piece for m in telling.messages), default=0)
        contradicting: list[str] = []
        for telling in piece:
            found = outcome(telling, self.answered)
            self.places += [(line_id, label, role, counts) for line_id, role, counts in found.roles]
            contradicting += found.contradicting
        if contradicting:
            self.troubles.append((label, MESSAGES_CONTRADICT, " ".join(sorted(contradicting))))

    def alone(self, told: Hearing) -> None:
        """The cancellations that a person must look at."""
        for lost in told.lost:
            self.waits(lost, CANCELS_NOTHING, [])
        for unclear, candidates in told.unclear.items():
            self.waits(unclear, SEVERAL_ACTS_FIT, candidates)

    def waits(self, message: Message, reason: str, candidates: list[Message]) -> None:
        """A cancellation that waits on its own."""
        refs = " ".join(sorted(candidate.ref for candidate in candidates)) or None
        self.places.append((message.line_id, message.line_id, CANCELLATION, False))
        self.troubles.append((message.line_id, reason, refs))

    def on(self, lines: pl.DataFrame) -> Untangled:
        """``lines`` with what was written about them."""
        places = pl.DataFrame(self.places, schema=PLACE, orient="row")
        return Untangled(
            lines.join(places, on="line_id"), pl.DataFrame(self.troubles, schema=TROUBLE, orient="row")
        )


def _groups(lines: pl.DataFrame, by: list[str]) -> Iterator[list[Message]]:
    """The messages of each group of ``lines``."""
    days = lines.sort(by).with_columns(pl.col("received_on").to_physical())
    rows = days.select(*COLUMNS, pl.struct(by).rle_id().alias("group")).rows()
    for _, group in groupby(rows, key=lambda row: row[-1]):
        yield [message(row[:-1]) for row in group]


def _speakers(messages: Iterable[Message]) -> Iterator[list[Message]]:
    """The messages of each speaker, highest authority first."""
    for _, group in groupby(sorted(messages, key=attrgetter("speaker")), key=attrgetter("speaker")):
        yield list(group)


def relabelled(found: Untangled, joined: pl.DataFrame) -> Untangled:
    """``found`` after pieces joined others (``joined``: piece, into); a piece keeps its smallest line_id as label."""
    if joined.is_empty():
        return found
    groups = joined.group_by("into").agg("piece").with_columns(pl.col("piece").list.concat("into"))
    moves = groups.select("piece", label=pl.col("piece").list.min()).explode("piece")
    moved = pl.col("piece").replace(moves["piece"], moves["label"])
    return Untangled(found.lines.with_columns(moved), found.troubles.with_columns(moved))

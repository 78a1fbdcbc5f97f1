"""What every paper we send has above and below its lines, before it has a format.

Example: title "Invoice AV-2026-000123", facts "Number", "Date" …, totals that follow from each other, notes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from avenant.core.wording.figures import day_text
from avenant.core.wording.voice import Voice


@dataclass(frozen=True, slots=True)
class TotalRow:
    """A line of the totals: `weight` is `plain`, `part` (contained in the one above) or `strong`.

    `key` names the row among those of its kind of paper.
    """

    key: str
    label: str
    cents: int
    weight: str


@dataclass(frozen=True, slots=True)
class Paper:
    """The frame of a paper: every text said, every amount still in cents.

    issuer, addressee: a name and the lines of an address (nobody: empty). marks: what must not be overlooked.
    """

    voice: Voice
    title: str
    subtitle: str
    issue_date: date
    simulated: bool
    issuer: tuple[str, ...]
    addressee: tuple[str, ...]
    marks: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    totals: tuple[TotalRow, ...]
    notes: tuple[str, ...]


def warning_marks(
    simulated: bool, known_at: datetime | None, revision: int | None, voice: Voice
) -> Iterator[str]:
    """What must not be overlooked: a simulated database, a past state (`known_at` with its zone)."""
    if simulated:
        yield f"{voice.say('simulated')}{voice.say('colon')}{voice.say('simulated_meaning')}"
    if known_at is not None:
        time = known_at.strftime("%H:%M %Z").strip()
        known = voice.say("known_at", day=day_text(known_at.date(), voice.language), time=time)
        told = "" if revision is None else f" ({voice.say('revision', revision=revision)})"
        yield known + told

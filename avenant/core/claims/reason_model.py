"""What a reason is: a code, its bit, and what it says to a member, to care and to engineering, in two
languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

READERS: Final = ("member", "care", "engineering")
LANGUAGES: Final = ("fr", "en")
Text = tuple[str, str]
"""The same sentence in French and in English."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. ``bit``: its place in the column ``reasons``, for ever; None: acts wait for it, it is never
    booked.

    member: a friendly sentence. care: what to say and do. engineering: the condition in code.
    """

    code: str
    bit: int | None
    member: Text
    care: Text
    engineering: Text

"""Reason codes: why an act is decided as it is, or waits; each says it to a member, to care and to engineering.

A decision carries its reasons as bits of one number. Example: bits 4 and 9 (528) are ``told_by_secu`` and
``participation``. The bit of a code never changes and is never given to another code.
"""

from typing import Final

from avenant.core.claims import reasons_of_limits, reasons_of_payers, reasons_of_waiting
from avenant.core.claims.reason_model import LANGUAGES, READERS, Reason, Text

DECISIONS: Final[dict[str, Reason]] = {
    reason.code: reason for reason in (*reasons_of_payers.REASONS, *reasons_of_limits.REASONS)
}
"""Why a decision is as it is, by code."""
WAITS: Final[dict[str, Reason]] = {reason.code: reason for reason in reasons_of_waiting.REASONS}
"""Why a line or an act waits, by code."""
REASONS: Final[dict[str, Reason]] = {**DECISIONS, **WAITS}

LIMITS: Final[dict[str, int]] = {
    "none": 0,
    "guarantee": 1,
    "envelope_amount": 2,
    "envelope_count": 3,
    "renewal": 4,
    "responsible": 5,
    "price_limit": 6,
    "left": 7,
    "exception": 8,
}
"""What decided the amount: the number in ``limit_kind``."""


MASKS: Final = tuple((code, 1 << reason.bit) for code, reason in DECISIONS.items() if reason.bit is not None)
"""The codes of decisions, each with its bit alone."""


def bit_of(code: str) -> int:
    """The place of a decision's code in ``reasons``, 0 to 61. Errors: ``KeyError`` for one that is never booked."""
    bit = DECISIONS[code].bit
    assert bit is not None
    return bit


def decoded(bits: int) -> list[str]:
    """The codes in ``bits``, in the order of their bits; a bit that no code has is left out."""
    return [code for code, mask in MASKS if bits & mask]


def limit_named(kind: int) -> str:
    """The name of a ``limit_kind``. Errors: ``ValueError`` for a number that is none."""
    for name, number in LIMITS.items():
        if number == kind:
            return name
    raise ValueError(f"{kind} is no limit kind; known are {LIMITS}")


def told(code: str, reader: str, language: str) -> str:
    """What ``code`` says to ``reader`` (member, care, engineering) in ``language`` (fr, en).

    A code that is not ours, of an importer for example, is told as it is.
    """
    if code not in REASONS:
        return code.replace("_", " ")
    texts: dict[str, Text] = {name: getattr(REASONS[code], name) for name in READERS}
    return texts[reader][LANGUAGES.index(language)]

"""What one line says, and how two of them compare. Part of the slow claims reference.

Example: a Sécu return of 30.00 € and its cancellation of −30.00 € mirror each other; 30.00 € and 25.00 € conflict.
"""

from __future__ import annotations

from datetime import date

from benchmarks.reference_claims_model import Line

AUTHORITY = {"secu_return": 0, "provider_request": 1, "member_invoice": 2, "other_insurer": 3}
MONEY = ("charged_cents", "secu_cents", "others_cents", "asked_cents")
AMOUNTS = (*MONEY, "quantity", "base_cents", "retention_cents")
SAID = (*AMOUNTS, "rate_ppm", "care_last_day", "exemption", "care_path", "basket")
TOLD = (
    *("act_code", "family", "care_from", "care_last_day", "quantity", "charged_cents", "exemption"),
    *("care_path", "provider_id", "sector", "optam", "basket", "location"),
)
Speaker = tuple[int, str]


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


def day_received(line: Line) -> date:
    """When it reached us; before all days where nobody knows."""
    return line.received_on or date.min


def same_words(one: Line, other: Line) -> bool:
    """Whether two messages say the same."""
    return all(getattr(one, name) == getattr(other, name) for name in SAID)


def repeated(line: Line, earlier: list[Line]) -> bool:
    """Whether it was said before."""
    return any(same_words(line, other) for other in earlier)

"""Series of dated values: which one counts when, and whether every day has exactly one.

A value counts from its ``valid_from`` until the next value of its series begins. Where a file states a last
month, the series must go on right after it or stop there: anything else is a gap or an overlap. Below the
first known date there is no value; nobody guesses one.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise

from avenant.core.periods import day_before
from avenant.core.rulebook.contents import Written
from avenant.core.rulebook.findings import Finding


def periods_of(series: Iterable[Written]) -> list[tuple[Written, date | None]]:
    """Each value of one series with its exclusive end (None: until further notice), in order of date."""
    ordered = sorted(series, key=lambda value: value.valid_from)
    following: list[Written | None] = [*ordered, None][1:]
    return [(value, _end(value, successor)) for value, successor in zip(ordered, following, strict=True)]


def _end(value: Written, successor: Written | None) -> date | None:
    ends = [value.stated_end, successor.valid_from if successor else None]
    return min((end for end in ends if end is not None), default=None)


def date_findings(series: Sequence[Written], what: str) -> list[Finding]:
    """Every day that has no value between two values of ``series``, or that has two.

    In: ``what`` names the series as a person would (“the price of confort for a partner”).
    """
    ordered = sorted(series, key=lambda value: (value.valid_from, value.file, value.line))
    findings = [_backwards(value, what) for value in ordered if _is_backwards(value)]
    for earlier, later in pairwise(ordered):
        findings += _between(earlier, later, what)
    return findings


def _is_backwards(value: Written) -> bool:
    return value.stated_end is not None and value.stated_end <= value.valid_from


def _backwards(value: Written, what: str) -> Finding:
    return Finding(
        value.file,
        value.line,
        f"{what} ends before it begins: valid_from {value.valid_from}",
        "write a valid_through that is not before valid_from, or leave it out",
    )


def _between(earlier: Written, later: Written, what: str) -> list[Finding]:
    seen, remedy = "", ""
    if earlier.valid_from == later.valid_from:
        seen = f"{what} is given twice from {later.valid_from} on; first in {earlier.file}:{earlier.line}"
        remedy = "keep one of the two, or correct a valid_from"
    elif earlier.stated_end is not None and earlier.stated_end > later.valid_from:
        last_day = day_before(earlier.stated_end)
        seen = f"overlap: {what} holds through {last_day} and again from {later.valid_from}"
        remedy = (
            f"let the earlier one end with {day_before(later.valid_from)}, or leave out its valid_through"
        )
    elif earlier.stated_end is not None and earlier.stated_end < later.valid_from:
        seen = f"gap: {what} is not known from {earlier.stated_end} to {day_before(later.valid_from)}"
        remedy = "add the missing dates, or leave out valid_through so that it holds until the next"
    return [Finding(later.file, later.line, seen, remedy)] if seen else []


def first_unknown_day(series: Iterable[Written], begin: date, end: date | None) -> date | None:
    """The first day from ``begin`` to ``end`` (exclusive; None: for ever) that has no value, or None."""
    day = begin
    for value, value_end in periods_of(series):
        if value.valid_from > day:
            break
        if value_end is None:
            return None
        day = max(day, value_end)
    return None if end is not None and day >= end else day

"""The covered days of a month, where one stretch of cover makes up exactly the booked ones; else none are claimed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from avenant.core.coverage.sentences import Stretch
from avenant.core.periods import day_before, month_end

Row = Mapping[str, Any]


def covered_stretch(enrolments: Sequence[Row], entry: Row, rev: int) -> Stretch | None:
    """First and last covered day of ``entry``'s month under its contract, plan and level, as known at ``rev``.

    enrolments: all versions of the member's enrolments, with the revision of each. None where two stretches, or a
    child that paid for a part of its cover, make the booked days another number than the stretch has.
    """
    month = entry["month"]
    days = list(_clipped(_in_force(enrolments, entry, rev), month))
    if not days:
        return None
    first, last = min(start for start, _ in days), max(end for _, end in days)
    return (first, last) if (last - first).days + 1 == entry["covered_days"] else None


def _in_force(enrolments: Iterable[Row], entry: Row, rev: int) -> Iterator[Row]:
    latest: dict[int, Row] = {}
    for row in sorted(enrolments, key=lambda row: int(row["version"])):
        if row["rev"] <= rev:
            latest[row["enrolment_id"]] = row
    names = ("contract_id", "member_id", "plan", "level")
    return (
        row
        for row in latest.values()
        if not row["withdrawn"] and all(row[name] == entry[name] for name in names)
    )


def _clipped(rows: Iterable[Row], month: date) -> Iterator[Stretch]:
    """The part of each period that lies in the month."""
    end = month_end(month)
    for row in rows:
        first = max(row["valid_from"], month)
        last = end if row["valid_to"] is None else min(day_before(row["valid_to"]), end)
        if first <= last:
            yield first, last

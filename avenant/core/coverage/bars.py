"""Enrolments as bars: every version of each, what it changed and whether it came late.

An enrolment from 19 June learnt on 2 July is late: June had begun. An end on 30 June learnt on 25 June is not: the
first day it changes is 1 July.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from avenant.core.coverage.arrivals import field_changes, learnt
from avenant.core.coverage.model import Bar, CoverVersion
from avenant.core.periods import day_before, month_start

Row = Mapping[str, Any]


def bars(versions: Sequence[Row], contracts: Mapping[int, str], members: Mapping[int, str]) -> list[Bar]:
    """One bar per enrolment, by first day and number.

    versions: rows of enrolments (columns of the fact, with rev, known_at, actor, reason, run_id), in any order.
    contracts, members: numbers by id.
    """
    ordered = sorted(versions, key=lambda row: (row["enrolment_id"], row["version"]))
    found = []
    for _, group in groupby(ordered, key=lambda row: row["enrolment_id"]):
        rows = list(group)
        states = tuple(_versions(rows, contracts, members))
        found.append(Bar(rows[-1]["ref"], members[rows[-1]["member_id"]], states))
    return sorted(found, key=lambda bar: (bar.now.valid_from, bar.ref))


def _versions(
    rows: Sequence[Row], contracts: Mapping[int, str], members: Mapping[int, str]
) -> Iterator[CoverVersion]:
    for before, row in zip([None, *rows], rows, strict=False):
        since, known = first_day_changed(before, row), learnt(row)
        yield CoverVersion(
            version=row["version"],
            contract=contracts[row["contract_id"]],
            plan=row["plan"],
            level=row["level"],
            basis=row["basis"],
            valid_from=row["valid_from"],
            last_day=_last_day(row["valid_to"]),
            withdrawn=row["withdrawn"],
            learnt=known,
            counts_from=since,
            late=known.known_on > month_start(since),
            changes=field_changes("enrolment", before, row, {"contract_id": contracts, "member_id": members}),
        )


def _last_day(valid_to: date | None) -> date | None:
    return None if valid_to is None else day_before(valid_to)


def first_day_changed(before: Row | None, row: Row) -> date:
    """The first day for which the newer version of an enrolment says something else than the one before."""
    if before is None:
        return _day(row["valid_from"])
    starts = (before["valid_from"], row["valid_from"])
    ends = {before["valid_to"], row["valid_to"]}
    if starts[0] != starts[1] or _differ(before, row) or len(ends) == 1:
        return _day(min(starts))
    return _day(min(end for end in ends if end is not None))


def _differ(before: Row, row: Row) -> bool:
    """Whether anything but the dates differs: then every day of the cover is another."""
    names = ("contract_id", "member_id", "plan", "level", "basis", "withdrawn")
    return any(before[name] != row[name] for name in names)


def _day(value: object) -> date:
    assert isinstance(value, date)
    return value

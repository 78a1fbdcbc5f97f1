"""Which lines can have had to do with each other, so that past matchings are repeated for few lines only.

Matching looks at a member's lines of one day, at those of the same charge within three days, at a line that another
one takes back by its number, and at lines that a person's answer names. Lines that are not connected in this way
never meet.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import polars as pl

from avenant.core.claims.matching.nearby import NEAR_DAYS
from avenant.core.graph.rows import GraphRows


class Groups:
    """Numbers in groups that can be united: ``together(a)`` lists the group of ``a``."""

    def __init__(self) -> None:
        self._groups: dict[int, set[int]] = {}

    def together(self, number: int) -> set[int]:
        """The group of ``number``, itself included."""
        return self._groups.setdefault(number, {number})

    def unite(self, one: int, other: int) -> None:
        """Make the groups of two numbers one."""
        mine, theirs = self.together(one), self.together(other)
        if mine is not theirs:
            mine |= theirs
            for number in theirs:
                self._groups[number] = mine


def neighbours(lines: pl.DataFrame, answers: pl.DataFrame, wanted: Iterable[int]) -> list[int]:
    """``wanted`` (line_ids) and all lines that any version may connect with them, in order.

    lines: every version of all lines of the same members, with line_id, ref, care_from, charged_cents and cancels.
    answers: with line_ref and other_ref.
    """
    groups = _connected(lines, answers)
    return sorted({number for line in wanted for number in groups.together(line)})


def neighbourhoods(rows: GraphRows) -> list[list[int]]:
    """All lines of ``rows``, those together that any version may connect, in order."""
    groups = _connected(rows.lines, rows.answers)
    found = {min(group): sorted(group) for group in map(groups.together, rows.lines["line_id"].to_list())}
    return [found[first] for first in sorted(found)]


def _connected(lines: pl.DataFrame, answers: pl.DataFrame) -> Groups:
    groups = Groups()
    ids = dict(lines.select("ref", "line_id").iter_rows())
    for one, other in _near(lines):
        groups.unite(one, other)
    named = list(lines.select("ref", "cancels").iter_rows())
    named += list(answers.select("line_ref", "other_ref").iter_rows())
    for ref, other in named:
        if ref in ids and other in ids:
            groups.unite(ids[ref], ids[other])
    return groups


def _near(lines: pl.DataFrame) -> list[tuple[int, int]]:
    """Pairs of lines of one day, and of one charge within NEAR_DAYS; whosever they are: too many are harmless."""
    said = lines.select("care_from", "charged_cents", "line_id").iter_rows()
    told = {(day, charge, line) for day, charge, line in said if day is not None}
    by_day = pairwise(sorted((day, line) for day, _, line in told))
    charged = ((charge, day, line) for day, charge, line in told if charge is not None)
    pairs = [(one, other) for (day, one), (after, other) in by_day if day == after]
    return pairs + [
        (one, other)
        for (charge, day, one), (same, after, other) in pairwise(sorted(charged))
        if charge == same and (after - day).days <= NEAR_DAYS
    ]

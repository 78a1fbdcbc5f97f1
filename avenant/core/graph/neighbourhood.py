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


def neighbours(rows: GraphRows, lines: Iterable[int]) -> list[int]:
    """``lines`` (line_ids) and all lines of the same members that any version may connect with them, in order."""
    groups = Groups()
    ids = dict(rows.lines.select("ref", "line_id").iter_rows())
    for one, other in _near(rows.lines):
        groups.unite(one, other)
    named = list(rows.lines.select("ref", "cancels").iter_rows())
    named += list(rows.answers.select("line_ref", "other_ref").iter_rows())
    for ref, other in named:
        if ref in ids and other in ids:
            groups.unite(ids[ref], ids[other])
    return sorted({number for line in lines for number in groups.together(line)})


def _near(lines: pl.DataFrame) -> list[tuple[int, int]]:
    """Pairs of lines of one day, and of one charge within NEAR_DAYS; whosever they are: too many are harmless."""
    told = lines.select("care_from", "charged_cents", "line_id").drop_nulls("care_from").unique()
    by_day = pairwise(told.sort("care_from", "line_id").iter_rows())
    by_charge = pairwise(told.drop_nulls().sort("charged_cents", "care_from", "line_id").iter_rows())
    pairs = [(one, other) for (day, _, one), (after, _, other) in by_day if day == after]
    return pairs + [
        (one, other)
        for (day, charge, one), (after, same, other) in by_charge
        if charge == same and (after - day).days <= NEAR_DAYS
    ]

"""Stretches of known time: versions into "from this revision until before that one", and sets of such stretches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl

from avenant.core.graph.model import Fields

Row = dict[str, Any]
Stretch = tuple[int, int | None]
Versions = dict[Any, list[tuple[int, tuple[Any, ...]]]]
"""Key -> what was said of it, each time with the revision, oldest first."""
UNTIL_NOW = 2**62


def in_force(rows: pl.DataFrame, *key: str) -> Iterator[tuple[Row, int, int | None]]:
    """Each row with the stretch through which it is the latest of its ``key``: (row, from, until before).

    rows: with ``rev``, and ``version`` where one change may write several. A row that its own revision overtakes is
    never the latest.
    """
    order = [*key, "rev", *(["version"] if "version" in rows.columns else [])]
    ordered = rows.sort(order, maintain_order=True).to_dicts()
    following: list[Row | None] = [*ordered[1:], None]
    for row, after in zip(ordered, following, strict=False):
        same = after is not None and all(row[name] == after[name] for name in key)
        until = after["rev"] if after is not None and same else None
        if until != row["rev"]:
            yield row, row["rev"], until


def versions(rows: pl.DataFrame, key: str, *columns: str) -> Versions:
    """What ``rows`` say of each ``key`` in ``columns``. rows: as of `in_force`."""
    order = ["rev", *(["version"] if "version" in rows.columns else [])]
    told: Versions = {}
    for rev, name, *values in rows.sort(order, maintain_order=True).select("rev", key, *columns).iter_rows():
        told.setdefault(name, []).append((rev, tuple(values)))
    return told


def then(told: Versions, key: object, rev: int) -> tuple[Any, ...]:
    """What was said of ``key`` last at ``rev``; () where nothing was."""
    return next((values for since, values in reversed(told.get(key, [])) if since <= rev), ())


def said(row: Row, columns: Iterable[str]) -> Fields:
    """The ``columns`` of a row that say something."""
    return tuple((name, row[name]) for name in columns if row[name] is not None)


def live(withdrawn: object) -> str:
    """The standing of a fact."""
    return "withdrawn" if withdrawn else "in_force"


def joined(stretches: Iterable[Stretch]) -> list[tuple[int, int]]:
    """The union of ``stretches``, in order, with UNTIL_NOW for an open end."""
    union: list[tuple[int, int]] = []
    for start, until in sorted((a, UNTIL_NOW if b is None else b) for a, b in stretches):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(until, union[-1][1]))
        elif start < until:
            union.append((start, until))
    return union


def both(one: Iterable[tuple[int, int]], other: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where two unions overlap."""
    others = list(other)
    cut = [(max(a, c), min(b, d)) for a, b in one for c, d in others]
    return sorted((start, until) for start, until in cut if start < until)

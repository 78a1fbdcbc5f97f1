"""Code to trace: recursion, generators, exceptions that are caught and that are not, logs, threads of control."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import polars as pl

LOG = logging.getLogger("avenant.example")


def total(cents: list[int]) -> int:
    return sum(share(each) for each in cents)


def share(cents: int) -> int:
    return cents // 2 if cents % 2 == 0 else halved(cents)


def halved(cents: int) -> int:
    try:
        return refuse_odd(cents)
    except ValueError:
        LOG.warning("an odd amount of %s cents for %s", cents, "Zoé Canari")
        return (cents + 1) // 2


def refuse_odd(cents: int) -> int:
    raise ValueError(f"{cents} cents cannot be halved: give an even amount")


def countdown(start: int) -> Iterator[int]:
    while start:
        yield double(start)
        start -= 1


def double(number: int) -> int:
    return number * 2


def with_left(rows: pl.DataFrame) -> pl.DataFrame:
    left = pl.col("charged_cents") - pl.col("secu_cents")
    return rows.with_columns(left_cents=left)


def story(depth: int = 3) -> int:
    found = total([4, 5, 6]) + sum(countdown(3))
    with_left(pl.DataFrame({"charged_cents": [3_000], "secu_cents": [2_100]}))
    return found + (story(depth - 1) if depth else 0)


def fails() -> None:
    total([2])
    refuse_odd(3)


class Plan:
    """A class with methods of every kind."""

    def __init__(self, cents: int) -> None:
        self.cents = cents

    @property
    def doubled(self) -> int:
        return double(self.cents)

    @classmethod
    def free(cls) -> Plan:
        return cls(0)

    @staticmethod
    def words(*names: str, **more: int) -> int:
        return len(names) + len(more)


def methods() -> int:
    return Plan.free().doubled + Plan(5).doubled + Plan.words("a", b=1)

"""Scenarios: the same facts told with and without each piece of news, side by side as families of their own.

With news {E-2 version 2} and without it, the family becomes two families, numbered apart; the rules price both in one
call. Everything known before the change is part of every scenario.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from avenant.core.why.search import News

KNOWN_BEFORE = -1
NOTHING_TOGETHER: Mapping[str, str] = MappingProxyType({})
SCENARIO = "scenario"


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of news: a version of a fact. table: what kind of fact. number: the fact's id."""

    table: str
    number: int
    version: int
    rev: int


@dataclass(frozen=True, slots=True)
class Told:
    """Versions of facts by table, each row with its ``rev`` and ``news``: the place of its piece, or KNOWN_BEFORE."""

    tables: Mapping[str, pl.DataFrame]
    pieces: tuple[Piece, ...]


def told_between(
    tables: Mapping[str, pl.DataFrame], since: int, until: int, together: Mapping[str, str] = NOTHING_TOGETHER
) -> Told:
    """What was known at revision ``until``, with what arrived after ``since`` as pieces, the earliest first.

    tables: all versions of facts; the first column is the fact's id, beside it version and rev. together: table ->
    the column of what is told whole; its rows of one revision are one piece, whose version is that revision.
    """
    rows = {table: frame.filter(pl.col("rev") <= until) for table, frame in tables.items()}
    keys = {table: _key(table, frame, together) for table, frame in rows.items()}
    found = [
        Piece(table, *row)
        for table, frame in rows.items()
        for row in frame.filter(pl.col("rev") > since).select(*keys[table], "rev").unique().iter_rows()
    ]
    order = list(tables)
    pieces = tuple(sorted(found, key=lambda piece: (piece.rev, order.index(piece.table), piece.number)))
    places = {(piece.table, piece.number, piece.version): place for place, piece in enumerate(pieces)}
    return Told({table: _placed(table, frame, keys[table], places) for table, frame in rows.items()}, pieces)


def _key(table: str, frame: pl.DataFrame, together: Mapping[str, str]) -> tuple[pl.Expr, pl.Expr]:
    """What a row's piece is: number and version of the fact; or what it was told with, and when."""
    if table in together:
        return pl.col(together[table]).alias("number"), pl.col("rev").alias("version")
    return pl.col(frame.columns[0]).alias("number"), pl.col("version")


def _placed(
    table: str,
    frame: pl.DataFrame,
    key: tuple[pl.Expr, pl.Expr],
    places: Mapping[tuple[str, int, int], int],
) -> pl.DataFrame:
    pairs = frame.select(*key).iter_rows()
    news = [places.get((table, number, version), KNOWN_BEFORE) for number, version in pairs]
    return frame.with_columns(pl.Series("news", news, dtype=pl.Int32))


def as_known(told: Told, table: str, sets: Sequence[News]) -> pl.DataFrame:
    """The latest live version of each fact of ``table`` under each of ``sets``: adds the column SCENARIO.

    A newer version tells the whole fact, so that a later one counts also where an earlier one is left out.
    """
    frame = told.tables[table]
    number = frame.columns[0]
    rows = frame.join(_included(sets), on="news", how="inner")
    latest = rows.sort(SCENARIO, number, "version").unique(
        [SCENARIO, number], keep="last", maintain_order=True
    )
    return latest.filter(~pl.col("withdrawn")) if "withdrawn" in latest.columns else latest


def _included(sets: Sequence[News]) -> pl.DataFrame:
    """Which pieces are told in which scenario."""
    pairs = [(place, news) for place, told in enumerate(sets) for news in (KNOWN_BEFORE, *sorted(told))]
    return pl.DataFrame(pairs, schema={SCENARIO: pl.Int32, "news": pl.Int32}, orient="row")


@dataclass(frozen=True, slots=True)
class Numbers:
    """Ids of one kind numbered densely, and apart in each scenario: scenario × size + place. 0 stays 0: nobody."""

    places: Mapping[int, int]

    @classmethod
    def of(cls, ids: Iterable[int]) -> Numbers:
        """The numbers of some ids, in their order."""
        return cls({number: place for place, number in enumerate(sorted({0, *ids}))})

    def apart(self, rows: pl.DataFrame, *columns: str) -> pl.DataFrame:
        """``rows`` (with SCENARIO) with the ids of ``columns`` numbered apart; null stays null, types stay."""
        given, dense = list(self.places), list(self.places.values())
        kinds, numbers = rows.schema, []
        for column in columns:
            place = pl.col(column).cast(pl.Int64).replace_strict(given, dense, return_dtype=pl.Int64)
            shift = pl.when(place != 0).then(pl.col(SCENARIO).cast(pl.Int64) * len(given)).otherwise(0)
            numbers.append((place + shift).cast(kinds[column]).alias(column))
        return rows.with_columns(numbers)

    def number_of(self, scenario: int, number: int) -> int:
        """The number of an id in one scenario. Errors: KeyError."""
        place = self.places[number]
        return place + scenario * len(self.places) if place else 0

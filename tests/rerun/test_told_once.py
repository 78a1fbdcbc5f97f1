"""What cannot change is told once in a run, and everything else anew each time it is looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl
import pytest

from avenant.rerun.masks import Mask
from avenant.rerun.recording import Choice, Recorder
from avenant.rerun.snapshots import Limits, Snapshotter
from avenant.rerun.tracing import traced, tracer_called

KEY = b"k" * 32


def snapshotter(**limits: int) -> Snapshotter:
    return Snapshotter(Mask("engineering", KEY), Limits(**limits))


@dataclass(frozen=True, slots=True)
class Price:
    """A price that holds from a day on."""

    from_day: date
    cents: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Prices, and what was found out about them, which may grow."""

    plan: str
    prices: tuple[Price, ...]
    found: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Made:
    """Decides in the end what it holds."""

    cents: int

    def __post_init__(self) -> None:
        self.doubled()

    def doubled(self) -> None:
        object.__setattr__(self, "cents", 2 * self.cents)


def test_a_value_that_cannot_change_is_told_once_and_counts_each_time() -> None:
    looks, price = snapshotter(), Price(date(2026, 1, 1), 3_000)
    first = looks.of("price", price)
    told = looks.told
    assert looks.of("other", price) is first, "whatever name it goes by: its fields have names of their own"
    assert looks.told == 2 * told, "what is told again is part of the run's share too"
    assert looks.of("price", Price(date(2026, 1, 1), 3_000)) == first


def test_what_holds_something_that_may_grow_is_told_as_it_is_each_time() -> None:
    looks, plan = snapshotter(), Plan("A", (Price(date(2026, 1, 1), 3_000),))
    assert looks.of("plan", plan)["fields"]["found"]["length"] == 0
    plan.found.append(7)
    assert looks.of("plan", plan)["fields"]["found"]["items"] == [{"type": "int", "value": 7}]


def test_what_is_told_again_is_bounded_where_it_stands() -> None:
    looks, price = snapshotter(nodes=4, depth=2), Price(date(2026, 1, 1), 3_000)
    assert looks.of("price", price)["fields"]["cents"]["value"] == 3_000
    crowded = looks.of("prices", (1, price))
    assert crowded["items"][1]["fields"]["cents"] == {"type": "int", "cut": "nodes"}
    assert looks.of("price", price)["fields"]["cents"]["value"] == 3_000
    assert looks.of("deep", [[price]])["items"][0]["items"][0]["cut"] == "depth"


@pytest.mark.parametrize("tracer", ["hunter"])
def test_a_value_that_was_seen_while_it_was_made_is_told_whole_afterwards(tracer: str) -> None:
    events: list[Any] = []

    def run() -> tuple[Made, Price]:
        return same(Made(5), Price(date(2026, 1, 1), 3_000))

    def same(made: Made, price: Price) -> tuple[Made, Price]:
        return made, price

    looks = snapshotter()
    with traced(tracer_called(tracer), Recorder(looks, events.append, Choice(modules=(__name__,)))):
        run()
    names = {event[1]: event[3] for event in events if event[0] == "function"}
    called = {names[event[3]].rpartition(".")[2]: event[5] for event in events if event[0] == "call"}
    assert called["__post_init__"]["self"]["fields"]["cents"]["value"] == 5
    assert called["same"]["made"]["fields"]["cents"]["value"] == 10
    assert called["same"]["price"]["fields"] == {
        "from_day": {"type": "date", "value": "2026-01-01"},
        "cents": {"type": "int", "value": 3_000},
    }


def test_of_few_rows_a_column_has_changed_where_a_value_or_its_type_has() -> None:
    before = pl.DataFrame({"cents": [1, None], "kind": ["a", "b"], "share": [0.1, float("nan")], "n": [1, 2]})
    assert told(before.clone(), before)["changed"] == []
    after = before.with_columns(cents=pl.Series([1, 0]), n=pl.col("n").cast(pl.Int32))
    assert told(after, before)["changed"] == ["cents", "n"]
    assert told(before.with_columns(share=pl.lit(0.1)), before)["changed"] == ["share"]
    assert told(before.head(1), before)["changed"] == [], "another height: rows have no partner"


def test_many_rows_are_compared_as_few_are() -> None:
    before = pl.DataFrame({"cents": range(100), "kind": ["a"] * 100})
    after = before.with_columns(kind=pl.lit("b"), left=pl.lit(0))
    assert (told(after, before)["new"], told(after, before)["changed"]) == (["left"], ["kind"])
    assert told(before.with_columns(cents=pl.col("cents").cast(pl.Int32)), before)["changed"] == ["cents"]


def told(frame: pl.DataFrame, before: pl.DataFrame) -> Any:
    return snapshotter().of("rows", frame, [before])


def test_cells_are_exact_and_masked_whatever_stood_in_the_column_before() -> None:
    looks = snapshotter()
    frame = pl.DataFrame(
        {"cents": [2**60, None, -3], "note": ["rang", None, "rang"], "plan": ["A", None, "A"]}
    )
    rows = looks.of("rows", frame)["rows"]
    assert [row[0] for row in rows] == [str(2**60), None, -3]
    assert rows[0][1] == rows[2][1] != "rang"
    assert [row[2] for row in rows] == ["A", None, "A"]
    again = pl.DataFrame({"note": [7, True], "plan": [date(2026, 1, 1), None]}, strict=False)
    assert looks.of("rows", again)["rows"][0][0].startswith("‹"), "a number under a personal name is a token"
    assert looks.of("rows", pl.DataFrame({"plan": [date(2026, 1, 1)]}))["rows"] == [["2026-01-01"]]

"""Snapshots tell values exactly, within bounds, under a mask, and call nothing of what they look at."""

import json
import threading
import uuid
from collections import namedtuple
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

from avenant.rerun.masks import Mask, UnknownRole, may_read, text_constants
from avenant.rerun.snapshots import Limits, Snapshotter

KEY = b"k" * 32
CANARY = "Zoé Canari-Lefèvre"


def of(value: object, name: str = "x", role: str = "engineering", **limits: int) -> Any:
    return Snapshotter(Mask(role, KEY), Limits(**limits)).of(name, value)


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Slotted:
    amount_cents: int
    plan: str


@dataclass
class Plain:
    amount_cents: int


Pair = namedtuple("Pair", "month days")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, None),
        (True, True),
        (5460, 5460),
        (2**60, str(2**60)),
        (0.1, 0.1),
        (float("nan"), "nan"),
        (Decimal("12.30"), "12.30"),
        (Fraction(1, 3), "1/3"),
        (date(2026, 6, 19), "2026-06-19"),
        (datetime(2026, 6, 19, 12, tzinfo=UTC), "2026-06-19T12:00:00+00:00"),
        (uuid.UUID(int=5), "00000000-0000-0000-0000-000000000005"),
    ],
)
def test_scalars_are_told_exactly(value: object, told: object) -> None:
    assert of(value)["value"] == told


def test_text_is_told_under_names_of_codes_and_is_a_token_elsewhere() -> None:
    assert of("FR-CONFORT", "plan") == {"type": "str", "value": "FR-CONFORT"}
    hidden = of(CANARY, "note")
    assert "value" not in hidden
    assert hidden["token"] == of(CANARY, "reason")["token"] != of(CANARY + "x", "reason")["token"]
    assert hidden["length"] == len(CANARY)
    assert of(CANARY, "note", role="auditor")["value"] == CANARY


def test_another_installation_gives_other_tokens() -> None:
    other = Snapshotter(Mask("engineering", b"o" * 32)).of("note", CANARY)
    assert other["token"] != of(CANARY, "note")["token"]


def test_birth_dates_are_personal_where_the_role_prices_nothing() -> None:
    assert of(date(1992, 1, 5), "birth_date")["value"] == "1992-01-05"
    assert "value" not in of(date(1992, 1, 5), "birth_date", role="developer")


def test_dataclasses_enums_and_named_tuples_are_told_by_field() -> None:
    assert of(Slotted(5, "A"))["fields"]["amount_cents"] == {"type": "int", "value": 5}
    assert of(Plain(5))["fields"]["amount_cents"]["value"] == 5
    assert of(Pair(3, 12))["fields"]["days"]["value"] == 12
    assert of(Colour.RED)["enum"] == "RED"


def test_a_frame_is_a_small_table_with_what_a_call_added_and_changed() -> None:
    before = pl.DataFrame({"act_id": range(30), "left_cents": [0] * 30})
    after = before.with_columns(left_cents=pl.lit(900), ceiling_cents=pl.lit(1))
    told = Snapshotter(Mask("engineering", KEY), owned={"act_id": frozenset({29})}).of(
        "rows", after, [before]
    )
    assert (told["height"], told["new"], told["changed"]) == (30, ["ceiling_cents"], ["left_cents"])
    assert told["columns"][0] == ["act_id", "Int64"]
    assert len(told["rows"]) == 12
    assert told["owned"] == [29], "the subject's row is shown though it is the last"
    assert told["rows"][-1] == [29, 900, 1]


def test_texts_of_a_frame_are_masked_by_their_column() -> None:
    told = of(
        pl.DataFrame({"plan": ["FR-1"], "reason": [CANARY], "parts": [[CANARY]], "s": [{"note": CANARY}]})
    )
    assert told["rows"][0][0] == "FR-1"
    assert CANARY not in json.dumps(told, ensure_ascii=False)


def test_everything_told_can_be_written_as_json() -> None:
    values = [
        float("inf"),
        {1: (2, {3})},
        b"x",
        pl.Series("n", [1, None]),
        Colour.RED,
        "\ud800",
        lambda: 1,
        int,
    ]
    for value in values:
        assert json.loads(json.dumps(of(value)))


def test_size_has_bounds_in_every_direction() -> None:
    assert len(of(list(range(10_000)))["items"]) == 20
    assert of("y" * 10_000, "plan")["length"] == 10_000
    nested: list[Any] = []
    for _ in range(200):
        nested = [nested]
    assert '"cut": "depth"' in json.dumps(of(nested))
    wide = [[[0] * 50 for _ in range(50)] for _ in range(50)]
    assert len(json.dumps(of(wide))) < 60_000
    frame = pl.DataFrame({f"c{number}": range(1_000) for number in range(200)})
    assert (len(of(frame)["columns"]), of(frame)["width"]) == (60, 200)
    assert "bits" in of(1 << 100_000)["value"]


def test_a_run_stops_telling_when_its_share_is_used_up_and_says_so() -> None:
    snapshotter = Snapshotter(Mask("engineering", KEY), Limits(run_bytes=500))
    for _ in range(100):
        last = snapshotter.of("plan", "x" * 100)
    assert last == {"type": "str", "cut": "run"}
    assert snapshotter.truncated


class Hostile(type):
    """A class whose every question answers with an error, and whose instances do the same."""

    def __hash__(cls) -> int:
        raise RuntimeError("hash of the class")

    def __eq__(cls, other: object) -> bool:
        raise RuntimeError("comparison of the class")

    def __getattribute__(cls, name: str) -> Any:
        raise RuntimeError(f"class attribute {name}")

    def __instancecheck__(cls, instance: object) -> bool:
        raise RuntimeError("instance check")


def hostile(*bases: type) -> type:
    def refuse(self: object, *args: object) -> Any:
        raise RuntimeError("called")

    names = (
        *("__repr__", "__str__", "__len__", "__iter__", "__getattribute__", "__eq__", "__hash__", "__bool__"),
        *("__format__", "__int__", "__index__", "__float__", "__getitem__", "__reduce__", "__contains__"),
        *("items", "keys", "values"),
    )
    return Hostile("Trap", bases, dict.fromkeys(names, refuse))


@pytest.mark.parametrize("base", [object, int, str, list, tuple, dict, set, frozenset, bytes, Decimal])
def test_nothing_of_the_value_is_called(base: type) -> None:
    trap = base.__new__(hostile(base))
    told = of(trap)
    assert told["type"].endswith("Trap")
    assert of([trap, {"k": trap}, Plain(trap)])  # type: ignore[arg-type]


def test_a_dataclass_is_read_without_its_properties_or_its_own_lookup() -> None:
    @dataclass
    class Evil:
        amount_cents: int

        def __getattribute__(self, name: str) -> Any:
            raise RuntimeError(name)

    evil = Evil(5)
    assert of(evil)["fields"]["amount_cents"]["value"] == 5


def test_objects_inside_frames_are_named_not_shown() -> None:
    frame = pl.DataFrame({"n": [1], "o": pl.Series([object()], dtype=pl.Object)})
    assert of(frame)["rows"] == [[1, "an object"]]


def test_what_is_unknown_is_told_by_its_type() -> None:
    assert of(threading.Lock()) == {"type": "_thread.lock", "opaque": True}
    assert of(pl.col("x"))["opaque"]


def refuse(who: str, cents: int) -> None:
    raise ValueError(f"no price for {who}: {cents} cents is below the least; publish one")


def test_of_a_message_only_the_words_of_its_code_stay() -> None:
    mask = Mask("engineering", KEY)
    with pytest.raises(ValueError) as raised:
        refuse(CANARY, 12)
    told = mask.message(str(raised.value), text_constants([refuse.__code__]))
    assert told.startswith("no price for ‹")
    assert "cents is below the least; publish one" in told
    assert not any(part in told for part in CANARY.split())
    assert mask.message("free text, no code", []).count("‹") == 4
    assert Mask("auditor", KEY).message(CANARY) == CANARY


def test_a_constant_inside_a_name_does_not_show_its_end() -> None:
    assert "anne" not in Mask("engineering", KEY).message("Marianne left", ["anne", " left"])


def test_a_role_without_a_mask_is_refused() -> None:
    with pytest.raises(UnknownRole, match="engineering"):
        Mask("stranger", KEY)
    with pytest.raises(ValueError, match="32 bytes"):
        Mask("engineering", b"short")


def test_who_sees_as_much_may_read_what_was_captured_for_another() -> None:
    assert may_read("auditor", "engineering")
    assert may_read("operations", "engineering")
    assert not may_read("engineering", "auditor")
    assert not may_read("developer", "engineering")
    assert not may_read("care", "developer")

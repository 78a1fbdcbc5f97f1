"""A flame graph of a run: what opens closes, in order, stage by stage."""

from __future__ import annotations

from avenant.rerun.flame import flame_graph

FUNCTIONS = [
    ["f", 0, "avenant.core.a", "outer", "core/a.py", 1],
    ["f", 1, "avenant.core.a", "inner", "core/a.py", 9],
]


def test_calls_open_and_close_in_order_and_times_begin_at_zero() -> None:
    lines = [["g", "one"], *FUNCTIONS, ["c", 0, None, 0, 1_000, 5, "", 1], ["c", 1, 0, 1, 1_010, 9, "", 1]]
    lines += [["r", 1, 20, 0, "", 0, []], ["x", 0, 50, 0, "ValueError", "", 0]]
    told = flame_graph(lines, "run")
    assert [(each["type"], each["frame"], each["at"]) for each in told["profiles"][0]["events"]] == [
        *[("O", 0, 0), ("O", 1, 10)],
        *[("C", 1, 30), ("C", 0, 50)],
    ]
    assert told["shared"]["frames"][1] == {"name": "a.inner", "file": "core/a.py", "line": 9}


def test_what_never_ended_ends_with_the_last_and_a_late_generator_changes_nothing() -> None:
    lines = [["g", "one"], *FUNCTIONS, ["c", 0, None, 0, 0, 5, "", 1], ["c", 1, 0, 1, 5, 9, "", 1]]
    lines += [["r", 0, 9, 0, "", 0, []], ["r", 1, 90, 0, "", 0, []], ["c", 2, None, 0, 20, 5, "", 1]]
    events = flame_graph(lines, "run")["profiles"][0]["events"]
    assert [each["type"] for each in events] == ["O", "O", "C", "C", "O", "C"]
    assert [each["at"] for each in events] == [0, 5, 9, 9, 20, 20]

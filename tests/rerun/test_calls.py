"""The calls of a run as a tree: who called whom, groups of many alike, and where two runs part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tests.rerun.traced_code as code
from avenant.rerun.calls import Group, aligned, call_tree, first_divergence, grouped
from avenant.rerun.logs import linked_logs
from avenant.rerun.masks import Mask
from avenant.rerun.recording import Choice, Recorder
from avenant.rerun.snapshots import Snapshotter
from avenant.rerun.tracing import traced, tracer_called

HERE = Choice(modules=(code.__name__,))


def events(*runs: Callable[[], object]) -> list[Any]:
    """What the stages of one re-run tell: each counts its calls from 0."""
    told: list[Any] = []
    for number, run in enumerate(runs):
        told.append(["stage", f"stage {number}"])
        recorder = Recorder(Snapshotter(Mask("engineering", b"k" * 32)), told.append, HERE)
        with linked_logs(recorder), traced(tracer_called("hunter"), recorder):
            run()
    return told


def names(run: Callable[[], object]) -> list[tuple[str, int]]:
    (root,) = call_tree(events(run))
    return [(call.function, call.depth) for call in root.walk()]


def test_a_tree_holds_every_call_below_its_caller() -> None:
    assert names(lambda: code.total([4, 5])) == [
        *(("total", 0), ("share", 1), ("share", 1), ("halved", 2), ("refuse_odd", 3))
    ]


def test_a_call_holds_its_ending_its_logs_and_what_it_caught() -> None:
    (root,) = call_tree(events(lambda: code.total([5])))
    halved, refused = root.children[0].children[0], root.children[0].children[0].children[0]
    assert halved.value == {"type": "int", "value": 3}
    assert halved.caught is not None and halved.caught["type"] == "ValueError"
    assert halved.logs[0][0] == "WARNING"
    assert refused.error is not None and refused.value is None


def test_stages_of_one_run_have_trees_of_their_own() -> None:
    roots = call_tree(events(lambda: code.double(2), lambda: code.total([4])))
    assert [(root.function, len(root.children)) for root in roots] == [("double", 0), ("total", 1)]
    assert len({call.number for root in roots for call in root.walk()}) == 3


def test_five_siblings_alike_are_a_group() -> None:
    (root,) = call_tree(events(lambda: code.total([4, 6, 8, 10, 12, 5, 2])))
    shown = grouped(root.children)
    assert isinstance(shown[0], Group)
    assert len(shown[0].calls) == 7
    few = grouped(root.children[:4])
    assert not any(isinstance(each, Group) for each in few)


def test_two_runs_alike_never_part() -> None:
    run = events(lambda: code.story(1))
    assert first_divergence(call_tree(run), call_tree(run)) is None
    assert not [step for step in aligned(call_tree(run), call_tree(run)) if step.differs]


def test_where_two_runs_part_is_the_deepest_call_that_differs_first() -> None:
    one = call_tree(events(lambda: code.total([4, 6])))
    other = call_tree(events(lambda: code.total([4, 7])))
    parts = first_divergence(one, other)
    assert parts is not None
    assert parts.one is None and parts.other is not None
    assert parts.other.function == "halved", "share(6) needs no halving, share(7) does"
    shares = [step for step in aligned(one, other) if step.one and step.one.function == "share"]
    assert [step.differs for step in shares] == ["", "arguments"]

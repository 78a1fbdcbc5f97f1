"""Laws of matching on invented stories: neither order nor numbers nor repetitions decide anything."""

from __future__ import annotations

import random

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from avenant.core.claims.matching import matched
from tests.strategies.care_stories import Story, portfolios
from tests.strategies.messages import FAMILIES, Seen, again, answer_frame, frame, matched_as, seen_of

LAW = settings(deadline=None, max_examples=15)


def decided(seen: Seen) -> tuple[object, ...]:
    """Everything that was decided, without the names of acts."""
    acts = {refs: {**act, "act_id": None} for refs, act in seen.acts.items()}
    return acts, seen.roles, seen.waiting


def amounts(seen: Seen) -> list[str]:
    """What the acts say, without their names and without how often it was told."""
    return sorted(str({**act, "act_id": None, "lines": None}) for act in seen.acts.values())


@LAW
@given(told=portfolios(), seed=st.integers(0, 1_000))
def test_neither_the_order_nor_the_numbers_of_lines_matter(told: Story, seed: int) -> None:
    renumbered = random.Random(seed).sample(told.lines, len(told.lines))
    shuffled = frame(renumbered).sample(fraction=1, shuffle=True, seed=seed)
    turned = seen_of(shuffled, answer_frame(told.answers[::-1]))
    assert decided(turned) == decided(matched_as(told.lines, told.answers))


@LAW
@given(told=portfolios(), data=st.data())
def test_the_same_message_twice_changes_no_amounts(told: Story, data: st.DataObject) -> None:
    twice = again(data.draw(st.sampled_from(told.lines)), "Twice#1")
    assert amounts(matched_as([*told.lines, twice], told.answers)) == amounts(
        matched_as(told.lines, told.answers)
    )


@LAW
@given(told=portfolios())
def test_members_together_come_out_as_one_by_one(told: Story) -> None:
    lines, answers = frame(told.lines), answer_frame(told.answers)
    together = matched(lines, answers, FAMILIES)
    members = [matched(own, answers, FAMILIES) for own in lines.partition_by("member_id")]
    for name, key in (("acts", "act_id"), ("links", "line_id"), ("waiting", "line_id")):
        parts = pl.concat([getattr(part, name) for part in members]).sort(key)
        assert parts.equals(getattr(together, name).sort(key))


@LAW
@given(told=portfolios())
def test_an_answer_given_twice_or_the_other_way_round_says_the_same(told: Story) -> None:
    turned = [
        (kind, *((one, other) if kind == "exception" else (other, one))) for kind, one, other in told.answers
    ]
    assert decided(matched_as(told.lines, [*told.answers, *turned])) == decided(  # type: ignore[list-item]
        matched_as(told.lines, told.answers)
    )

"""The search for a cause: what it names is minimal, and nothing smaller than one piece is overlooked."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from avenant.core.why.causes import verdict
from avenant.core.why.scenarios import Piece
from avenant.core.why.search import News, minimal_set

SETS = st.lists(st.frozensets(st.integers(0, 9), max_size=4), min_size=1, max_size=4)


class Counted:
    """A change that comes about with any of some sets of news, and whoever asks how often."""

    def __init__(self, enough: Sequence[News]) -> None:
        self.enough, self.batches, self.trials = enough, 0, 0

    def __call__(self, sets: Sequence[News]) -> list[bool]:
        self.batches, self.trials = self.batches + 1, self.trials + len(sets)
        return [any(one <= told for one in self.enough) for told in sets]


@given(SETS)
def test_taking_any_member_away_breaks_the_change(enough: list[News]) -> None:
    change = Counted(enough)
    found = minimal_set(10, change)
    assert found is not None and change([found]) == [True]
    assert not any(change([found - {member}])[0] for member in found)


@given(SETS)
def test_of_news_that_is_enough_alone_the_earliest_is_named(enough: list[News]) -> None:
    singles = sorted(min(one) for one in enough if len(one) == 1)
    if singles and frozenset() not in enough:
        assert minimal_set(10, Counted(enough)) == frozenset(singles[:1])


def test_one_cause_among_twenty_pieces_takes_one_batch() -> None:
    change = Counted([frozenset({13})])
    assert minimal_set(20, change) == frozenset({13})
    assert (change.batches, change.trials) == (1, 2 * 20 + 2)


def test_two_that_need_each_other_are_both_named() -> None:
    change = Counted([frozenset({3, 17})])
    assert minimal_set(20, change) == frozenset({3, 17})
    assert change.batches <= 3


def test_without_enough_news_nothing_is_named() -> None:
    assert minimal_set(3, lambda sets: [False] * len(sets)) is None
    assert minimal_set(0, lambda sets: [False] * len(sets)) is None


def test_a_change_that_comes_back_when_more_is_told_is_found_all_the_same() -> None:
    def either_but_not_both(sets: Sequence[News]) -> list[bool]:
        return [({1} <= told) != ({2} <= told) for told in sets]

    assert minimal_set(4, either_but_not_both) == frozenset({1})


def test_many_pieces_are_tried_by_revision_first() -> None:
    pieces = [Piece("enrolment", number, 2, rev=number // 10) for number in range(200)]
    change = Counted([frozenset({57, 58})])
    found = verdict(pieces, change, due=False, stood=lambda: True)
    assert (found.found, found.news) == ("news", frozenset({57, 58}))
    assert change.trials < 100


def test_the_program_is_named_when_no_news_makes_the_change() -> None:
    pieces = [Piece("enrolment", 1, 2, 7)]
    assert verdict(pieces, lambda sets: [False] * len(sets), False, lambda: True).found == "code"
    assert verdict(pieces, lambda sets: [True] * len(sets), False, lambda: False).found == "code"
    assert verdict(pieces, Counted([frozenset({0})]), False, lambda: False).found == "news_and_code"

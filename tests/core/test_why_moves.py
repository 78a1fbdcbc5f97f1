"""What each piece of a cause moved: in the order of arrival, to the cent, whatever the pieces are."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from avenant.core.why.moves import Moves, moves
from avenant.core.why.search import News
from avenant.core.why.trying import Trials, Value

WEIGHTS = st.lists(st.integers(-100_00, 100_00), min_size=1, max_size=6)


def weighed(before: int, weights: Sequence[int]) -> Trials:
    """A world in which each piece adds its weight to what stood before."""

    def values(sets: Sequence[News]) -> list[Value]:
        return [("x", before + sum(weights[place] for place in told)) for told in sets]

    return Trials(values, ("x", before + sum(weights)))


@given(WEIGHTS, st.integers(0, 500_00), st.integers(-50_00, 50_00))
def test_the_parts_are_what_each_piece_moved_and_the_rest_is_the_programs(
    weights: list[int], before: int, fault: int
) -> None:
    everything = frozenset(range(len(weights)))
    found = moves(weighed(before, weights), everything, 1, before + fault, before + sum(weights))
    assert found == Moves(tuple(weights), -fault)


def test_without_news_the_program_moved_all_of_it() -> None:
    assert moves(weighed(40_00, [1]), frozenset(), 1, 70_00, 40_00) == Moves((), 40_00 - 70_00)


def test_what_is_due_only_with_all_pieces_is_moved_by_the_last_of_them() -> None:
    def values(sets: Sequence[News]) -> list[Value]:
        return [(38_20,) if len(told) == 3 else None for told in sets]

    due = Trials(values, (38_20,))
    assert moves(due, frozenset({0, 1, 2}), 0, 0, 38_20) == Moves((0, 0, 38_20), 0)

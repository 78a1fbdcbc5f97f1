"""How a night is cut: memory follows the lines of care behind the families of a chunk, so their number does too."""

import pytest

from avenant.flows.nightly_tasks import BLOCKS_OF_A_CHUNK, families_of_a_chunk


@pytest.mark.parametrize(
    ("families", "blocks", "expected"),
    [
        (100_000, 0, 4_000),
        (100_000, 25 * BLOCKS_OF_A_CHUNK, 4_000),
        (100_000, 100 * BLOCKS_OF_A_CHUNK, 1_000),
        (3, 100 * BLOCKS_OF_A_CHUNK, 1),
        (0, 0, 1),
    ],
)
def test_a_chunk_holds_fewer_families_where_many_lines_lie_behind_each(
    families: int, blocks: int, expected: int
) -> None:
    assert families_of_a_chunk(4_000, families, blocks) == expected

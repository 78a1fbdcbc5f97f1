"""Age bands: the rows of a price table or a curve, which must answer exactly once for every age.

Example: ``0-17: 22.00``, ``18-59: 54.60``, ``60+: refused`` (no cover from 60 on, said on purpose).
"""

from collections.abc import Callable

from avenant.core.frames.rulebook import AGES
from avenant.core.rulebook.contents import Band
from avenant.core.rulebook.nodes import Node
from avenant.core.rulebook.values import age_band

REFUSED = "refused"
ROWS = 'write rows of ages and prices, such as "0-17": 22.00'


def banded(node: Node, parser: Callable[[object], int]) -> list[tuple[int, int, int | None, int]]:
    """The rows at ``node``: (first age, age after the last, value or None if refused, line), by age.

    A single value stands for every age. Complains about ages that have no row, or two.
    """
    if not isinstance(node.value, dict):
        found = _value(node, parser)
        return [(0, AGES, *found)] if found else []
    rows: list[tuple[int, int, int | None, int]] = []
    whole = True
    for key, place in node.items(ROWS):
        ages = Node(place.document, place.path, key, place.findings).read(age_band)
        found = _value(place, parser)
        if ages and found:
            rows.append((*ages, *found))
        whole = whole and bool(ages)
    rows.sort(key=lambda row: row[:2])
    if whole:
        _complain_about_ages(node, [row[:2] for row in rows])
    return rows


def _value(node: Node, parser: Callable[[object], int]) -> tuple[int | None, int] | None:
    """(value or None if refused, line), or None after complaining."""
    if node.value == REFUSED:
        return None, node.line
    value = node.read(parser)
    return None if value is None else (value, node.line)


def _complain_about_ages(node: Node, ages: list[tuple[int, int]]) -> None:
    expected = 0
    for first, after in ages:
        if first > expected:
            _complain_about_gap(node, expected, first)
        elif first < expected:
            remedy = "let each age stand in one row"
            node.complain(f"overlap: age {first} stands in two rows", remedy)
        expected = max(expected, after)
    if expected < AGES:
        _complain_about_gap(node, expected, AGES)


def _complain_about_gap(node: Node, first: int, after: int) -> None:
    band = f"{first}+" if after == AGES else str(first) if after == first + 1 else f"{first}-{after - 1}"
    remedy = f'add a row "{band}": with a price, or with “{REFUSED}” if nobody of that age is covered'
    node.complain(f"gap: no price for age {band}", remedy)


def bands_of(rows: list[tuple[int, int, int | None, int]], as_rate: bool) -> tuple[Band, ...]:
    """The rows as bands whose value is a rate in ppm, or else an amount in cents."""
    return tuple(
        Band(first, after, None if as_rate else value, value if as_rate else None, line)
        for first, after, value, line in rows
    )

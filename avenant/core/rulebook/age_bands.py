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
        otherwise = f"with a price, or with “{REFUSED}” if nobody of that age is covered"
        complain_about_ages(node, [row[:2] for row in rows], "price", otherwise)
    return rows


def _value(node: Node, parser: Callable[[object], int]) -> tuple[int | None, int] | None:
    """(value or None if refused, line), or None after complaining."""
    if node.value == REFUSED:
        return None, node.line
    value = node.read(parser)
    return None if value is None else (value, node.line)


def complain_about_ages(node: Node, ages: list[tuple[int, int]], what: str, otherwise: str) -> None:
    """Complain about ages (first, after the last; sorted) that have no row at ``node``, or two.

    In: ``what`` a row holds (“price”), and how to fill a gap (“with a price, or …”).
    """
    expected = 0
    for first, after in [*ages, (AGES, AGES)]:
        if first > expected:
            band = _band(expected, first)
            node.complain(f"gap: no {what} for age {band}", f'add a row "{band}": {otherwise}')
        elif first < expected and first < AGES:
            node.complain(f"overlap: age {first} stands in two rows", "let each age stand in one row")
        expected = max(expected, after)


def _band(first: int, after: int) -> str:
    if after == AGES:
        return f"{first}+"
    return str(first) if after == first + 1 else f"{first}-{after - 1}"


def bands_of(rows: list[tuple[int, int, int | None, int]], as_rate: bool) -> tuple[Band, ...]:
    """The rows as bands whose value is a rate in ppm, or else an amount in cents."""
    return tuple(
        Band(first, after, None if as_rate else value, value if as_rate else None, line)
        for first, after, value, line in rows
    )

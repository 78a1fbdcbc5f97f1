"""Reading the limits over time of a plan: sums and counts per year, renewal periods.

envelopes:
  - valid_from: 2026-01-01
    source: …
    every_level:
      frames: {label: One frame, families: [optics_frame], months: {0-5: 6, 6-15: 12, 16+: 24}, count: 1}
    levels:
      confort:
        gentle: {label: Soft medicine, families: [soft_medicine], period: calendar_year, count: 4, limit: 120 EUR}
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TypeVar

from avenant.core.frames.care import BASKETS
from avenant.core.frames.care_rules import CARE_FAMILIES, SCOPES
from avenant.core.rulebook.care_cells import cells
from avenant.core.rulebook.care_contents import EnvelopeLine, EnvelopeTable
from avenant.core.rulebook.care_words import NOTHING, limit
from avenant.core.rulebook.contents import Contents, Written
from avenant.core.rulebook.guarantee_reading import places_by_level
from avenant.core.rulebook.nodes import Node, one_of
from avenant.core.rulebook.shared_reading import read_dates
from avenant.core.rulebook.tariff_reading import key_of
from avenant.core.rulebook.values import Unreadable, code, shown, text, whole

ENVELOPES_KEYS = ("valid_from", "valid_through", "source", "note", "levels", "every_level")
ENVELOPE_KEYS = ("label", "families", "period", "months", "scope", "limit", "count")
CALENDAR_YEAR = "calendar_year"
T = TypeVar("T")


def read_envelopes(
    plan: str, node: Node, contents: Contents, levels: tuple[str, ...], require_sources: bool
) -> None:
    """Add the envelopes of the plan at ``node``."""
    tables = node.get("envelopes")
    for table in tables.elements("write a list, one entry per table") if tables else ():
        if not table.only(ENVELOPES_KEYS):
            continue
        dates = read_dates(table, require_sources, monthly=False)
        if dates is None:
            continue
        for level, places in places_by_level(table, levels, None):
            for name, place in places.items():
                found = _envelope(plan, level, name, place, dates)
                if found:
                    contents.care.envelopes.append(found)


def _envelope(plan: str, level: str, key: str, node: Node, dates: Written) -> EnvelopeTable | None:
    name = key_of(key, node).read(code)
    written = Written(dates.valid_from, dates.stated_end, dates.source, node.file, node.line)
    if name and node.value == NOTHING:
        return EnvelopeTable(plan, level, name, name, (), SCOPES[0], (), written)
    if not name or not node.only(ENVELOPE_KEYS):
        return None
    families = node.need("families", "write the families that draw on it, such as families: [soft_medicine]")
    return EnvelopeTable(
        plan=plan,
        level=level,
        envelope=name,
        label=node.read_key("label", text, name),
        families=tuple(_families(families)) if families else (),
        scope=node.read_key("scope", one_of(SCOPES), SCOPES[0]),
        lines=tuple(_lines(node)),
        dates=written,
    )


def _families(node: Node) -> Iterator[tuple[str, str | None]]:
    """Families as a list, or as a table of the one basket of each that counts."""
    if isinstance(node.value, dict):
        for key, place in node.items(""):
            family, basket = key_of(key, place).read(one_of(CARE_FAMILIES)), place.read(one_of(BASKETS))
            if family and basket:
                yield family, basket
        return
    for place in node.elements("write a list of families"):
        family = place.read(one_of(CARE_FAMILIES))
        if family:
            yield family, None


def _lines(node: Node) -> Iterator[EnvelopeLine]:
    """One line per ages for which the limits are the same; none where nothing limits."""
    _complain_about_time(node)
    months = _by_age(node.get("months"), _at_least_one)
    limits = _by_age(node.get("limit"), _unless_nothing(limit))
    counts = _by_age(node.get("count"), _unless_nothing(_at_least_one))
    edges = sorted({age for rows in (months, limits, counts) for row in rows for age in row[:2]})
    for first, after in pairwise(edges):
        max_cents, pmss_ppm = _at(limits, first) or (None, None)
        count = _at(counts, first)
        if max_cents is None and pmss_ppm is None and count is None:
            continue
        yield EnvelopeLine(first, after, _at(months, first), max_cents, pmss_ppm, count)


def _complain_about_time(node: Node) -> None:
    period, months = node.get("period"), node.get("months")
    if (period is None) == (months is None):
        node.complain(
            "an envelope needs its time once", f"write either period: {CALENDAR_YEAR} or months: 24"
        )
    if period:
        period.read(one_of((CALENDAR_YEAR,)))
    if node.get("limit") is None and node.get("count") is None:
        node.complain("an envelope without a limit", "write limit: 200 EUR, or count: 4, or both")


def _by_age(node: Node | None, parser: Callable[[object], T]) -> list[tuple[int, int, T | None]]:
    """(first age, age after the last, value), in order of writing; empty without a place."""
    if node is None:
        return []
    found = cells(node, baskets=False, lists=False)
    return [(scope.age_from, scope.age_to, place.read(parser)) for scope, place in found]


def _unless_nothing(parser: Callable[[object], T]) -> Callable[[object], T | None]:
    return lambda value: None if value == NOTHING else parser(value)


def _at(rows: list[tuple[int, int, T | None]], age: int) -> T | None:
    return next((value for first, after, value in rows if first <= age < after), None)


def _at_least_one(value: object) -> int:
    number = whole(value)
    if number < 1:
        raise Unreadable(
            f"seen {shown(value)} where a count belongs", "write 1 or more, or “nothing” for no limit"
        )
    return number

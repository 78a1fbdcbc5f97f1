"""Reading what plans share: dated parameters (the monthly ceiling, a tax rate) and age curves."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from avenant.core.rulebook.age_bands import banded, bands_of
from avenant.core.rulebook.contents import Band, Contents, Curve, ParameterValue, Written
from avenant.core.rulebook.nodes import Node, one_of
from avenant.core.rulebook.values import (
    cents,
    end_after_day,
    end_after_month,
    factor_ppm,
    first_day,
    first_of_month,
    percent_ppm,
    shown,
    text,
    whole,
)

PARAMETER_KEYS = ("parameter", "label", "unit", "source", "note", "values")
VALUE_KEYS = ("valid_from", "valid_through", "value", "source", "confidence", "note")
CURVE_KEYS = ("curve", "label", "source", "note", "factors")
CONFIDENCES = ("high", "medium", "low")

UNITS: dict[str, tuple[str, Callable[[object], int]]] = {
    "money": ("_cents", cents),
    "percent": ("_ppm", percent_ppm),
    "number": ("", whole),
}
"""Unit in the file -> (what the parameter's name ends in, how a value is read)."""


def read_dates(
    node: Node, require_sources: bool, inherited_source: str = "", monthly: bool = True
) -> Written | None:
    """``valid_from``, ``valid_through`` and ``source`` of the table at ``node``; None after complaining."""
    start, end = (first_of_month, end_after_month) if monthly else (first_day, end_after_day)
    place = node.need("valid_from", "write the first day it counts, such as valid_from: 2026-01-01")
    valid_from: date | None = place.read(start) if place else None
    through = node.get("valid_through")
    stated_end = through.read(end) if through else None
    source = node.read_key("source", text, inherited_source)
    if require_sources and not source:
        node.complain("no source is given", "add source: where the value was published, and when")
    if valid_from is None:
        return None
    return Written(valid_from, stated_end, source, node.file, node.line)


def read_parameter(name: str, node: Node, contents: Contents, require_sources: bool) -> None:
    """Add the values of the parameter at ``node`` to ``contents`` under ``name`` and its unit's ending."""
    if not node.only(PARAMETER_KEYS):
        return
    unit = node.read_key("unit", one_of(tuple(UNITS)), "number")
    ending, parser = UNITS[unit]
    source = node.read_key("source", text, "")
    values = node.need("values", "add values: a list of valid_from and value")
    for place in values.elements("write a list, one entry per date") if values else ():
        if not place.only(VALUE_KEYS):
            continue
        dates = read_dates(place, require_sources, source, monthly=False)
        written = place.need("value", "write the value, such as value: 4005")
        value = written.read(parser) if written else None
        confidence = place.read_key("confidence", one_of(CONFIDENCES), "high")
        if dates and value is not None:
            contents.parameters.append(ParameterValue(name + ending, value, confidence, dates))


def read_curve(name: str, node: Node, contents: Contents, require_sources: bool) -> None:
    """Add the age curve at ``node`` to ``contents`` under ``name``."""
    if not node.only(CURVE_KEYS):
        return
    if require_sources and node.get("source") is None:
        node.complain("no source is given", "add source: where the curve was published, and when")
    factors = node.need("factors", "add factors: rows of ages and factors")
    if factors is None:
        return
    if name in contents.curves:
        node.complain(f"the curve {shown(name)} is given twice", "rename one of the two, or remove it")
    bands = bands_of(banded(factors, factor_ppm), as_rate=True)
    contents.curves[name] = Curve(name, bands)


def along(curve: Curve, base_cents: int, line: int) -> tuple[Band, ...]:
    """The bands of ``curve`` for one base price, which is written on ``line``."""
    return tuple(
        replace(band, amount_cents=None if band.rate_ppm is None else base_cents, line=line)
        for band in curve.bands
    )

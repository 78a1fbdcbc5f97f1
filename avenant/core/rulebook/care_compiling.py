"""Turning what the files say about care into frames: each period closed by the next that begins."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import asdict
from datetime import date
from typing import Any, Protocol, TypeVar

import polars as pl

from avenant.core.frames.care_rules import (
    CareActs,
    CareFamilies,
    CarePlans,
    EnvelopeFamilies,
    Envelopes,
    Guarantees,
    Tariffs,
)
from avenant.core.rulebook.care_contents import CareContents
from avenant.core.rulebook.care_model import CareRules, care_content_key
from avenant.core.rulebook.contents import Written
from avenant.core.rulebook.dates import periods_of

Row = dict[str, Any]


class Dated(Protocol):
    """A table that counts from a date on, one after the other in its series."""

    @property
    def dates(self) -> Written: ...
    @property
    def series(self) -> tuple[str, ...]: ...
    @property
    def words(self) -> str: ...


Table = TypeVar("Table", bound=Dated)


def by_series(tables: Iterable[Table]) -> dict[tuple[Hashable, ...], list[Table]]:
    """``tables`` by series: of all tables of one series exactly one counts on a day."""
    series: dict[tuple[Hashable, ...], list[Table]] = defaultdict(list)
    for table in tables:
        series[table.series].append(table)
    return dict(series)


def with_ends(tables: Iterable[Table]) -> list[tuple[Table, date | None]]:
    """Each table with its exclusive end (None: until further notice)."""
    closed: list[tuple[Table, date | None]] = []
    for series in by_series(tables).values():
        ends = {id(written): end for written, end in periods_of(table.dates for table in series)}
        closed += [(table, ends[id(table.dates)]) for table in series]
    return closed


def care_rules_of(care: CareContents) -> CareRules:
    """The care side of a rulebook that ``care`` without errors describes; rows are sorted.

    Errors: ``dataframely.exc.ValidationError`` when ``care`` was not checked before.
    """
    families = _frame(EnvelopeFamilies, _envelope_family_rows(care)).unique()
    return CareRules(
        plans=CarePlans.validate(_frame(CarePlans, map(asdict, care.plans)).sort("plan")),
        families=CareFamilies.validate(_frame(CareFamilies, map(asdict, care.families)).sort("family")),
        acts=CareActs.validate(_frame(CareActs, map(asdict, care.acts)).sort("act_code")),
        tariffs=_dated(Tariffs, "tariff", _tariff_rows(care)),
        guarantees=_dated(Guarantees, "guarantee", _guarantee_rows(care)),
        envelopes=_dated(Envelopes, "envelope", _envelope_rows(care)),
        envelope_families=EnvelopeFamilies.validate(families.sort("plan", "level", "envelope", "family")),
    )


def _frame(schema: Any, rows: Iterable[Row]) -> pl.DataFrame:
    columns = schema.create_empty().schema
    return pl.DataFrame([{name: row.get(name) for name in columns} for row in rows], schema=columns)


def _dated(schema: Any, kind: str, rows: Iterable[Row]) -> pl.DataFrame:
    frame = _frame(schema, rows).with_columns(care_content_key(kind))
    return schema.validate(frame.sort("content_key"))  # type: ignore[no-any-return]


def _tariff_rows(care: CareContents) -> list[Row]:
    return [
        {
            "act_code": table.act_code,
            **asdict(cell.scope),
            "base_cents": cell.base_cents,
            "rate_ppm": table.rate_ppm,
            "price_limit_cents": cell.price_limit_cents,
            **_dates(table, end, cell.line),
        }
        for table, end in with_ends(care.tariffs)
        for cell in table.cells
    ]


def _guarantee_rows(care: CareContents) -> list[Row]:
    return [
        {
            **{name: getattr(table, name) for name in ("plan", "level", "family")},
            **asdict(line.scope),
            **asdict(line.pays),
            **_dates(table, end, line.line),
        }
        for table, end in with_ends(care.guarantees)
        for line in table.lines
    ]


def _envelope_rows(care: CareContents) -> list[Row]:
    return [
        {
            **{name: getattr(table, name) for name in ("plan", "level", "envelope", "label", "scope")},
            **asdict(line),
            "period": "calendar_year" if line.months is None else "window",
            **_dates(table, end, table.dates.line),
        }
        for table, end in with_ends(care.envelopes)
        for line in table.lines
    ]


def _envelope_family_rows(care: CareContents) -> list[Row]:
    return [
        {
            "plan": table.plan,
            "level": table.level,
            "envelope": table.envelope,
            "family": family,
            "basket": basket,
        }
        for table in care.envelopes
        for family, basket in table.families
    ]


def _dates(table: Dated, end: date | None, line: int) -> Row:
    return {
        "line_id": 0,
        "valid_from": table.dates.valid_from,
        "valid_to": end,
        "source": table.dates.source,
        "file": table.dates.file,
        "line": line,
    }

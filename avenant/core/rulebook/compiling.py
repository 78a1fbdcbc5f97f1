"""Turning what the files say into the frames of a rulebook: each period closed by the next that begins."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import asdict
from datetime import date
from typing import Any, TypeVar

import polars as pl

from avenant.core.frames.rulebook import Labels, Parameters, Plans, PriceLines, Rates
from avenant.core.rulebook.care_compiling import care_rules_of
from avenant.core.rulebook.contents import Contents, ParameterValue, PriceTable, RateValue
from avenant.core.rulebook.dates import periods_of
from avenant.core.rulebook.model import Rulebook, content_key

Row = dict[str, Any]
Dated = TypeVar("Dated", PriceTable, RateValue, ParameterValue)


def rulebook_of(contents: Contents) -> Rulebook:
    """The rulebook that ``contents`` without errors describe; rows are sorted, whatever the order of files.

    Errors: ``dataframely.exc.ValidationError`` when ``contents`` were not checked before.
    """
    keys = ["plan", "level", "component", "tier", "valid_from", "age_from"]
    lines = _frame(PriceLines, _price_rows(contents)).with_columns(content_key())
    rates = _frame(Rates, _rate_rows(contents)).sort("plan", "kind", "valid_from")
    parameters = _frame(Parameters, _parameter_rows(contents)).sort("parameter", "valid_from")
    labels = _frame(Labels, [asdict(label) for label in contents.labels]).sort("plan", "kind", "code")
    return Rulebook(
        plans=Plans.validate(_frame(Plans, [asdict(plan) for plan in contents.plans]).sort("plan")),
        price_lines=PriceLines.validate(lines.sort(keys)),
        rates=Rates.validate(rates),
        parameters=Parameters.validate(parameters),
        labels=Labels.validate(labels),
        care=care_rules_of(contents.care),
    )


def _frame(schema: Any, rows: list[Row]) -> pl.DataFrame:
    columns = schema.create_empty().schema
    return pl.DataFrame([{name: row.get(name) for name in columns} for row in rows], schema=columns)


def series_of(values: Iterable[Dated]) -> dict[tuple[Hashable, ...], list[Dated]]:
    """``values`` by the series they belong to: of all values of one series exactly one counts on a day."""
    series: dict[tuple[Hashable, ...], list[Dated]] = defaultdict(list)
    for value in values:
        series[_series_key(value)].append(value)
    return dict(series)


def _series_key(value: PriceTable | RateValue | ParameterValue) -> tuple[Hashable, ...]:
    if isinstance(value, PriceTable):
        return value.plan, value.component, value.level, value.tier
    if isinstance(value, RateValue):
        return value.plan, value.kind
    return (value.parameter,)


def _with_ends(values: Iterable[Dated]) -> list[tuple[Dated, date | None]]:
    closed: list[tuple[Dated, date | None]] = []
    for series in series_of(values).values():
        ends = {id(written): end for written, end in periods_of(value.dates for value in series)}
        closed += [(value, ends[id(value.dates)]) for value in series]
    return closed


def _price_rows(contents: Contents) -> list[Row]:
    return [
        {
            "line_id": 0,
            **{
                name: getattr(table, name)
                for name in ("plan", "level", "component", "structure", "tier", "unit")
            },
            **{
                name: getattr(band, name)
                for name in ("age_from", "age_to", "amount_cents", "rate_ppm", "line")
            },
            **_dates(table, end),
            "file": table.dates.file,
        }
        for table, end in _with_ends(contents.tables)
        for band in table.bands
        if not (band.amount_cents is None and band.rate_ppm is None)
    ]


def _rate_rows(contents: Contents) -> list[Row]:
    return [
        {"plan": rate.plan, "kind": rate.kind, "rate_ppm": rate.rate_ppm, **_dates(rate, end)}
        for rate, end in _with_ends(all_rates(contents))
    ]


def all_rates(contents: Contents) -> list[RateValue]:
    """The rates that plans state, and those of taxes that follow a parameter."""
    followed = [
        RateValue(tax.plan, "tax", value.value, value.dates)
        for tax in contents.taxes_by_parameter
        for value in contents.parameters
        if value.parameter == tax.parameter
    ]
    return contents.rates + followed


def _parameter_rows(contents: Contents) -> list[Row]:
    return [
        {"parameter": value.parameter, "value": value.value, **_dates(value, end)}
        for value, end in _with_ends(contents.parameters)
    ]


def _dates(value: PriceTable | RateValue | ParameterValue, end: date | None) -> Row:
    return {"valid_from": value.dates.valid_from, "valid_to": end, "source": value.dates.source}

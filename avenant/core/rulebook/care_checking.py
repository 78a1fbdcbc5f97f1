"""Checking care across places: gaps and overlaps in dates, names that nobody defines, rates that start late."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from avenant.core.rulebook.care_compiling import Dated, by_series, with_ends
from avenant.core.rulebook.care_contents import Act, CareContents, Family
from avenant.core.rulebook.contents import Contents, Written
from avenant.core.rulebook.dates import date_findings, first_unknown_day
from avenant.core.rulebook.findings import Finding

CEILING = "pmss_cents"
RETENTION_PARAMETERS = {
    "none": (),
    "participation": ("participation_forfaitaire_cents", "participation_forfaitaire_max_count_per_day"),
    "medicine": ("franchise_medicine_cents",),
    "paramedical": ("franchise_paramedical_cents", "franchise_paramedical_max_per_day_cents"),
    "transport": ("franchise_transport_cents", "franchise_transport_max_per_day_cents"),
}
"""Retention of a family -> the dated parameters that say how much it is."""


def care_findings(contents: Contents) -> Iterator[Finding]:
    """What only shows when several places that speak of care are compared."""
    care = contents.care
    for tables in (care.tariffs, care.guarantees, care.envelopes):
        yield from _date_findings(tables)
    yield from _twice(care.families, "family")
    yield from _twice(care.acts, "act_code")
    yield from _acts_of_no_family(care)
    yield from _tariffs_of_no_act(care)
    yield from _parameter_findings(contents)
    yield from _ceiling_findings(contents)
    yield from _envelope_findings(care)
    yield from _confidence_findings(care)


def _date_findings(tables: Iterable[Dated]) -> Iterator[Finding]:
    for series in by_series(tables).values():
        yield from date_findings([table.dates for table in series], series[0].words)


def _twice(things: Iterable[Family | Act], name: str) -> Iterator[Finding]:
    seen: dict[str, Family | Act] = {}
    for thing in things:
        key = getattr(thing, name)
        first = seen.setdefault(key, thing)
        if first is not thing:
            message = f"{key} is described twice; first in {first.file}:{first.line}"
            yield Finding(thing.file, thing.line, message, "keep one of the two")


def _acts_of_no_family(care: CareContents) -> Iterator[Finding]:
    known = {family.family for family in care.families}
    for act in care.acts:
        if act.family not in known:
            message = f"the act {act.act_code} is of the family “{act.family}”, which no file describes"
            yield Finding(act.file, act.line, message, "add it to families:, or name another")


def _tariffs_of_no_act(care: CareContents) -> Iterator[Finding]:
    known = {act.act_code for act in care.acts}
    for table in care.tariffs:
        if table.act_code not in known:
            where = (table.dates.file, table.dates.line)
            yield Finding(*where, f"there is no act {table.act_code}", "add it to acts:, or correct the code")


def _parameter_findings(contents: Contents) -> Iterator[Finding]:
    """Every parameter that a family needs exists, and from the first day of its tariffs on."""
    values: dict[str, list[Written]] = defaultdict(list)
    for value in contents.parameters:
        values[value.parameter].append(value.dates)
    for family in contents.care.families:
        for parameter in (family.rate_parameter, *RETENTION_PARAMETERS[family.retention]):
            if parameter and parameter not in values:
                message = f"there is no parameter “{parameter}”, which {family.family} needs"
                remedy = "add it to parameters: (the unit gives the ending _cents or _ppm)"
                yield Finding(family.file, family.line, message, remedy)
    rates = {family.family: family.rate_parameter for family in contents.care.families}
    families = {act.act_code: act.family for act in contents.care.acts}
    for table, end in with_ends(contents.care.tariffs):
        if table.rate_ppm is None and table.cells:
            rate = rates.get(families.get(table.act_code, ""))
            yield from _rate_findings(table, end, rate, values)


def _rate_findings(
    table: Dated, end: date | None, rate: str | None, values: dict[str, list[Written]]
) -> Iterator[Finding]:
    where = (table.dates.file, table.dates.line)
    if rate is None:
        message = f"{table.words} states no rate, and neither does its family"
        yield Finding(*where, message, "add rate: here, or the parameter of the rate to the family")
        return
    missing = first_unknown_day(values.get(rate, []), table.dates.valid_from, end)
    if missing and rate in values:
        message = f"{table.words} follows the rate {rate}, unknown from {missing} on"
        yield Finding(*where, message, "add a value for that day, or state the rate here")


def _ceiling_findings(contents: Contents) -> Iterator[Finding]:
    """A share of the monthly ceiling needs a ceiling on every day on which it counts."""
    ceilings = [value.dates for value in contents.parameters if value.parameter == CEILING]
    shares: list[tuple[Dated, date | None]] = [
        *(
            found
            for found in with_ends(contents.care.guarantees)
            if any(x.pays.pmss_ppm for x in found[0].lines)
        ),
        *(found for found in with_ends(contents.care.envelopes) if any(x.pmss_ppm for x in found[0].lines)),
    ]
    for table, end in shares:
        missing = first_unknown_day(ceilings, table.dates.valid_from, end)
        if missing:
            message = f"{table.words} is a share of the monthly ceiling, unknown from {missing} on"
            remedy = "add the parameter “pmss” (unit: money) for that day, or end the table before it"
            yield Finding(table.dates.file, table.dates.line, message, remedy)


def _envelope_findings(care: CareContents) -> Iterator[Finding]:
    """An envelope limits what its level guarantees, and the same families all the time."""
    guaranteed = {table.series for table in care.guarantees}
    for series in by_series(care.envelopes).values():
        written = [table for table in series if table.lines]
        for table in written:
            where = (table.dates.file, table.dates.line)
            for family, _ in table.families:
                if (table.plan, table.level, family) not in guaranteed:
                    message = f"{table.words} limits {family}, which that level does not guarantee"
                    yield Finding(*where, message, "add a guarantee for it, or take it out of the envelope")
            if set(table.families) != set(written[0].families):
                message = f"{table.words} changes its families on {table.dates.valid_from}"
                yield Finding(*where, message, "end it with “nothing” and begin another under a new name")


def _confidence_findings(care: CareContents) -> Iterator[Finding]:
    for table in care.tariffs:
        if table.confidence == "low":
            message = f"{table.words} from {table.dates.valid_from} is of low confidence"
            remedy = "write base: unknown and the doubt as a note, or find a better source"
            yield Finding(table.dates.file, table.dates.line, message, remedy, severity="warning")

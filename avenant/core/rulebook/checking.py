"""Checking what the files of a rulebook say: every day, every age, exactly one answer, from a stated source.

Reading finds what is wrong in one place (an unknown key, an age without a price). Here stands what only shows
between places: gaps and overlaps in dates, a share of a ceiling that has no value, a rate that starts late.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from avenant.core.money import PPM
from avenant.core.rulebook.care_checking import care_findings
from avenant.core.rulebook.compiling import all_rates, series_of
from avenant.core.rulebook.contents import Contents, ParameterValue, PriceTable, RateValue, Written
from avenant.core.rulebook.dates import date_findings, first_unknown_day, periods_of
from avenant.core.rulebook.findings import Finding
from avenant.core.rulebook.grid import CEILING
from avenant.core.rulebook.nodes import Document
from avenant.core.rulebook.reading import contents_of
from avenant.core.rulebook.responsible_checking import responsible_findings

KIND_WORDS = {"tax": "the tax rate", "employer_share": "the employer share"}


def check_rulebook(documents: Sequence[Document], require_sources: bool = True) -> list[Finding]:
    """Everything to look at in ``documents``, errors and warnings, in order of file and line."""
    contents, findings = contents_of(documents, require_sources)
    return sorted({*findings, *findings_between(contents, require_sources)})


def findings_between(contents: Contents, require_sources: bool = True) -> list[Finding]:
    """What only shows when several places of ``contents`` are compared.

    In: whether this is a rulebook with sources; in a case, a guarantee against the law is a warning only.
    """
    return [
        *_date_findings(contents),
        *_ceiling_findings(contents),
        *_rate_findings(contents),
        *_tax_parameter_findings(contents),
        *_confidence_findings(contents),
        *care_findings(contents),
        *responsible_findings(contents, severity="error" if require_sources else "warning"),
    ]


def _date_findings(contents: Contents) -> Iterator[Finding]:
    for tables in series_of(contents.tables).values():
        yield from date_findings([table.dates for table in tables], _words(tables[0]))
    for rates in series_of(contents.rates).values():
        yield from date_findings(
            [rate.dates for rate in rates], f"{KIND_WORDS[rates[0].kind]} of {rates[0].plan}"
        )
    for values in series_of(contents.parameters).values():
        yield from date_findings([value.dates for value in values], f"the parameter {values[0].parameter}")


def _words(table: PriceTable) -> str:
    return f"the price of {table.plan} {table.level} {table.component} for {table.tier}"


def _ceiling_findings(contents: Contents) -> Iterator[Finding]:
    """A price in % of the ceiling needs a ceiling in every month in which it is valid."""
    ceilings = [value.dates for value in contents.parameters if value.parameter == CEILING]
    shares = [table for table in contents.tables if table.unit == "pmss"]
    for tables in series_of(shares).values():
        ends = dict(_ends_of(contents, tables[0]))
        for table in tables:
            missing = first_unknown_day(ceilings, table.dates.valid_from, ends[table.dates.valid_from])
            if missing:
                yield Finding(
                    table.dates.file,
                    table.dates.line,
                    f"{_words(table)} is a share of the monthly ceiling, unknown from {missing} on",
                    "add the parameter “pmss” (unit: money) for that month, or end the table before it",
                )


def _ends_of(contents: Contents, like: PriceTable) -> list[tuple[date, date | None]]:
    """(first day, exclusive end) of every table of the series that ``like`` belongs to."""
    series = series_of(contents.tables)[like.plan, like.component, like.level, like.tier]
    return [(written.valid_from, end) for written, end in periods_of(table.dates for table in series)]


def _rate_findings(contents: Contents) -> Iterator[Finding]:
    """A rate that a plan has must answer for every month in which the plan has a price."""
    for rates in series_of(all_rates(contents)).values():
        plan, kind = rates[0].plan, rates[0].kind
        prices = [table.dates for table in contents.tables if table.plan == plan]
        if not prices:
            continue
        missing = first_unknown_day([rate.dates for rate in rates], *_span(prices))
        if missing:
            first = min((rate.dates for rate in rates), key=lambda dates: dates.valid_from)
            yield Finding(
                first.file,
                first.line,
                f"{KIND_WORDS[kind]} of {plan} is unknown from {missing} on, while the plan has prices",
                "add the rate from that date on (percent: 0 says that there is none)",
            )
        yield from _impossible_rates(rates)


def _span(prices: list[Written]) -> tuple[date, date | None]:
    """From the first price on to the last; None: until further notice."""
    ends = [written.stated_end for written in prices]
    known = [end for end in ends if end is not None]
    return min(written.valid_from for written in prices), max(known) if len(known) == len(ends) else None


def _impossible_rates(rates: list[RateValue]) -> Iterator[Finding]:
    for rate in rates:
        where = (rate.dates.file, rate.dates.line)
        if rate.rate_ppm > PPM:
            message = f"{KIND_WORDS[rate.kind]} of {rate.plan} is above 100 %"
            yield Finding(*where, message, "write a percentage from 0 to 100")
        if rate.dates.valid_from.day != 1 or (rate.dates.stated_end and rate.dates.stated_end.day != 1):
            message = (
                f"{KIND_WORDS[rate.kind]} of {rate.plan} changes within a month, on {rate.dates.valid_from}"
            )
            yield Finding(*where, message, "rates change on the first of a month: correct the date")


def _tax_parameter_findings(contents: Contents) -> Iterator[Finding]:
    known = {value.parameter for value in contents.parameters}
    for tax in contents.taxes_by_parameter:
        if tax.parameter not in known:
            name = tax.parameter.removesuffix("_ppm")
            message = f"there is no parameter “{name}” in percent, which the tax of {tax.plan} follows"
            yield Finding(
                tax.file, tax.line, message, "add it to parameters (unit: percent), or write rates: here"
            )


def _confidence_findings(contents: Contents) -> Iterator[Finding]:
    for value in contents.parameters:
        if value.confidence == "low":
            yield _doubt(value)


def _doubt(value: ParameterValue) -> Finding:
    message = f"{value.parameter} from {value.dates.valid_from} is of low confidence"
    remedy = "find a better source before anything is billed on it"
    return Finding(value.dates.file, value.dates.line, message, remedy, severity="warning")

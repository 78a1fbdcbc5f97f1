"""The end of the demo as a person reads it: what happened, month by month, and what to try next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from avenant.core.money import money_text

if TYPE_CHECKING:
    from avenant.flows.demo import DemoReport

BARS = "▁▂▃▄▅▆▇█"
LABEL = 14


def summary_text(report: DemoReport, seconds: float) -> str:
    """The whole summary; `seconds`: how long the play took."""
    return "\n".join(
        [_headline(report, seconds), "", *_figures(report), "", *_plot(report), "", *_next_commands(report)]
    )


def summary_fields(report: DemoReport, seconds: float) -> dict[str, Any]:
    """The same as values for JSON; amounts in cents."""
    totals, example = report.totals, report.example
    return {
        "database": report.database,
        "seed": report.wanted.seed,
        "first_month": f"{report.wanted.first_month:%Y-%m}",
        "months": report.wanted.months,
        "seconds": round(seconds, 1),
        "totals": {name: getattr(totals, name) for name in totals.__slots__},
        "invoiced_cents": report.invoiced_cents,
        "parked_families": report.parked,
        "checks": dict(report.findings),
        "story": report.story,
        "by_month": [
            {
                "month": f"{month.month:%Y-%m}",
                "news": month.news,
                "booked": month.booked,
                "corrected": month.cancels,
                "invoices": month.invoices,
                "credit_notes": month.credit_notes,
            }
            for month in report.months
        ],
        "example": None if example is None else _example_fields(example),
    }


def sparkline(values: list[int]) -> str:
    """One bar per value, the highest full; nothing is shown as the lowest bar.

    >>> sparkline([0, 4, 8])
    '▁▅█'
    """
    highest = max([*values, 1])
    return "".join(BARS[min(value * len(BARS) // highest, len(BARS) - 1)] for value in values)


def _example_fields(example: Any) -> dict[str, Any]:
    fields = {name: getattr(example, name) for name in example.__slots__}
    days = {name: fields[name].isoformat() for name in ("invoiced_on", "corrected_on")}
    return fields | days | {"month": f"{example.month:%Y-%m}"}


def _headline(report: DemoReport, seconds: float) -> str:
    wanted = report.wanted
    return (
        f"{wanted.months} months of a health insurer, {wanted.first_month:%B %Y} to {wanted.last_day:%B %Y}, "
        f"played in {seconds:.0f} s in database {report.database}"
    )


def _figures(report: DemoReport) -> list[str]:
    totals, story = report.totals, report.story
    passed = sum(1 for count in report.findings.values() if not count)
    invoiced = " and ".join(money_text(cents, code) for code, cents in sorted(report.invoiced_cents.items()))
    late = story["late_families_per_mille_yearly"] / 10
    rows = [
        ("contracts", f"{totals.contracts:,}"),
        ("members", f"{totals.members:,} in {story['families']:,} families"),
        ("late news", f"{story['late_news']:,} times; each year about {late:.0f} % of the families"),
        ("premiums", f"{totals.premiums_booked:,} booked, {totals.premiums_corrected:,} times corrected"),
        ("invoices", f"{totals.invoices:,}, net of credit notes {invoiced}"),
        ("credit notes", f"{totals.credit_notes:,}"),
        ("adjustments", f"{totals.adjustments:,} of earlier months, on those invoices"),
        ("checks", f"{passed} of {len(report.findings)} passed"),
    ]
    if report.parked:
        rows.append(("parked", f"{report.parked:,} families, left out of the invoices"))
    rows += [("", f"{name}: {count:,} findings") for name, count in report.findings.items() if count]
    return [f"  {label:<{LABEL}}{value}" for label, value in rows]


def _plot(report: DemoReport) -> list[str]:
    """Premiums booked and corrected per month of the story, each line on its own scale."""
    lines = [
        ("booked", [month.booked for month in report.months]),
        ("corrected", [month.cancels for month in report.months]),
        ("credit notes", [month.credit_notes for month in report.months]),
    ]
    first, last = report.months[0].month, report.months[-1].month
    return [
        f"  per month, {first:%Y-%m} to {last:%Y-%m}; a full bar is the number behind the line",
        *(f"  {label:<{LABEL}}{sparkline(values)}  {max(values):,}" for label, values in lines),
    ]


def _next_commands(report: DemoReport) -> list[str]:
    """Three commands about one member whose premium was corrected after it had been invoiced."""
    example, database = report.example, f"--database {report.database}"
    if example is None:
        return [f"Try next:  avenant premiums show --contract C000001 {database}"]
    premium = f"--member {example.member_ref} --month {example.month:%Y-%m}"
    return [
        f"Try next. The premium of {example.month:%B %Y} of member {example.member_ref} was corrected by "
        f"{money_text(example.net_cents, example.currency)}:",
        f"  avenant premiums history {premium} {database}",
        f"  avenant premiums show {premium} --known-at {example.invoiced_on} {database}",
        f"  avenant invoices show {example.invoice_number} {database}",
    ]

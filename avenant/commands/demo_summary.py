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
        "care": _care_fields(report),
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
                "reimbursed": month.reimbursed,
                "decided_again": month.redecided,
                "payouts": month.payouts,
                "answered": month.answered,
            }
            for month in report.months
        ],
        "example": None if example is None else _example_fields(example),
    }


def _care_fields(report: DemoReport) -> dict[str, Any]:
    care = report.care
    sums = {name: getattr(care.totals, name) for name in care.totals.__slots__}
    open_sums = {"debts": care.debts, "debt_cents": care.debt_cents}
    held = {"held_back": care.held_back, "held_back_cents": care.held_back_cents}
    return sums | open_sums | held | {"waiting": care.waiting}


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
    invoiced = " and ".join(money_text(cents, code) for code, cents in sorted(report.invoiced_cents.items()))
    late = story["late_families_per_mille_yearly"] / 10
    insured = [
        ("contracts", f"{totals.contracts:,}"),
        ("members", f"{totals.members:,} in {story['families']:,} families"),
        ("late news", f"{story['late_news']:,} times; each year about {late:.0f} % of the families"),
    ]
    premiums = [
        ("premiums", f"{totals.premiums_booked:,} booked, {totals.premiums_corrected:,} times corrected"),
        ("invoices", f"{totals.invoices:,}, net of credit notes {invoiced}"),
        ("credit notes", f"{totals.credit_notes:,}"),
        ("adjustments", f"{totals.adjustments:,} of earlier months, on those invoices"),
    ]
    return [
        *_section("Who is insured", insured),
        *_section("What they pay", premiums),
        *(_section("What is paid for their care", _care(report)) if report.care.totals.lines else []),
        *_section("Whether it is right", _checks(report)),
    ]


def _section(title: str, rows: list[tuple[str, str]]) -> list[str]:
    return [f"{title}:", *(f"  {label:<{LABEL}}{value}" for label, value in rows)]


def _care(report: DemoReport) -> list[tuple[str, str]]:
    """Documents, acts and who pays for them, payouts, what is owed, what waits for people."""
    care, totals = report.care, report.care.totals
    answered = sum(month.answered for month in report.months) + report.story.get("answers", 0)
    open_cases = ", ".join(f"{code.replace('_', ' ')} {count:,}" for code, count in care.waiting.items())
    return [
        (
            "documents",
            f"{totals.documents:,} with {totals.lines:,} lines: Sécu, providers, members, other insurers",
        ),
        ("acts", f"{totals.acts:,} of care, charged {_euros(totals.charged_cents)}"),
        ("", f"the Sécu pays {_euros(totals.secu_cents)}, other insurers {_euros(totals.others_cents)},"),
        (
            "",
            f"we pay {_euros(totals.ours_cents)}, {_euros(totals.out_of_pocket_cents)} stay with the members",
        ),
        ("corrected", f"{totals.corrected:,} decisions, most of them after later news"),
        ("payouts", f"{totals.payouts:,} to families and providers, {_euros(totals.paid_cents)} in all"),
        (
            "debts",
            f"{care.debts:,} payees owe us {_euros(abs(care.debt_cents))}, offset against what comes next",
        ),
        ("held back", f"{care.held_back:,} small sums, {_euros(care.held_back_cents)}, until they add up"),
        ("answered", f"{answered:,} questions, by people"),
        (
            "waiting",
            f"{sum(care.waiting.values()):,} acts and lines: {open_cases}" if care.waiting else "nothing",
        ),
    ]


def _euros(cents: int) -> str:
    return money_text(cents, "EUR")


def _checks(report: DemoReport) -> list[tuple[str, str]]:
    passed = sum(1 for count in report.findings.values() if not count)
    rows = [("checks", f"{passed} of {len(report.findings)} passed")]
    if report.parked:
        rows.append(("parked", f"{report.parked:,} families, left out of the invoices"))
    return rows + [("", f"{name}: {count:,} findings") for name, count in report.findings.items() if count]


def _plot(report: DemoReport) -> list[str]:
    """What was booked and corrected in each book per month of the story, each line on its own scale."""
    lines = [
        ("premiums", [month.booked for month in report.months]),
        ("corrected", [month.cancels for month in report.months]),
        ("credit notes", [month.credit_notes for month in report.months]),
        ("care", [month.reimbursed for month in report.months]),
        ("decided again", [month.redecided for month in report.months]),
        ("payouts", [month.payouts for month in report.months]),
    ]
    first, last = report.months[0].month, report.months[-1].month
    return [
        f"  per month, {first:%Y-%m} to {last:%Y-%m}; a full bar is the number behind the line",
        *(f"  {label:<{LABEL}}{sparkline(values)}  {max(values):,}" for label, values in lines),
    ]


def _next_commands(report: DemoReport) -> list[str]:
    """Commands about one premium and one act that were corrected after they had been invoiced and paid."""
    return [*_next_premium(report), *_next_act(report)]


def _next_premium(report: DemoReport) -> list[str]:
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


def _next_act(report: DemoReport) -> list[str]:
    again, payout, database = report.care.redecided, report.care.payout, f"--database {report.database}"
    lines = []
    if again is not None:
        lines += [
            f"Care of {again.care_date:%d %B %Y} of member {again.member_ref} ({again.family.replace('_', ' ')}) was "
            f"decided again after it had been paid; now it is {_euros(again.net_cents)}:",
            f"  avenant acts show '{again.line_ref}' {database}",
        ]
    if payout is not None:
        lines += [
            f"What member {payout[0]} was paid last, and what still waits for an answer:",
            f"  avenant payouts show {payout[1]} {database}",
            f"  avenant acts waiting {database}",
        ]
    return lines

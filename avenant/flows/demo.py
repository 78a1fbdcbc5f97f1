"""The demo: a generated insurer played month by month on a real database with a simulated clock.

    report = played_demo(server, shipped_rulebook(), Wanted(), "avenant_demo", workers=2, progress=show)

News is learnt on its simulated day, nightly runs book what it implies, invoices and payouts go out, people answer
what waits; then the checks run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

import psycopg

from avenant.core.generating import Story
from avenant.core.periods import add_months
from avenant.core.rulebook.model import Rulebook
from avenant.flows import checking, invoicing, learn, nightly, payouts, publishing
from avenant.flows.demo_calendar import PARIS, PAYOUT_DAY, Deed, Step, steps
from avenant.flows.demo_care import CareReport, care_report, work_queue
from avenant.flows.generating import Wanted, story_of
from avenant.store.database import Database
from avenant.store.readers.totals import BookTotals, Corrected, book_totals, corrected_example
from avenant.store.setup import Server, create_book

ACTOR = "demo"
KINDS = {Deed.INVOICE_INDIVIDUALS: "individual", Deed.INVOICE_COMPANIES: "company"}
FAMILIES_OF_ONE_PROCESS = 4_000
"""Fewer families are recomputed faster by this process alone than by workers that must start first."""
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class MonthPlayed:
    """What one month of the story did: rows of news learnt, entries booked, documents issued.

    charges, cancels: of premiums; reimbursed, redecided: of reimbursements. answered: what people decided.
    """

    month: date
    news: int = 0
    charges: int = 0
    cancels: int = 0
    invoices: int = 0
    credit_notes: int = 0
    reimbursed: int = 0
    redecided: int = 0
    payouts: int = 0
    answered: int = 0

    @property
    def booked(self) -> int:
        """Premiums charged for the first time."""
        return self.charges - self.cancels


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What was played, and what stands in the database in the end.

    invoiced_cents: what was invoiced net of credit notes, per currency; parked: families whose data the last
    nightly run found impossible; findings: check name -> how many findings.
    """

    database: str
    wanted: Wanted
    story: dict[str, int]
    months: tuple[MonthPlayed, ...]
    totals: BookTotals
    invoiced_cents: dict[str, int]
    parked: int
    findings: dict[str, int]
    example: Corrected | None
    care: CareReport


@dataclass(slots=True)
class Play:
    """The play while it goes on."""

    database: Database
    story: Story
    workers: int
    months: dict[date, MonthPlayed]
    invoiced_cents: dict[str, int] = field(default_factory=dict)
    parked: int = 0
    paid: payouts.PayoutRunReport | None = None


def played_demo(
    server: Server, rulebook: Rulebook, wanted: Wanted, name: str, workers: int, progress: Progress
) -> DemoReport:
    """Replace database `name` by the book of the story `wanted`, played to its end and checked.

    Errors: NothingToSell, ValueError for an impossible wish; those of the flows.
    """
    progress("months played", 0, wanted.months)
    story = story_of(rulebook, wanted)
    database = opened_book(server, rulebook, story, name)
    months = [add_months(wanted.first_month, number) for number in range(wanted.months)]
    workers = workers if story.counters["families"] > FAMILIES_OF_ONE_PROCESS else 0
    play = Play(database, story, workers, {month: MonthPlayed(month) for month in months})
    for step in steps(story.days()[0], wanted.first_month, wanted.months):
        play_step(play, step)
        if step.deed is Deed.PAY and step.day.day != PAYOUT_DAY:
            progress("months played", months.index(step.month) + 1, wanted.months)
    return _report(play, name, wanted, progress)


def opened_book(server: Server, rulebook: Rulebook, story: Story, name: str) -> Database:
    """An empty simulated book that opens with the story; its clock stands at the first news.

    Errors: ValueError where database `name` holds anything but a simulated book.
    """
    refuse_real_book(server, name)
    first = story.days()[0]
    starts_at = datetime(first.year, first.month, first.day, 8, tzinfo=PARIS)
    database = create_book(
        server, name, clock="simulated", opens=story.first_month, replace=True, starts_at=starts_at
    )
    publishing.publish(database, rulebook, actor=ACTOR)
    return database


def refuse_real_book(server: Server, name: str) -> None:
    """Raise ValueError if database `name` is there and is anything but a simulated book."""
    if name not in server.list_databases():
        return
    try:
        clock = Database(server.app_url(name)).settings().clock
    except LookupError:
        return
    except psycopg.errors.UndefinedTable:
        clock = "none"
    if clock != "simulated":
        raise ValueError(
            f"database {name} is not a simulated book (its clock: {clock}); the demo replaces only those. "
            "Choose another name with --database, or drop that database yourself."
        )


def play_step(play: Play, step: Step) -> None:
    """Set the clock to the step's instant and do its deed."""
    play.database.simulate(step.at)
    month = play.months.get(step.month) or next(iter(play.months.values()))
    if step.deed is Deed.LEARN:
        _learn(play, step, month)
    elif step.deed is Deed.NIGHTLY:
        _run_nightly(play, step, month)
    elif step.deed is Deed.ANSWER:
        month.answered += work_queue(play.database, step.day, ACTOR)
    elif step.deed is Deed.PAY:
        play.paid = payouts.run(play.database, step.day, actor=ACTOR)
        month.payouts += play.paid.payouts
    else:
        _issue(play, step, month)


def _learn(play: Play, step: Step, month: MonthPlayed) -> None:
    news = play.story.between(step.news_from, step.day)
    learnt = learn.learn(play.database, news, actor=ACTOR, reason=f"news of {step.news_from} to {step.day}")
    month.news += sum(learnt.written.values())


def _run_nightly(play: Play, step: Step, month: MonthPlayed) -> None:
    report = nightly.run(play.database, step.day, workers=play.workers, actor=ACTOR)
    month.charges += report.charges
    month.cancels += report.cancels
    month.reimbursed += report.reimbursements.charges - report.reimbursements.cancels
    month.redecided += report.reimbursements.cancels
    play.parked = len(report.parked)


def _issue(play: Play, step: Step, month: MonthPlayed) -> None:
    report = invoicing.run(play.database, KINDS[step.deed], step.month, step.day, actor=ACTOR)
    month.invoices += report.invoices
    month.credit_notes += report.credit_notes
    for currency, cents in report.total_cents.items():
        play.invoiced_cents[currency] = play.invoiced_cents.get(currency, 0) + cents


def _report(play: Play, name: str, wanted: Wanted, progress: Progress) -> DemoReport:
    findings = checking.findings_by_check(play.database, progress)
    with play.database.snapshot() as connection:
        totals, example = book_totals(connection), corrected_example(connection)
    return DemoReport(
        database=name,
        wanted=wanted,
        story=play.story.counters,
        months=tuple(play.months.values()),
        totals=totals,
        invoiced_cents=play.invoiced_cents,
        parked=play.parked,
        findings=findings,
        example=example,
        care=care_report(play.database, play.paid),
    )

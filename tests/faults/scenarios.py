"""Scenarios: a small insurer drawn from a seed, told up to the night on which something goes wrong.

    stage = Stage(server)
    scenario = Scenario.drawn(17)
    base = stage.told(scenario)              # facts up to the night; most books are already half written
    twin, book = stage.copy(base), stage.copy(base)

Copies start out byte for byte equal, so whatever differs in the end was done by the fault.
"""

import os
import random
import uuid
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import polars as pl
import psycopg

from avenant.core.generating import Story
from avenant.core.generating.care import CareMix, with_care
from avenant.core.periods import add_months, month_end
from avenant.core.rulebook.model import Rulebook
from avenant.flows import invoicing, learn, nightly, payouts, publishing
from avenant.flows.generating import Wanted, story_of
from avenant.flows.nightly_report import NightlyReport
from avenant.gateways.rulebook_files import shipped_rulebook
from avenant.store.database import PARIS, Database
from avenant.store.setup import Server, create_book

FIRST_MONTH = date(2023, 7, 1)
TROUBLED = CareMix(
    copied_share=0.02,
    retold_share=0.02,
    corrected_share=0.03,
    withdrawn_share=0.02,
    reissued_share=0.04,
    contradicted_share=0.03,
    misdated_share=0.04,
    lost_share=0.005,
    strange_share=0.005,
    doubtful_share=0.01,
    goodwill_share=0.01,
)
"""Little care, and much of it in trouble: told twice, corrected, taken back, contradicted, answered by people."""


def seeds(quick: int, soak: int) -> list[int]:
    """The seeds of a test: a few, or with AVENANT_SOAK many, from AVENANT_SEED (default 1) on."""
    first = int(os.environ.get("AVENANT_SEED", "1"))
    return list(range(first, first + (soak if os.environ.get("AVENANT_SOAK") else quick)))


@dataclass(frozen=True, slots=True)
class Scenario:
    """What the seed decided. acts_yearly: of care, per person.

    booked_before: earlier nights, invoices and payouts exist; else this is the first night.
    """

    seed: int
    contracts: int
    months: int
    booked_before: bool
    retro_months: int | None
    chunk_families: int
    workers: int
    override_breaker: bool
    acts_yearly: float

    @classmethod
    def drawn(cls, seed: int, **chosen: object) -> "Scenario":
        """The scenario of a seed, printed so that a failing test shows it; `chosen` replaces what was drawn."""
        dice = random.Random(seed)
        drawn = cls(
            seed=seed,
            contracts=dice.randint(120, 220),
            months=dice.randint(6, 9),
            booked_before=dice.random() < 0.6,
            retro_months=dice.choice([None, 1, 2]),
            chunk_families=dice.choice([8, 20, 45]),
            workers=dice.choice([0, 2]),
            override_breaker=dice.random() < 0.5,
            acts_yearly=dice.choice([1.0, 2.0, 3.0]),
        )
        scenario = replace(drawn, **chosen)  # type: ignore[arg-type]
        print(scenario)
        return scenario

    @property
    def dice(self) -> random.Random:
        """Dice for everything else that the seed decides, such as when to kill."""
        return random.Random(f"fault {self.seed}")

    @property
    def story(self) -> Story:
        """All that is ever told; two months more than what is known on the night."""
        wanted = Wanted(self.contracts, self.months + 2, self.seed, FIRST_MONTH, acts_yearly=0)
        return with_care(story_of(self.rulebook, wanted), self.rulebook, self.acts_yearly, TROUBLED)

    @property
    def rulebook(self) -> Rulebook:
        """The shipped plans, those of companies with a limit on how far back a change bills."""
        shipped = shipped_rulebook()
        company = pl.col("plan") == "fr-company"
        limit = pl.when(company).then(pl.lit(self.retro_months, pl.Int32)).otherwise("retro_months")
        return replace(shipped, plans=shipped.plans.with_columns(retro_months=limit))

    @property
    def night(self) -> date:
        """The business date of the run that is disturbed."""
        return month_end(add_months(FIRST_MONTH, self.months - 1))

    @property
    def night_before(self) -> date:
        """The business date of the last run that went well, two months earlier."""
        return month_end(add_months(FIRST_MONTH, self.months - 3))


def evening(day: date, hour: int = 20) -> datetime:
    """An instant of that day."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=PARIS)


def tell(book: Database, story: Story, first: date, last: date) -> learn.LearnReport:
    """Set the clock to the evening of `last` and learn what is told from `first` to then."""
    book.simulate(evening(last))
    return learn.learn(book, story.between(first, last), "story", f"news up to {last}")


def invoice_everybody(book: Database, day: date) -> list[invoicing.InvoiceRunReport]:
    """Invoice both kinds of contracts for the month that ends on `day`."""
    return [invoicing.run(book, kind, day.replace(day=1), day) for kind in ("individual", "company")]


def settle_everybody(book: Database, day: date) -> None:
    """Invoice both kinds of contracts, and pay what is due to members and providers."""
    invoice_everybody(book, day)
    payouts.run(book, day)


def left_to_settle(book: Database, day: date) -> list[str]:
    """What another settling would find, once everything was settled: nothing, or a finding."""
    entries = [report.entries for report in invoice_everybody(book, day)]
    entries.append(payouts.run(book, day).entries)
    return [f"settled again: {entries} entries by individuals, companies, payouts"] if any(entries) else []


def next_night(book: Database, scenario: Scenario) -> NightlyReport:
    """The run that nobody disturbs."""
    return nightly.run(book, scenario.night, override_breaker=True)


@dataclass(slots=True)
class Stage:
    """Makes books on one server and remembers them, so that all can be dropped.

    may_crash: a checkpoint follows each copy. PostgreSQL copies a sequence with the values it had logged ahead;
    until the next checkpoint the copy hands them out unlogged, and a crash would hand them out again.
    """

    server: Server
    may_crash: bool = False
    made: list[str] = field(default_factory=list)

    def opened(self, rulebook: Rulebook, opens: date = FIRST_MONTH) -> Database:
        """An empty book with a simulated clock and a published rulebook."""
        name = self._name()
        starts = evening(opens - timedelta(days=40))
        book = create_book(self.server, name, opens=opens, clock="simulated", starts_at=starts)
        publishing.publish(book, rulebook)
        return book

    def told(self, scenario: Scenario) -> Database:
        """A book that knows all the scenario's facts up to its night, and waits for that night's run."""
        book, story = self.opened(scenario.rulebook), scenario.story
        first = story.days()[0]
        if scenario.booked_before:
            tell(book, story, first, scenario.night_before)
            nightly.run(book, scenario.night_before)
            settle_everybody(book, scenario.night_before)
            first = scenario.night_before + timedelta(days=1)
        tell(book, story, first, scenario.night)
        return book

    def copy(self, book: Database) -> Database:
        """Another database with the same content to the last bit."""
        name = self._name()
        self.server.create_database(name, template=name_of(book))
        if self.may_crash:
            with psycopg.connect(self.server.admin_url(name), autocommit=True) as connection:
                connection.execute("CHECKPOINT")
        return Database(self.server.app_url(name))

    def admin_url(self, book: Database) -> str:
        """The superuser's address of a book."""
        return self.server.admin_url(name_of(book))

    def clear(self) -> None:
        """Drop every book made here."""
        while self.made:
            self.server.drop_database(self.made.pop())

    def _name(self) -> str:
        self.made.append(f"faults_{uuid.uuid4().hex[:12]}")
        return self.made[-1]


def name_of(book: Database) -> str:
    """The name of a book's database."""
    return book.url.split("?")[0].rsplit("/", 1)[1]

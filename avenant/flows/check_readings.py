"""What checks read, from one snapshot: each reading is made once, however many checks look at it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from avenant.core.book.entries import REIMBURSEMENTS
from avenant.core.checks.day_count import (
    accounted_days,
    compared,
    counted_days,
    latest_rows,
    without_explained,
)
from avenant.core.checks.waiting_age import MOST_DAYS
from avenant.core.claims.reasons import bit_of
from avenant.store.database import BookSettings, Connection, Database
from avenant.store.readers import checking_care
from avenant.store.readers.care import waiting_everywhere
from avenant.store.readers.checking import (
    NEWS,
    NightlyDone,
    Stretch,
    cover_in,
    entries_in,
    families_with_news,
    invoices,
    last_nightly,
    roles,
    stretches,
)
from avenant.store.readers.facts import member_families
from avenant.store.readers.rulebooks import Published, published, published_version
from avenant.store.readers.runs import held_differences, parked_families
from avenant.store.readers.written import changes, rows_written

ROWS_AT_ONCE = 300_000


class NeverRun(LookupError):
    """No nightly run has ended well yet, so there is nothing to compare the book with."""


@dataclass(frozen=True, slots=True)
class RestingPoint:
    """What the book is compared under: the business date, the last month, and a rulebook."""

    business_date: date
    horizon: date
    rulebook: Published


@dataclass(frozen=True, slots=True)
class Explained:
    """What a difference may be explained by.

    parked: family_id, reason; news: family_id, why; held: columns of table held; members: member_id of all
    families parked or with news.
    """

    parked: pl.DataFrame
    news: pl.DataFrame
    held: pl.DataFrame
    members: pl.DataFrame


class Readings:
    """Readings of one exported snapshot, kept for as long as the checks run."""

    def __init__(
        self,
        db: Database,
        snapshot: str,
        contract_id: int | None,
        business_date: date | None,
        say: Callable[[str, int, int], None],
        waiting_days: int = MOST_DAYS,
    ) -> None:
        """``contract_id``: look at this contract alone; ``business_date``: None for the last nightly run's.

        waiting_days: how long an act may wait.
        """
        self.db, self.snapshot, self.contract_id, self.say = db, snapshot, contract_id, say
        self._business_date, self.waiting_days = business_date, waiting_days
        self._idle: list[tuple[Connection, ExitStack]] = []

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection on the snapshot that nobody else uses meanwhile; one that saw an error is not used again."""
        opened, keeper = self._idle.pop() if self._idle else self._opened()
        with keeper:
            yield opened
            self._idle.append((opened, keeper.pop_all()))

    def _opened(self) -> tuple[Connection, ExitStack]:
        keeper = ExitStack()
        return keeper.enter_context(self.db.snapshot(self.snapshot)), keeper

    def close(self) -> None:
        """Close all connections."""
        for _, keeper in self._idle:
            keeper.close()

    @cached_property
    def settings(self) -> BookSettings:
        """What the database was created with."""
        return self.db.settings()

    @cached_property
    def nightly(self) -> NightlyDone | None:
        """The last nightly run that ended well."""
        with self.connection() as connection:
            return last_nightly(connection)

    @cached_property
    def resting_point(self) -> RestingPoint:
        """What the book is compared under. Errors: NeverRun, NothingPublished."""
        day, done = self._business_date, self.nightly
        if day is None and done is None:
            raise NeverRun(
                "no nightly run has ended well yet: run `avenant nightly`, or name a business date"
            )
        with self.connection() as connection:
            rulebook = (
                published(connection)
                if done is None
                else published_version(connection, done.rulebook_version)
            )
        if day is None:
            assert done is not None
            return RestingPoint(done.business_date, done.horizon, rulebook)
        return RestingPoint(day, day.replace(day=1), rulebook)

    @cached_property
    def explained(self) -> Explained:
        """Families parked or with news that no run has seen, and changes that wait for an approval."""
        with self.connection() as connection:
            parked, held = parked_families(connection), held_differences(connection)
            news = pl.DataFrame(schema=NEWS)
            if self.nightly is not None:
                news = families_with_news(connection, self.nightly)
            families = pl.concat([parked.select("family_id"), news.select("family_id")])
            members = member_families(connection).join(families, on="family_id", how="semi")
        return Explained(parked, news, held, members)

    @cached_property
    def written(self) -> pl.DataFrame:
        """Rows per table and change as they stand."""
        with self.connection() as connection:
            return rows_written(connection)

    @cached_property
    def changes(self) -> pl.DataFrame:
        """Every change, its run and its revision."""
        with self.connection() as connection:
            return changes(connection)

    @cached_property
    def invoices(self) -> pl.DataFrame:
        """All settlements (of the contract)."""
        with self.connection() as connection:
            return invoices(connection, self.contract_id)

    @cached_property
    def slots(self) -> pl.DataFrame:
        """Every slot: slot_id, plan, level, component, tier, status, and the structure of its component."""
        rulebook = self.resting_point.rulebook
        components = rulebook.rulebook.price_lines.select("plan", "level", "component", "structure").unique()
        return rulebook.slots.join(components, on=["plan", "level", "component"], how="left")

    @cached_property
    def components(self) -> pl.DataFrame:
        """Every component of every level with the plan's convention: plan, level, component, proration."""
        rulebook = self.resting_point.rulebook.rulebook
        priced = rulebook.price_lines.select("plan", "level", "component").unique()
        return priced.join(rulebook.plans.select("plan", "proration"), on="plan")

    @cached_property
    def roles(self) -> pl.DataFrame:
        """Every member's role."""
        with self.connection() as connection:
            return roles(connection)

    def care_parts(self) -> "Iterator[CareRead]":
        """The reimbursement book in parts of whole contracts."""
        with self.connection() as connection:
            for entries in checking_care.entries_by_contracts(connection, ROWS_AT_ONCE, self.contract_id):
                yield CareRead(self, entries)

    @cached_property
    def cover_of_acts(self) -> pl.DataFrame:
        """Enrolments in force."""
        with self.connection() as connection:
            return checking_care.cover_of_acts(connection, self.contract_id)

    @cached_property
    def excess_paid(self) -> pl.DataFrame:
        """Acts for which payouts paid more than is decided now."""
        with self.connection() as connection:
            return checking_care.excess_paid(connection, self.contract_id)

    @cached_property
    def waiting_acts(self) -> pl.DataFrame:
        """act_id of everything that waits: what was booked for it stands."""
        with self.connection() as connection:
            return waiting_everywhere(connection).select(act_id="line_id")

    def stretches(self) -> list[Stretch]:
        """The book in stretches."""
        with self.connection() as connection:
            return stretches(connection, ROWS_AT_ONCE, self.contract_id)

    def read(self, stretch: Stretch) -> "StretchRead":
        """All entries and enrolments of a stretch."""
        with self.connection() as connection:
            return StretchRead(self, entries_in(connection, stretch), cover_in(connection, stretch))


class CareRead:
    """One part of the reimbursement book: its entries, and what the checks make of them."""

    def __init__(self, readings: Readings, entries: pl.DataFrame) -> None:
        """``entries``: all rows of some contracts."""
        self._readings, self.entries = readings, entries

    @cached_property
    def latest(self) -> pl.DataFrame:
        """The last version of each key."""
        key = list(REIMBURSEMENTS.key)
        return self.entries.sort(*key, "version").unique(key, keep="last", maintain_order=True)

    @cached_property
    def paid(self) -> pl.DataFrame:
        """What the rules pay now: exceptions, what waits, and families with news left out."""
        exception = 1 << bit_of("exception")
        rows = self.latest.filter((pl.col("amount_cents") > 0) & ((pl.col("reasons") & exception) == 0))
        rows = rows.join(self._readings.waiting_acts, on="act_id", how="anti")
        return rows.join(self._readings.explained.members, on="member_id", how="anti")

    @cached_property
    def excess(self) -> pl.DataFrame:
        """Acts of these contracts for which payouts paid more than is decided now."""
        return self._readings.excess_paid.join(self.entries, on="contract_id", how="semi")

    @property
    def cover(self) -> pl.DataFrame:
        """Enrolments in force."""
        return self._readings.cover_of_acts


class StretchRead:
    """One stretch of the book: its entries, and what the checks make of them."""

    def __init__(self, readings: Readings, entries: pl.DataFrame, cover: pl.DataFrame) -> None:
        """``entries``: all rows; ``cover``: enrolments in force."""
        self._readings, self.entries, self._cover = readings, entries, cover

    @cached_property
    def standing(self) -> pl.DataFrame:
        """The latest row of each key up to the horizon, without what is explained."""
        latest = latest_rows(self.entries).filter(pl.col("month") <= self._readings.resting_point.horizon)
        return self._unexplained(latest)

    @cached_property
    def days(self) -> pl.DataFrame:
        """Counted and booked days side by side, without what is explained."""
        first, last = self._readings.settings.opens, self._readings.resting_point.horizon
        if last < first:
            return compared(
                counted_days(self._cover.clear(), first, first), self._booked(), self._readings.components
            )
        counted = self._unexplained(counted_days(self._cover, first, last))
        return compared(counted, self._booked(), self._readings.components)

    @property
    def slots_and_roles(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """What slots and members are."""
        return self._readings.slots, self._readings.roles

    @property
    def slots(self) -> pl.DataFrame:
        """What slots are."""
        return self._readings.slots

    @property
    def plans_and_rates(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The plans' conventions and dated rates, of the rulebook that the book is compared under."""
        rulebook = self._readings.resting_point.rulebook.rulebook
        return rulebook.plans, rulebook.rates

    @property
    def last_month(self) -> date:
        """The last month that the book is compared for."""
        return self._readings.resting_point.horizon

    def _booked(self) -> pl.DataFrame:
        return accounted_days(self.standing, self._readings.slots)

    def _unexplained(self, rows: pl.DataFrame) -> pl.DataFrame:
        explained = self._readings.explained
        return without_explained(rows, explained.members, explained.held)

"""What the screen of coverage and billing shows: bars of cover, premiums per month, versions and what arrived.

Money in cents, days included on both ends, instants as ISO text in Paris. Nothing here speaks a language yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Learnt:
    """When something became known and how: revision, instant, who wrote it, why, under which run (null: none)."""

    rev: int
    known_at: str
    actor: str
    reason: str
    run_id: int | None = None

    @property
    def known_on(self) -> date:
        """The day in Paris."""
        return date.fromisoformat(self.known_at[:10])


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that changed; null before: there was nothing, null after: there is nothing any more."""

    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class CoverVersion:
    """One state of an enrolment. last_day: the last covered day, null while open. late: learnt after it counted.

    counts_from: the first day that this version changed; late is whatever was learnt after that day's month began.
    """

    version: int
    contract: str
    plan: str
    level: str
    basis: str
    valid_from: date
    last_day: date | None
    withdrawn: bool
    learnt: Learnt
    counts_from: date
    late: bool
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One enrolment on the time axis: its versions, oldest first; the last one is what is known."""

    ref: str
    member: str
    versions: tuple[CoverVersion, ...]

    @property
    def now(self) -> CoverVersion:
        """The latest version."""
        return self.versions[-1]


@dataclass(frozen=True, slots=True)
class Slot:
    """What a premium is for: plan, level, component, whom it prices, whether it pays; `key` names it in links."""

    slot_id: int
    plan: str
    level: str
    component: str
    tier: str
    status: str

    @property
    def key(self) -> str:
        """Plan, level, component, tier and status: ``family.confort.health.child.free``."""
        return ".".join((self.plan, self.level, self.component, self.tier, self.status))


@dataclass(frozen=True, slots=True)
class MonthPremium:
    """The premium of one month as it stands. charges: how many amounts it had until now, this one included.

    invoice: the number of the invoice that holds the latest entry (``#17``: a settlement of zero), null while open.
    open_cents: what the next invoice will carry of it.
    """

    contract: str
    member: str
    month: date
    slot: Slot
    amount_cents: int
    employer_cents: int
    tax_cents: int
    covered_days: int
    billed_days: int
    days_in_month: int
    currency: str
    charges: int
    known_at: str
    invoice: str | None
    open_cents: int


@dataclass(frozen=True, slots=True)
class PersonCovered:
    """One person of the family: number, name as people see it today (null: none told), role, date of birth."""

    member: str
    name: str | None
    role: str
    birth_date: date
    bars: tuple[Bar, ...]
    premiums: tuple[MonthPremium, ...]


@dataclass(frozen=True, slots=True)
class RunTold:
    """The run that wrote an entry. read_rev: the revision whose facts it used."""

    run_id: int
    code_version: str
    rulebook_version: str
    business_date: date
    read_rev: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """A fact, a rulebook or a program that arrived between two versions of an amount, and what changed in it.

    kind: contract, member, enrolment, approval, rulebook, code. ref: its number or version name. member: whose it is.
    """

    kind: str
    ref: str
    version: int
    learnt: Learnt
    changes: tuple[FieldChange, ...]
    member: str | None = None


@dataclass(frozen=True, slots=True)
class PremiumVersion:
    """One entry: a charge, or the cancel that mirrors the one before. arrived: since the charge before it."""

    version: int
    kind: str
    amount_cents: int
    employer_cents: int
    tax_cents: int
    sentence: str
    learnt: Learnt
    run: RunTold | None
    invoice: str | None
    arrived: tuple[Arrival, ...]


@dataclass(frozen=True, slots=True)
class SlotStory:
    """All versions of one key of the premium book, oldest first."""

    contract: str
    slot: Slot
    currency: str
    versions: tuple[PremiumVersion, ...]

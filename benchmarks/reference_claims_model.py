"""The words of the slow claims reference as plain dataclasses: messages, acts, the rules of care, decisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, TypeVar

from benchmarks.reference_model import records


class ActWaits(Exception):
    """This act cannot be decided; the text is the reason's code."""


class Dated(Protocol):
    """Anything that holds from one day until another, exclusive."""

    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...


DatedValue = TypeVar("DatedValue", bound=Dated)


@dataclass(frozen=True, slots=True)
class Line:
    """One message about one act."""

    line_id: int
    ref: str
    document_id: int
    member_id: int
    kind: str
    payer: str | None
    payer_rank: int | None
    received_on: date | None
    act_code: str | None
    family: str | None
    care_from: date
    care_last_day: date | None
    quantity: int | None
    charged_cents: int | None
    base_cents: int | None
    rate_ppm: int | None
    secu_cents: int | None
    retention_cents: int | None
    others_cents: int | None
    asked_cents: int | None
    exemption: str | None
    care_path: str | None
    provider_id: int | None
    sector: int | None
    optam: bool | None
    basket: str | None
    location: str | None
    cancels: str | None
    hold: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person answered."""

    kind: str
    line_ref: str
    other_ref: str | None
    amount_cents: int | None


@dataclass(frozen=True, slots=True)
class Act:
    """One act of care, as all messages about it tell it."""

    act_id: int
    member_id: int
    act_code: str | None
    family: str | None
    care_from: date
    care_last_day: date | None
    quantity: int | None
    charged_cents: int | None
    base_cents: int | None
    rate_ppm: int | None
    secu_cents: int | None
    retention_cents: int | None
    others_cents: int
    asked_cents: int | None
    exemption: str | None
    care_path: str | None
    provider_id: int | None
    sector: int | None
    optam: bool | None
    basket: str | None
    location: str | None
    told_by_secu: bool
    lines: int
    cancelled: bool
    exception_cents: int | None

    @property
    def units(self) -> int:
        """How many: one where nobody says."""
        return self.quantity or 1


@dataclass(frozen=True, slots=True)
class Member:
    """One insured person."""

    member_id: int
    birth_date: date


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One member covered by a contract."""

    contract_id: int
    member_id: int
    plan: str
    level: str
    basis: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of a provider."""

    provider_id: int
    sector: int | None
    optam: bool | None
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Family:
    """What holds for all acts of a family."""

    family: str
    retention: str
    fees: bool
    care_path: bool
    responsible_tm: bool
    rate_parameter: str | None


@dataclass(frozen=True, slots=True)
class Code:
    """An act code: its family and basket."""

    act_code: str
    family: str
    basket: str | None


@dataclass(frozen=True, slots=True)
class Tariff:
    """One base price of an act."""

    line_id: int
    act_code: str
    optam: str
    age_from: int
    age_to: int
    valid_from: date
    valid_to: date | None
    base_cents: int
    rate_ppm: int | None
    price_limit_cents: int | None


@dataclass(frozen=True, slots=True)
class Guarantee:
    """One line of a guarantee table."""

    line_id: int
    plan: str
    level: str
    family: str
    optam: str
    basket: str | None
    age_from: int
    age_to: int
    valid_from: date
    valid_to: date | None
    part: int
    basis: str
    per: str
    rate_ppm: int | None
    flat_cents: int | None
    pmss_ppm: int | None
    real_cost: bool
    price_limit: bool


@dataclass(frozen=True, slots=True)
class Envelope:
    """One limit over time."""

    line_id: int
    plan: str
    level: str
    envelope: str
    period: str
    months: int | None
    scope: str
    age_from: int
    age_to: int
    valid_from: date
    valid_to: date | None
    max_cents: int | None
    pmss_ppm: int | None
    max_count: int | None


@dataclass(frozen=True, slots=True)
class EnvelopeFamily:
    """Which acts draw on an envelope."""

    plan: str
    level: str
    envelope: str
    family: str
    basket: str | None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A dated official value."""

    parameter: str
    valid_from: date
    valid_to: date | None
    value: int


@dataclass(frozen=True, slots=True)
class Rules:
    """The rulebook of care as lists, found by name and then searched from top to bottom."""

    responsible: dict[str, bool]
    families: dict[str, Family]
    codes: dict[str, Code]
    tariffs: dict[str, list[Tariff]]
    guarantees: dict[tuple[str, str, str], list[Guarantee]]
    envelopes: dict[tuple[str, str, str], list[Envelope]]
    draws: dict[tuple[str, str, str], list[EnvelopeFamily]]
    parameters: dict[str, list[Parameter]]

    @classmethod
    def read(cls, rules: Any, parameters: Any) -> Rules:
        """From the frames of a rulebook's care side, and its dated parameters."""
        return cls(
            responsible=dict(rules.plans.select("plan", "responsible").rows()),
            families={family.family: family for family in records(Family, rules.families)},
            codes={code.act_code: code for code in records(Code, rules.acts)},
            tariffs=grouped(records(Tariff, rules.tariffs), "act_code"),
            guarantees=grouped(records(Guarantee, rules.guarantees), "plan", "level", "family"),
            envelopes=grouped(records(Envelope, rules.envelopes), "plan", "level", "envelope"),
            draws=grouped(records(EnvelopeFamily, rules.envelope_families), "plan", "level", "family"),
            parameters=grouped(records(Parameter, parameters), "parameter"),
        )

    def value(self, name: str, day: date) -> int | None:
        """The parameter's value on a day; None: not known."""
        for parameter in on(day, self.parameters.get(name, [])):
            return parameter.value
        return None

    def needed(self, name: str, day: date) -> int:
        """The same where the act waits as long as it is not known."""
        value = self.value(name, day)
        if value is None:
            raise ActWaits("parameter_unknown")
        return value

    def has_guarantees(self, plan: str, level: str) -> bool:
        """Whether anything is guaranteed there."""
        return any(key[:2] == (plan, level) for key in self.guarantees)


@dataclass(slots=True)
class Decision:
    """One act on its way through the steps: first what it is, then the waterfall, in cents."""

    act: Act
    family: Family
    basket: str | None
    contract_id: int
    plan: str
    level: str
    covered: bool
    born: date
    age: int
    reasons: set[str] = field(default_factory=set)
    waits: str | None = None
    charged: int = 0
    others: int = 0
    asked: int = 0
    base: int = 0
    rate: int = 0
    standard_rate: int = 0
    price_limit: int | None = None
    tariff_line_id: int = 0
    secu: int = 0
    retention: int = 0
    retention_told: bool = False
    increase: int = 0
    left: int = 0
    ceiling: int | None = 0
    guarantee_line_id: int = 0
    wanted: int = 0
    limit_kind: str = "none"
    limit_left: int = -1
    envelope_line_id: int = 0
    decided: int = 0
    provider: int = 0
    member: int = 0

    @property
    def excepted(self) -> bool:
        """Whether a person set the amount."""
        return self.act.exception_cents is not None and not self.act.cancelled

    @property
    def by_rules(self) -> bool:
        """Whether nothing but the rules decides; where they do not know enough, the act then waits."""
        return self.covered and not self.excepted and not self.act.cancelled

    @property
    def day(self) -> date:
        """The day of care governs rights, tariffs and rules."""
        return self.act.care_from

    @property
    def patient_share(self) -> int:
        """The ticket modérateur: what the Sécu leaves of its base, an increase taken off."""
        return max(0, self.base - self.secu - self.increase)

    @property
    def out_of_pocket(self) -> int:
        """What stays with the member."""
        return max(0, self.charged - (self.secu - self.retention) - self.others - self.decided)


def grouped(rows: Iterable[Any], *names: str) -> dict[Any, list[Any]]:
    """The rows by the values of the named attributes."""
    groups: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        key = tuple(getattr(row, name) for name in names)
        groups[key if len(key) > 1 else key[0]].append(row)
    return groups


def on(day: date, dated: Iterable[DatedValue]) -> list[DatedValue]:
    """Those in force on a day."""
    return [one for one in dated if one.valid_from <= day and (one.valid_to is None or day < one.valid_to)]


def for_age(age: int, lines: Iterable[Any]) -> list[Any]:
    """Those for this age."""
    return [line for line in lines if line.age_from <= age < line.age_to]

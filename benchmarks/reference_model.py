"""The words of the slow reference as plain dataclasses: members, enrolments, plans, prices, premium rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any, TypeVar

import polars as pl

Record = TypeVar("Record")


class FamilyImpossible(Exception):
    """This family cannot be priced; the text is the reason shown to people."""


@dataclass(frozen=True, slots=True)
class Member:
    """One insured person; ``family_id`` is the member_id of the primary."""

    member_id: int
    ref: str
    role: str
    birth_date: date
    family_id: int


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One member covered by a contract, from ``valid_from`` until the day before ``valid_to``."""

    contract_id: int
    member_id: int
    plan: str
    level: str
    basis: str
    valid_from: date
    valid_to: date | None

    def covers(self, day: date) -> bool:
        """Whether the member is covered that day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def overlaps(self, start: date, end: date) -> bool:
        """Whether any day from ``start`` until the day before ``end`` is covered."""
        last = end if self.valid_to is None else min(end, self.valid_to)
        return max(start, self.valid_from) < last


@dataclass(frozen=True, slots=True)
class Plan:
    """The conventions of one plan."""

    plan: str
    age_convention: str
    plan_year_month: int
    proration: str
    paying_children: int | None
    child_age_limit: int | None
    tax_mode: str
    portability_max_months: int | None

    def age(self, member: Member, month: date) -> int:
        """The age that the price of ``month`` is looked up with, never below 0."""
        born = member.birth_date
        if self.age_convention == "calendar_year":
            return max(0, month.year - born.year)
        if self.age_convention == "last_birthday":
            return completed_years(born, month)
        plan_year = month.year if month.month >= self.plan_year_month else month.year - 1
        return completed_years(born, date(plan_year, self.plan_year_month, 1))


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One price with its dates: for a tier, and an age from ``age_from`` until below ``age_to``."""

    line_id: int
    plan: str
    level: str
    component: str
    structure: str
    tier: str
    age_from: int
    age_to: int
    valid_from: date
    valid_to: date | None
    unit: str
    amount_cents: int | None
    rate_ppm: int | None


@dataclass(frozen=True, slots=True)
class Rate:
    """An employer share or a tax rate of one plan, with its dates."""

    plan: str
    kind: str
    valid_from: date
    valid_to: date | None
    rate_ppm: int


@dataclass(frozen=True, slots=True)
class Parameter:
    """A dated value that the law publishes, such as the monthly PMSS in cents."""

    parameter: str
    valid_from: date
    valid_to: date | None
    value: int


@dataclass(frozen=True, slots=True)
class Slot:
    """A plan's price component for one tier, and whether it pays."""

    plan: str
    level: str
    component: str
    tier: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PremiumRow:
    """What one member owes for one month in one slot, and why."""

    contract_id: int
    member_id: int
    month: date
    slot_id: int
    amount_cents: int = 0
    employer_cents: int = 0
    tax_cents: int = 0
    unit_price_cents: int = 0
    line_id: int = 0
    covered_days: int
    billed_days: int
    days_in_month: int
    age: int
    child_rank: int


COLUMNS = {
    "contract_id": pl.Int32,
    "member_id": pl.Int32,
    "month": pl.Date,
    "slot_id": pl.Int32,
    "amount_cents": pl.Int64,
    "employer_cents": pl.Int64,
    "tax_cents": pl.Int64,
    "unit_price_cents": pl.Int64,
    "line_id": pl.Int32,
    "covered_days": pl.Int16,
    "billed_days": pl.Int16,
    "days_in_month": pl.Int16,
    "age": pl.Int16,
    "child_rank": pl.Int16,
}


@dataclass(frozen=True, slots=True)
class Cover:
    """One member's cover on one day."""

    member: Member
    enrolment: Enrolment


@dataclass(frozen=True, slots=True)
class SlotDay:
    """One day that one member spends in one slot; ``child_rank`` 0 = not a ranked child."""

    day: date
    child_rank: int


@dataclass(frozen=True, slots=True)
class Expected:
    """The premium rows due, and the families that could not be priced with the reason."""

    rows: pl.DataFrame
    parked: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Rules:
    """The rulebook as lists to be searched from top to bottom."""

    plans: dict[str, Plan]
    lines: dict[tuple[str, str], list[PriceLine]]
    components_of: dict[tuple[str, str], list[tuple[str, str]]]
    rates: list[Rate]
    parameters: list[Parameter]
    slot_ids: dict[Slot, int]

    @classmethod
    def read(cls, rulebook: Any, slots: pl.DataFrame) -> Rules:
        """From a rulebook with ``plans``, ``price_lines``, ``rates`` and ``parameters``, and its slots."""
        lines: dict[tuple[str, str], list[PriceLine]] = {}
        for line in records(PriceLine, rulebook.price_lines):
            lines.setdefault((line.plan, line.level), []).append(line)
        return cls(
            plans={plan.plan: plan for plan in records(Plan, rulebook.plans)},
            lines=lines,
            components_of={
                level: sorted({(line.component, line.structure) for line in of_level})
                for level, of_level in lines.items()
            },
            rates=records(Rate, rulebook.rates),
            parameters=records(Parameter, rulebook.parameters),
            slot_ids=dict(zip(records(Slot, slots), slots["slot_id"].to_list(), strict=True)),
        )

    def plan(self, plan: str) -> Plan:
        """The plan's conventions."""
        if plan not in self.plans:
            raise FamilyImpossible(f"no plan {plan} in the rulebook")
        return self.plans[plan]

    def components(self, plan: str, level: str) -> list[tuple[str, str]]:
        """The (component, structure) pairs that make up the price of a plan's level."""
        if (plan, level) not in self.components_of:
            raise FamilyImpossible(f"no price for {plan} {level}")
        return self.components_of[plan, level]

    def price_line(self, slot: Slot, age: int, month: date) -> PriceLine:
        """The one price in force for that slot and age."""
        for line in self.lines[slot.plan, slot.level]:
            right_slot = (line.component, line.tier) == (slot.component, slot.tier)
            if right_slot and line.age_from <= age < line.age_to and in_force(line, month):
                return line
        wanted = f"{slot.plan} {slot.level} {slot.component} {slot.tier}"
        raise FamilyImpossible(f"no price for {wanted} at age {age} in {month:%Y-%m}")

    def rate(self, plan: str, kind: str, month: date) -> int:
        """The plan's rate in ppm on the first of the month; 0 when it has none."""
        for rate in self.rates:
            if (rate.plan, rate.kind) == (plan, kind) and in_force(rate, month):
                return rate.rate_ppm
        return 0

    def parameter(self, name: str, month: date) -> int:
        """The value in force on the first of the month."""
        for parameter in self.parameters:
            if parameter.parameter == name and in_force(parameter, month):
                return parameter.value
        raise FamilyImpossible(f"no {name} in {month:%Y-%m}")

    def slot_id(self, slot: Slot) -> int:
        """The number the slot got at publication."""
        if slot not in self.slot_ids:
            raise FamilyImpossible(f"no published slot {slot}")
        return self.slot_ids[slot]


def records(kind: type[Record], frame: pl.DataFrame) -> list[Record]:
    """The rows of a frame as dataclass values, taking only the columns the dataclass names."""
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    return [kind(*row) for row in frame.select(names).iter_rows()]


def in_force(dated: PriceLine | Rate | Parameter, day: date) -> bool:
    """Whether a dated value applies on that day."""
    return dated.valid_from <= day and (dated.valid_to is None or day < dated.valid_to)


def completed_years(born: date, day: date) -> int:
    """Birthdays reached by that day; somebody born on 29 February has theirs on 1 March in other years."""
    had_birthday = (day.month, day.day) >= (born.month, born.day)
    return max(0, day.year - born.year - (0 if had_birthday else 1))


def month_after(day: date, months: int = 1) -> date:
    """The same day so many months later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))


def days_of(month: date) -> Iterator[date]:
    """Every day of the month."""
    day = month
    while day.month == month.month:
        yield day
        day += timedelta(days=1)


def round_half_up(numerator: int, denominator: int) -> int:
    """The nearest whole number to a positive fraction; exactly a half rounds up."""
    return (2 * numerator + denominator) // (2 * denominator)

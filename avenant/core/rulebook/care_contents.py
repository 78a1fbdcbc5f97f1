"""What the files of a rulebook say about care, read but not yet checked against the calendar."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from avenant.core.rulebook.contents import Written


@dataclass(frozen=True, slots=True)
class Family:
    """A row of ``CareFamilies`` and where it is written."""

    family: str
    label: str
    retention: str
    fees: bool
    care_path: bool
    responsible_tm: bool
    rate_parameter: str | None
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Act:
    """A row of ``CareActs`` and where it is written."""

    act_code: str
    family: str
    label: str
    basket: str | None
    source: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Scope:
    """For whom a cell of a table is: OPTAM, basket, ages, and its number among those that apply together."""

    optam: str = "any"
    basket: str | None = None
    age_from: int = 0
    age_to: int = 151
    part: int = 1


@dataclass(frozen=True, slots=True)
class TariffCell:
    """A base price, the most that may be charged (None: not known), and for whom they are."""

    scope: Scope
    base_cents: int
    price_limit_cents: int | None
    line: int


@dataclass(frozen=True, slots=True)
class TariffTable:
    """What the rulebook knows about the price of one act from one date on; no cell: not known."""

    act_code: str
    cells: tuple[TariffCell, ...]
    rate_ppm: int | None
    confidence: str
    dates: Written

    @property
    def series(self) -> tuple[str, ...]:
        """Of all tables of one series exactly one counts on a day."""
        return (self.act_code,)

    @property
    def words(self) -> str:
        """The series as a person would name it."""
        return f"the tariff of {self.act_code}"


@dataclass(frozen=True, slots=True)
class Pays:
    """What a guarantee pays: forms that add up, or real cost, or up to the price limit."""

    rate_ppm: int | None = None
    flat_cents: int | None = None
    pmss_ppm: int | None = None
    real_cost: bool = False
    price_limit: bool = False
    per: str = "act"
    basis: str | None = None


@dataclass(frozen=True, slots=True)
class GuaranteeLine:
    """What is paid and for whom it is."""

    scope: Scope
    pays: Pays
    line: int


@dataclass(frozen=True, slots=True)
class GuaranteeTable:
    """What one level of a plan pays for one family from one date on; no line: nothing."""

    plan: str
    level: str
    family: str
    lines: tuple[GuaranteeLine, ...]
    dates: Written

    @property
    def series(self) -> tuple[str, ...]:
        """Of all tables of one series exactly one counts on a day."""
        return self.plan, self.level, self.family

    @property
    def words(self) -> str:
        """The series as a person would name it."""
        return f"the guarantee of {self.plan} {self.level} for {self.family}"


@dataclass(frozen=True, slots=True)
class EnvelopeLine:
    """The limits of an envelope for some ages."""

    age_from: int
    age_to: int
    months: int | None
    max_cents: int | None
    pmss_ppm: int | None
    max_count: int | None


@dataclass(frozen=True, slots=True)
class EnvelopeTable:
    """One limit over time of one level from one date on. ``families``: (family, basket or None for any)."""

    plan: str
    level: str
    envelope: str
    label: str
    families: tuple[tuple[str, str | None], ...]
    scope: str
    lines: tuple[EnvelopeLine, ...]
    dates: Written

    @property
    def series(self) -> tuple[str, ...]:
        """Of all tables of one series exactly one counts on a day."""
        return self.plan, self.level, self.envelope

    @property
    def words(self) -> str:
        """The series as a person would name it."""
        return f"the envelope {self.envelope} of {self.plan} {self.level}"


@dataclass(frozen=True, slots=True)
class CarePlan:
    """Whether the rules of responsible contracts hold for a plan, and where it says so."""

    plan: str
    responsible: bool
    file: str
    line: int


@dataclass(slots=True)
class CareContents:
    """Everything that a set of documents says about care."""

    plans: list[CarePlan] = field(default_factory=list)
    families: list[Family] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    tariffs: list[TariffTable] = field(default_factory=list)
    guarantees: list[GuaranteeTable] = field(default_factory=list)
    envelopes: list[EnvelopeTable] = field(default_factory=list)

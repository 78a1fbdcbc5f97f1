"""What the files of a rulebook say, read but not yet checked against the calendar or turned into frames."""

from dataclasses import dataclass, field
from datetime import date

from avenant.core.rulebook.care_contents import CareContents


@dataclass(frozen=True, slots=True)
class Written:
    """Something dated in a file: it counts from ``valid_from`` until the next of its series begins.

    ``stated_end`` is the exclusive end when the file names a last month, otherwise None.
    """

    valid_from: date
    stated_end: date | None
    source: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Band:
    """The price of the ages from ``age_from`` up to, not including, ``age_to``.

    ``amount_cents`` and ``rate_ppm`` as the unit of the table needs; both None where cover is refused.
    """

    age_from: int
    age_to: int
    amount_cents: int | None
    rate_ppm: int | None
    line: int


@dataclass(frozen=True, slots=True)
class PriceTable:
    """The prices of one tier of one level and component, for all ages, from one date on."""

    plan: str
    level: str
    component: str
    structure: str
    tier: str
    unit: str
    bands: tuple[Band, ...]
    dates: Written


@dataclass(frozen=True, slots=True)
class RateValue:
    """One dated rate of a plan: ``kind`` is ``employer_share`` or ``tax``."""

    plan: str
    kind: str
    rate_ppm: int
    dates: Written


@dataclass(frozen=True, slots=True)
class TaxByParameter:
    """A plan's tax whose rates are those of a parameter."""

    plan: str
    parameter: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """One dated value of a parameter, in the unit that its name ends in."""

    parameter: str
    value: int
    confidence: str
    dates: Written


@dataclass(frozen=True, slots=True)
class Curve:
    """A factor in ppm for each age."""

    name: str
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Conventions:
    """A plan's row, see ``avenant.core.frames.rulebook.Plans``, and where it is written."""

    plan: str
    currency: str
    cycle: str
    age_convention: str
    plan_year_month: int
    proration: str
    paying_children: int | None
    child_age_limit: int | None
    tax_code: str | None
    tax_mode: str
    retro_months: int | None
    portability_max_months: int | None
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Label:
    """The name that people read for a plan, a level or a component."""

    plan: str
    kind: str
    code: str
    label: str


@dataclass(slots=True)
class Contents:
    """Everything that a set of documents says."""

    plans: list[Conventions] = field(default_factory=list)
    tables: list[PriceTable] = field(default_factory=list)
    rates: list[RateValue] = field(default_factory=list)
    taxes_by_parameter: list[TaxByParameter] = field(default_factory=list)
    parameters: list[ParameterValue] = field(default_factory=list)
    curves: dict[str, Curve] = field(default_factory=dict)
    labels: list[Label] = field(default_factory=list)
    care: CareContents = field(default_factory=CareContents)

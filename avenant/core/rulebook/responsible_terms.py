"""What the checks of responsible contracts look up: who is bound, which line applies, what the law's limits are.

The numbers come from the parameters of the rulebook, by the first day of the table that is checked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from avenant.core.money import PPM, round_half_up_div
from avenant.core.rulebook.care_contents import Family, GuaranteeLine, GuaranteeTable
from avenant.core.rulebook.contents import Contents

NEVER_ENDING = 1 << 60
"""The amount of a line that pays the real cost."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A guarantee table of a responsible contract and the family that it is about."""

    table: GuaranteeTable
    family: Family
    contents: Contents

    def lines_for(self, optam: str, basket: str | None, age: int) -> list[GuaranteeLine]:
        """The lines that apply together to one person: those of the basket, else those of any basket."""
        fitting = [
            line
            for line in self.table.lines
            if line.scope.optam in ("any", optam) and line.scope.age_from <= age < line.scope.age_to
        ]
        own = [line for line in fitting if line.scope.basket == basket]
        return own or [line for line in fitting if line.scope.basket is None]

    def persons(self) -> Iterator[int]:
        """One age for each band of ages that the table tells apart."""
        yield from sorted({0} | {line.scope.age_from for line in self.table.lines})

    def baskets(self) -> Iterator[str | None]:
        """Each basket that the table tells apart, and None for all others."""
        yield from {None: 0} | {line.scope.basket: 0 for line in self.table.lines}

    def parameter(self, name: str | None) -> int | None:
        """The value of a parameter on the first day of the table; None: not known."""
        return value_on(self.contents, name, self.table.dates.valid_from)

    def highest_base(self, age: int, basket: str | None = None) -> int:
        """The highest base of an act of the family that the rulebook knows, at that age and in that basket."""
        acts = {
            act.act_code
            for act in self.contents.care.acts
            if act.family == self.family.family and basket in (None, act.basket)
        }
        bases = [
            cell.base_cents
            for tariff in self.contents.care.tariffs
            for cell in tariff.cells
            if tariff.act_code in acts and cell.scope.age_from <= age < cell.scope.age_to
        ]
        return max(bases, default=0)

    def total_share(self, line: GuaranteeLine) -> int:
        """The share of the base that a line pays together with the Sécu, in ppm; without its flat sums."""
        if line.pays.real_cost or line.pays.price_limit:
            return NEVER_ENDING
        secu = 0 if line.pays.basis == "total" else self.parameter(self.family.rate_parameter) or 0
        return (line.pays.rate_ppm or 0) + secu

    def total_cents(self, line: GuaranteeLine, age: int, basket: str | None) -> int:
        """The most that a line pays together with the Sécu for one act, in cents."""
        if line.pays.real_cost or line.pays.price_limit:
            return NEVER_ENDING
        of_base = round_half_up_div(self.highest_base(age, basket) * self.total_share(line), PPM)
        of_ceiling = round_half_up_div((line.pays.pmss_ppm or 0) * (self.parameter("pmss_cents") or 0), PPM)
        return of_base + of_ceiling + (line.pays.flat_cents or 0)


def value_on(contents: Contents, name: str | None, day: date) -> int | None:
    """The value of a parameter on ``day``; None: not known."""
    values = [
        (value.dates.valid_from, value.value)
        for value in contents.parameters
        if value.parameter == name and value.dates.valid_from <= day
    ]
    return max(values)[1] if values else None

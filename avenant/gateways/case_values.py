"""A place in a case file and the values read there: days, months, amounts, numbers, each with its line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from avenant.core.cases.amounts import cents_of, ppm_of
from avenant.core.cases.model import CaseProblem, Place, Value
from avenant.core.periods import month_index, months_between
from avenant.core.rulebook.nodes import Path
from avenant.gateways.case_tree import CaseTree

T = TypeVar("T")
MOST_MONTHS = 240
DAYS = {"birth_date", "valid_from", "last_day", "business_date", "dated"}
MONTHS = {"month", "from_month", "through_month"}


class WrongValue(ValueError):
    """A value that has the right form and still cannot be, such as 30 February."""

    def __init__(self, problem: CaseProblem) -> None:
        self.problem = problem
        super().__init__(str(problem))


@dataclass(frozen=True, slots=True)
class CaseNode:
    """A place in a case file with what is written there."""

    tree: CaseTree
    file: str
    path: Path
    value: Any

    @property
    def place(self) -> Place:
        """The file and the line."""
        return Place(self.file, self.tree.line(*self.path))

    def get(self, key: str) -> CaseNode | None:
        """The place under ``key``; None where nothing is written."""
        if self.value.get(key) is None:
            return None
        return CaseNode(self.tree, self.file, (*self.path, key), self.value[key])

    def items(self, key: str) -> list[CaseNode]:
        """The places in the list under ``key``; a single value counts as a list of one, nothing as none."""
        found = self.get(key)
        return found.listed() if found else []

    def listed(self) -> list[CaseNode]:
        """The places in this list; a single value counts as a list of one."""
        if not isinstance(self.value, list):
            return [self]
        return [CaseNode(self.tree, self.file, (*self.path, i), item) for i, item in enumerate(self.value)]

    def entries(self) -> list[tuple[str, CaseNode]]:
        """The keys of a mapping with their places."""
        return [
            (key, CaseNode(self.tree, self.file, (*self.path, key), item)) for key, item in self.value.items()
        ]

    def text(self, key: str) -> str:
        """The text under ``key``, '' where there is none."""
        return str(self.value.get(key) or "").strip()

    def read(self, parser: Callable[[Any], T]) -> T:
        """The value as ``parser`` understands it. Errors: ``WrongValue`` with the line."""
        try:
            return parser(self.value)
        except ValueError as error:
            remedy = "Write a day such as 2026-01-31, a month such as 2026-01, an amount such as 21.84."
            raise WrongValue(
                CaseProblem(self.place, f"{self.value!r} cannot be: {error}.", remedy)
            ) from error

    def read_column(self, column: str) -> Value:
        """The value as its column holds it: a date, cents, a whole number or text."""
        if column in DAYS:
            return self.read(day)
        if column in MONTHS:
            return self.read(month)
        if column.endswith("_cents"):
            return self.read(cents)
        if isinstance(self.value, bool):
            return self.value
        return self.value if isinstance(self.value, int) and not column.endswith("ref") else str(self.value)


def day(value: Any) -> date:
    """A day such as 2026-01-31."""
    return date.fromisoformat(str(value))


def month(value: Any) -> date:
    """A month such as 2026-01, as its first day."""
    return date.fromisoformat(f"{value}-01")


def months(value: Any) -> tuple[date, ...]:
    """A month, or months such as 2026-01..2026-06."""
    first, _, last = str(value).partition("..")
    start, end = month(first), month(last or first)
    if not 0 <= month_index(end) - month_index(start) < MOST_MONTHS:
        raise ValueError(f"months run forwards, over at most {MOST_MONTHS}")
    return tuple(months_between(start, end))


def cents(value: Any) -> int:
    """An amount in cents; ``cents_of`` says how amounts are written."""
    return cents_of(str(value))


def ppm(value: Any) -> int:
    """A rate such as 70% in millionths."""
    return ppm_of(str(value))

"""A case: what was told on which day, which runs were made, and what is expected after each.

Everything keeps the place in the file it came from, so that a difference can name its line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from avenant.core.rulebook.nodes import Document

Value = str | int | bool | date | None
"""What a told fact or an expected row holds in a column: cents and counts are integers."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a case file something is written."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class CaseProblem:
    """One thing wrong with a case file: where, what was seen, what to do."""

    place: Place
    seen: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.seen} {self.remedy}"


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """A shipped plan by name (``document`` is None), or an inline plan, parameter or curve."""

    place: Place
    name: str
    document: Document | None


@dataclass(frozen=True, slots=True)
class ToldFact:
    """One fact as it was told: the table of the news, and the columns that were mentioned."""

    place: Place
    table: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Run:
    """One run: ``nightly`` or ``invoices`` with its settings."""

    place: Place
    kind: str
    settings: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class ExpectedSum:
    """The current amount of one member, in all contracts, for each of some months; None: no entry at all."""

    place: Place
    member: str
    months: tuple[date, ...]
    amount_cents: int | None


@dataclass(frozen=True, slots=True)
class ExpectedRow:
    """One expected row: the columns that it mentions must hold these values, the others may hold any."""

    place: Place
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class ExpectedInvoice:
    """One expected invoice or credit note; lines are compared only when they are given."""

    place: Place
    values: Mapping[str, Value]
    lines: tuple[ExpectedRow, ...] | None


@dataclass(frozen=True, slots=True)
class ExpectedValue:
    """One expected figure or text under a name, such as the balance of contract ACME."""

    place: Place
    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class Expectation:
    """All that a step expects; None (or nothing in a tuple) means that the step says nothing about it."""

    place: Place
    written: tuple[ExpectedValue, ...] = ()
    learnt: ExpectedValue | None = None
    current: tuple[ExpectedSum, ...] = ()
    rows: tuple[ExpectedRow, ...] = ()
    entries: tuple[ExpectedRow, ...] = ()
    invoices: tuple[ExpectedInvoice, ...] | None = None
    balances: tuple[ExpectedValue, ...] = ()
    parked: tuple[ExpectedValue, ...] | None = None
    left_out: tuple[ExpectedValue, ...] | None = None
    held: ExpectedValue | None = None
    settled_without_document: ExpectedValue | None = None
    refused: tuple[ExpectedValue, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What happens at one instant, in this order: news, publication, runs; then what is expected.

    ``at`` is None for a question (``asks``), which happens now and reads the past: ``as_of`` None means now.
    """

    place: Place
    note: str
    at: datetime | None
    asks: bool
    as_of: datetime | None
    facts: tuple[ToldFact, ...]
    publish: tuple[PlanDocument, ...]
    runs: tuple[Run, ...]
    expect: Expectation | None


@dataclass(frozen=True, slots=True)
class Case:
    """One case file."""

    place: Place
    title: str
    chapter: str
    about: str
    reference: tuple[str, ...]
    opens: date | None
    plans: tuple[PlanDocument, ...]
    steps: tuple[Step, ...]

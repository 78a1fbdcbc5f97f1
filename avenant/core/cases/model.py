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
class Simulation:
    """A question that writes nothing: what would we pay for this act of this member?"""

    place: Place
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Run:
    """One run: ``nightly``, ``invoices`` or ``payouts`` with its settings."""

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
class ExpectedRows:
    """All rows that a member is expected to have; none: it has no such row."""

    place: Place
    member: str
    rows: tuple[ExpectedRow, ...]


@dataclass(frozen=True, slots=True)
class ExpectedInvoice:
    """One expected invoice, credit note or payout; lines are compared only when they are given."""

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
class ExpectedWaiting:
    """A line that waits for a person: why, and which lines it may belong to (None: not compared)."""

    place: Place
    line: str
    reason: str
    candidates: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class CareExpectation:
    """What a step expects of care; None (or nothing in a tuple) means that it says nothing about it.

    decisions, entries, simulated: rows of ``core.cases.observed_care.DECISION_COLUMNS``. further: whether payouts to
    payees that are not mentioned are compared too.
    """

    place: Place = Place("", 0)
    decisions: tuple[ExpectedRows, ...] = ()
    entries: tuple[ExpectedRows, ...] = ()
    waiting: tuple[ExpectedWaiting, ...] | None = None
    payouts: tuple[ExpectedInvoice, ...] | None = None
    debts: tuple[ExpectedValue, ...] | None = None
    further: bool = True
    simulated: tuple[ExpectedRow, ...] | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """All that a step expects; None (or nothing in a tuple) means that the step says nothing about it.

    further: whether invoices to contracts that are not mentioned are compared too.
    """

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
    further: bool = True
    care: CareExpectation = CareExpectation()


@dataclass(frozen=True, slots=True)
class Step:
    """What happens at one instant, in this order: news, publication, runs, simulations; then what is expected.

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
    simulations: tuple[Simulation, ...]
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

"""What a person asks of a re-run, as plain data that travels into the sandbox: subject, moment, options.

Question(subject, point, ("claims.decisions",), trace="calls")
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

SUBJECTS: Final = ("member", "family", "contract", "act", "invoice", "payout", "document")
TRACES: Final = ("off", "calls", "lines")


@dataclass(frozen=True, slots=True)
class Subject:
    """What is run again. families: whose facts are read; the ids tell which rows are the subject's own.

    kind: one of SUBJECTS. settled: the id of an invoice or payout; document: of a message about care.
    """

    kind: str
    ref: str
    families: tuple[int, ...] = ()
    members: tuple[int, ...] = ()
    contract: int | None = None
    act: int | None = None
    settled: int | None = None
    document: int | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """The moment of a re-run, in revisions. facts: what the rules are given; book: what they are compared with.

    own: whether it is that of the decision itself. run_id: the run that decided, where one did.
    """

    facts: int
    book: int
    rulebook_version: str
    business_date: date
    horizon: date
    own: bool = False
    run_id: int | None = None
    only_month: bool = False
    minimum_cents: int = 0
    max_days: int = 0


@dataclass(frozen=True, slots=True)
class Changed:
    """One value of one fact, changed for this run alone. value: as text; null as an empty text.

    table: contract, member, enrolment, care_line, answer or provider_status; ref: the fact's number; column: of the
    table, or ``last_day`` for the day before ``valid_to``.
    """

    table: str
    ref: str
    column: str
    value: str


@dataclass(frozen=True, slots=True)
class Question:
    """Everything a run depends on besides the database and the code. stages: names, in the order to run them.

    modules: whose calls are told; none: those of each stage.
    """

    subject: Subject
    point: Point
    stages: tuple[str, ...]
    trace: str = "off"
    modules: tuple[str, ...] = ()
    lines_of: tuple[str, ...] = ()
    changes: tuple[Changed, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As values that JSON can tell."""
        told = asdict(self)
        for name in ("business_date", "horizon"):
            told["point"][name] = told["point"][name].isoformat()
        return told


def question_from(told: Mapping[str, Any]) -> Question:
    """The question that `Question.as_json` told."""
    subject: dict[str, Any] = {name: _tuple(value) for name, value in told["subject"].items()}
    point = dict(told["point"])
    for name in ("business_date", "horizon"):
        point[name] = date.fromisoformat(point[name])
    return Question(
        Subject(**subject),
        Point(**point),
        tuple(told["stages"]),
        told["trace"],
        tuple(told["modules"]),
        tuple(told["lines_of"]),
        tuple(Changed(**each) for each in told["changes"]),
    )


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value

"""Findings: what a check saw that a promise does not allow, where, and the row that shows it.

A value that is missing is a finding too: every comparison counts null as different.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import polars as pl

from avenant.core.checks.subject import WHOLE, Subject

ERROR: Final = "error"
UNKNOWN: Final = "unknown"
WARNING: Final = "warning"
NOTE: Final = "note"
MOST: Final = 100
"""So many findings of one kind are told one by one; the rest are counted."""
FURTHER: Final = "further rows"
"""Where the findings are that are only counted."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. ``severity``: ``error``; ``unknown``, a check could not run; ``warning``, late or unusual, but no
    promise is broken; ``note``, explained, no fault.

    ``row``: the values that show it; ``rows``: how many rows it stands for; ``subject``: what it leads to.
    """

    check: str
    severity: str
    where: str
    message: str
    row: Row = field(default_factory=dict)
    rows: int = 1
    subject: Subject = WHOLE

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass(frozen=True, slots=True)
class Names:
    """What people call contracts, members (a family has its primary's name) and slots, by id."""

    contracts: Mapping[int, str] = field(default_factory=dict)
    members: Mapping[int, str] = field(default_factory=dict)
    slots: Mapping[int, str] = field(default_factory=dict)


NO_NAMES: Final = Names()


def listed(
    check: str,
    rows: pl.DataFrame,
    message: Callable[[Row], str],
    where: Callable[[Row], str] | None = None,
    severity: str = ERROR,
) -> list[Finding]:
    """One finding per row, at most ``MOST`` of them and one more that counts the rest."""
    place_of = where or place
    found = [
        Finding(check, severity, place_of(row), message(row), row)
        for row in rows.head(MOST).iter_rows(named=True)
    ]
    return found + _counted(check, severity, len(rows) - len(found))


def shortened(findings: list[Finding]) -> list[Finding]:
    """At most ``MOST`` findings of each severity, each with one more that counts the rest."""
    kept = []
    for severity in (UNKNOWN, ERROR, WARNING, NOTE):
        of_it = [finding for finding in findings if finding.severity == severity]
        kept += of_it[:MOST]
        if len(of_it) > MOST:
            kept += _counted(of_it[0].check, severity, sum(finding.rows for finding in of_it[MOST:]))
    return kept


def _counted(check: str, severity: str, more: int) -> list[Finding]:
    message = f"{more:,} more like these; repair the first ones, or narrow the check with --contract"
    return [Finding(check, severity, FURTHER, message, rows=more)] if more > 0 else []


def errors(findings: Iterable[Finding]) -> int:
    """How many rows break a promise: the findings' rows, warnings and notes left out."""
    return sum(finding.rows for finding in findings if finding.severity in (ERROR, UNKNOWN))


def warnings(findings: Iterable[Finding]) -> int:
    """How many rows are late or unusual."""
    return sum(finding.rows for finding in findings if finding.severity == WARNING)


def place(row: Row, names: Names = NO_NAMES) -> str:
    """Where a row stands, from its columns rev, change_id, table_name, family_id, contract_id, …, version."""
    parts = [
        _called("revision", row.get("rev"), {}),
        _called("change", row.get("change_id"), {}),
        _called("table", row.get("table_name"), {}),
        _called("family", row.get("family_id"), names.members),
        _called("contract", row.get("contract_id"), names.contracts),
        _called("member", row.get("member_id"), names.members),
        _month(row.get("month")),
        _under(row),
        _called("slot", row.get("slot_id"), names.slots),
        _called("version", row.get("version"), {}),
    ]
    return ", ".join(part for part in parts if part) or "the database"


def _called(word: str, value: Any, names: Mapping[int, str]) -> str:
    return "" if value is None else f"{word} {names.get(value, value)}"


def _month(month: date | None) -> str:
    return "" if month is None else f"{month:%B %Y}"


def _under(row: Row) -> str:
    return " ".join(str(row[name]) for name in ("plan", "level", "component") if row.get(name) is not None)


def cents(amount: int | None) -> str:
    """An amount of a contract's currency as people read it: -1,234.56."""
    if amount is None:
        return "nothing"
    sign, (whole, rest) = "-" if amount < 0 else "", divmod(abs(amount), 100)
    return f"{sign}{whole:,}.{rest:02d}"


def differs(name: str, other: str) -> pl.Expr:
    """Whether two columns differ; a missing value differs from every other."""
    return pl.col(name).ne_missing(pl.col(other))

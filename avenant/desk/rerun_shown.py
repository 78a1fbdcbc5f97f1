"""What the page of a re-run shows of its brief: how it stands, verdicts with their differences, what was raised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from avenant.core.wording.figures import DECIMAL, THOUSANDS
from avenant.rerun.outline import way_out

LOOKS: Final = {"running": "wait", "same": "good", "differs": "bad", "nothing": "done", "stopped": "stopped"}

_MISSHAPEN: Final = (AttributeError, IndexError, KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is not what is stored, as texts."""

    table: str
    key: str
    column: str
    stored: str
    rerun: str


@dataclass(frozen=True, slots=True)
class Compared:
    """The verdict of one stage."""

    stage: str
    same: bool
    compared: int
    count: int
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]


@dataclass(slots=True)
class Shown:
    """A run at a glance. standing: running, same, differs, nothing (to compare with), stopped.

    stages: name -> what its end told (seconds, truncated); errors: stage, type, message.
    outgoing: what wanted to leave.
    """

    standing: str = "running"
    verdicts: list[Compared] = field(default_factory=list)
    stages: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)
    outgoing: list[str] = field(default_factory=list)
    outcome: dict[str, Any] | None = None

    @property
    def look(self) -> str:
        """The class of the state's word."""
        return LOOKS[self.standing]

    @property
    def first(self) -> Difference | None:
        """The first difference."""
        return next((each for one in self.verdicts for each in one.differences), None)

    @property
    def truncated(self) -> bool:
        """Whether anything was left out of the trace."""
        return any(stage.get("truncated") for stage in self.stages.values())

    @property
    def columns(self) -> list[str]:
        """The columns that differ: calls that bring these are where to look."""
        return sorted({each.column for one in self.verdicts for each in one.differences})


def shown(brief: Iterable[list[Any]], is_under_way: bool, language: str) -> Shown:
    """The brief of a result (see `avenant.rerun.spool`) as the page shows it."""
    found = Shown()
    for event in brief:
        try:
            _hear(found, event, language)
        except _MISSHAPEN as error:  # a run says what it likes: the page says that it did
            found.errors.append({"type": type(error).__name__, "message": str(event)[:200], "stage": ""})
    found.standing = _standing(found, is_under_way)
    return found


def _hear(found: Shown, event: list[Any], language: str) -> None:
    kind = event[0]
    if kind == "stage":
        found.stages[event[1]] = {}
    elif kind == "result":
        found.stages[event[1]] = event[2]
    elif kind == "verdict":
        found.verdicts.append(_compared(event[1], event[2], language))
    elif kind == "error":
        found.errors.append({**event[2], "stage": event[1] or ""})
    elif kind == "outgoing":
        found.outgoing.append(way_out(event))
    elif kind == "outcome":
        found.outcome = event[1]


def _standing(found: Shown, is_under_way: bool) -> str:
    if found.outcome is None:
        return "running" if is_under_way else "stopped"
    if found.outcome["status"] != "done" or found.errors:
        return "stopped"
    if not found.verdicts:
        return "nothing"
    return "same" if all(verdict.same for verdict in found.verdicts) else "differs"


def _compared(stage: str, told: Mapping[str, Any], language: str) -> Compared:
    differences = tuple(_difference(each, language) for each in told["differences"])
    return Compared(stage, told["same"], told["compared"], told["count"], differences, tuple(told["notes"]))


def _difference(told: Mapping[str, Any], language: str) -> Difference:
    key = ", ".join(f"{name} {_text(name, value, language)}" for name, value in told["key"])
    column = told["column"]
    values = (_text(column, told[name], language) for name in ("stored", "rerun"))
    return Difference(told["table"], key, column, *values)


def _text(column: str, value: object, language: str) -> str:
    """A value as exact as it is stored; cents as an amount without its currency."""
    if value is None:
        return "–"
    if column.endswith("_cents") and type(value) is int:
        whole, rest = divmod(abs(value), 100)
        figure = f"{whole:,}".replace(",", THOUSANDS[language])
        return f"{'−' if value < 0 else ''}{figure}{DECIMAL[language]}{rest:02d}"
    if isinstance(value, Mapping):
        return str(value.get("value", value.get("type", "?")))
    return str(value)

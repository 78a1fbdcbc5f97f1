"""Save news that was previewed: learn it, and say what others told about the same contract in the meantime.

seen = previewed(db, news, today)
done = saved(db, news, "operations", "left in January", seen.rev)
done.meanwhile        # what the preview did not know yet

Two people look at the same enrolment; the first ends it. The second, who saw it open and changes its plan, would
take that end back: it is refused, with what the first did, and can be previewed again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from avenant.core.frames.news import News
from avenant.flows.learn import LearnReport, learn
from avenant.store.database import PARIS, Connection, Database
from avenant.store.readers.meanwhile import KEYS, Versions, told_since
from avenant.store.readers.news import Standing, standing_for
from avenant.store.writers.facts import NewVersions

HIDDEN = {"version", "rev", "at", "actor", "change_reason", *KEYS.values(), "family_id", "provider_id"}


@dataclass(frozen=True, slots=True)
class Told:
    """One version of a fact that somebody told. ``what``: the table; ``ref``: the fact's number.

    ``differences``: per column the value before (None: there was none) and after; days as last covered days.
    """

    rev: int
    at: datetime
    actor: str
    reason: str
    what: str
    ref: str
    differences: Mapping[str, tuple[Any, Any]]

    def __str__(self) -> str:
        moved = ", ".join(f"{name}: {before} → {after}" for name, (before, after) in self.differences.items())
        return f"{self.at:%Y-%m-%d %H:%M}, {self.actor} ({self.reason}): {self.what} {self.ref}: {moved}"


@dataclass(frozen=True, slots=True)
class Saved:
    """``report``: what was learnt; ``meanwhile``: what others told about the same contracts and people before it."""

    report: LearnReport
    meanwhile: tuple[Told, ...]


class Overtaken(ValueError):
    """Somebody told something else about the very facts of this news since it was previewed; nothing was written."""

    def __init__(self, told: tuple[Told, ...]) -> None:
        """``told``: what they told, oldest first."""
        self.told = told
        lines = "\n".join(f"- {each}" for each in told)
        super().__init__(
            f"what you are about to save was changed by somebody else since you looked at it:\n{lines}\n"
            "Nothing was saved. Look at the facts as they are now, and preview your change again."
        )


def saved(db: Database, news: News, actor: str, reason: str, seen_rev: int) -> Saved:
    """Learn ``news`` that was previewed at revision ``seen_rev``.

    What is already known, as after a double click, is not told again. Errors: NewsRefused; Overtaken when others
    changed a fact that this news would write; psycopg errors after five lost races.
    """

    def look(connection: Connection, standing: Standing, versions: NewVersions) -> None:
        told, mine = _told(told_since(connection, standing, seen_rev)), _refs(versions)
        if same := tuple(each for each in told if (each.what, each.ref) in mine):
            raise Overtaken(same)

    try:
        report = learn(db, news, actor, reason, before_writing=look)
    except Overtaken:
        # By its own double, perhaps, told between reading and looking: then nothing is left to tell.
        report = learn(db, news, actor, reason, before_writing=look)
    with db.snapshot() as connection:
        told = _told(told_since(connection, standing_for(connection, news), seen_rev))
    return Saved(report, tuple(each for each in told if report.rev is None or each.rev < report.rev))


def _refs(versions: NewVersions) -> set[tuple[str, str]]:
    """(table, ref) of every fact that is about to be written."""
    return {
        (table, ref)
        for table, rows in versions.tables.items()
        if table in KEYS and "ref" in rows.columns
        for ref in rows["ref"].to_list()
    }


def _told(found: list[Versions]) -> list[Told]:
    told = [each for versions in found for each in _of_table(versions)]
    return sorted(told, key=lambda each: (each.rev, each.what, each.ref))


def _of_table(versions: Versions) -> list[Told]:
    key = KEYS[versions.table]
    before = {
        (row[key], row["version"] + 1): row
        for row in versions.before.iter_rows(named=True)
        if "version" in row
    }
    return [
        Told(
            rev=row["rev"],
            at=datetime.fromisoformat(row["at"]).replace(tzinfo=PARIS),
            actor=row["actor"],
            reason=row["change_reason"],
            what=versions.table,
            ref=row.get("ref") or f"{row['contract_ref']} {row['member_ref']}",
            differences=_differences(before.get((row.get(key), row.get("version"))), row),
        )
        for row in versions.newer.iter_rows(named=True)
    ]


def _differences(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    stood, stands = _shown(before or {}), _shown(after)
    return {
        name: (stood.get(name), value)
        for name, value in stands.items()
        if value != stood.get(name) and not (before is None and value is False)
    }


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row without our own numbers; its end as the last covered day."""
    shown = {name: value for name, value in row.items() if name not in HIDDEN and not name.endswith("_id")}
    if "valid_to" in shown:
        end = shown.pop("valid_to")
        shown["last_day"] = end - timedelta(days=1) if isinstance(end, date) else None
    return shown

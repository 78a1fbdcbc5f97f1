"""What happened in a case, told step by step: as text for people and as plain data for programs.

2026-02-09 09:00
  learnt    enrolments E2
  nightly   2 charges, 0 cancels
  M2  2026-01  charge  30.00  14 of 31 days, age 33
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from avenant.core.cases.care_story import care_data, care_results, plain_rows
from avenant.core.cases.columns import written_cell, written_cents
from avenant.core.cases.model import Case, Run, Simulation, Step, ToldFact
from avenant.core.cases.observed import Observed
from avenant.core.cases.pairing import Mismatch
from avenant.core.cases.told import LINES, line_of

FACT = {
    "contracts": "contract",
    "members": "member",
    "enrolments": "enrolment",
    "balances": "opening balance",
    "approvals": "approval",
    "people": "name",
    "documents": "document",
    "care_lines": "line",
    "answers": "answer",
    "provider_statuses": "status",
}
NAMES = ("ref", "withdrawn", "document_ref", "line")
"""Columns that are not told as cells: the name of the fact, and that it never was true."""
"""What one row of each table of the news is called."""


@dataclass(frozen=True, slots=True)
class PlayedStep:
    """A step that was played: when, the entries it added to both books, what was seen, what failed."""

    step: Step
    at: datetime
    new_entries: pl.DataFrame
    new_decisions: pl.DataFrame
    observed: Observed
    mismatches: tuple[Mismatch, ...]


@dataclass(frozen=True, slots=True)
class PlayedCase:
    """A case that was played to its end."""

    case: Case
    steps: tuple[PlayedStep, ...]

    @property
    def mismatches(self) -> tuple[Mismatch, ...]:
        """Every expectation that failed."""
        return tuple(mismatch for step in self.steps for mismatch in step.mismatches)

    @property
    def passed(self) -> bool:
        """Whether all went as expected."""
        return not self.mismatches


def story(played: PlayedCase) -> str:
    """The case as text."""
    lines = [played.case.title, f"  {played.case.place.file}"]
    for step in played.steps:
        lines += ["", *_step_lines(step)]
    return "\n".join(lines)


def _step_lines(played: PlayedStep) -> Iterator[str]:
    step = played.step
    asked = f"{step.as_of:%Y-%m-%d %H:%M}" if step.as_of else "now"
    yield f"asked as of {asked}" if step.asks else f"{played.at:%Y-%m-%d %H:%M}"
    yield from (f"  {line}" for line in _deeds(step))
    if played.observed.refused:
        yield f"  refused   {played.observed.refused}"
    yield from (f"  {line}" for line in _results(played))
    for mismatch in played.mismatches:
        yield from (f"  ! {line}" for line in str(mismatch).splitlines())


def _deeds(step: Step) -> Iterator[str]:
    if step.note:
        yield f"# {step.note}"
    yield from (f"learnt    {fact_text(fact)}" for fact in step.facts)
    if step.publish:
        yield f"published {', '.join(plan.name for plan in step.publish)}"
    yield from (f"run       {run_text(run)}" for run in step.runs)
    yield from (f"simulated {simulation_text(each)}" for each in step.simulations)


def fact_text(fact: ToldFact) -> str:
    """A told fact in one line: ``enrolment E1: member M1, from 2026-01-05``."""
    shown = {name: value for name, value in fact.values.items() if name not in NAMES and value is not None}
    ref = line_of(fact) if fact.table == LINES else str(fact.values.get("ref") or "")
    cells = ", ".join(written_cell(name, value) for name, value in shown.items())
    told = "withdrawn" if fact.values.get("withdrawn") else cells
    return f"{' '.join(filter(None, [FACT[fact.table], ref]))}: {told}"


def run_text(run: Run) -> str:
    """A run with its settings in one line."""
    return ", ".join([run.kind, *(written_cell(name, value) for name, value in run.settings.items())])


def simulation_text(simulation: Simulation) -> str:
    """What a simulation asks, in one line."""
    return ", ".join(written_cell(name, value) for name, value in simulation.values.items())


def _results(played: PlayedStep) -> Iterator[str]:
    observed = played.observed
    if played.step.runs:
        charges, cancels = (observed.written.get(kind, 0) for kind in ("charges", "cancels"))
        yield f"wrote     {charges} charges, {cancels} cancels"
        charges, cancels = (observed.written.get(f"care_{kind}", 0) for kind in ("charges", "cancels"))
        yield from [f"of care   {charges} charges, {cancels} cancels"] if charges or cancels else []
    for row in played.new_entries.to_dicts():
        yield f"          {_entry(row)}"
    for row in observed.invoices.to_dicts() if played.step.runs else ():
        yield f"{row['kind'].replace('_note', ''):<10}{_invoice(row)}"
    yield from (f"parked    {family}: {reason}" for family, reason in observed.parked.items())
    if observed.held:
        yield f"held      {observed.held} differences"
    yield from care_results(played.new_decisions, observed.care)


def _entry(row: Mapping[str, Any]) -> str:
    where = f"{row['member']:<8}{row['month']:%Y-%m}  v{row['version']} {row['kind']:<6}"
    why = f"{row['billed_days']}/{row['days_in_month']} days x {written_cents(row['unit_price_cents'])}"
    rank = f", rank {row['child_rank']}" if row["child_rank"] else ""
    slot = f"{row['component']} {row['tier']} {row['status']}"
    return f"{where} {written_cents(row['amount_cents']):>9}  {why}, age {row['age']}{rank}, {slot}"


def _invoice(row: Mapping[str, Any]) -> str:
    amounts = (
        f"total {written_cents(row['total_cents'])}, due {written_cents(row['due_cents'])} {row['currency']}"
    )
    return f"{row['number']} of {row['contract']} for {row['month']:%Y-%m}: {amounts}"


def story_data(played: PlayedCase) -> dict[str, Any]:
    """The same as plain data; amounts are in cents under names that end in ``_cents``."""
    return {
        "case": played.case.title,
        "file": played.case.place.file,
        "passed": played.passed,
        "steps": [_step_data(step) for step in played.steps],
    }


def _step_data(played: PlayedStep) -> dict[str, Any]:
    step, observed = played.step, played.observed
    return {
        "line": step.place.line,
        "at": played.at.isoformat(),
        "as_of": step.as_of.isoformat() if step.as_of else None,
        "learnt": [fact_text(fact) for fact in step.facts],
        "runs": [run_text(run) for run in step.runs],
        "refused": observed.refused,
        "written": dict(observed.written),
        "entries": plain_rows(played.new_entries),
        "invoices": plain_rows(observed.invoices),
        "lines": plain_rows(observed.lines),
        "balances_cents": dict(observed.balances),
        "parked": dict(observed.parked),
        "held": observed.held,
        **care_data(played.new_decisions, observed.care),
        "mismatches": [_mismatch_data(mismatch) for mismatch in played.mismatches],
    }


def _mismatch_data(mismatch: Mismatch) -> dict[str, Any]:
    place = {"file": mismatch.place.file, "line": mismatch.place.line}
    return place | {"about": mismatch.about, "expected": mismatch.expected, "got": mismatch.got}


def summary(played: Iterable[PlayedCase]) -> str:
    """One line for many cases: how many passed, how many did not."""
    cases = list(played)
    failed = sum(not case.passed for case in cases)
    return f"{len(cases)} cases played: {len(cases) - failed} passed, {failed} failed."

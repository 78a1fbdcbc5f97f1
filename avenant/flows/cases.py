"""Play case files: each in a scratch database of its own with a simulated clock, dropped afterwards.

for played in played_cases([case], server_from_environment()):
    print(story(played))
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from uuid import uuid4

import polars as pl

from avenant.core.cases.matching import mismatches
from avenant.core.cases.model import Case, PlanDocument, Run, Step
from avenant.core.cases.observed import Observed
from avenant.core.cases.story import PlayedCase, PlayedStep
from avenant.core.cases.told import Known, news_of, with_told
from avenant.core.periods import month_start
from avenant.core.rulebook.findings import Finding, RulebookRefused
from avenant.core.rulebook.loading import read_rulebook
from avenant.core.rulebook.model import Rulebook
from avenant.core.rulebook.nodes import Document
from avenant.flows import invoicing, learn, nightly, payouts, publishing
from avenant.flows.case_observation import (
    invoice_lines_of,
    new_decisions,
    new_entries,
    new_invoices,
    new_payouts,
    observed_book,
)
from avenant.flows.case_simulation import simulated
from avenant.gateways.rulebook_files import documents_in, shipped_folder
from avenant.store.database import PARIS, Database
from avenant.store.readers.rulebooks import rulebook_of_content
from avenant.store.setup import Server, create_book

ACTOR = "case file"
Plans = dict[tuple[str, str], Document]
"""Documents of a rulebook by kind and name."""
REFUSALS = (learn.NewsRefused, RulebookRefused, invoicing.TooEarly)
"""What a step may be refused with. Anything else is a fault of the program and ends the play."""

SHARED = ("parameter", "curve", "care")
"""Kinds of shipped documents that every case may rely on, beside the plans it names."""


def played_cases(cases: Iterable[Case], server: Server) -> Iterator[PlayedCase]:
    """Play the cases one after the other. Errors: ``RulebookRefused`` for plans that cannot be right."""
    for case in cases:
        with scratch_book(case, server) as database:
            yield played_case(case, database)


@contextmanager
def scratch_book(case: Case, server: Server) -> Iterator[Database]:
    """An empty book for ``case`` whose clock stands at its first step; gone when the block ends."""
    first = case.steps[0].at
    assert first is not None, "the first step of a case has a day: the reader of case files sees to it"
    name = f"avenant_case_{uuid4().hex[:12]}"
    opens = case.opens or month_start(first.date())
    try:
        book = create_book(server, name, clock="simulated", opens=opens, starts_at=first)
        yield Database(_unhurried(book.url))
    finally:
        server.drop_database(name)


def _unhurried(url: str) -> str:
    """The address with commits that do not wait for the disk: a scratch book need not survive a crash."""
    return f"{url}{'&' if '?' in url else '?'}options=-c%20synchronous_commit%3Doff"


@dataclass(slots=True)
class Play:
    """A case while it is played: the plan documents in force, what was told, what the last step left."""

    database: Database
    plans: Plans
    known: Known = field(default_factory=dict)
    before: Observed = field(default_factory=Observed)


COUNTS = ("charges", "cancels", "care_charges", "care_cancels")


@dataclass(slots=True)
class Reports:
    """What the flows of one step reported, added up over its runs."""

    written: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    learnt: int = 0
    held: int = 0
    settled_without_document: int = 0
    parked: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    refused: str | None = None
    simulated: pl.DataFrame = field(default_factory=lambda: Observed().care.simulated)

    def fields(self) -> dict[str, Any]:
        """As arguments for ``Observed``."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "simulated"}


def played_case(case: Case, database: Database) -> PlayedCase:
    """Play ``case`` in an empty simulated book and compare after every step. Errors: ``RulebookRefused``."""
    play = Play(database, {})
    _publish(play, case.plans)
    return PlayedCase(case, tuple(_played_step(play, step) for step in case.steps))


def _played_step(play: Play, step: Step) -> PlayedStep:
    rev = play.database.revision_at(step.as_of) if step.as_of else None
    before = play.before
    observed = observed_book(play.database, rev) if step.asks else _done(play, step)
    entries, decisions = new_entries(before, observed), new_decisions(before, observed)
    if step.asks:
        entries, decisions = entries.clear(), decisions.clear()
    if step.expect and any(invoice.lines is not None for invoice in step.expect.invoices or ()):
        observed = replace(observed, lines=invoice_lines_of(play.database, observed.invoices, rev))
    failed = mismatches(step.expect, observed) if step.expect else []
    at = play.database.now().astimezone(PARIS)
    return PlayedStep(step, at, entries, decisions, observed, tuple(failed))


def _done(play: Play, step: Step) -> Observed:
    """What there is to see after the deeds of a step; of documents, those that its runs made."""
    reports = _deeds(play, step)
    after = observed_book(play.database)
    care = replace(after.care, simulated=reports.simulated)
    invoices = after.invoices
    if step.runs:
        invoices = new_invoices(play.before, after)
        care = replace(care, payouts=new_payouts(play.before, after))
    play.before = after
    return replace(after, **reports.fields(), invoices=invoices, care=care)


def _deeds(play: Play, step: Step) -> Reports:
    """News, publication, runs; a refusal ends the step."""
    reports = Reports()
    assert step.at is not None
    play.database.simulate(step.at)
    try:
        if step.facts:
            _learn(play, step, reports)
        if step.publish:
            _publish(play, step.publish)
        for run in step.runs:
            RUNS[run.kind](play.database, step, run, reports)
        reports.simulated = simulated(play.database, step.simulations)
    except REFUSALS as refusal:
        reports.refused = str(refusal)
    return reports


def _learn(play: Play, step: Step, reports: Reports) -> None:
    told = with_told(step.facts, play.known)
    report = learn.learn(
        play.database, news_of(step.facts, told), actor=ACTOR, reason=step.note or "case file"
    )
    play.known = told
    reports.learnt = sum(report.written.values())


def _publish(play: Play, documents: tuple[PlanDocument, ...]) -> None:
    """Each document replaces the one of its kind and name; the others stay, but beside a whole rulebook none does."""
    plans = play.plans | (_shared() if not play.plans else {})
    for plan in documents:
        found = plan.document or _shipped(plan)
        plans = {} if _kind(found) == "rulebook" else plans
        plans[_kind(found), plan.name] = found
    publishing.publish(play.database, _rulebook_of(plans), actor=ACTOR)
    play.plans = plans


def _rulebook_of(plans: Plans) -> Rulebook:
    """What the documents describe together; of shipped ones alone it is read once, for many cases live by them.

    A rulebook told as frames (by a case that a re-run was exported as) stands alone.
    """
    for (kind, _), document in plans.items():
        if kind == "rulebook":
            return rulebook_of_content(json.loads(document.under("frames").content))  # type: ignore[arg-type]
    shipped = _all_shipped()
    if all(document is shipped.get(name) for name, document in plans.items()):
        return _shipped_together(frozenset(plans))
    return read_rulebook(list(plans.values()), require_sources=False)


@cache
def _shipped_together(names: frozenset[tuple[str, str]]) -> Rulebook:
    documents = [document for name, document in _all_shipped().items() if name in names]
    return read_rulebook(documents, require_sources=False)


def _kind(document: Document) -> str:
    content = document.content
    return next(iter(content)) if isinstance(content, Mapping) else ""


def _named(document: Document) -> tuple[str, str]:
    content = document.content
    kind = _kind(document)
    return kind, str(content[kind]) if isinstance(content, Mapping) else ""


@cache
def _all_shipped() -> Plans:
    """The shipped documents by kind and name; read once."""
    return {_named(document): document for document in documents_in(shipped_folder())}


def _shared() -> Plans:
    return {name: document for name, document in _all_shipped().items() if name[0] in SHARED}


def _shipped(plan: PlanDocument) -> Document:
    found = _all_shipped().get(("plan", plan.name))
    if found is None:
        known = ", ".join(name for kind, name in _all_shipped() if kind == "plan")
        where, line = plan.place.file, plan.place.line
        raise RulebookRefused(
            [Finding(where, line, f"there is no shipped plan {plan.name}", f"shipped: {known}")]
        )
    return found


def _nightly(database: Database, step: Step, run: Run, reports: Reports) -> None:
    business_date = run.settings.get("business_date") or step.at.date()  # type: ignore[union-attr]
    report = nightly.run(database, business_date, actor=ACTOR)  # type: ignore[arg-type]
    reports.written["charges"] += report.charges
    reports.written["cancels"] += report.cancels
    reports.written["care_charges"] += report.reimbursements.charges
    reports.written["care_cancels"] += report.reimbursements.cancels
    reports.held += report.held
    reports.parked.update(report.parked)


def _invoices(database: Database, step: Step, run: Run, reports: Reports) -> None:
    settings = run.settings
    report = invoicing.run(
        database,
        str(settings["kind"]),
        settings["month"],  # type: ignore[arg-type]
        settings.get("business_date") or step.at.date(),  # type: ignore[arg-type,union-attr]
        only_month=bool(settings.get("only_month")),
        actor=ACTOR,
    )
    reports.settled_without_document += report.settled_without_document
    reports.left_out.update(report.left_out)


def _payouts(database: Database, step: Step, run: Run, reports: Reports) -> None:
    business_date = run.settings.get("business_date") or step.at.date()  # type: ignore[union-attr]
    settings = {"minimum_cents": 0, **run.settings, "business_date": business_date}
    report = payouts.run(database, actor=ACTOR, **settings)  # type: ignore[arg-type]
    reports.left_out.update(report.left_out)


RUNS = {"nightly": _nightly, "invoices": _invoices, "payouts": _payouts}

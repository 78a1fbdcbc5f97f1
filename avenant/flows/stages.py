"""The stages of the engine that can be run again: each a plain declaration; to declare one is all there is to do.

    Stage("premiums.pricing", WHO_PAYS, inputs=lambda scene: (scene.facts, scene.terms), function=expected_premiums,
          verdict=premium_verdict)

inputs reads from the scene (facts, care, rulebook, all as of the moment); function is the very function that
production runs, of any kind, columnar or not; verdict compares its answer with what is stored, where something is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from avenant.core.book.diff import difference
from avenant.core.book.entries import PREMIUMS, REIMBURSEMENTS
from avenant.core.book.settle import settlements
from avenant.core.claims.adjudication.decisions import STEPS, decided_acts, given_by
from avenant.core.claims.expected import expected_reimbursements, matched_care
from avenant.core.importing.checking import problems
from avenant.core.premiums import expected_premiums
from avenant.core.premiums.coverage import coverage
from avenant.flows.nightly_care import as_booked
from avenant.flows.reruns.importing import import_inputs, import_verdict
from avenant.flows.reruns.scene import Scene
from avenant.flows.reruns.settling import invoice_inputs, paid, payout_inputs
from avenant.flows.reruns.verdicts import (
    Verdict,
    booked_premiums,
    care_verdict,
    premium_verdict,
    settlement_verdict,
    written_verdict,
)
from avenant.store.readers.books import FOR_EVER, latest_entries, reimbursed


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. subjects: kinds that it can be run for; modules: whose calls are traced if no others are chosen."""

    name: str
    subjects: tuple[str, ...]
    inputs: Callable[[Scene], tuple[Any, ...]]
    function: Callable[..., Any]
    verdict: Callable[[Scene, Any], Verdict] | None = None
    modules: tuple[str, ...] = ("avenant.core",)


INSURED: Final = ("member", "family", "contract")
TREATED: Final = ("act", *INSURED)


def _premium_difference(scene: Scene) -> tuple[Any, ...]:
    rows = scene.priced.rows.join(scene.settled.select("member_id"), on="member_id", how="semi")
    return PREMIUMS, rows, booked_premiums(scene, scene.settled)


def _care_difference(scene: Scene) -> tuple[Any, ...]:
    found = as_booked(expected_reimbursements(scene.care, scene.care_terms), scene.care, scene.settings.opens)
    condition = reimbursed(scene.settled["member_id"], found.moved)
    booked = latest_entries(scene.connection, REIMBURSEMENTS, FOR_EVER, condition, scene.question.point.book)
    standing = found.standing.to_frame("act_id")
    return REIMBURSEMENTS, found.rows, booked.join(standing, on="act_id", how="anti")


def _acts(scene: Scene) -> tuple[Any, ...]:
    return matched_care(scene.care, scene.care_terms).acts, scene.care, scene.care_terms


def _step(number: int) -> Stage:
    """One step of adjudication: the acts as the steps before it leave them, and what of the rulebook it takes."""
    step, names = STEPS[number]

    def inputs(scene: Scene) -> tuple[Any, ...]:
        given = given_by(scene.care, scene.care_terms)
        frame = matched_care(scene.care, scene.care_terms).acts
        for earlier, taken in STEPS[:number]:
            frame = earlier(frame, *(getattr(given, name) for name in taken))
        return frame, *(getattr(given, name) for name in names)

    return Stage(f"claims.step.{step.__name__}", TREATED, inputs, step)


_DECLARED: Final = (
    Stage("imports.check", ("document",), import_inputs, problems, import_verdict),
    Stage("premiums.coverage", INSURED, lambda scene: (scene.facts, scene.terms), coverage),
    Stage(
        "premiums.pricing",
        INSURED,
        lambda scene: (scene.facts, scene.terms),
        expected_premiums,
        premium_verdict,
    ),
    Stage("premiums.diff", INSURED, _premium_difference, difference, written_verdict),
    Stage(
        "premiums.invoice",
        ("invoice",),
        invoice_inputs,
        settlements,
        settlement_verdict("invoice", "invoice_id"),
    ),
    Stage("claims.matching", TREATED, lambda scene: (scene.care, scene.care_terms), matched_care),
    Stage("claims.adjudication", TREATED, _acts, decided_acts),
    *(_step(number) for number in range(len(STEPS))),
    Stage(
        "claims.decisions",
        TREATED,
        lambda scene: (scene.care, scene.care_terms),
        expected_reimbursements,
        care_verdict,
    ),
    Stage("claims.diff", TREATED, _care_difference, difference, written_verdict),
    Stage("claims.payout", ("payout",), payout_inputs, paid, settlement_verdict("payout", "payout_id")),
)

STAGES: Final[dict[str, Stage]] = {stage.name: stage for stage in _DECLARED}
"""Every stage by its name. Tests and other packages may declare more."""

USUAL: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(INSURED, ("premiums.pricing", "claims.decisions")),
    "act": ("claims.decisions",),
    "invoice": ("premiums.invoice",),
    "payout": ("claims.payout",),
    "document": ("imports.check",),
}
"""Which stages are run for a kind of subject when nobody chooses."""


class UnknownStage(ValueError):
    """No stage of this name is declared, or it cannot be run for such a subject."""


def declare(stage: Stage) -> Stage:
    """Make a stage known under its name. Errors: ValueError when another has that name."""
    if stage.name in STAGES:
        raise ValueError(f"a stage {stage.name!r} is declared already: choose another name")
    STAGES[stage.name] = stage
    return stage


def stages_for(kind: str, names: tuple[str, ...] = ()) -> list[Stage]:
    """The named stages, or the usual ones, for a kind of subject. Errors: UnknownStage."""
    found = []
    for name in names or USUAL[kind]:
        stage = STAGES.get(name)
        if stage is None or kind not in stage.subjects:
            able = ", ".join(each.name for each in STAGES.values() if kind in each.subjects)
            raise UnknownStage(f"no stage {name!r} can be run for a {kind}; those that can: {able}")
        found.append(stage)
    return found

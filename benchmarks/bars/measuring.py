"""Measure the figures that are wanted, one after the other, in the order in which they share books."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from benchmarks.bars.books import Bench, bench
from benchmarks.bars.care_member import member_figure
from benchmarks.bars.care_nights import care_figure, care_memory_figure
from benchmarks.bars.care_rules import claims_figure
from benchmarks.bars.desk import desk_figure
from benchmarks.bars.family import family_figure
from benchmarks.bars.figures import CannotMeasure, Outcome, Progress, Wanted
from benchmarks.bars.invoices import invoices_figure
from benchmarks.bars.nights import booking_figure, memory_figure, nightly_figure, scale_figure
from benchmarks.bars.previews import preview_figure
from benchmarks.bars.reruns import rerun_figure
from benchmarks.bars.rules import openfisca_figure, reference_figure

MEASURES: dict[str, Callable[[Bench], list[Outcome]]] = {
    "nightly": nightly_figure,
    "preview": preview_figure,
    "booking": booking_figure,
    "reference": reference_figure,
    "openfisca": openfisca_figure,
    "family": family_figure,
    "memory": memory_figure,
    "scale": scale_figure,
    "invoices": invoices_figure,
    "care": care_figure,
    "claims": claims_figure,
    "member": member_figure,
    "care-memory": care_memory_figure,
    "rerun": rerun_figure,
    "desk": desk_figure,
}
"""Invoices come last of those on the book of premiums: they settle what the others only read."""


def measured_bars(
    server: Any, wanted: Wanted, progress: Progress = lambda stage, done, total: None
) -> list[Outcome]:
    """Measure ``wanted.only``; a figure that cannot be measured here is in the answer, with the reason.

    ``server``: an EmbeddedServer or ExternalServer; its databases named avenant_bench_… are made and dropped.
    """
    with bench(server, wanted, progress) as running:
        return [
            outcome
            for name, measure in MEASURES.items()
            if name in wanted.only
            for outcome in _measured(running, name, measure)
        ]


def _measured(running: Bench, name: str, measure: Callable[[Bench], list[Outcome]]) -> list[Outcome]:
    try:
        return [dataclasses.replace(outcome, figure=name) for outcome in measure(running)]
    except CannotMeasure as reason:
        return [Outcome(name, name, "<=", 0, "", skipped=str(reason))]

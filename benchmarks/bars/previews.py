"""A preview over the whole book, against the nightly run that it looks ahead to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import polars as pl

from avenant.core.rulebook.model import Rulebook
from avenant.flows.previewing_book import previewed_book
from avenant.gateways.rulebook_files import shipped_rulebook
from benchmarks.bars.books import Bench
from benchmarks.bars.figures import CannotMeasure, Outcome, pairwise, ratio
from benchmarks.bars.nights import booked, night, timed


@dataclass(frozen=True, slots=True)
class Looked:
    """Times taken one after the other: the night, a preview of it, and one under dearer prices."""

    night: list[float] = field(default_factory=list)
    same: list[float] = field(default_factory=list)
    dearer: list[float] = field(default_factory=list)


def preview_figure(bench: Bench) -> list[Outcome]:
    """Previews in which nothing, and in which every price, would change; against the run of a quiet night."""
    book, found, draft = booked(bench, bench.wanted.contracts), Looked(), _dearer()
    for _ in bench.steps("previews of the whole book"):
        report, seconds, _ = night(bench, book.db)
        if report.written_rows:
            raise CannotMeasure(f"a night that should change nothing wrote {report.written_rows:,} rows")
        found.night.append(seconds)
        found.same.append(timed(lambda: _preview(bench, None)))
        found.dearer.append(timed(lambda: _preview(bench, draft)))
    return [
        _outcome("preview of the whole book, nothing would change / nightly run", found.same, found.night),
        _outcome(
            "preview of the whole book, every price would change / nightly run", found.dearer, found.night
        ),
    ]


def _preview(bench: Bench, draft: Rulebook | None) -> None:
    """Errors: CannotMeasure where it does not look at what it should."""
    book, wanted = booked(bench, bench.wanted.contracts), bench.wanted
    seen = previewed_book(book.db, wanted.business_date, draft, workers=wanted.workers)
    if seen.moves != (draft is not None):
        raise CannotMeasure(f"a preview saw {seen.tally.charges:,} charges under {seen.rulebook_version}")


def _dearer() -> Rulebook:
    rulebook = shipped_rulebook()
    return replace(rulebook, price_lines=rulebook.price_lines.with_columns(pl.col("amount_cents") + 100))


def _outcome(sentence: str, preview: list[float], night: list[float]) -> Outcome:
    samples = {"preview": preview, "nightly": night, "ratio_per_pair": pairwise(preview, night)}
    return Outcome("preview", sentence, "<=", 1.3, "×", ratio(preview, night), samples)

"""A preview over the whole book, against the nightly run that it looks ahead to."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import polars as pl

from avenant.core.rulebook.model import Rulebook, content_key
from avenant.flows.nightly import run
from avenant.flows.previewing_book import BookPreview, previewed_book
from avenant.flows.publishing import publish
from avenant.gateways.rulebook_files import shipped_rulebook
from avenant.store.database import Database
from benchmarks.bars.books import PREFIX, Bench, tidy
from benchmarks.bars.figures import CannotMeasure, Outcome, pairwise, ratio
from benchmarks.bars.nights import booked, night, timed


@dataclass(frozen=True, slots=True)
class Looked:
    """Times taken one after the other: the quiet night, a preview of it, one under dearer prices, and their night."""

    night: list[float] = field(default_factory=list)
    same: list[float] = field(default_factory=list)
    dearer: list[float] = field(default_factory=list)
    booking: list[float] = field(default_factory=list)


def preview_figure(bench: Bench) -> list[Outcome]:
    """Previews in which nothing, and in which every price, would change; against a quiet night, and against the night
    that books just these changes."""
    book, found, draft = booked(bench, bench.wanted.contracts), Looked(), _dearer()
    seen: list[BookPreview] = []
    for _ in bench.steps("previews of the whole book"):
        report, seconds, _ = night(bench, book.db)
        if report.written_rows:
            raise CannotMeasure(f"a night that should change nothing wrote {report.written_rows:,} rows")
        found.night.append(seconds)
        found.same.append(timed(lambda: _preview(bench, book.db, None)))
        found.dearer.append(timed(lambda: seen.append(_preview(bench, book.db, draft))))
        found.booking.append(_booked_seconds(bench, draft, seen[-1]))
    said = "preview of the whole book"
    return [
        _outcome(f"{said}, nothing would change / quiet nightly run", found.same, found.night),
        _outcome(f"{said}, every price would change / quiet nightly run", found.dearer, found.night),
        _outcome(
            f"{said}, every price would change / nightly run that books it", found.dearer, found.booking
        ),
    ]


def _preview(bench: Bench, db: Database, draft: Rulebook | None) -> BookPreview:
    """Errors: CannotMeasure where it does not look at what it should."""
    wanted = bench.wanted
    seen = previewed_book(db, wanted.business_date, draft, workers=wanted.workers)
    if seen.moves != (draft is not None):
        raise CannotMeasure(f"a preview saw {seen.tally.charges:,} charges under {seen.rulebook_version}")
    return seen


def _booked_seconds(bench: Bench, draft: Rulebook, seen: BookPreview) -> float:
    """Seconds of the nightly run that books the draft, in a fresh copy of the book.

    Errors: CannotMeasure where it books something else than the preview saw.
    """
    book, wanted, name = booked(bench, bench.wanted.contracts), bench.wanted, f"{PREFIX}_dearer"
    bench.server.create_database(name, template=book.database, drop_first=True)
    db = Database(bench.server.app_url(name))
    publish(db, draft)
    tidy(bench, name)
    began = time.perf_counter()
    report = run(db, wanted.business_date, workers=wanted.workers, override_breaker=True)
    seconds = time.perf_counter() - began
    moved = (report.charges, report.cancels, report.reimbursements.charges, report.reimbursements.cancels)
    if sum(moved) != seen.tally.charges + seen.tally.cancels:
        raise CannotMeasure(
            f"the run booked {sum(moved):,} rows, the preview saw {seen.tally.charges + seen.tally.cancels:,}"
        )
    bench.server.drop_database(name)
    return seconds


def _dearer() -> Rulebook:
    rulebook = shipped_rulebook()
    prices = rulebook.price_lines.with_columns(pl.col("amount_cents") + 100)
    return replace(rulebook, price_lines=prices.with_columns(content_key()))


def _outcome(sentence: str, preview: list[float], nightly: list[float]) -> Outcome:
    samples = {"preview": preview, "nightly": nightly, "ratio_per_pair": pairwise(preview, nightly)}
    return Outcome("preview", sentence, "<=", 1.3, "×", ratio(preview, nightly), samples)

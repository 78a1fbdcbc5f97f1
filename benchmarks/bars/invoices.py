"""Invoices per second: a month's run over the big book, against django-silver on the same server."""

from __future__ import annotations

from datetime import date
from statistics import median

from avenant.core.periods import add_months
from avenant.flows import invoicing
from avenant.store.database import Database
from benchmarks.bars.books import Bench, tidy
from benchmarks.bars.figures import CannotMeasure, Outcome, pairwise, ratio
from benchmarks.bars.nights import booked
from benchmarks.external.environment import ComparatorFailed
from benchmarks.external.silver import run as silver

KIND = "individual"
BAR = 100


def invoices_figure(bench: Bench) -> list[Outcome]:
    """The last months of the book one by one, everything before them settled; django-silver after each."""
    wanted = bench.wanted
    book = booked(bench, wanted.contracts)
    repeat = min(wanted.repeat, wanted.months - 1)
    _settle_all_before(bench, book.db, book.database, repeat)
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(repeat):
        bench.progress("invoicing a month, here and on django-silver", number, repeat)
        ours.append(_issued_per_second(bench, book.db, add_months(wanted.horizon, number - repeat + 1)))
        theirs.append(_silver_per_second(bench))
    bench.progress("invoicing a month, here and on django-silver", repeat, repeat)
    samples = {
        "invoices per second": ours,
        "django-silver, invoices per second": theirs,
        "ratio_per_pair": pairwise(ours, theirs),
    }
    sentence = (
        f"invoices per second in one run ({median(ours):,.0f}) / on django-silver ({median(theirs):,.1f})"
    )
    return [Outcome("invoices", sentence, ">=", BAR, "×", ratio(ours, theirs), samples)]


def _settle_all_before(bench: Bench, db: Database, database: str, repeat: int) -> None:
    month = add_months(bench.wanted.horizon, -repeat)
    stage = f"settling everything up to {month:%Y-%m}"
    invoicing.run(db, KIND, month, month, progress=lambda _, done, total: bench.progress(stage, done, total))
    tidy(bench, database)


def _issued_per_second(bench: Bench, db: Database, month: date) -> float:
    report = invoicing.run(db, KIND, month, month)
    return report.invoices / report.seconds


def _silver_per_second(bench: Bench) -> float:
    try:
        answer = silver.run(bench.server.admin_url("postgres"), bench.wanted.silver_members)
    except ComparatorFailed as failed:
        raise CannotMeasure(f"django-silver cannot be run here: {failed}") from failed
    return float(answer["invoices_per_second"])

"""The pages and searches of the desk on a large book: the server's time for each, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from statistics import median, quantiles

from avenant.desk.one_processor import processors, stay_on
from benchmarks.bars.books import Bench
from benchmarks.bars.desk_book import desk_book
from benchmarks.bars.desk_pages import PAGES, Page
from benchmarks.bars.figures import CannotMeasure, Outcome, Samples
from benchmarks.bars.rules import CHECKOUT

AS_SERVED = {"POLARS_MAX_THREADS": "1", "POLARS_ENGINE_AFFINITY": "in-memory"}
"""The environment that `avenant serve` gives its processes."""


def desk_figure(bench: Bench) -> list[Outcome]:
    """Median and 95th percentile of each page; the latter is compared with its bar."""
    url = bench.server.app_url(desk_book(bench))
    found = _measured(bench, url)
    return [_outcome(page, found[page.name]) for page in PAGES]


def _measured(bench: Bench, url: str) -> dict[str, Samples]:
    """The samples of each page. Errors: CannotMeasure with what a page answered that is not the page."""
    found: dict[str, Samples] = {}
    command = [sys.executable, "-m", "benchmarks.desk_visits", url, "--visits", str(bench.wanted.visits)]
    with subprocess.Popen(
        command,
        cwd=CHECKOUT,
        env=os.environ | AS_SERVED,
        preexec_fn=_as_a_worker,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        for line in process.stdout:
            told = json.loads(line)
            found[told.pop("page")] = told
            bench.progress("pages of the desk", len(found), len(PAGES))
        said = process.stderr.read()
    if process.returncode:
        raise CannotMeasure(f"the desk: {said.strip()[-500:]}")
    return found


def _outcome(page: Page, samples: Samples) -> Outcome:
    found = samples["milliseconds"]
    half, slowest = median(found), quantiles(found, n=20, method="inclusive")[-1]
    sentence = f"{page.name}: 95 of 100 (half: {half:,.0f} ms)"
    return Outcome("desk", sentence, "<=", page.bar_ms, "ms", slowest, samples)


def _as_a_worker() -> None:
    """A web worker stays on one processor before it loads anything: what Polars starts stays there, too."""
    stay_on(min(processors(), default=None))

"""The rules alone: columnar, as a plain Python loop, and on OpenFisca-Core; one process and one core each.

CPU seconds are compared: on an idle machine they are the time it takes, on a busy one they stay what they are.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from avenant.core.premiums import Facts
from avenant.core.rulebook.model import Rulebook
from avenant.store.database import Database
from avenant.store.readers.facts import Families, facts_of, member_families
from avenant.store.readers.rulebooks import Published, published
from benchmarks.bars import books
from benchmarks.bars.books import SEED, Bench
from benchmarks.bars.figures import CannotMeasure, Outcome, Wanted, pairwise, ratio
from benchmarks.columnar_premiums import FACTS, RULES
from benchmarks.external.environment import ComparatorFailed
from benchmarks.external.openfisca import run as openfisca

CHECKOUT = Path(__file__).parents[2]
ONE_CORE = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"}
OPENFISCA_PLAN = "fr-individual"
TIMES_SLOWER = 10
WARM = "3"

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Some families of the big book with the rulebook they are priced by."""

    facts: Facts
    rulebook: Rulebook
    published: Published


def reference_figure(bench: Bench) -> list[Outcome]:
    """A slice of the families priced day by day in plain Python, and by the columnar rules."""
    wanted = bench.wanted
    folder = _written(bench, "slice", _portfolio(bench, wanted.families))
    columnar: list[float] = []
    reference: list[float] = []
    for _ in bench.steps(f"the rules of {wanted.families:,} families, columnar and as a plain Python loop"):
        ours = answer("benchmarks.columnar_premiums", str(folder), *_months(wanted))
        theirs = answer("benchmarks.reference_premiums", str(folder), *_months(wanted))
        agree(ours, theirs, "the plain Python reference")
        columnar.append(ours["seconds"])
        reference.append(theirs["seconds"])
    samples = {
        "columnar": columnar,
        "reference": reference,
        "ratio_per_pair": pairwise(reference, columnar),
    }
    sentence = f"plain Python / columnar rules, the same {wanted.families:,} families"
    return [Outcome("reference", sentence, ">=", TIMES_SLOWER, "×", ratio(reference, columnar), samples)]


def openfisca_figure(bench: Bench) -> list[Outcome]:
    """The families of one plan that OpenFisca can express, priced there and by the columnar rules, both warm."""
    wanted = bench.wanted
    portfolio = _portfolio(bench, wanted.contracts)
    facts, rulebook = openfisca.comparable(portfolio.facts, portfolio.rulebook, OPENFISCA_PLAN)
    folder = _written(bench, "openfisca", Portfolio(facts, rulebook, portfolio.published))
    told = folder / "portfolio.npz"
    openfisca.write_portfolio(facts, rulebook, wanted.opens, wanted.horizon, told)
    columnar: list[float] = []
    theirs: list[float] = []
    rows = 0
    for _ in bench.steps("the rules of one plan, columnar and on OpenFisca-Core"):
        ours = answer("benchmarks.columnar_premiums", str(folder), *_months(wanted), "--times", WARM)
        other = _openfisca_answer(told)
        agree(ours, other, "OpenFisca-Core")
        columnar.append(ours["seconds"])
        theirs.append(other["seconds"])
        rows = ours["rows"]
    samples = {"columnar": columnar, "openfisca": theirs, "ratio_per_pair": pairwise(columnar, theirs)}
    sentence = f"columnar rules / OpenFisca-Core, the same {rows:,} premiums"
    return [Outcome("openfisca", sentence, "<", 1, "×", ratio(columnar, theirs), samples)]


def _portfolio(bench: Bench, families: int) -> Portfolio:
    """So many families of the big book, drawn at random; all of them when there are fewer."""
    name = books.facts(bench, bench.wanted.contracts)
    with Database(bench.server.app_url(name)).snapshot() as connection:
        ids = member_families(connection)["family_id"].unique().sort().to_list()
        drawn = random.Random(SEED).sample(ids, min(families, len(ids)))
        in_force = published(connection)
        facts = facts_of(connection, Families(ids=tuple(drawn)))
    return Portfolio(facts, in_force.rulebook, in_force)


def _written(bench: Bench, name: str, portfolio: Portfolio) -> Path:
    """A folder with the frames, as the scripts that price them read it."""
    folder = bench.folder / name
    folder.mkdir()
    frames = {name: getattr(portfolio.facts, name) for name in FACTS}
    frames |= {name: getattr(portfolio.rulebook, name) for name in RULES}
    frames["slots"] = portfolio.published.slots
    for frame_name, frame in frames.items():
        frame.write_ipc(folder / f"{frame_name}.arrow")
    return folder


def _months(wanted: Wanted) -> tuple[str, ...]:
    return ("--first", wanted.opens.isoformat(), "--last", wanted.horizon.isoformat())


def answer(module: str, *arguments: str) -> Answer:
    """What a module of the checkout printed, run in a process of its own on one core."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=CHECKOUT,
        env=os.environ | ONE_CORE,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotMeasure(f"{module} exited with {done.returncode}: {done.stderr[-500:]}")
    told: Answer = json.loads(done.stdout.splitlines()[-1])
    return told


def _openfisca_answer(told: Path) -> Answer:
    try:
        return openfisca.run_file(told, times=int(WARM))
    except ComparatorFailed as failed:
        raise CannotMeasure(f"OpenFisca-Core cannot be run here: {failed}") from failed


def agree(ours: Answer, theirs: Answer, whose: str) -> None:
    """A ratio of times means nothing unless both computed the same. Errors: CannotMeasure with both sums."""
    both = (ours.keys() & theirs.keys()) - {"seconds"}
    different = {name: (ours[name], theirs[name]) for name in both if ours[name] != theirs[name]}
    if different:
        raise CannotMeasure(f"the columnar rules and {whose} disagree (ours, theirs): {different}")

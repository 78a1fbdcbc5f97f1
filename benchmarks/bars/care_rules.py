"""The claims engine alone: columnar, and as a plain Python loop; one process and one core each."""

from __future__ import annotations

import random

import polars as pl

from avenant.core.claims.model import CareTerms
from avenant.flows.nightly_care import care_of
from avenant.store.readers.facts import Families, facts_of, member_families
from avenant.store.readers.rulebooks import published
from benchmarks.bars.books import SEED, Bench
from benchmarks.bars.care_nights import booked_care
from benchmarks.bars.figures import Outcome, pairwise, ratio
from benchmarks.bars.rules import agree, answer
from benchmarks.columnar_claims import write_care

TIMES_SLOWER = 10


def claims_figure(bench: Bench) -> list[Outcome]:
    """All messages about some families matched and decided, act by act in plain Python and in columns."""
    families, folder = bench.wanted.claimants, bench.folder / "claims"
    lines = _written(bench, families)
    columnar: list[float] = []
    reference: list[float] = []
    for _ in bench.steps(f"the claims of {families:,} families, columnar and as a plain Python loop"):
        ours = answer("benchmarks.columnar_claims", str(folder))
        theirs = answer("benchmarks.reference_claims", str(folder))
        agree(ours, theirs, "the plain Python reference")
        columnar.append(ours["seconds"])
        reference.append(theirs["seconds"])
    samples = {"columnar": columnar, "reference": reference, "ratio_per_pair": pairwise(reference, columnar)}
    sentence = f"plain Python / columnar claims engine, the same {lines:,} lines of care"
    return [Outcome("claims", sentence, ">=", TIMES_SLOWER, "×", ratio(reference, columnar), samples)]


def _written(bench: Bench, families: int) -> int:
    """The care of some families of the big book, drawn at random, and its rules, in a folder; how many lines."""
    folder = bench.folder / "claims"
    folder.mkdir()
    with booked_care(bench, bench.wanted.acts).db.snapshot() as connection:
        ids = member_families(connection)["family_id"].unique().sort().to_list()
        drawn = random.Random(SEED).sample(ids, min(families, len(ids)))
        rulebook = published(connection).rulebook
        care = care_of(connection, None, facts_of(connection, Families(ids=tuple(drawn))))
    write_care(folder, care, CareTerms(rulebook.care, rulebook.parameters))
    return care.lines.select(pl.len()).item()

"""The columnar claims engine alone, in a process of its own: the other side of `reference_claims`.

    python -m benchmarks.columnar_claims FOLDER --times 2

decides the frames of FOLDER (lines, answers, statuses, members, enrolments; plans, families, acts, tariffs,
guarantees, envelopes, envelope_families; parameters: each an ``.arrow`` file) and prints CPU seconds of the last
time, rows, amount and what waits as JSON. As with the other, reading files is not counted.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import polars as pl

from avenant.core.claims.expected import expected_reimbursements
from avenant.core.claims.model import Care, CareTerms
from avenant.core.rulebook.care_model import CareRules

FACTS = ("lines", "answers", "statuses", "members", "enrolments")
RULES = ("plans", "families", "acts", "tariffs", "guarantees", "envelopes", "envelope_families")


def write_care(folder: Path, care: Care, terms: CareTerms) -> None:
    """Write ``care`` and ``terms`` into ``folder``, as both engines read them."""
    frames = {name: getattr(care, name) for name in FACTS}
    frames |= {name: getattr(terms.rules, name) for name in RULES}
    for name, frame in (frames | {"parameters": terms.parameters}).items():
        frame.write_ipc(folder / f"{name}.arrow")


def timed(folder: Path, times: int = 1) -> dict[str, float | int]:
    """Decide the frames of ``folder`` as often as ``times`` says; the CPU seconds of the last time, and the sums."""
    frames = {name: pl.read_ipc(folder / f"{name}.arrow") for name in (*FACTS, *RULES)}
    care = Care(*(frames[name] for name in FACTS))
    rules = CareRules(**{name: frames[name] for name in RULES})
    terms = CareTerms(rules, pl.read_ipc(folder / "parameters.arrow"))
    for _ in range(times):
        started = time.process_time()
        expected = expected_reimbursements(care, terms)
        seconds = time.process_time() - started
    rows, waiting = expected.rows, expected.waiting
    amount = int(rows["amount_cents"].sum())
    return {"seconds": seconds, "rows": len(rows), "amount_cents": amount, "waiting": len(waiting)}


def main() -> None:
    """Command line: a folder of frames in, one line of JSON out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--times", type=int, default=1, help="decide so often; the last time counts")
    asked = parser.parse_args()
    print(json.dumps(timed(asked.folder, asked.times)))


if __name__ == "__main__":
    main()

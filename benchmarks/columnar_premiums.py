"""The columnar rules alone, in a process of their own: the other side of `reference_premiums` and of OpenFisca.

    python -m benchmarks.columnar_premiums FOLDER --first 2024-01-01 --last 2026-06-01 --times 2

prices the frames of FOLDER (contracts, members, enrolments, plans, price_lines, rates, parameters and slots,
each an ``.arrow`` file) and prints the sums of the rows and the CPU seconds of the last time as JSON. As with
the others, reading files and laying out the price table is not counted.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import date
from pathlib import Path

import polars as pl

from avenant.core.premiums import Facts, expected_premiums
from avenant.core.premiums.model import terms
from avenant.core.rulebook.model import Rulebook
from benchmarks.external.openfisca.run import sums

FACTS = ("contracts", "members", "enrolments")
RULES = ("plans", "price_lines", "rates", "parameters")


def timed(folder: Path, first_month: date, last_month: date, times: int = 1) -> dict[str, float | int]:
    """Price the frames of ``folder`` as often as ``times`` says; the CPU seconds of the last time, and the sums."""
    frames = {name: pl.read_ipc(folder / f"{name}.arrow") for name in (*FACTS, *RULES, "slots")}
    facts = Facts(*(frames[name] for name in FACTS))
    rulebook = Rulebook(*(frames[name] for name in RULES))
    priced = terms(rulebook, frames["slots"], first_month, last_month)
    for _ in range(times):
        started = time.process_time()
        expected = expected_premiums(facts, priced)
        seconds = time.process_time() - started
    return {"seconds": seconds, "parked": expected.parked.height, **sums(expected.rows)}


def main() -> None:
    """Command line: a folder of frames and two months in, one line of JSON out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=date.fromisoformat, required=True, help="first month, as 2024-01-01")
    parser.add_argument("--last", type=date.fromisoformat, required=True, help="last month, as 2026-06-01")
    parser.add_argument("--times", type=int, default=1, help="price so often; the last time counts")
    asked = parser.parse_args()
    print(json.dumps(timed(asked.folder, asked.first, asked.last, asked.times)))


if __name__ == "__main__":
    main()

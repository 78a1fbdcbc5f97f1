"""Invoices per second of django-silver, on the same PostgreSQL server as ours.

    answer = run("postgresql://…", members=1_000)     # invoices, seconds, invoices_per_second, amount_cents

    python -m benchmarks.external.silver.run DSN --members 1000 --members-per-customer 1

django-silver keeps no book: it prices each subscription while it makes the invoice. The server's user must be
allowed to create databases; the one created is dropped at the end.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from benchmarks.external.environment import run_script


def run(
    dsn: str, members: int = 1_000, members_per_customer: int = 1, cache: Path | None = None
) -> dict[str, Any]:
    """Invoice one month: ``invoices``, ``seconds``, ``invoices_per_second`` and ``amount_cents``.

    Errors: ``ComparatorFailed`` when the environment cannot be built or the server refuses.
    """
    sizes = ["--members", str(members), "--members-per-customer", str(members_per_customer)]
    return run_script("silver", "invoicing.py", [dsn, *sizes], cache)


def main() -> None:
    """Command line: a DSN in, one line of JSON out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dsn")
    parser.add_argument("--members", type=int, default=1_000)
    parser.add_argument("--members-per-customer", type=int, default=1)
    asked = parser.parse_args()
    print(json.dumps(run(asked.dsn, asked.members, asked.members_per_customer)))


if __name__ == "__main__":
    main()

"""The table that a person reads, and the same as JSON values."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import psutil

from benchmarks.bars.figures import Outcome, Wanted

GIBIBYTE = 1024**3
SIGNS = {"<=": "≤", "<": "<", ">=": "≥"}
PROGRAMS = ("avenant", "polars", "psycopg", "numpy")


def as_fields(outcomes: list[Outcome], wanted: Wanted, server_version: str) -> dict[str, Any]:
    """Everything measured, with the machine and the sizes."""
    sizes = {name: value for name, value in asdict(wanted).items() if name != "opens"}
    return {
        "machine": {
            "cores": os.cpu_count(),
            "memory_gib": round(psutil.virtual_memory().total / GIBIBYTE),
            "python": platform.python_version(),
            "postgresql": server_version,
        }
        | {name: version(name) for name in PROGRAMS},
        "wanted": sizes | {"first_month": wanted.opens.isoformat(), "last_month": wanted.horizon.isoformat()},
        "figures": [asdict(outcome) | {"verdict": outcome.verdict} for outcome in outcomes],
        "missed": sum(outcome.missed for outcome in outcomes),
        "skipped": sum(outcome.measured is None for outcome in outcomes),
    }


def as_text(outcomes: list[Outcome]) -> str:
    """One line per figure: what, measured, bar, verdict; then why something was skipped."""
    width = max(len(outcome.sentence) for outcome in outcomes)
    heading = f"{'figure':<{width}}  {'measured':>12}  {'bar':>10}"
    lines = [heading, *(_line(outcome, width) for outcome in outcomes)]
    lines += [f"skipped {outcome.figure}: {outcome.skipped}" for outcome in outcomes if outcome.skipped]
    return "\n".join(lines)


def _line(outcome: Outcome, width: int) -> str:
    if outcome.measured is None:
        return f"{outcome.sentence:<{width}}  {'–':>12}  {'':>10}  skipped"
    measured = f"{outcome.measured:,.2f} {outcome.unit}"
    bar = f"{SIGNS[outcome.side]} {outcome.bar:,.4g}"
    return f"{outcome.sentence:<{width}}  {measured:>12}  {bar:>10}  {outcome.verdict}"

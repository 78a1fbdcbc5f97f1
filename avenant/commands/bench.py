"""`avenant bench`: speed and memory as ratios, measured side by side in one run on the same data.

The measurements need the plain-Python reference and the programs to compare with. These live in the folder
`benchmarks/` of a checkout and are not installed, so the command finds them there or says how to get them.
"""

import json
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer

from avenant.commands.choose_database import AS_JSON, FAILED, REFUSED, refusals_told
from avenant.commands.progress import progress_shown

MEASUREMENTS = "benchmarks.bars"
FIGURES = (
    *("nightly", "preview", "booking", "reference", "openfisca", "invoices", "family", "memory", "scale"),
    *("care", "claims", "member", "care-memory", "rerun"),
    "desk",
)
ONLY = typer.Option([], help=f"Measure this figure alone (repeatable): {', '.join(FIGURES)}.")

app = typer.Typer(add_completion=False)


@app.command()
def bench(
    contracts: int = typer.Option(100_000, min=20, help="Contracts of the big book."),
    small: int = typer.Option(10_000, min=10, help="Contracts of the small book that it is compared with."),
    repeat: int = typer.Option(3, min=1, help="How often each side is timed; medians are compared."),
    only: list[str] = ONLY,
    workers: int = typer.Option(2, min=0, max=64, help="Worker processes of the nightly runs."),
    families: int = typer.Option(1_000, min=1, help="Families that the plain-Python reference prices."),
    acts: int = typer.Option(5_000_000, min=20, help="Acts of the big book of care, about."),
    small_acts: int = typer.Option(500_000, min=20, help="Acts of the small book that it is compared with."),
    claimants: int = typer.Option(300, min=1, help="Families whose care the plain-Python engine decides."),
    desk: bool = typer.Option(False, "--desk", help="Measure the pages of the desk alone: --only desk."),
    premiums: int = typer.Option(
        5_000_000, min=20, help="Premiums of the desk's book, about, beside --acts."
    ),
    visits: int = typer.Option(40, min=2, help="How often each page of the desk is asked for."),
    keep: str = typer.Option(
        "", help="Keep the desk's book in this database, and measure it again next time."
    ),
    out: Path = typer.Option("build/bench.json", help="File for the figures with every sample."),
    as_json: bool = AS_JSON,
) -> None:
    """Measure speed and memory against their bars; print one table, and write every sample as JSON.

    Each figure is a ratio of times taken alternately in this run on the same data, so that it means the same
    on any machine. Databases named avenant_bench_… are made for it on the server, and dropped at the end.

    The desk is measured alone, with --desk: every page and search on a book of its own, in milliseconds of the
    server against 150 (300 for the preview of a fact).

    Messages about care are written in bulk, month by month, without the judgement of an import.

    Examples: avenant bench --contracts 5000 --small 500 --only nightly --only booking
    avenant bench --acts 100000 --small-acts 20000 --only care --only member
    avenant bench --desk --premiums 200000 --acts 200000 --keep avenant_desk_bench

    Exit codes: 0 every bar is kept, or skipped with a reason · 1 a bar is missed · 2 refused: the command line,
    or not a checkout.
    """
    from avenant.gateways.postgres import server_from_environment

    with refusals_told("postgres"), progress_shown() as progress:
        bars = measurements()
        chosen = tuple(chosen_figures([*only, "desk"] if desk else only))
        sizes = {"families": families, "acts": acts, "small_acts": small_acts, "claimants": claimants}
        of_desk = {"premiums": premiums, "visits": visits, "keep": keep}
        wanted = bars.Wanted(contracts, small, repeat, chosen, workers=workers, **sizes, **of_desk)
        server = server_from_environment()
        outcomes = bars.measured_bars(server, wanted, progress)
        fields = bars.as_fields(outcomes, wanted, server.server_version())
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(fields, indent=2, default=str) + "\n", encoding="utf-8")
    typer.echo(json.dumps(fields, indent=2, default=str) if as_json else bars.as_text(outcomes))
    if any(outcome.missed for outcome in outcomes):
        raise typer.Exit(FAILED)


def measurements() -> Any:
    """The package `benchmarks.bars` of the checkout. Errors: exit code 2 where there is none."""
    if find_spec("benchmarks") is None or find_spec(MEASUREMENTS) is None:
        typer.echo(
            "avenant: the measurements and what they compare with are in the folder benchmarks/ of a checkout, "
            "which is not installed: clone the repository and run `make bench` there",
            err=True,
        )
        raise typer.Exit(REFUSED)
    return import_module(MEASUREMENTS)


def chosen_figures(only: list[str]) -> list[str]:
    """The figures named; when none is, all but the desk. Errors: ValueError for a name that is none of them."""
    unknown = [name for name in only if name not in FIGURES]
    if unknown:
        raise ValueError(f"--only: {unknown[0]!r} is none of {', '.join(FIGURES)}")
    return [name for name in FIGURES if (name in only if only else name != "desk")]

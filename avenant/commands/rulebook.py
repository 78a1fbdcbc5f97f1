"""`avenant rulebook`: check the plan files, show what they say, publish them."""

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import typer

from avenant.commands.choose_database import AS_JSON, DATABASE, chosen_database, refusals_told
from avenant.commands.failures import failures_told
from avenant.commands.rulebook_care import ages, care_of_plan, print_care_of_plan, show_act
from avenant.core.money import money_text
from avenant.core.periods import month_start
from avenant.core.rulebook.checking import check_rulebook
from avenant.core.rulebook.findings import Finding, RulebookRefused, errors_of
from avenant.core.rulebook.price_list import price_list
from avenant.gateways.rulebook_files import documents_in, rulebook_in, shipped_folder

if TYPE_CHECKING:
    import polars as pl

    from avenant.core.rulebook.model import Rulebook

FOUND, REFUSED = 1, 2

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=(
        "Check the plans and price tables; publish them as an immutable version.\n\n"
        "A rulebook is a folder of YAML files: one plan a file, with parameters/ and curves/ beside them. "
        "Without a folder, the plans that come with the program are meant."
    ),
)
FOLDER = typer.Argument(None, help="Folder of plan files; the shipped plans if left out.", show_default=False)


@app.command()
def check(folder: Path | None = FOLDER, as_json: bool = AS_JSON) -> None:
    """Look for gaps, overlaps, missing sources and whatever else cannot be right, with file and line.

    Example: avenant rulebook check plans/

    Exit codes: 0 nothing wrong (warnings are printed) · 1 at least one error · 2 the files cannot be read.
    """
    with _explained(as_json):
        documents = documents_in(folder or shipped_folder())
    findings = check_rulebook(documents)
    errors = errors_of(findings)
    if as_json:
        typer.echo(_findings_json(findings))
    else:
        for finding in findings:
            typer.echo(str(finding))
        warnings = len(findings) - len(errors)
        typer.echo(f"{len(documents)} files: {len(errors)} errors, {warnings} warnings")
    if errors:
        raise typer.Exit(FOUND)


@app.command()
def show(
    plan: str | None = typer.Argument(None, help="Code of a plan; all plans in short if left out."),
    folder: Path | None = typer.Option(None, help="Folder of plan files; the shipped plans if left out."),
    month: str | None = typer.Option(None, help="Month of the price list, such as 2026-01; else this one."),
    level: str | None = typer.Option(None, help="Only this level."),
    act: str | None = typer.Option(
        None, help="Code of an act of care: show what the Sécu's base for it was and is."
    ),
    as_json: bool = AS_JSON,
) -> None:
    """Show the plans, or one plan with its conventions, its price list in a month and its guarantees on the first.

    Example: avenant rulebook show fr-individual --month 2026-01 --level confort

    Exit codes: 0 shown · 2 refused: unknown plan or act, or files that cannot be right.
    """
    with _explained(as_json):
        rulebook = rulebook_in(folder or shipped_folder())
        if act is not None:
            show_act(rulebook, act, as_json)
        elif plan is None:
            _show_plans(rulebook, as_json)
        else:
            _show_plan(rulebook, plan, _month(month), level, as_json)


@app.command()
def publish(
    folder: Path | None = FOLDER,
    database: str = DATABASE,
    by: str | None = typer.Option(None, help="Who publishes; else the name of the user of this machine."),
    as_json: bool = AS_JSON,
) -> None:
    """Bring the plan files into force as an immutable version. What is in force already is not written again.

    Example: avenant rulebook publish plans/ --database demo

    Exit codes: 0 in force · 1 the database failed · 2 refused, nothing was written: see the errors.
    """
    from avenant.flows.publishing import publish as bring_into_force

    with _explained(as_json):
        rulebook = rulebook_in(folder or shipped_folder())
        with refusals_told(database), failures_told():
            version = bring_into_force(chosen_database(database), rulebook, by or getpass.getuser())
    typer.echo(json.dumps({"version": version}) if as_json else f"in force: version {version}")


@app.command()
def schema() -> None:
    """Print the JSON Schema of the plan files, for editors that complete and check while one types.

    Example: avenant rulebook schema > rulebook.schema.json

    Exit codes: 0 printed.
    """
    typer.echo(files("avenant.core.rulebook").joinpath("schema.json").read_text(encoding="utf-8"))


def _show_plans(rulebook: "Rulebook", as_json: bool) -> None:
    if as_json:
        plans = json.loads(rulebook.plans.write_json())
        typer.echo(json.dumps({"version": rulebook.version, "plans": plans}, indent=2))
        return
    typer.echo(f"version {rulebook.version}")
    for plan in rulebook.plans.iter_rows(named=True):
        typer.echo(f"{plan['plan']:<20} {_labels(rulebook, plan['plan'], 'plan')[plan['plan']]}")
        levels = ", ".join(sorted(_labels(rulebook, plan["plan"], "level")))
        typer.echo(f"{'':<20} {plan['currency']}, in {plan['cycle']}, levels {levels}")


def _show_plan(rulebook: "Rulebook", plan: str, month: date, level: str | None, as_json: bool) -> None:
    known = rulebook.plans["plan"].to_list()
    if plan not in known:
        raise ValueError(f"there is no plan {plan!r}. There is: {', '.join(known)}.")
    levels = sorted(_labels(rulebook, plan, "level"))
    if level is not None and level not in levels:
        raise ValueError(f"{plan} has no level {level!r}. It has: {', '.join(levels)}.")
    prices = price_list(rulebook, plan, month)
    prices = prices if level is None else prices.filter(prices["level"] == level)
    conventions = next(row for row in rulebook.plans.iter_rows(named=True) if row["plan"] == plan)
    care = care_of_plan(rulebook, plan, month, level)
    if as_json:
        shown = {"version": rulebook.version, "month": str(month), "conventions": conventions}
        tables = {name: json.loads(table.write_json()) for name, table in {"prices": prices, **care}.items()}
        typer.echo(json.dumps({**shown, **tables}, indent=2, ensure_ascii=False))
    else:
        _print_plan(conventions, prices, month)
        print_care_of_plan(care, month)


def _print_plan(conventions: dict[str, Any], prices: "pl.DataFrame", month: date) -> None:
    for name, value in conventions.items():
        typer.echo(f"{name:<24} {'–' if value is None else value}")
    typer.echo(f"\nprices in {month:%Y-%m}" if prices.height else f"\nno prices in {month:%Y-%m}")
    for row in prices.iter_rows(named=True):
        who = f"{row['component']:<10} {row['level']:<12} {row['tier']:<8} {ages(row):<8}"
        price = money_text(row["unit_price_cents"], conventions["currency"])
        typer.echo(f"{who} {price:>14}   since {row['valid_from']:%Y-%m}, {row['file']}:{row['line']}")


def _labels(rulebook: "Rulebook", plan: str, kind: str) -> dict[str, str]:
    rows = rulebook.labels.iter_rows(named=True)
    return {row["code"]: row["label"] for row in rows if row["plan"] == plan and row["kind"] == kind}


def _month(text: str | None) -> date:
    if text is None:
        return month_start(datetime.now(ZoneInfo("Europe/Paris")).date())
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise ValueError(f"{text!r} is no month: write year and month, such as 2026-01") from None


def _findings_json(findings: list[Finding]) -> str:
    rows = [{name: getattr(finding, name) for name in Finding.__slots__} for finding in findings]
    return json.dumps({"findings": rows}, indent=2, ensure_ascii=False)


@contextmanager
def _explained(as_json: bool) -> Iterator[None]:
    """Errors as sentences (or JSON) and an exit code instead of a traceback."""
    try:
        yield
    except RulebookRefused as refused:
        typer.echo(_findings_json(refused.findings) if as_json else str(refused), err=not as_json)
        raise typer.Exit(REFUSED) from None
    except ValueError as error:
        typer.echo(f"refused: {error}", err=True)
        raise typer.Exit(REFUSED) from None

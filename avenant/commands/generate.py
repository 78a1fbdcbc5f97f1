"""`avenant generate`: a portfolio as CSV files; the demo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import typer

from avenant.commands.choose_database import AS_JSON, month_typed
from avenant.commands.progress import progress_shown

NEEDS_A_PERSON, REFUSED = 1, 2
CONTRACTS = typer.Option(2_000, min=1, max=1_000_000, help="How many contracts, one in ten a company.")
MONTHS = typer.Option(30, min=1, max=600, help="How many months the story tells.")
SEED = typer.Option(1, min=0, help="The same seed gives the same story.")
ACTS = typer.Option(
    1.5, "--care", min=0, max=60, help="Acts of care per insured person and year; 0: nobody falls ill."
)
FIRST_MONTH = typer.Option("2023-07", help="The month in which the story and the book begin.")

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Generate a portfolio with late news; play the demo.\n\nExample: avenant generate demo",
)


@app.command()
def portfolio(
    out: Path = typer.Option(..., help="Folder for the CSV files, made if it is not there."),
    contracts: int = CONTRACTS,
    months: int = MONTHS,
    seed: int = SEED,
    first_month: str = FIRST_MONTH,
    care: float = ACTS,
    history: bool = typer.Option(False, help="Also write what was told week by week, a folder each."),
    as_json: bool = AS_JSON,
) -> None:
    """Write a portfolio on the shipped plans as CSV files that `avenant import` reads, its care in a folder `care`.

    The files hold everything known at the end of the story. With --history the folder gets one folder per
    week besides, named by its last day: imported in order, they tell the story with all its late news.

    Example: avenant generate portfolio --contracts 2000 --months 30 --seed 1 --out portfolio

    Exit codes: 0 written · 2 refused: no plan has prices for these months, or the folder cannot be written.
    """
    from avenant.flows.generating import Wanted, story_of, write_history, write_news
    from avenant.gateways.rulebook_files import shipped_rulebook

    with refusals_explained(), progress_shown() as progress:
        progress("generating", 0, 0)
        wanted = Wanted(contracts, months, seed, month_typed(first_month, "--first-month"), care)
        story = story_of(shipped_rulebook(), wanted)
        written = write_news(out, story.known_at_the_end())
        weeks = write_history(out, story, 7, progress) if history else 0
    figures = {"folder": str(out), "files": written, "weeks": weeks, "story": story.counters}
    typer.echo(json.dumps(figures, indent=2) if as_json else portfolio_text(figures, story.counters))


@app.command()
def demo(
    contracts: int = CONTRACTS,
    months: int = MONTHS,
    seed: int = SEED,
    first_month: str = FIRST_MONTH,
    care: float = ACTS,
    workers: int = typer.Option(2, min=0, max=64, help="Processes of a nightly run; 0 uses this one alone."),
    database: str = typer.Option("avenant_demo", help="Database to play in; what was in it is replaced."),
    as_json: bool = AS_JSON,
) -> None:
    """Play a health insurer month by month on a real database, and sum up what happened.

    News and messages about care are learnt on their simulated day, often late; nightly runs book what they imply
    and correct what was booked before; invoices and payouts go out, with the corrections on the next one; people
    answer what waits. Then all checks run, and the desk is served to whoever sits at a terminal.

    Example: avenant generate demo --contracts 2000 --months 30 --seed 1 --workers 2

    Exit codes: 0 played, all checks passed · 1 a check has findings, a family is parked, or the server failed
    · 2 refused: no plan has prices for these months, or the database cannot be replaced.
    """
    from avenant.commands.demo_summary import summary_fields, summary_text
    from avenant.flows.demo import played_demo
    from avenant.flows.generating import Wanted
    from avenant.gateways.postgres import server_from_environment
    from avenant.gateways.rulebook_files import shipped_rulebook

    started = perf_counter()
    with refusals_explained(), progress_shown() as progress:
        wanted = Wanted(contracts, months, seed, month_typed(first_month, "--first-month"), care)
        server = server_from_environment()
        report = played_demo(server, shipped_rulebook(), wanted, database, workers, progress)
    seconds = perf_counter() - started
    fields = summary_fields(report, seconds)
    typer.echo(json.dumps(fields, indent=2) if as_json else summary_text(report, seconds))
    _end_at_the_desk(server.app_url(database), database, as_json)
    if report.parked or any(report.findings.values()):
        raise typer.Exit(NEEDS_A_PERSON)


def _end_at_the_desk(url: str, database: str, as_json: bool) -> None:
    """A login per role; the desk itself where a terminal is attached."""
    from avenant.commands.demo_desk import demo_logins, served_to_a_terminal
    from avenant.store.database import Database

    logins = demo_logins(Database(url))
    if as_json:
        return
    typer.echo("\n" + "\n".join(logins))
    served_to_a_terminal(Database(url), database)


def portfolio_text(figures: dict[str, object], counters: dict[str, int]) -> str:
    """What was written where, for a person."""
    lines = [f"written to {figures['folder']}:"]
    files = figures["files"]
    assert isinstance(files, dict)
    lines += [f"  {rows:>9,} rows  {name}" for name, rows in files.items()]
    if figures["weeks"]:
        lines.append(f"  {figures['weeks']:>9,} folders with the news of one week each")
    told = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in counters.items())
    return "\n".join([*lines, f"the story: {told}"])


@contextmanager
def refusals_explained() -> Iterator[None]:
    """Errors as a sentence and an exit code instead of a traceback."""
    import psycopg

    from avenant.gateways.postgres_programs import ServerFailed

    try:
        yield
    except (ServerFailed, psycopg.Error) as error:
        typer.echo(f"failed: {error}", err=True)
        raise typer.Exit(NEEDS_A_PERSON) from None
    except (ValueError, OSError) as error:
        typer.echo(f"refused: {error}", err=True)
        raise typer.Exit(REFUSED) from None

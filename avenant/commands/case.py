"""`avenant case`: play case files, print their schema, generate the manual from them.

Exit codes: 0 all as expected · 1 an expectation failed, or the server did · 2 a file cannot be played.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from avenant.commands.progress import progress_shown
from avenant.core.cases.manual import GENERATED, manual_pages
from avenant.core.cases.story import PlayedCase, story, story_data, summary
from avenant.core.rulebook.findings import RulebookRefused
from avenant.gateways.case_files import CaseFileRefused, case_paths, read_case_file
from avenant.gateways.case_schema import case_schema

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Play case files and compare what happens with what they expect.",
)
CODES = (
    "Exit codes: 0 all as expected · 1 an expectation failed, or the server did · 2 a file cannot be played."
)
CASES, MANUAL = Path("cases"), Path("docs/manual")


@app.command(epilog=f"Example: avenant case run cases/02-late-news\n\n{CODES}")
def run(
    paths: list[Path] = typer.Argument(..., help="Case files, or folders with case files in them."),
    as_json: bool = typer.Option(False, "--json", help="Print what happened as JSON."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print the failures and the count alone."),
) -> None:
    """Play each case in a scratch database and print what happened; exit 1 where an expectation fails."""
    from avenant.commands.failures import failures_told

    with refusals_told(), failures_told():
        played = _played(paths)
    if as_json:
        typer.echo(json.dumps([story_data(case) for case in played], indent=2, ensure_ascii=False))
    else:
        for case in played:
            typer.echo(
                "\n".join(map(str, case.mismatches)) if quiet else story(case) + "\n",
                nl=not quiet or not case.passed,
            )
        typer.echo(summary(played))
    raise typer.Exit(0 if all(case.passed for case in played) else 1)


def _played(paths: list[Path]) -> list[PlayedCase]:
    from avenant.flows.cases import played_cases
    from avenant.gateways.postgres import server_from_environment

    cases = [read_case_file(path) for path in case_paths(paths)]
    played: list[PlayedCase] = []
    with progress_shown() as progress:
        for case in played_cases(cases, server_from_environment()):
            played.append(case)
            progress("playing cases", len(played), len(cases))
    return played


@app.command(epilog="Example: avenant case schema > case.schema.json\n\nExit codes: 0 printed.")
def schema() -> None:
    """Print the JSON Schema of case files."""
    typer.echo(json.dumps(case_schema(), indent=2, ensure_ascii=False))


@app.command(
    epilog="Example: avenant case manual\n\nExit codes: 0 written, or up to date · 1 out of date · 2 refused."
)
def manual(
    cases: Path = typer.Option(CASES, help="The folder of case files."),
    into: Path = typer.Option(MANUAL, help="The folder whose generated pages are replaced."),
    check: bool = typer.Option(False, "--check", help="Write nothing; exit 1 if the pages would change."),
) -> None:
    """Generate the manual from the titles, words and steps of the case files."""
    with refusals_told():
        pages = manual_pages(read_case_file(path) for path in case_paths([cases]))
    if check:
        there = {path.name: path.read_text(encoding="utf-8") for path in into.glob("*.md")}
        typer.echo(
            "The manual is up to date." if there == pages else "The manual is out of date: make it again."
        )
        raise typer.Exit(0 if there == pages else 1)
    into.mkdir(parents=True, exist_ok=True)
    for path in into.glob("*.md"):
        if path.read_text(encoding="utf-8").startswith(GENERATED):
            path.unlink()
    for name, text in pages.items():
        (into / name).write_text(text, encoding="utf-8")
    typer.echo(f"{len(pages)} pages written to {into}.")


@contextmanager
def refusals_told() -> Iterator[None]:
    """A file that cannot be played is told on standard error, with exit code 2."""
    try:
        yield
    except CaseFileRefused as refused:
        typer.echo("\n".join(map(str, refused.problems)), err=True)
        raise typer.Exit(2) from refused
    except RulebookRefused as refused:
        typer.echo("\n".join(map(str, refused.findings)), err=True)
        raise typer.Exit(2) from refused

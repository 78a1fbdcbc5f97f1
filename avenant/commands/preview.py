"""`avenant preview`: what the next nightly run would book, before anything is written."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from avenant.commands.choose_database import AS_JSON, DATABASE, chosen_database, day_typed, refusals_told
from avenant.commands.failures import failures_told
from avenant.commands.progress import progress_shown

if TYPE_CHECKING:
    from avenant.core.frames.news import News
    from avenant.core.rulebook.model import Rulebook
    from avenant.flows.previewing_book import BookPreview
    from avenant.store.database import Database

CHANGES, FAILING = 3, 4
READ_ONLY = "-c default_transaction_read_only=on"

app = typer.Typer(add_completion=False)


@app.command()
def preview(
    rulebook: Path | None = typer.Option(
        None, help="Folder of plan files: under this draft, not the rulebook in force.", show_default=False
    ),
    facts: Path | None = typer.Option(
        None, help="Folder of CSV files: as if these facts were known.", show_default=False
    ),
    mapping: Path | None = typer.Option(
        None, help="With --facts: how other people's CSV files become ours.", show_default=False
    ),
    code: Path | None = typer.Option(
        None,
        help="Folder of another version of this program, run in a process of its own.",
        show_default=False,
    ),
    business_date: str | None = typer.Option(
        None, "--date", help="The day of the run; else today in Paris, by the database's clock."
    ),
    workers: int = typer.Option(2, min=0, max=64, help="Worker processes; 0 computes in this process."),
    chunk_families: int = typer.Option(4_000, min=1, help="Families per chunk, at most."),
    html: Path | None = typer.Option(None, help="Write an HTML report to this file.", show_default=False),
    language: str = typer.Option("en", "--language", help="Language of the HTML report: fr or en."),
    rows: Path | None = typer.Option(
        None, help="Keep the rows themselves in this folder, as Arrow files.", show_default=False
    ),
    accept_changes: bool = typer.Option(
        False, "--accept-changes", help="Exit with 0 although the books would change."
    ),
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """Compute what the next nightly run would book, and write nothing.

    The report says how many rows and euros would move, up and down, by plan, month, reason and size, the largest
    moves and a sample, and which families would newly fail.

    Example: avenant preview --rulebook plans/ --html preview.html

    Example: avenant preview --code ../avenant-next --json

    Exit codes: 0 the books would not change · 3 they would (0 with --accept-changes) · 4 families would newly
    fail, or the breaker would stop the run · 1 the server or a disk failed · 2 refused.
    """
    from avenant.flows.previewing_book import previewed_book

    if code is not None:
        with refusals_told(database):
            raise typer.Exit(elsewhere(code, reads_only=facts is None))
    with refusals_told(database), failures_told(), progress_shown() as progress:
        db = chosen_database(database)
        day = db.today() if business_date is None else day_typed(business_date, "--date")
        tried = tried_instead(db, rulebook, facts, mapping)
        seen = previewed_book(db, day, *tried, workers, chunk_families, progress, keep_in(rows))
    tell(seen, html, as_json, language)
    if len(seen.failing) or seen.stopped:
        raise typer.Exit(FAILING)
    if seen.moves and not accept_changes:
        raise typer.Exit(CHANGES)


def tried_instead(
    db: "Database", rulebook: Path | None, facts: Path | None, mapping: Path | None
) -> tuple["Rulebook | None", "News | None"]:
    """The draft rulebook and the facts that are tried, where they are named."""
    from avenant.flows.trying_news import news_in
    from avenant.gateways.rulebook_files import rulebook_in

    return (
        None if rulebook is None else rulebook_in(rulebook),
        None if facts is None else news_in(db, facts, mapping),
    )


def keep_in(folder: Path | None) -> Path | None:
    """A folder for rows, made if needed. Errors: ValueError where it holds files already."""
    if folder is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ValueError(
            f"--rows: {folder} is not empty: name a new folder, so that rows of two previews never mix"
        )
    return folder


def tell(seen: "BookPreview", html: Path | None, as_json: bool, language: str) -> None:
    """Print the report, and write the page if one is wanted."""
    from avenant.core.previews.html import page
    from avenant.core.previews.text import text
    from avenant.flows.preview_told import fields

    values = fields(seen)
    if html is not None:
        html.write_text(page(values, language), encoding="utf-8")
    typer.echo(json.dumps(values, indent=2) if as_json else text(values))


def elsewhere(code: Path, reads_only: bool) -> int:
    """Run this same command line in another version of the program; returns its exit code.

    reads_only: the server refuses that version every write. Errors: ValueError where there is no such program.
    """
    folder = code.resolve()
    if not (folder / "avenant" / "commands" / "preview.py").is_file():
        raise ValueError(
            f"--code: {code} holds no version of this program that can preview; name the folder in which its "
            "package `avenant` lies, such as a Git worktree"
        )
    environment = os.environ | {"PYTHONPATH": str(folder)}
    if reads_only:
        environment["PGOPTIONS"] = f"{os.environ.get('PGOPTIONS', '')} {READ_ONLY}".strip()
    done = subprocess.run(
        [sys.executable, "-P", "-m", "avenant", *_without_code(sys.argv[1:])], env=environment, check=False
    )
    return done.returncode


def _without_code(arguments: list[str]) -> list[str]:
    """The command line without the option that sends it elsewhere."""
    kept, skip = [], False
    for argument in arguments:
        if skip or argument.startswith("--code="):
            skip = False
        elif argument == "--code":
            skip = True
        else:
            kept.append(argument)
    return kept
